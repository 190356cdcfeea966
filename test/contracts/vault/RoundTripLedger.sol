// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SettlementOracle} from "../../../contracts/feeds/SettlementOracle.sol";
import {IOptionToken} from "../../../contracts/interfaces/IOptionToken.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {MarginMath, Payoff} from "../../../contracts/libraries/MarginMath.sol";
import {Series, SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {CountingHandler} from "../fund/CountingHandler.sol";
import {RiskOracleDouble} from "./RiskOracleDouble.sol";

/// @notice What the handler of round trips acts on; calls (base) and puts (quote) by turns in `seriesIds`.
struct TripWorld {
    IOptionVault vault;
    PhasedTestFeed feed;
    SettlementOracle settlement;
    RiskOracleDouble oracle;
    address[3] actors;
    address bystander;
    uint256[4] seriesIds;
    uint40 expiry;
}

/// @title What accounts are worth at one price, exactly
/// @notice In token units × the payoff's denominator, so that nothing is rounded: balances and claims, longs at intrinsic
/// value, positions at collateral less what they owe, and not below zero, for nobody pays more than his collateral.
abstract contract RoundTripLedger is CountingHandler {
    /// @notice Of calls and of puts.
    struct Worth {
        uint256[2] actors;
        uint256[2] bystander;
    }

    uint24 internal constant MARKET_ID = 1;
    /// @dev No round number divides it.
    uint64 private constant FIRST_PRICE = 61_803.39887499e8;

    TripWorld internal _w;
    uint64 public priceE8 = FIRST_PRICE;
    /// @notice Call that broke the rule first.
    string public broken;
    string[20] private _names = [
        "open",
        "mint more",
        "add",
        "remove",
        "close",
        "move longs",
        "move position",
        "flag",
        "unflag",
        "burn",
        "take over",
        "reclassify",
        "donate",
        "claim",
        "score",
        "price",
        "expire",
        "settle",
        "settle beside",
        "redeem"
    ];

    constructor(TripWorld memory world) {
        _w = world;
    }

    /// @notice What the three and the bystander are worth now.
    function worth() public view returns (Worth memory sums) {
        for (uint256 side = 0; side < 2; ++side) {
            sums.bystander[side] = _worthOf(_w.bystander, side == 1);
            for (uint256 i = 0; i < 3; ++i) sums.actors[side] += _worthOf(_w.actors[i], side == 1);
        }
    }

    /// @notice Ends the life of all series at the price of now.
    function expire() public {
        if (block.timestamp >= _w.expiry) return;
        vm.warp(_w.expiry - 1);
        _refresh();
        vm.warp(_w.expiry + 1);
        _refresh();
        (uint80 roundId, , , , ) = _w.feed.latestRoundData();
        _w.settlement.settlePrice(MARKET_ID, _w.expiry, roundId);
    }

    function _worthOf(address account, bool isPut) private view returns (uint256 sum) {
        address token = _token(isPut);
        uint256 tokens = IERC20(token).balanceOf(account) + _w.vault.claimable(token, account);
        for (uint256 i = 0; i < 4; ++i) {
            if ((_w.seriesIds[i] & 1 == 1) != isPut) continue;
            Payoff memory payoff = _payoff(_w.seriesIds[i]);
            sum += _longs(_w.seriesIds[i], account) * payoff.unit * payoff.intrinsicE8;
        }
        for (uint256 id = 1; id <= _w.vault.positionCount(); ++id) {
            IPositionSource.PositionView memory p = _w.vault.describePosition(id);
            if (!p.active || p.owner != account || (p.seriesId & 1 == 1) != isPut) continue;
            Payoff memory payoff = _payoff(p.seriesId);
            (uint256 held, uint256 owed) = (
                p.collateral * payoff.denominator,
                p.sizeE8 * payoff.unit * payoff.intrinsicE8
            );
            if (held > owed) sum += held - owed;
        }
        return sum + tokens * _payoff(_w.seriesIds[isPut ? 0 : 1]).denominator;
    }

    function _compare(Worth memory before, Worth memory later, string memory name) internal {
        for (uint256 side = 0; side < 2; ++side) {
            bool holds = later.actors[side] <= before.actors[side] && later.bystander[side] == before.bystander[side];
            if (!holds && bytes(broken).length == 0) broken = name;
        }
    }

    /// @dev Within ± 15 %, now and then a jump to half or double.
    function _movePrice(uint256 a, uint256 b) internal {
        uint256 moved = (uint256(priceE8) * (8_500 + (a % 3_000))) / 10_000;
        if (b % 8 == 0) moved = b % 16 == 0 ? moved / 2 : moved * 2;
        moved = moved < 1_000e8 ? 1_000e8 : moved;
        priceE8 = uint64(moved > 1_000_000e8 ? 1_000_000e8 : moved) | 1;
        _refresh();
    }

    /// @notice A price of the test's choice.
    function setPrice(uint64 chosenE8) external {
        priceE8 = chosenE8;
        _refresh();
    }

    function _refresh() internal {
        _w.feed.push(int192(uint192(priceE8)), uint64(block.timestamp));
    }

    /// @dev Not up to the expiry.
    function _wait(uint256 sec) internal {
        if (block.timestamp + sec + 2 hours < _w.expiry) vm.warp(block.timestamp + sec);
        _refresh();
    }

    /// @dev The first active position of the three at or after the drawn one, or 0.
    function _own(uint256 seed) internal view returns (uint256 id, IPositionSource.PositionView memory p) {
        uint256 count = _w.vault.positionCount();
        for (uint256 i = 0; i < count; ++i) {
            id = 1 + (((seed % count) + i) % count);
            p = _w.vault.describePosition(id);
            if (p.active && p.owner != _w.bystander) return (id, p);
        }
        id = 0;
    }

    /// @dev Another position of the owner in the series, or 0.
    function _sibling(uint256 id, uint256 seriesId, address owner) internal view returns (uint256 other) {
        for (other = _w.vault.positionCount(); other != 0; --other) {
            IPositionSource.PositionView memory p = _w.vault.describePosition(other);
            if (other != id && p.active && p.owner == owner && p.seriesId == seriesId) return other;
        }
    }

    /// @dev All longs of the three go to one of them.
    function _gather(uint256 seriesId, address to) internal {
        for (uint256 i = 0; i < 3; ++i) {
            _pass(seriesId, _w.actors[i], to, _longs(seriesId, _w.actors[i]));
        }
    }

    /// @dev Longs change hands.
    function _pass(uint256 seriesId, address from, address to, uint256 amountE8) internal {
        IOptionToken token = _w.vault.TOKEN();
        vm.prank(from);
        token.transfer(to, seriesId, amountE8);
    }

    /// @dev One of the three settles what the three wrote; somebody else what the bystander wrote.
    function _settle(bool isBeside) internal {
        uint256[] memory ids = new uint256[](1);
        for (uint256 id = 1; id <= _w.vault.positionCount(); ++id) {
            if ((_w.vault.describePosition(id).owner == _w.bystander) != isBeside) continue;
            ids[0] = id;
            if (!isBeside) vm.prank(_w.actors[id % 3]);
            _w.vault.settle(ids);
        }
    }

    function _longs(uint256 seriesId, address account) internal view returns (uint128 amountE8) {
        return uint128(_w.vault.TOKEN().balanceOf(account, seriesId));
    }

    /// @dev Full collateral of a size, and what the market asks at least.
    function _maxLoss(uint256 seriesId, uint256 sizeE8) internal view returns (uint128 amount) {
        return uint128(MarginMath.maxLossUp(_payoff(seriesId), sizeE8)) + 1;
    }

    function _token(bool isPut) internal view returns (address token) {
        return isPut ? _w.vault.market(MARKET_ID).quote : _w.vault.market(MARKET_ID).base;
    }

    function _nameOf(uint8 act) internal view returns (string memory name) {
        return _names[act];
    }

    function _payoff(uint256 seriesId) private view returns (Payoff memory payoff) {
        Series memory series = SeriesId.decode(seriesId);
        return MarginMath.payoffAt(series.isPut, series.strikeE8, priceE8, series.isPut ? 6 : 8);
    }
}
