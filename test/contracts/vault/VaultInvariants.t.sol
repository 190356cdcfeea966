// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SettlementOracle} from "../../../contracts/feeds/SettlementOracle.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {RiskOracleDouble} from "./RiskOracleDouble.sol";
import {VaultFixture} from "./VaultFixture.sol";
import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title What anyone may do to a vault, with inputs shaped so that most calls succeed
contract VaultHandler is CommonBase {
    uint24 private constant MARKET = 1;
    uint128 private constant ONE = 1e8;

    IOptionVault private _vault;
    PhasedTestFeed private _feed;
    SettlementOracle private _settlement;
    RiskOracleDouble private _oracle;

    address[3] public actors;
    uint256[4] public seriesIds;
    uint40 private _expiry;
    uint64 public priceE8;
    /// @notice Calls that reached their end, by kind: shows that the campaign gets anywhere.
    mapping(bytes4 selector => uint256 count) public done;

    constructor(
        IOptionVault vault,
        PhasedTestFeed feed,
        SettlementOracle settlement,
        RiskOracleDouble oracle,
        address[3] memory actors_,
        uint256[4] memory seriesIds_,
        uint40 expiry
    ) {
        (_vault, _feed, _settlement, _oracle) = (vault, feed, settlement, oracle);
        (actors, seriesIds, _expiry, priceE8) = (actors_, seriesIds_, expiry, 60_000e8);
    }

    modifier counted() {
        _;
        ++done[msg.sig];
    }

    function open(uint256 actor, uint256 series, uint128 sizeE8, uint128 extra) external counted {
        _refresh();
        uint256 seriesId = seriesIds[series % 4];
        sizeE8 = 1 + (sizeE8 % (20 * ONE));
        (uint256 required, , ) = _vault.requiredCollateral(seriesId, sizeE8);
        vm.prank(actors[actor % 3]);
        _vault.open(seriesId, sizeE8, uint128(required) + (extra % 1e6), actors[extra % 3]);
    }

    function mintMore(uint256 id, uint128 sizeE8, uint128 collateral) external counted {
        _refresh();
        (uint256 positionId, IPositionSource.PositionView memory p) = _pick(id);
        vm.prank(p.owner);
        _vault.mintMore(positionId, 1 + (sizeE8 % ONE), collateral % (2 * p.collateral + 1), p.owner);
    }

    function addCollateral(uint256 id, uint128 amount) external counted {
        (uint256 positionId, IPositionSource.PositionView memory p) = _pick(id);
        vm.prank(actors[amount % 3]);
        _vault.addCollateral(positionId, 1 + (amount % p.collateral));
    }

    function removeCollateral(uint256 id, uint128 amount) external counted {
        _refresh();
        (uint256 positionId, IPositionSource.PositionView memory p) = _pick(id);
        vm.prank(p.owner);
        _vault.removeCollateral(positionId, 1 + (amount % (p.collateral / 8 + 1)), p.owner);
    }

    function close(uint256 id, uint128 sizeE8, uint128 withdraw) external counted {
        _refresh();
        (uint256 positionId, IPositionSource.PositionView memory p) = _pick(id);
        uint128 held = uint128(_vault.TOKEN().balanceOf(p.owner, p.seriesId));
        uint128 most = held < p.sizeE8 ? held : p.sizeE8;
        vm.prank(p.owner);
        _vault.close(positionId, most == 0 ? 1 : 1 + (sizeE8 % most), withdraw % (p.collateral + 1));
    }

    function score(uint256 id, uint16 rhoBps, uint16 piBps) external counted {
        (uint256 positionId, ) = _pick(id);
        rhoBps = 500 + (rhoBps % 7_000);
        _oracle.setParams(address(_vault), positionId, rhoBps, piBps % rhoBps);
    }

    function flag(uint256 id) external counted {
        _refresh();
        (uint256 positionId, ) = _pick(id);
        _vault.flag(positionId);
    }

    function unflag(uint256 id) external counted {
        _refresh();
        (uint256 positionId, ) = _pick(id);
        _vault.unflag(positionId);
    }

    /// @dev Brings a position into distress first where it is not yet: left to chance that would be too rare.
    function liquidate(uint256 id, uint256 actor, uint128 sizeE8) external counted {
        (uint256 positionId, IPositionSource.PositionView memory p) = _pick(id);
        if (p.flaggedAt == 0) {
            _refresh();
            if (_vault.healthOf(positionId) >= 1e18) _oracle.setParams(address(_vault), positionId, 9_500, 2_000);
            _vault.flag(positionId);
        }
        uint256 next = block.timestamp + 2 minutes + (sizeE8 % 3 hours);
        vm.warp(block.timestamp < _expiry && next >= _expiry ? _expiry - 1 : next);
        _refresh();
        (address holder, uint128 held) = _holderOf(p.seriesId, actor);
        int256 before = _vault.healthOf(positionId);
        vm.prank(holder);
        _vault.liquidate(positionId, sizeE8 % 2 == 0 ? held : 1 + (sizeE8 % held), 0, "");
        bool isGone = !_vault.describePosition(positionId).active;
        require(isGone || _vault.healthOf(positionId) >= before, "health of the rest fell");
    }

    function transferLongs(uint256 from, uint256 to, uint256 series, uint256 amount) external counted {
        address holder = actors[from % 3];
        uint256 seriesId = seriesIds[series % 4];
        uint256 held = _vault.TOKEN().balanceOf(holder, seriesId);
        vm.prank(holder);
        _vault.TOKEN().transfer(actors[to % 3], seriesId, amount % (held + 1));
    }

    function donate(uint256 actor, bool inBase, uint64 amount) external counted {
        IERC20 token = IERC20(inBase ? _vault.market(MARKET).base : _vault.market(MARKET).quote);
        vm.prank(actors[actor % 3]);
        token.transfer(address(_vault), amount % 1e6);
    }

    function movePrice(uint16 moveBps, uint32 sec) external counted {
        uint256 moved = (uint256(priceE8) * (8_500 + (moveBps % 3_000))) / 10_000;
        priceE8 = uint64(
            moved < 1_000e8
                ? 1_000e8
                : moved > 1_000_000e8
                    ? 1_000_000e8
                    : moved
        );
        uint256 next = block.timestamp + (sec % 4 hours);
        // Time never jumps over expiry by accident: the rounds beside it must exist.
        vm.warp(block.timestamp < _expiry && next >= _expiry ? _expiry - 1 : next);
        _refresh();
    }

    /// @dev One draw in four, so that most of a campaign is spent before expiry.
    function expire(uint256 draw) external counted {
        if (block.timestamp >= _expiry || draw % 4 != 0) return;
        vm.warp(_expiry - 1);
        _refresh();
        vm.warp(_expiry + 1);
        _refresh();
        (uint80 roundId, , , , ) = _feed.latestRoundData();
        _settlement.settlePrice(MARKET, _expiry, roundId);
    }

    function settle(uint256 first) external counted {
        uint256 count = _vault.positionCount();
        uint256[] memory ids = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) ids[i] = 1 + (((first % count) + i) % count);
        _vault.settle(ids);
    }

    function redeem(uint256 actor, uint256 series, uint128 amount) external counted {
        uint256 seriesId = seriesIds[series % 4];
        (address holder, uint128 held) = _holderOf(seriesId, actor);
        vm.prank(holder);
        _vault.redeem(seriesId, 1 + (amount % held), holder);
    }

    function claim(uint256 actor, bool inBase) external counted {
        address token = inBase ? _vault.market(MARKET).base : _vault.market(MARKET).quote;
        vm.prank(actors[actor % 3]);
        _vault.claim(token, actors[actor % 3]);
    }

    /// @dev The first actor at or after the drawn one who holds longs of the series.
    function _holderOf(uint256 seriesId, uint256 seed) private view returns (address holder, uint128 held) {
        for (uint256 i = 0; i < 3; ++i) {
            holder = actors[((seed % 3) + i) % 3];
            held = uint128(_vault.TOKEN().balanceOf(holder, seriesId));
            if (held != 0) return (holder, held);
        }
        revert("no holder");
    }

    /// @dev The first active position at or after the drawn one.
    function _pick(uint256 seed) private view returns (uint256 id, IPositionSource.PositionView memory position) {
        uint256 count = _vault.positionCount();
        for (uint256 i = 0; i < count; ++i) {
            id = 1 + (((seed % count) + i) % count);
            position = _vault.describePosition(id);
            if (position.active) return (id, position);
        }
        revert("no position");
    }

    function _refresh() private {
        _feed.push(int192(uint192(priceE8)), uint64(block.timestamp));
    }
}

/// @title Accounting invariants of the vault under arbitrary calls
contract VaultInvariantsTest is VaultFixture {
    VaultHandler private handler;
    uint256[4] private seriesIds;
    address[3] private actors;

    function setUp() public override {
        super.setUp();
        seriesIds = [
            put,
            call,
            vault.seriesIdOf(MARKET, 50_000e8, EXPIRY, true),
            vault.seriesIdOf(MARKET, 72_000e8, EXPIRY, false)
        ];
        actors = [writer, holder, liquidator];
        handler = new VaultHandler(vault, feed, settlement, oracle, actors, seriesIds, EXPIRY);
        feed.transferOwnership(address(handler));
        targetContract(address(handler));
    }

    /// @dev Σ collateral + Σ pots + Σ claims of one token.
    function _obligations(bool isPut) private view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) {
            if ((seriesIds[i] & 1 == 1) != isPut) continue;
            SeriesState memory state = vault.seriesState(seriesIds[i]);
            sum += state.collateral + state.potLeft;
        }
        address token = isPut ? address(quote) : address(base);
        for (uint256 i = 0; i < 3; ++i) sum += vault.claimable(token, actors[i]);
    }

    function invariant_BalanceCoversEverythingOwed() public view {
        assertGe(base.balanceOf(address(vault)), _obligations(false));
        assertGe(quote.balanceOf(address(vault)), _obligations(true));
    }

    function invariant_SeriesSumsMatchPositionsAndLongs() public view {
        for (uint256 i = 0; i < 4; ++i) {
            SeriesState memory state = vault.seriesState(seriesIds[i]);
            (uint256 sizeE8, uint256 collateral, uint256 count) = (0, 0, 0);
            for (uint256 id = 1; id <= vault.positionCount(); ++id) {
                IPositionSource.PositionView memory p = vault.describePosition(id);
                if (p.seriesId != seriesIds[i]) continue;
                (sizeE8, collateral) = (sizeE8 + p.sizeE8, collateral + p.collateral);
                if (p.active) ++count;
            }
            assertEq(state.shortOiE8, sizeE8);
            assertEq(state.collateral, collateral);
            assertEq(state.unsettledCount, count);
            uint256 supply;
            for (uint256 a = 0; a < 3; ++a) supply += longs.balanceOf(actors[a], seriesIds[i]);
            if (state.priceE8 == 0) assertEq(supply, sizeE8);
        }
    }

    function invariant_PotPaysNoMoreThanOwedAndOnlyShrinksByRedemption() external view {
        for (uint256 i = 0; i < 4; ++i) {
            SeriesState memory state = vault.seriesState(seriesIds[i]);
            assertLe(state.pot, state.owed);
            assertLe(state.potLeft, state.pot);
        }
    }

    /// @dev Everybody leaves: every position is settled, every long redeemed, every claim paid, and only donations and
    /// rounding dust stay behind.
    function afterInvariant() external {
        handler.expire(0);
        uint256 count = vault.positionCount();
        for (uint256 id = 1; id <= count; ++id) vault.settle(_ids(id));
        for (uint256 i = 0; i < 4; ++i) {
            if (vault.seriesState(seriesIds[i]).priceE8 == 0) continue;
            for (uint256 a = 0; a < 3; ++a) {
                vault.redeemFor(actors[a], seriesIds[i], uint128(longs.balanceOf(actors[a], seriesIds[i])));
            }
            assertLe(vault.seriesState(seriesIds[i]).potLeft, count + 3);
        }
        invariant_BalanceCoversEverythingOwed();
        invariant_SeriesSumsMatchPositionsAndLongs();
        for (uint256 a = 0; a < 3; ++a) {
            _claimAll(IERC20(address(base)), actors[a]);
            _claimAll(IERC20(address(quote)), actors[a]);
        }
    }

    function _claimAll(IERC20 token, address account) private {
        if (vault.claimable(address(token), account) == 0) return;
        vm.prank(account);
        vault.claim(address(token), account);
    }
}
