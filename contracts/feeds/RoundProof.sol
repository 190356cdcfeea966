// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {FeedSource, PhaseEnd} from "../types/FeedTypes.sol";
import {FeedReader} from "./FeedReader.sol";

/// @title Proof that a round is the first of a feed at or after a time
/// @notice Only `getRoundData` of the proxy is read: aggregators behind it may refuse every other caller.
abstract contract RoundProof is ISettlementOracle {
    using FeedReader for FeedSource;

    uint256 private constant PHASE_SHIFT = 64;
    /// @dev Ids without a round that are passed over; offchain-reporting aggregators leave none.
    uint256 private constant MAX_GAP = 16;

    mapping(address feed => mapping(uint16 phase => PhaseEnd)) private _phaseEnds;

    /// @inheritdoc ISettlementOracle
    function phaseEnd(address feed, uint16 phase) external view returns (PhaseEnd memory end) {
        return _phaseEnds[feed][phase];
    }

    function _recordPhaseEnd(FeedSource memory source, uint16 phase, uint64 round) internal {
        address feed = address(source.feed);
        uint256 updatedAt;
        if (round != 0) {
            (, updatedAt) = source.round(_roundId(phase, round));
            if (updatedAt == 0 || updatedAt > block.timestamp) revert SettlementPhaseEndWrong(feed, phase, round);
        }
        for (uint256 next = uint256(round) + 1; next <= uint256(round) + MAX_GAP && next <= type(uint64).max; ++next) {
            if (_exists(source, _roundId(phase, next))) revert SettlementPhaseEndWrong(feed, phase, round);
        }
        _phaseEnds[feed][phase] = PhaseEnd(round, uint40(updatedAt), true);
        emit PhaseEndRecorded(feed, phase, round, uint40(updatedAt));
    }

    /// @dev Price of the round, after showing that it lies in [expiry, expiry + delay] and that nothing before it does.
    function _provenPriceE8(
        FeedSource memory source,
        uint80 roundId,
        uint40 expiry,
        uint32 delaySec
    ) internal view returns (uint64 priceE8) {
        (int256 answer, uint256 updatedAt) = source.round(roundId);
        // A time ahead of the block would be a faulty feed, never a settled one.
        if (updatedAt < expiry || updatedAt > uint256(expiry) + delaySec || updatedAt > block.timestamp) {
            revert SettlementRoundOutOfWindow(roundId, updatedAt, expiry, delaySec);
        }
        // Both candidates are needed: an aggregator may have rounds from before it became the current phase, so that its
        // first round after expiry can come second in the order of ids.
        bool isProven = _hasPredecessorInPhase(source, roundId, expiry);
        if (!_hasEarlierPhase(source, roundId, expiry) && !isProven) revert SettlementRoundUnproven(roundId, 0, 0);
        return source.roundPriceE8(roundId, answer);
    }

    function _hasPredecessorInPhase(
        FeedSource memory source,
        uint80 roundId,
        uint40 expiry
    ) private view returns (bool has) {
        uint256 round = uint64(roundId);
        for (uint256 gap = 0; round > 1 && gap <= MAX_GAP; ++gap) {
            uint80 previous = roundId - uint80(gap) - 1;
            (, uint256 updatedAt) = source.round(previous);
            if (updatedAt >= expiry) revert SettlementRoundUnproven(roundId, previous, updatedAt);
            if (updatedAt != 0) return true;
            --round;
        }
        // A longer gap proves nothing: an unread id may hold a round after expiry.
        if (round > 1) revert SettlementRoundUnproven(roundId, roundId - uint80(MAX_GAP) - 1, 0);
    }

    /// @dev The nearest earlier phase that has a round must have ended before expiry; phases without rounds are passed over.
    function _hasEarlierPhase(FeedSource memory source, uint80 roundId, uint40 expiry) private view returns (bool has) {
        address feed = address(source.feed);
        for (uint16 phase = uint16(roundId >> PHASE_SHIFT); phase > 1;) {
            --phase;
            PhaseEnd memory end = _phaseEnds[feed][phase];
            if (!end.isRecorded) revert SettlementPhaseEndUnknown(feed, phase);
            // A replaced aggregator may go on reporting, so what was recorded need not hold any more.
            if (_exists(source, _roundId(phase, uint256(end.round) + 1))) {
                revert SettlementPhaseEndWrong(feed, phase, end.round);
            }
            if (end.round == 0) continue;
            if (end.updatedAt >= expiry) {
                revert SettlementRoundUnproven(roundId, uint80(_roundId(phase, end.round)), end.updatedAt);
            }
            return true;
        }
    }

    function _exists(FeedSource memory source, uint256 roundId) private view returns (bool exists) {
        (, uint256 updatedAt) = source.round(roundId);
        return updatedAt != 0;
    }

    function _roundId(uint16 phase, uint256 round) private pure returns (uint256 roundId) {
        return (uint256(phase) << PHASE_SHIFT) | round;
    }
}
