// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {MarketValves, SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {HandlerReport, Tally} from "../helpers/HandlerStats.sol";
import {VaultFixture} from "./VaultFixture.sol";
import {VaultHandler} from "./VaultHandler.sol";
import {World} from "./VaultHandlerBase.sol";

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
        vault.setMarketValves(MARKET, MarketValves(type(uint64).max, type(uint64).max, 1 days));
        handler = new VaultHandler(World(vault, feed, settlement, oracle, actors, seriesIds, EXPIRY, address(this)));
        feed.transferOwnership(address(handler));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = VaultHandler.step.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
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

    /// @dev Equal but for what was donated: so every flow in and out is accounted for (1, 5, 6).
    function invariant_01_05_06_BalanceIsWhatIsOwedPlusDonations() public view {
        assertEq(base.balanceOf(address(vault)), _obligations(false) + handler.donated(address(base)));
        assertEq(quote.balanceOf(address(vault)), _obligations(true) + handler.donated(address(quote)));
    }

    /// @dev Checked by the handler at every call: 7, 8, 10, 19, 23, 24, 27.
    function invariant_07_08_10_19_23_24_26_27_28_35_NoCallBreaksItsRule() external view {
        assertEq(handler.broken(), "");
        _checkTheLockIsOpen();
        _checkSettlementPrice();
        _checkPots();
    }

    /// @dev The lock is open after every call: a view would revert (35).
    function _checkTheLockIsOpen() private view {
        vault.positionCount();
    }

    /// @dev A written settlement price stays (26).
    function _checkSettlementPrice() private view {
        (uint64 priceE8, bool isFinal) = settlement.settlementPrice(MARKET, EXPIRY);
        for (uint256 i = 0; i < 4; ++i) {
            uint64 used = vault.seriesState(seriesIds[i]).priceE8;
            assertTrue(used == 0 || (isFinal && used == priceE8));
        }
    }

    function invariant_02_03_SeriesSumsMatchPositionsAndLongs() public view {
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

    function _checkPots() private view {
        for (uint256 i = 0; i < 4; ++i) {
            SeriesState memory state = vault.seriesState(seriesIds[i]);
            assertLe(state.pot, state.owed);
            assertLe(state.potLeft, state.pot);
        }
    }

    /// @dev Everybody leaves: every position is settled, every long redeemed, every claim paid, and only donations and
    /// rounding dust stay behind.
    function afterInvariant() external {
        HandlerReport.add("VaultHandler", handler.tallies());
        handler.expire();
        uint256 count = vault.positionCount();
        uint256 redemptions = _successesOf("redeem");
        for (uint256 id = 1; id <= count; ++id) vault.settle(_ids(id));
        for (uint256 i = 0; i < 4; ++i) {
            if (vault.seriesState(seriesIds[i]).priceE8 == 0) continue;
            for (uint256 a = 0; a < 3; ++a) {
                vault.redeemFor(actors[a], seriesIds[i], uint128(longs.balanceOf(actors[a], seriesIds[i])));
            }
            // Each position and each redemption leaves less than a unit.
            assertLe(vault.seriesState(seriesIds[i]).potLeft, count + 3 + redemptions);
        }
        invariant_01_05_06_BalanceIsWhatIsOwedPlusDonations();
        invariant_02_03_SeriesSumsMatchPositionsAndLongs();
        for (uint256 a = 0; a < 3; ++a) {
            _claimAll(IERC20(address(base)), actors[a]);
            _claimAll(IERC20(address(quote)), actors[a]);
        }
    }

    function _successesOf(string memory action) private view returns (uint256 successes) {
        Tally[] memory list = handler.tallies();
        for (uint256 i = 0; i < list.length; ++i) {
            if (keccak256(bytes(list[i].action)) == keccak256(bytes(action))) successes += list[i].successes;
        }
    }

    function _claimAll(IERC20 token, address account) private {
        if (vault.claimable(address(token), account) == 0) return;
        vm.prank(account);
        vault.claim(address(token), account);
    }
}
