// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SettlementOracle} from "../../../contracts/feeds/SettlementOracle.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {CoverStatus} from "../../../contracts/types/FundTypes.sol";
import {SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {CountingHandler} from "../fund/CountingHandler.sol";

/// @title Opens puts, lets them expire, and settles, redeems, opens early in any order
/// @notice Every action prepares what it needs where that is missing, so that most succeed.
contract CoverHandler is CountingHandler {
    struct World {
        IOptionVault vault;
        InsuranceFund fund;
        TestToken quote;
        PhasedTestFeed feed;
        SettlementOracle settlement;
        address[3] actors;
        address lp;
        uint40 expiry;
    }

    uint256 public constant SERIES = 8;

    World private _w;
    uint256[SERIES] public seriesAt;
    bool public priceChanged;
    bool public ratioMoved;
    bool public payoutUnequal;
    bool public capBroken;
    uint256 public collateralIn;
    uint256 public collateralSettled;
    uint256 public donated;
    mapping(uint256 seriesId => bool) public hasShortfall;
    mapping(uint256 seriesId => uint64) private _priceOf;
    mapping(uint256 seriesId => bytes32) private _ratioOf;

    constructor(World memory world) {
        _w = world;
        for (uint256 i = 0; i < SERIES; ++i) {
            // Two strikes on four days.
            uint64 strike = uint64(54_000e8 + (i % 2) * 9_000e8);
            seriesAt[i] = world.vault.seriesIdOf(1, strike, world.expiry + uint40((i / 2) * 1 days), true);
        }
    }

    function open(uint256 series, uint64 sizeE8, uint64 extra) external {
        _attempt("open", abi.encodeCall(this.doOpen, (series, sizeE8, extra)));
    }

    function settle(uint256 id) external {
        _attempt("settle", abi.encodeCall(this.doSettle, (id, 1)));
    }

    function settleMany(uint256 id) external {
        _attempt("settle many", abi.encodeCall(this.doSettle, (id, 5)));
    }

    function redeem(uint256 series, uint256 actor, uint64 amount) external {
        _attempt("redeem", abi.encodeCall(this.doRedeem, (series, actor, amount)));
    }

    function openEarly(uint256 series) external {
        _attempt("open early", abi.encodeCall(this.doOpenEarly, (series)));
    }

    function hold(uint256 series) external {
        _attempt("hold", abi.encodeCall(this.doHold, (series)));
    }

    function donate(uint64 amount) external {
        _attempt("donate", abi.encodeCall(this.doDonate, (amount)));
    }

    function collect() external {
        _attempt("collect", abi.encodeCall(this.doCollect, ()));
    }

    function deposit(uint64 amount) external {
        _attempt("deposit", abi.encodeCall(this.doDeposit, (amount)));
    }

    function doOpen(uint256 series, uint64 sizeE8, uint64 extra) external onlySelf {
        _open(series, sizeE8, extra);
    }

    function doSettle(uint256 seed, uint256 count) external onlySelf {
        uint256 first = _active(seed);
        uint256[] memory ids = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = first;
            uint256 seriesId = _w.vault.describePosition(first).seriesId;
            _expire(seriesId);
            first = 1 + (first % _w.vault.positionCount());
        }
        for (uint256 i = 0; i < count; ++i) _expire(_w.vault.describePosition(ids[i]).seriesId);
        _settle(ids);
    }

    function doRedeem(uint256 series, uint256 actor, uint64 amount) external onlySelf {
        uint256 seriesId = seriesAt[series % SERIES];
        for (uint256 i = 0; i < SERIES && _held(seriesId) == 0; ++i) seriesId = seriesAt[(series + i) % SERIES];
        if (_held(seriesId) == 0) seriesId = _w.vault.describePosition(_open(series, amount, amount)).seriesId;
        // Everything has expired and is redeemed: there is nothing left to do.
        if (_held(seriesId) == 0) return;
        _expire(seriesId);
        SeriesState memory state = _w.vault.seriesState(seriesId);
        if (state.unsettledCount != 0 && amount % 2 == 0) _settleSeries(seriesId);
        else if (state.unsettledCount != 0) _tryOpenEarly(seriesId);
        state = _w.vault.seriesState(seriesId);
        address holder = _w.actors[actor % 3];
        for (uint256 i = 0; i < 3 && _w.vault.TOKEN().balanceOf(holder, seriesId) == 0; ++i) {
            holder = _w.actors[(actor + i) % 3];
        }
        uint256 part = 1 + (amount % _w.vault.TOKEN().balanceOf(holder, seriesId));
        vm.prank(holder);
        uint256 payout = _w.vault.redeem(seriesId, uint128(part), holder);
        // At the ratio of the moment, q = 1 under a loan: whoever comes first or last gets the same per long.
        uint256 intrinsic = _intrinsicE8(seriesId, state.priceE8);
        uint256 full = (part * intrinsic) / 1e10;
        bool isLent = state.unsettledCount != 0;
        uint256 expected =
            isLent || state.owed == 0 ? full : (part * intrinsic * state.pot) / (1e10 * uint256(state.owed));
        if (payout != expected) payoutUnequal = true;
        _check(seriesId);
    }

    function doOpenEarly(uint256 series) external onlySelf {
        uint256 seriesId = _incomplete(series);
        _expire(seriesId);
        if (_intrinsicE8(seriesId, _settlementPrice(seriesId)) == 0) return;
        // More than the cap is refused: that is the rule, not a failure of the attempt.
        _tryOpenEarly(seriesId);
        _check(seriesId);
    }

    function doHold(uint256 series) external onlySelf {
        uint256 seriesId = _incomplete(series);
        _expire(seriesId);
        bool isHeld = _w.fund.seriesCover(seriesId).status != CoverStatus.NONE;
        if (isHeld || _w.vault.seriesState(seriesId).unsettledCount == 0) return;
        _w.vault.holdFund(seriesId);
    }

    function doDonate(uint64 amount) external onlySelf {
        amount %= 1e9;
        donated += amount;
        vm.prank(_w.lp);
        _w.quote.transfer(address(_w.vault), amount);
    }

    function doCollect() external onlySelf {
        if (_w.vault.claimable(address(_w.quote), address(_w.fund)) != 0) _w.fund.collect();
    }

    function doDeposit(uint64 amount) external onlySelf {
        if (_w.fund.maxDeposit(_w.lp) == 0) return;
        vm.prank(_w.lp);
        _w.fund.deposit(1 + (amount % 1e10), _w.lp);
    }

    function _open(uint256 series, uint64 sizeE8, uint64 extra) private returns (uint256 positionId) {
        uint256 seriesId = seriesAt[series % SERIES];
        for (uint256 i = 1; i < SERIES && block.timestamp + 2 hours > _expiryOf(seriesId); ++i) {
            seriesId = seriesAt[((series % SERIES) + i) % SERIES];
        }
        // Past the last day nothing can be opened any more.
        if (block.timestamp + 2 hours > _expiryOf(seriesId)) return _active(series);
        _push(60_000e8);
        sizeE8 = 1e5 + (sizeE8 % 3e7);
        (uint256 required, , ) = _w.vault.requiredCollateral(seriesId, sizeE8);
        uint256 collateral = required + (extra % 1e8);
        vm.prank(_w.actors[0]);
        positionId = _w.vault.open(seriesId, sizeE8, uint128(collateral), _w.actors[extra % 3]);
        collateralIn += collateral;
    }

    /// @dev Days before it first: a feed does not write rounds into the past.
    function _expire(uint256 seriesId) private {
        for (uint40 expiry = _w.expiry; expiry <= _expiryOf(seriesId); expiry += 1 days) _expireDay(expiry);
    }

    /// @dev The settlement price falls far enough for some series to be short, and depends on the day only.
    function _expireDay(uint40 expiry) private {
        (, bool isFinal) = _w.settlement.settlementPrice(1, expiry);
        if (isFinal) return;
        uint256 price = 42_000e8 + ((expiry - _w.expiry) / 1 days) * 3_000e8;
        if (block.timestamp < expiry) vm.warp(expiry - 1);
        _w.feed.push(int192(int256(price)), uint64(expiry - 1));
        if (block.timestamp < expiry + 60) vm.warp(expiry + 60);
        uint80 roundId = _w.feed.push(int192(int256(price)), uint64(expiry));
        _w.settlement.settlePrice(1, expiry, roundId);
    }

    function _settle(uint256[] memory ids) private {
        for (uint256 i = 0; i < ids.length; ++i) {
            IPositionSource.PositionView memory p = _w.vault.describePosition(ids[i]);
            uint256 owed =
                (uint256(p.sizeE8) * _intrinsicE8(p.seriesId, _settlementPrice(p.seriesId)) + 1e10 - 1) / 1e10;
            if (p.active && owed > p.collateral) hasShortfall[p.seriesId] = true;
            bool isRepeated;
            for (uint256 j = 0; j < i; ++j) isRepeated = isRepeated || ids[j] == ids[i];
            if (!isRepeated) collateralSettled += p.collateral;
        }
        uint256 assets = _w.fund.totalAssets();
        _w.vault.settle(ids);
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 seriesId = _w.vault.describePosition(ids[i]).seriesId;
            if (_w.fund.seriesCover(seriesId).loss * 10 > assets + 1e12) capBroken = true;
            _check(seriesId);
        }
    }

    function _settleSeries(uint256 seriesId) private {
        for (uint256 id = 1; id <= _w.vault.positionCount(); ++id) {
            IPositionSource.PositionView memory p = _w.vault.describePosition(id);
            if (p.seriesId != seriesId || !p.active) continue;
            uint256[] memory ids = new uint256[](1);
            ids[0] = id;
            _settle(ids);
        }
    }

    function _tryOpenEarly(uint256 seriesId) private {
        uint256 limit = _w.fund.reservationLimit();
        try _w.vault.openEarly(seriesId) returns (uint256 lent) {
            if (lent > limit || lent * 10 > _w.fund.totalAssets()) capBroken = true;
        } catch {
            _settleSeries(seriesId);
        }
    }

    /// @dev Price and ratio of a series, once there, must stay.
    function _check(uint256 seriesId) private {
        SeriesState memory state = _w.vault.seriesState(seriesId);
        if (_priceOf[seriesId] != 0 && _priceOf[seriesId] != state.priceE8) priceChanged = true;
        _priceOf[seriesId] = state.priceE8;
        if (state.unsettledCount != 0 || state.priceE8 == 0) return;
        bytes32 ratio = keccak256(abi.encode(state.pot, state.owed));
        if (_ratioOf[seriesId] != 0 && _ratioOf[seriesId] != ratio) ratioMoved = true;
        _ratioOf[seriesId] = ratio;
        if (state.pot > state.owed) ratioMoved = true;
    }

    function _push(uint64 priceE8) private {
        _w.feed.push(int192(int256(uint256(priceE8))), uint64(block.timestamp));
    }

    function _active(uint256 seed) private returns (uint256 id) {
        uint256 count = _w.vault.positionCount();
        for (uint256 i = 0; i < count; ++i) {
            id = 1 + (((seed % count) + i) % count);
            if (_w.vault.describePosition(id).active) return id;
        }
        return count == 0 ? _open(seed, uint64(seed), uint64(seed)) : 1;
    }

    function _incomplete(uint256 seed) private returns (uint256 seriesId) {
        return _w.vault.describePosition(_active(seed)).seriesId;
    }

    function _held(uint256 seriesId) private view returns (uint256 held) {
        for (uint256 i = 0; i < 3; ++i) held += _w.vault.TOKEN().balanceOf(_w.actors[i], seriesId);
    }

    function _settlementPrice(uint256 seriesId) private view returns (uint64 priceE8) {
        (priceE8, ) = _w.settlement.settlementPrice(1, _expiryOf(seriesId));
    }

    function _expiryOf(uint256 seriesId) private pure returns (uint40) {
        return uint40(seriesId >> 1);
    }

    function _intrinsicE8(uint256 seriesId, uint256 priceE8) private pure returns (uint256) {
        uint256 strike = uint64(seriesId >> 41);
        return strike > priceE8 ? strike - priceE8 : 0;
    }
}
