// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {FallbackBand, FeedSource, SecondSource, SettlementDispute, SettlementStatus} from "../types/FeedTypes.sol";
import {FeedReader} from "./FeedReader.sol";
import {PriceMath} from "./PriceMath.sol";
import {RoundProof} from "./RoundProof.sol";

/// @title Settlement prices proven by aggregator rounds
contract SettlementOracle is RoundProof, AccessManaged {
    using FeedReader for FeedSource;

    uint32 private constant LEAST_MAX_DELAY_SEC = 1 minutes;
    uint32 private constant GREATEST_MAX_DELAY_SEC = 1 days;
    uint256 private constant DISPUTE_SEC = 6 hours;
    uint256 private constant FALLBACK_AFTER_SEC = 36 hours;
    uint256 private constant BAND_BEFORE_SEC = 24 hours;
    uint256 private constant BAND_AFTER_SEC = 36 hours;
    uint256 private constant EXPIRY_SECOND_OF_DAY = 8 hours;
    /// @dev Three consecutive expiries share a word: price 64 bits, status 8 bits, 8 spare each. So two of three writes
    /// cost a change of a word instead of a new one.
    uint256 private constant LANES = 3;
    uint256 private constant LANE_BITS = 80;
    uint256 private constant LANE_MASK = 2 ** LANE_BITS - 1;
    uint256 private constant STATUS_SHIFT = 64;

    /// @notice Where feeds and plausible ranges of markets are kept.
    IPriceGuard public immutable PRICE_GUARD;

    /// @inheritdoc ISettlementOracle
    uint32 public maxDelaySec;

    mapping(uint24 marketId => mapping(uint256 group => uint256 word)) private _words;
    mapping(uint24 marketId => mapping(uint40 expiry => SettlementDispute)) private _disputes;
    mapping(uint24 marketId => mapping(uint40 expiry => FallbackBand)) private _bands;

    /// @param authority access manager
    constructor(address authority, IPriceGuard priceGuard, uint32 initialMaxDelaySec) AccessManaged(authority) {
        PRICE_GUARD = priceGuard;
        _setMaxDelay(initialMaxDelaySec);
    }

    /// @inheritdoc ISettlementOracle
    function settlePrice(uint24 marketId, uint40 expiry, uint80 roundId) external returns (uint64 priceE8) {
        SettlementStatus status = _requireProvable(marketId, expiry);
        (FeedSource memory first, ) = PRICE_GUARD.sources(marketId);
        uint32 delaySec = maxDelaySec;
        priceE8 = _provenPriceE8(first, roundId, expiry, delaySec);
        if (first.second == SecondSource.NONE) {
            _finalise(marketId, expiry, priceE8, roundId);
            return priceE8;
        }
        // By then every round of the second source that could confirm the price exists.
        uint256 until = uint256(expiry) + delaySec;
        if (block.timestamp <= until) revert SettlementSecondAwaited(until);
        _dispute(marketId, expiry, status, SettlementDispute(priceE8, uint40(block.timestamp), roundId), 0);
    }

    /// @inheritdoc ISettlementOracle
    function settlePriceOfTwo(
        uint24 marketId,
        uint40 expiry,
        uint80 roundId,
        uint80 secondRoundId
    ) external returns (uint64 priceE8) {
        SettlementStatus status = _requireProvable(marketId, expiry);
        (FeedSource memory first, FeedSource memory second) = PRICE_GUARD.sources(marketId);
        if (first.second == SecondSource.NONE) revert SettlementSecondMissing(marketId);
        uint32 delaySec = maxDelaySec;
        priceE8 = _provenPriceE8(first, roundId, expiry, delaySec);
        uint64 secondE8 = _provenPriceE8(second, secondRoundId, expiry, delaySec);
        if (PriceMath.isWithin(priceE8, secondE8, first.maxDeviationBps)) {
            _finalise(marketId, expiry, priceE8, roundId);
        } else {
            _dispute(marketId, expiry, status, SettlementDispute(priceE8, uint40(block.timestamp), roundId), secondE8);
        }
    }

    /// @inheritdoc ISettlementOracle
    function endDispute(uint24 marketId, uint40 expiry) external returns (uint64 priceE8) {
        SettlementDispute memory dispute = _requireDisputed(marketId, expiry);
        uint256 until = dispute.since + DISPUTE_SEC;
        if (block.timestamp < until) revert SettlementTime(block.timestamp, until);
        _finalise(marketId, expiry, dispute.proposedE8, dispute.roundId);
        return dispute.proposedE8;
    }

    /// @inheritdoc ISettlementOracle
    function sendToFallback(uint24 marketId, uint40 expiry) external restricted {
        uint256 until = _requireDisputed(marketId, expiry).since + DISPUTE_SEC;
        if (block.timestamp >= until) revert SettlementTime(block.timestamp, until);
        _write(marketId, expiry, 0, SettlementStatus.FALLBACK);
        emit SettlementSentToFallback(marketId, expiry);
    }

    /// @inheritdoc ISettlementOracle
    function setFallbackPrice(uint24 marketId, uint40 expiry, uint64 priceE8) external restricted {
        (, SettlementStatus status) = _read(marketId, expiry);
        if (status != SettlementStatus.FALLBACK && status != SettlementStatus.OPEN) {
            revert SettlementStatusWrong(marketId, expiry, status);
        }
        uint256 from = uint256(expiry) + FALLBACK_AFTER_SEC;
        if (block.timestamp < from) revert SettlementTime(block.timestamp, from);
        FallbackBand memory band = _bands[marketId][expiry];
        // Without a recorded round the lower end is 0 and so is the upper, which no price meets.
        if (priceE8 < band.lowE8 || priceE8 > band.highE8 || priceE8 == 0) {
            revert SettlementOutsideBand(priceE8, band.lowE8, band.highE8);
        }
        _finalise(marketId, expiry, priceE8, 0);
    }

    /// @inheritdoc ISettlementOracle
    function recordRound(uint24 marketId, uint40 expiry, bool ofSecond, uint80 roundId) external {
        (, SettlementStatus status) = _read(marketId, expiry);
        if (status == SettlementStatus.FINAL) revert SettlementAlreadyFinal(marketId, expiry);
        FeedSource memory source = _sourceOf(marketId, ofSecond);
        (int256 answer, uint256 updatedAt) = source.round(roundId);
        FallbackBand memory band = _bands[marketId][expiry];
        bool isLate = updatedAt > uint256(expiry) + BAND_AFTER_SEC;
        if (
            updatedAt == 0 ||
            updatedAt > block.timestamp ||
            updatedAt + BAND_BEFORE_SEC < expiry ||
            (isLate && band.lowE8 != 0 && !band.isLate)
        ) revert SettlementRoundNotRecordable(roundId, updatedAt);
        uint64 priceE8 = source.roundPriceE8(roundId, answer);
        // The first round near the expiry replaces whatever later ones had said.
        bool isFirst = band.lowE8 == 0 || (band.isLate && !isLate);
        if (isFirst || priceE8 < band.lowE8) band.lowE8 = priceE8;
        if (isFirst || priceE8 > band.highE8) band.highE8 = priceE8;
        band.isLate = isLate;
        _bands[marketId][expiry] = band;
        emit FallbackBandSet(marketId, expiry, band.lowE8, band.highE8, isLate);
    }

    /// @inheritdoc ISettlementOracle
    function recordPhaseEnd(uint24 marketId, bool ofSecond, uint16 phase, uint64 round) external {
        _recordPhaseEnd(_sourceOf(marketId, ofSecond), phase, round);
    }

    /// @inheritdoc ISettlementOracle
    function setMaxDelay(uint32 newMaxDelaySec) external restricted {
        _setMaxDelay(newMaxDelaySec);
    }

    /// @inheritdoc ISettlementOracle
    function settlementPrice(uint24 marketId, uint40 expiry) external view returns (uint64 priceE8, bool isFinal) {
        if (expiry % 1 days != EXPIRY_SECOND_OF_DAY) return (0, false);
        SettlementStatus status;
        (priceE8, status) = _read(marketId, expiry);
        return (priceE8, status == SettlementStatus.FINAL);
    }

    /// @inheritdoc ISettlementOracle
    function settlementStatus(
        uint24 marketId,
        uint40 expiry
    ) external view returns (SettlementStatus status, SettlementDispute memory dispute) {
        (, status) = _read(marketId, expiry);
        return (status, _disputes[marketId][expiry]);
    }

    /// @inheritdoc ISettlementOracle
    function fallbackBand(uint24 marketId, uint40 expiry) external view returns (FallbackBand memory band) {
        return _bands[marketId][expiry];
    }

    function _setMaxDelay(uint32 newMaxDelaySec) private {
        if (newMaxDelaySec < LEAST_MAX_DELAY_SEC || newMaxDelaySec > GREATEST_MAX_DELAY_SEC) {
            revert SettlementDelayInvalid(newMaxDelaySec);
        }
        maxDelaySec = newMaxDelaySec;
        emit MaxSettlementDelaySet(newMaxDelaySec);
    }

    function _finalise(uint24 marketId, uint40 expiry, uint64 priceE8, uint80 roundId) private {
        _write(marketId, expiry, priceE8, SettlementStatus.FINAL);
        emit SettlementPriceSet(marketId, expiry, priceE8, roundId);
    }

    function _dispute(
        uint24 marketId,
        uint40 expiry,
        SettlementStatus status,
        SettlementDispute memory dispute,
        uint64 secondE8
    ) private {
        // A second dispute would begin the six hours anew.
        if (status != SettlementStatus.OPEN) revert SettlementStatusWrong(marketId, expiry, status);
        _disputes[marketId][expiry] = dispute;
        _write(marketId, expiry, 0, SettlementStatus.DISPUTED);
        uint256 until = dispute.since + DISPUTE_SEC;
        emit SettlementDisputed(marketId, expiry, dispute.proposedE8, secondE8, dispute.roundId, until);
    }

    function _write(uint24 marketId, uint40 expiry, uint64 priceE8, SettlementStatus status) private {
        (uint256 group, uint256 shift) = _lane(expiry);
        uint256 lane = priceE8 | (uint256(status) << STATUS_SHIFT);
        uint256 word = _words[marketId][group];
        _words[marketId][group] = (word & ~(LANE_MASK << shift)) | (lane << shift);
    }

    function _requireProvable(uint24 marketId, uint40 expiry) private view returns (SettlementStatus status) {
        (, status) = _read(marketId, expiry);
        if (status == SettlementStatus.FINAL) revert SettlementAlreadyFinal(marketId, expiry);
        if (status == SettlementStatus.FALLBACK) revert SettlementStatusWrong(marketId, expiry, status);
        if (block.timestamp < expiry) revert SettlementBeforeExpiry(expiry, block.timestamp);
    }

    function _requireDisputed(uint24 marketId, uint40 expiry) private view returns (SettlementDispute memory dispute) {
        (, SettlementStatus status) = _read(marketId, expiry);
        if (status != SettlementStatus.DISPUTED) revert SettlementStatusWrong(marketId, expiry, status);
        return _disputes[marketId][expiry];
    }

    function _sourceOf(uint24 marketId, bool ofSecond) private view returns (FeedSource memory source) {
        (FeedSource memory first, FeedSource memory second) = PRICE_GUARD.sources(marketId);
        if (!ofSecond) return first;
        if (first.second == SecondSource.NONE) revert SettlementSecondMissing(marketId);
        return second;
    }

    function _read(uint24 marketId, uint40 expiry) private view returns (uint64 priceE8, SettlementStatus status) {
        (uint256 group, uint256 shift) = _lane(expiry);
        uint256 lane = _words[marketId][group] >> shift;
        return (uint64(lane), SettlementStatus(uint8(lane >> STATUS_SHIFT)));
    }

    /// @dev One expiry a day: two of one day would share a lane.
    function _lane(uint40 expiry) private pure returns (uint256 group, uint256 shift) {
        if (expiry % 1 days != EXPIRY_SECOND_OF_DAY) revert SettlementExpiryOffGrid(expiry);
        uint256 day = expiry / 1 days;
        return (day / LANES, (day % LANES) * LANE_BITS);
    }
}
