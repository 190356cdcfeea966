// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IHedgeMandate} from "../interfaces/IHedgeMandate.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IPerpVenue} from "../interfaces/IPerpVenue.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {HedgeGround, MandateTerms, MandateUse, PriceBound} from "../types/HedgeTypes.sol";
import {MandateLimits} from "./MandateLimits.sol";

/// @title Mandate that hedges the net delta of an insurance fund
contract HedgeMandate is IHedgeMandate, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;
    /// @dev Long enough for honest closers to be there first, short against what a position can lose meanwhile.
    uint256 private constant PUBLIC_RAMP_SEC = 1 hours;

    /// @inheritdoc IHedgeMandate
    IInsuranceFund public immutable FUND;
    /// @inheritdoc IHedgeMandate
    IPerpVenue public immutable VENUE;
    /// @inheritdoc IHedgeMandate
    IPriceGuard public immutable PRICE_GUARD;
    /// @inheritdoc IHedgeMandate
    uint24 public immutable MARKET_ID;
    IERC20 private immutable _TOKEN;

    MandateTerms private _terms;
    MandateUse private _used;

    modifier onlyActive() {
        _requireCaller(_terms.hedger);
        if (_used.isPaused) revert MandateIsPaused();
        if (_hasEnded()) revert MandateExpired(_used.until);
        _;
    }

    /// @param authority the access manager
    constructor(
        address authority,
        HedgeGround memory ground,
        MandateTerms memory initialTerms
    ) AccessManaged(authority) {
        (FUND, VENUE) = (ground.fund, ground.venue);
        (PRICE_GUARD, MARKET_ID) = (ground.priceGuard, ground.marketId);
        address asset = ground.fund.asset();
        address marginToken = ground.venue.MARGIN_TOKEN();
        if (marginToken != asset) revert MandateTokenMismatch(marginToken, asset);
        _TOKEN = IERC20(asset);
        _setTerms(initialTerms);
    }

    /// @inheritdoc IHedgeMandate
    function reportNetDelta(int64 netDeltaE8, uint40 observedAt) external {
        _requireCaller(_terms.reporter);
        uint256 life = _terms.targetLifeSec;
        bool isNew = observedAt > _used.observedAt && observedAt <= block.timestamp;
        if (!isNew || observedAt + life < block.timestamp) {
            revert MandateObservationInvalid(observedAt, _used.observedAt, life);
        }
        // The most negative value has no opposite and reverts.
        (_used.targetE8, _used.observedAt) = (-netDeltaE8, observedAt);
        emit NetDeltaReported(netDeltaE8, observedAt);
    }

    /// @inheritdoc IHedgeMandate
    function trade(int64 sizeE8) external onlyActive nonReentrant returns (uint256 priceE8) {
        _requireRested();
        int256 position = VENUE.positionOf(address(this));
        _requireTowardsTarget(sizeE8, position);
        _useTurnover(_growth(sizeE8, position));
        _used.tradedAt = uint40(block.timestamp);
        (uint256 spotE8, ) = PRICE_GUARD.spotE8(MARKET_ID);
        return _execute(sizeE8, position, PriceBound(spotE8, _terms.slippageBps));
    }

    /// @inheritdoc IHedgeMandate
    function reduce(uint64 sizeE8) external nonReentrant returns (uint256 priceE8) {
        bool isHedger = msg.sender == _terms.hedger;
        if (!isHedger && !_hasEnded()) revert MandateNotAllowed(msg.sender, _terms.hedger);
        (uint256 spotE8, ) = PRICE_GUARD.spotE8(MARKET_ID);
        return _shrink(sizeE8, PriceBound(spotE8, isHedger ? _terms.slippageBps : publicSlippageBps()));
    }

    /// @inheritdoc IHedgeMandate
    function postMargin(uint128 amount) external onlyActive nonReentrant {
        uint256 margin = uint256(_used.netMargin) + amount;
        uint256 limit = marginLimit();
        if (margin > limit) revert MandateMarginTooLarge(margin, limit);
        // Fits: the limit has 128 bits.
        _used.netMargin = uint128(margin);
        emit MarginMoved(msg.sender, SafeCast.toInt256(amount), uint128(margin));
        uint256 before = _TOKEN.balanceOf(address(this));
        _TOKEN.forceApprove(address(VENUE), amount);
        VENUE.depositMargin(amount);
        // Nothing is left of the allowance where this holds.
        _requireBalance(before - amount);
    }

    /// @inheritdoc IHedgeMandate
    function takeMargin(uint128 amount) external nonReentrant returns (uint256 received) {
        if (msg.sender != _terms.hedger) {
            if (!_hasEnded()) revert MandateNotAllowed(msg.sender, _terms.hedger);
            // Taking margin from under a position is a way to have it liquidated.
            int256 position = VENUE.positionOf(address(this));
            if (position != 0) revert MandatePositionOpen(position);
        }
        return _bringHome(amount);
    }

    /// @inheritdoc IHedgeMandate
    function pause() external restricted {
        _setPaused(true);
    }

    /// @inheritdoc IHedgeMandate
    function unwind(uint64 sizeE8, uint128 amount) external restricted nonReentrant {
        if (sizeE8 != 0) _shrink(sizeE8, PriceBound(_spotOrMarkE8(), _terms.slippageBps));
        if (amount != 0) _bringHome(amount);
    }

    /// @inheritdoc IHedgeMandate
    function endMandate() external restricted {
        _used.until = uint40(block.timestamp);
        emit MandateEnded();
    }

    /// @inheritdoc IHedgeMandate
    function setTerms(MandateTerms calldata newTerms) external restricted {
        _setTerms(newTerms);
    }

    /// @inheritdoc IHedgeMandate
    function resume() external restricted {
        _setPaused(false);
    }

    /// @inheritdoc IHedgeMandate
    function release(address to, uint256 amount) external restricted nonReentrant {
        emit CapitalReleased(to, amount);
        _TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IHedgeMandate
    function payFund(uint256 amount) external restricted nonReentrant {
        if (FUND.totalSupply() == 0) revert MandateFundEmpty();
        emit CapitalReleased(address(FUND), amount);
        _TOKEN.forceApprove(address(FUND), amount);
        FUND.contribute(amount);
    }

    /// @inheritdoc IHedgeMandate
    function terms() external view returns (MandateTerms memory current) {
        return _terms;
    }

    /// @inheritdoc IHedgeMandate
    function used() external view returns (MandateUse memory current) {
        return _used;
    }

    /// @inheritdoc IHedgeMandate
    function marginLimit() public view returns (uint256 amount) {
        // No underflow: the fund keeps both inside its assets.
        uint256 free = FUND.totalAssets() - FUND.reserved() - FUND.receivable();
        return Math.min(_terms.maxMargin, (free * _terms.marginShareBps) / BPS);
    }

    /// @inheritdoc IHedgeMandate
    function turnoverLeftE8() public view returns (uint256 sizeE8) {
        return Math.saturatingSub(_terms.maxTurnoverE8, _turnoverInUse());
    }

    /// @inheritdoc IHedgeMandate
    function publicSlippageBps() public view returns (uint256 slippageBps) {
        uint256 sinceSec = Math.saturatingSub(block.timestamp, _used.until);
        return (_terms.slippageBps * Math.min(sinceSec, PUBLIC_RAMP_SEC)) / PUBLIC_RAMP_SEC;
    }

    /// @dev The venue's answer is held against what was asked; what it keeps for itself is bounded by the margin it has.
    function _execute(int256 sizeE8, int256 position, PriceBound memory bound) private returns (uint256 priceE8) {
        uint256 slack = (bound.referenceE8 * bound.slippageBps) / BPS;
        bool isBuy = sizeE8 > 0;
        uint256 limitE8 = isBuy ? bound.referenceE8 + slack : bound.referenceE8 - slack;
        uint256 before = _TOKEN.balanceOf(address(this));
        priceE8 = VENUE.trade(sizeE8, limitE8);
        if (isBuy ? priceE8 > limitE8 : priceE8 < limitE8) revert MandateVenueMismatch(priceE8, limitE8);
        int256 found = VENUE.positionOf(address(this));
        if (found != position + sizeE8) {
            revert MandateVenueMismatch(SignedMath.abs(found), SignedMath.abs(position + sizeE8));
        }
        _requireBalance(before);
        emit Hedged(msg.sender, sizeE8, priceE8, bound.referenceE8, found);
    }

    /// @dev Uses no turnover: what shrinks has grown before, and paid for it.
    function _shrink(uint64 sizeE8, PriceBound memory bound) private returns (uint256 priceE8) {
        int256 position = VENUE.positionOf(address(this));
        if (sizeE8 == 0 || sizeE8 > SignedMath.abs(position)) revert MandateReductionTooLarge(sizeE8, position);
        int256 size = int256(uint256(sizeE8));
        return _execute(position > 0 ? -size : size, position, bound);
    }

    /// @dev Counts what arrives, so that a venue that pays less delays nothing and forgives nothing.
    function _bringHome(uint256 amount) private returns (uint256 received) {
        uint256 before = _TOKEN.balanceOf(address(this));
        VENUE.withdrawMargin(amount);
        received = _TOKEN.balanceOf(address(this)) - before;
        // Gains beyond the margin are capital of the mandate; they buy no room.
        uint128 netMargin = uint128(Math.saturatingSub(_used.netMargin, received));
        _used.netMargin = netMargin;
        emit MarginMoved(msg.sender, -SafeCast.toInt256(received), netMargin);
    }

    function _useTurnover(uint256 sizeE8) private {
        uint256 left = turnoverLeftE8();
        if (sizeE8 > left) revert MandateTurnover(sizeE8, left);
        // Fits: what is in use is one of 64 bits that only falls, and what is left of the limit ends below it.
        (_used.turnoverE8, _used.turnoverAt) = (uint64(_turnoverInUse() + sizeE8), uint40(block.timestamp));
    }

    function _setTerms(MandateTerms memory newTerms) private {
        MandateLimits.requireValid(newTerms);
        // Whoever replaces a reporter does not believe the last number of the old one.
        if (newTerms.reporter != _terms.reporter) (_used.targetE8, _used.observedAt) = (0, 0);
        _terms = newTerms;
        // Times beyond 40 bits are 34 000 years away.
        _used.until = uint40(block.timestamp + newTerms.lifeSec);
        emit MandateTermsSet(newTerms, _used.until);
    }

    function _setPaused(bool isPaused) private {
        _used.isPaused = isPaused;
        emit MandatePaused(isPaused);
    }

    /// @dev What is in use falls evenly, by the whole limit in a window: no edge at which two budgets meet.
    function _turnoverInUse() private view returns (uint256 sizeE8) {
        uint256 back = (uint256(_terms.maxTurnoverE8) * (block.timestamp - _used.turnoverAt)) / _terms.windowSec;
        return Math.saturatingSub(_used.turnoverE8, back);
    }

    /// @dev What a trade adds to the position; beyond zero all of it.
    function _growth(int256 sizeE8, int256 position) private pure returns (uint256 growthE8) {
        int256 found = position + sizeE8;
        bool isCrossing = position > 0 != found > 0;
        return isCrossing ? SignedMath.abs(found) : Math.saturatingSub(SignedMath.abs(found), SignedMath.abs(position));
    }

    function _requireRested() private view {
        uint256 restedAt = uint256(_used.tradedAt) + _terms.coolDownSec;
        if (block.timestamp < restedAt) revert MandateCoolingDown(restedAt);
    }

    function _requireTowardsTarget(int256 sizeE8, int256 position) private view {
        (int256 target, uint256 observedAt) = (_used.targetE8, _used.observedAt);
        if (observedAt + _terms.targetLifeSec < block.timestamp) {
            revert MandateTargetStale(observedAt, _terms.targetLifeSec);
        }
        int256 most = int256(uint256(_terms.maxSizeE8));
        target = SignedMath.max(-most, SignedMath.min(target, most));
        int256 gap = target - position;
        bool isTowards = sizeE8 != 0 && sizeE8 > 0 == gap > 0;
        bool isNeeded = SignedMath.abs(gap) > _terms.toleranceE8;
        if (!isTowards || !isNeeded || SignedMath.abs(sizeE8) > SignedMath.abs(gap)) {
            revert MandateDirection(sizeE8, position, target);
        }
    }

    function _requireCaller(address allowed) private view {
        if (msg.sender != allowed) revert MandateNotAllowed(msg.sender, allowed);
    }

    function _requireBalance(uint256 expected) private view {
        uint256 found = _TOKEN.balanceOf(address(this));
        if (found != expected) revert MandateVenueMismatch(found, expected);
    }

    /// @dev Only the guardian comes here, so that nobody can have the mark taken by sending too little gas.
    function _spotOrMarkE8() private view returns (uint256 priceE8) {
        try PRICE_GUARD.spotE8(MARKET_ID) returns (uint64 spotE8, uint40) {
            return spotE8;
        } catch {
            return VENUE.markE8();
        }
    }

    function _hasEnded() private view returns (bool hasEnded) {
        return block.timestamp >= _used.until;
    }
}
