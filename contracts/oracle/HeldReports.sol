// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskDelivery} from "../interfaces/IRiskDelivery.sol";
import {EffectVerdict} from "../libraries/EffectGuard.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {BreakerMode, DeliveryState} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";
import {BreakerControl} from "./BreakerControl.sol";
import {EngineBatch} from "./EngineBatch.sol";
import {Admission, ReportApplier} from "./ReportApplier.sol";

/// @title Reports that wait for a decision, and what a report would do
/// @notice Only digest and time are kept: whoever releases a report brings it again, and the digest proves that it is the one
/// that a quorum signed.
abstract contract HeldReports is ReportApplier, BreakerControl {
    /// @inheritdoc IRiskDelivery
    function releaseHeld(
        RiskReport calldata report,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes) {
        _requireWatch();
        DeliveryState memory state = DeliveryWord.unpack(_liveWord());
        _checkContent(report, entries, classQuantiles);
        bytes32 digest = _digestOf(report);
        _takeHeld(digest);
        emit ReportReleased(report.epoch, digest, report.observedAt, report.chunkIndex);
        Admission memory admission;
        admission.engineWord = _engineWord;
        _evaluateReport(report, state, admission, entries, classQuantiles);
        outcomes = _storeReport(report, state, admission, entries, classQuantiles);
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @inheritdoc IRiskDelivery
    function discardHeld(bytes32 digest) external {
        _requireWatch();
        if (_heldUntil[digest] == 0) revert RiskOracleNotHeld(digest);
        delete _heldUntil[digest];
        emit ReportDiscarded(digest);
    }

    /// @inheritdoc IRiskDelivery
    function heldUntil(bytes32 digest) external view returns (uint40 expiresAt) {
        return _heldUntil[digest];
    }

    /// @inheritdoc IRiskDelivery
    function reportDigest(RiskReport calldata report) external view returns (bytes32 digest) {
        return _digestOf(report);
    }

    /// @inheritdoc IRiskDelivery
    function previewEntries(
        RiskReport calldata report,
        bytes calldata entries
    ) external view returns (bytes memory outcomes, bool held) {
        DeliveryState memory state = DeliveryWord.unpack(_liveWord());
        uint256 engineWord = _engineWord;
        bool disperses = report.dispersionBps > PartWord.dispersionBpsOf(engineWord);
        if (disperses) state.mode = uint256(BreakerMode.TIGHTEN_ONLY);
        if (report.chunkIndex == 0) (state.reportTightened, state.reportTighteningBps) = (0, 0);
        EngineBatch memory batch;
        _guardedEntries(state, batch, engineWord, report.observedAt, entries);
        return (batch.outcomes, _judgeChunk(state, engineWord, batch) != EffectVerdict.PASSES);
    }

    /// @dev Ends the wait of a report that may still be released.
    function _takeHeld(bytes32 digest) private {
        uint40 expiresAt = _heldUntil[digest];
        if (expiresAt == 0) revert RiskOracleNotHeld(digest);
        if (expiresAt < block.timestamp) revert RiskOracleHeldExpired(expiresAt, block.timestamp);
        delete _heldUntil[digest];
    }
}
