// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleCore} from "../interfaces/IRiskOracleCore.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {DeliveryState} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";
import {OracleStorage} from "./OracleStorage.sol";

/// @title When a report may enter: its times and its place in the order
abstract contract ReportGate is IRiskOracleCore, OracleStorage {
    /// @notice Greatest rise of the epoch: room for epochs counted in seconds, and 2^32 quorum reports away from a bricked
    /// counter.
    uint64 internal constant MAX_EPOCH_JUMP = 1 << 32;

    /// @inheritdoc IRiskOracleCore
    uint256 public immutable MAX_ARRIVAL_AGE_SEC;

    constructor(uint32 maxArrivalAgeSec) {
        if (maxArrivalAgeSec == 0) revert RiskOracleInvalidConfig();
        MAX_ARRIVAL_AGE_SEC = maxArrivalAgeSec;
    }

    /// @dev Either the next chunk of the running epoch, or chunk 0 of a later one.
    function _checkOrder(RiskReport calldata report, DeliveryState memory last) internal pure {
        bool continues = report.epoch == last.epoch && last.chunkIndex + 1 < last.chunkCount;
        // Narrowing casts: the lanes of the word are no wider than these fields.
        if (!continues) {
            uint64 maxEpoch = uint64(last.epoch) + MAX_EPOCH_JUMP;
            bool inRange = report.epoch > last.epoch && report.epoch <= maxEpoch;
            if (!inRange) revert RiskOracleEpoch(report.epoch, uint64(last.epoch), maxEpoch);
            if (report.observedAt < last.observedAt) {
                revert RiskOracleObservedAt(report.observedAt, last.observedAt, type(uint40).max);
            }
            bool countable = report.chunkCount != 0 && report.chunkCount <= DeliveryWord.MAX_CHUNKS;
            if (!countable) revert RiskOracleChunk(report.chunkIndex, report.chunkCount, 0, 1);
            _checkChunk(report, 0, report.chunkCount);
        } else {
            // Chunks of one epoch share one observation.
            if (report.observedAt != last.observedAt) {
                revert RiskOracleObservedAt(report.observedAt, last.observedAt, last.observedAt);
            }
            _checkChunk(report, uint16(last.chunkIndex + 1), uint16(last.chunkCount));
        }
    }

    function _checkTimes(RiskReport calldata report) internal view {
        uint256 latest = block.timestamp + RiskReading.CLOCK_SKEW_SEC;
        bool tooOld = uint256(report.observedAt) + MAX_ARRIVAL_AGE_SEC < block.timestamp;
        if (tooOld || report.observedAt > latest) {
            uint256 age = MAX_ARRIVAL_AGE_SEC < block.timestamp ? MAX_ARRIVAL_AGE_SEC : block.timestamp;
            revert RiskOracleObservedAt(report.observedAt, block.timestamp - age, latest);
        }
        if (report.validUntil < block.timestamp) revert RiskOracleExpired(report.validUntil, block.timestamp);
    }

    function _checkChunk(RiskReport calldata report, uint16 index, uint16 count) private pure {
        bool expected = report.chunkIndex == index && report.chunkCount == count;
        if (!expected) revert RiskOracleChunk(report.chunkIndex, report.chunkCount, index, count);
    }
}
