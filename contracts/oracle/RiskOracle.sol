// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRiskDelivery} from "../interfaces/IRiskDelivery.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {EffectGuard, EffectVerdict} from "../libraries/EffectGuard.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {BreakerMode, BreakerReason, DeliveryLimits, DeliveryState, RootHeader} from "../types/DeliveryTypes.sol";
import {Attestations, RiskReport} from "../types/RiskTypes.sol";
import {Breaker} from "./Breaker.sol";
import {EngineBatch} from "./EngineBatch.sol";
import {OracleWiring} from "./OracleWiring.sol";
import {ReportGate} from "./ReportGate.sol";

/// @notice What a risk oracle is deployed with.
/// @param owner timelock: admits sources, sets classes, replaces engine and verifier, re-arms the breaker
/// @param verifier quorum of reports
/// @param engine rules of reports and classes
/// @param models allowed model bundles
/// @param deploymentSalt keeps messages of operators apart from those for earlier deployments at the same address
/// @param maxArrivalAgeSec greatest age of an observation at arrival
/// @param limits caps and times of delivery
struct RiskOracleConfig {
    address owner;
    IReportVerifier verifier;
    IRuleEngine engine;
    IModelRegistry models;
    bytes32 deploymentSalt;
    uint32 maxArrivalAgeSec;
    DeliveryLimits limits;
}

/// @title Applies quorum-signed reports to positions
/// @notice No proxy: words, their layout and their reading never change; the timelock may replace rules and verifier.
contract RiskOracle is ReportGate {
    /// @notice A report on its way from the checks to storage.
    /// @param entries its entries under rules and breaker
    /// @param quantiles its class quantiles likewise; untouched where it has none
    /// @param verdict of the effect guard
    /// @param violates whether it breaks more class bounds than the limits forgive
    /// @param heldSec from the limits, like the next
    /// @param rootValiditySec from the limits
    struct Admission {
        EngineBatch entries;
        EngineBatch quantiles;
        EffectVerdict verdict;
        bool violates;
        uint256 heldSec;
        uint256 rootValiditySec;
    }

    constructor(
        RiskOracleConfig memory config
    )
        OracleWiring(config.owner, config.engine, config.verifier)
        Breaker(config.limits)
        ReportGate(config.models, config.deploymentSalt, config.maxArrivalAgeSec)
    {}

    /// @inheritdoc IRiskOracle
    function submitReport(
        RiskReport calldata report,
        Attestations calldata attestations,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes) {
        DeliveryState memory state = _liveState();
        // Cheapest first: what relayers run into costs no recovery.
        _checkTimes(report);
        _checkOrder(report, state);
        _checkContent(report, entries, classQuantiles);
        bytes32 digest = reportDigest(report);
        verifier.verifyQuorum(report.signerSetVersion, digest, attestations.signerBitmap, attestations.signatures);
        Admission memory admission = _admit(report, state, entries, classQuantiles);
        if (admission.verdict != EffectVerdict.PASSES) {
            _holdReport(report, state, digest, admission);
        } else {
            _emitAccepted(report, digest, attestations.signerBitmap);
            EffectGuard.count(state, admission.entries.tightened, admission.entries.tightenedBps);
            outcomes = _storeReport(report, state, admission, entries, classQuantiles);
        }
        // After the report: what it was allowed to do it did under the breaker that it met.
        if (admission.violates) _trip(state, BreakerMode.HALTED, BreakerReason.BOUND_VIOLATION);
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @inheritdoc IRiskDelivery
    function releaseHeld(
        RiskReport calldata report,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes) {
        _requireWatch();
        DeliveryState memory state = _liveState();
        _checkContent(report, entries, classQuantiles);
        bytes32 digest = reportDigest(report);
        _takeHeld(digest);
        emit ReportReleased(report.epoch, digest, report.observedAt, report.chunkIndex);
        Admission memory admission;
        admission.rootValiditySec = deliveryLimits().rootValiditySec;
        _evaluateReport(report, state, admission, entries, classQuantiles);
        outcomes = _storeReport(report, state, admission, entries, classQuantiles);
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @inheritdoc IRiskDelivery
    function discardHeld(bytes32 digest) external {
        _requireWatch();
        _dropHeld(digest);
    }

    /// @inheritdoc IRiskDelivery
    function applyProofs(
        RootHeader calldata header,
        bytes calldata entries,
        bytes32[][] calldata proofs
    ) external returns (bytes memory outcomes) {
        DeliveryState memory state = _liveState();
        uint256 count = ReportCodec.itemCount(entries.length, ReportCodec.ENTRY_BYTES);
        if (proofs.length != count) revert RiskOracleProofCount(proofs.length, count);
        for (uint256 index = 0; index < count; ++index) {
            _requireLeaf(header, ReportCodec.packedAt(entries, index), proofs[index]);
        }
        EngineBatch memory batch;
        _guardedEntries(state, batch, header.observedAt, entries);
        if (batch.tightened != 0) {
            _spendProof(state, header.epoch, batch);
            _deliveryWord = DeliveryWord.pack(state);
        }
        _store(batch, entries);
        return batch.outcomes;
    }

    /// @inheritdoc IRiskOracle
    function previewEntries(
        RiskReport calldata report,
        bytes calldata entries
    ) external view returns (bytes memory outcomes, bool held) {
        DeliveryState memory state = _liveState();
        DeliveryLimits memory limits = deliveryLimits();
        if (report.dispersionBps > limits.dispersionBps) state.mode = uint256(BreakerMode.TIGHTEN_ONLY);
        if (report.chunkIndex == 0) (state.reportTightened, state.reportTighteningBps) = (0, 0);
        EngineBatch memory batch;
        _guardedEntries(state, batch, report.observedAt, entries);
        return (batch.outcomes, _judgeChunk(state, limits, batch) != EffectVerdict.PASSES);
    }

    /// @dev State of delivery, or a revert while halted.
    function _liveState() private view returns (DeliveryState memory state) {
        uint256 deliveryWord = _deliveryWord;
        _requireNotHalted(deliveryWord);
        return DeliveryWord.unpack(deliveryWord);
    }

    /// @dev Takes the report's place in the order and looks at its effect; of the words nothing is written yet.
    function _admit(
        RiskReport calldata report,
        DeliveryState memory state,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) private returns (Admission memory admission) {
        DeliveryLimits memory limits = deliveryLimits();
        (admission.heldSec, admission.rootValiditySec) = (limits.heldSec, limits.rootValiditySec);
        if (report.chunkIndex == 0) (state.reportTightened, state.reportTighteningBps) = (0, 0);
        (state.epoch, state.observedAt) = (report.epoch, report.observedAt);
        (state.chunkIndex, state.chunkCount) = (report.chunkIndex, report.chunkCount);
        // Before the entries: operators who disagree this much loosen nothing, not even with this report.
        bool disperses = report.dispersionBps > limits.dispersionBps;
        if (disperses) _trip(state, BreakerMode.TIGHTEN_ONLY, BreakerReason.DISPERSION);
        uint256 violations = _evaluateReport(report, state, admission, entries, classQuantiles);
        admission.verdict = _judgeChunk(state, limits, admission.entries);
        // Who signed before the bounds moved could not know them.
        admission.violates = violations > limits.violations && report.observedAt > boundsChangedAt;
    }

    function _evaluateReport(
        RiskReport calldata report,
        DeliveryState memory state,
        Admission memory admission,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) private view returns (uint256 violations) {
        _guardedEntries(state, admission.entries, report.observedAt, entries);
        violations = _violations(admission.entries);
        if (classQuantiles.length == 0) return violations;
        _guardedQuantiles(state, admission.quantiles, report.observedAt, classQuantiles);
        return violations + _violations(admission.quantiles);
    }

    function _holdReport(
        RiskReport calldata report,
        DeliveryState memory state,
        bytes32 digest,
        Admission memory admission
    ) private {
        EffectGuard.exhaustReport(state);
        uint40 expiresAt = _hold(digest, admission.heldSec);
        (uint256 tightened, uint256 tighteningBps) = (admission.entries.tightened, admission.entries.tightenedBps);
        emit ReportHeld(report.epoch, digest, report.chunkIndex, tightened, tighteningBps, expiresAt);
        if (admission.verdict != EffectVerdict.WINDOW_CAP) return;
        _trip(state, BreakerMode.TIGHTEN_ONLY, BreakerReason.TIGHTENING_WINDOW);
    }

    function _storeReport(
        RiskReport calldata report,
        DeliveryState memory state,
        Admission memory admission,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) private returns (bytes memory outcomes) {
        _store(admission.entries, entries);
        _publishRoot(report, state, admission.rootValiditySec);
        if (classQuantiles.length == 0) return admission.entries.outcomes;
        _storeQuantiles(admission.quantiles);
        emit ClassQuantilesProcessed(report.epoch, classQuantiles, admission.quantiles.outcomes);
        return admission.entries.outcomes;
    }

    function _emitAccepted(RiskReport calldata report, bytes32 digest, uint256 signerBitmap) private {
        emit ReportAccepted(
            report.epoch,
            digest,
            report.observedAt,
            report.chunkIndex,
            report.bundleHash,
            report.evidenceHash,
            signerBitmap
        );
    }
}
