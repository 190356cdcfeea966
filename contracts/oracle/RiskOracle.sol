// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRiskOracleCore} from "../interfaces/IRiskOracleCore.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {EffectGuard, EffectVerdict} from "../libraries/EffectGuard.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {BreakerMode, BreakerReason, DeliveryLimits, DeliveryState, RootHeader} from "../types/DeliveryTypes.sol";
import {Attestations, RiskReport} from "../types/RiskTypes.sol";
import {EngineBatch} from "./EngineBatch.sol";
import {OracleParts} from "./OracleParts.sol";
import {PositionBook} from "./PositionBook.sol";
import {Admission, ReportApplier} from "./ReportApplier.sol";
import {ReportContent} from "./ReportContent.sol";
import {ReportGate} from "./ReportGate.sol";

/// @notice What a risk oracle is deployed with.
/// @param authority access manager
/// @param verifier quorum of reports
/// @param engine rules of reports and classes
/// @param extension a {RiskOracleExtension}
/// @param maxArrivalAgeSec greatest age of an observation at arrival
/// @param limits caps and times of delivery
struct RiskOracleConfig {
    address authority;
    IReportVerifier verifier;
    IRuleEngine engine;
    address extension;
    uint32 maxArrivalAgeSec;
    DeliveryLimits limits;
}

/// @title Applies quorum-signed reports to positions
/// @notice Implements `IRiskOracle`: the calls of every minute itself, the rarer ones through {RiskOracleExtension}. No proxy:
/// words, their layout and their reading never change; the timelock may replace rules and verifier.
contract RiskOracle is PositionBook, ReportApplier, ReportGate, OracleParts {
    /// @inheritdoc IRiskOracleCore
    address public immutable EXTENSION;

    bytes32 private immutable DOMAIN_SEPARATOR;
    uint256 private immutable DOMAIN_CHAIN_ID;

    constructor(RiskOracleConfig memory config) AccessManaged(config.authority) ReportGate(config.maxArrivalAgeSec) {
        if (config.extension.code.length == 0) revert RiskOracleInvalidConfig();
        EXTENSION = config.extension;
        DOMAIN_CHAIN_ID = block.chainid;
        DOMAIN_SEPARATOR = ReportContent._domain();
        _setRuleEngine(config.engine);
        _setVerifier(config.verifier);
        _storeLimits(config.limits);
        DeliveryState memory state;
        state.since = block.timestamp;
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @dev Every call that this contract does not know is the extension's. It takes no ether, and only the constructor
    /// chooses the code.
    fallback(bytes calldata input) external returns (bytes memory output) {
        return Address.functionDelegateCall(EXTENSION, input);
    }

    /// @inheritdoc IRiskOracleCore
    function submitReport(
        RiskReport calldata report,
        Attestations calldata attestations,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes) {
        DeliveryState memory state = DeliveryWord.unpack(_liveWord());
        // Cheapest first: what relayers run into costs no recovery.
        _checkTimes(report);
        _checkOrder(report, state);
        _checkContent(report, entries, classQuantiles);
        bytes32 digest = _digestOf(report);
        IReportVerifier(PartWord.partOf(_verifierWord)).verifyQuorum(
            report.signerSetVersion,
            digest,
            attestations.signerBitmap,
            attestations.signatures
        );
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

    /// @inheritdoc IRiskOracleCore
    function applyProofs(
        RootHeader calldata header,
        bytes calldata entries,
        bytes32[][] calldata proofs
    ) external returns (bytes memory outcomes) {
        DeliveryState memory state = DeliveryWord.unpack(_liveWord());
        uint256 count = ReportCodec.itemCount(entries.length, ReportCodec.ENTRY_BYTES);
        if (proofs.length != count) revert RiskOracleProofCount(proofs.length, count);
        for (uint256 index = 0; index < count; ++index) {
            _requireLeaf(header, ReportCodec.packedAt(entries, index), proofs[index]);
        }
        EngineBatch memory batch;
        uint256 engineWord = _engineWord;
        _guardedEntries(state, batch, engineWord, header.observedAt, entries);
        if (batch.tightened != 0) {
            _spendProof(state, engineWord, header.epoch, batch);
            _deliveryWord = DeliveryWord.pack(state);
        }
        _store(batch, entries);
        return batch.outcomes;
    }

    /// @dev Takes the report's place in the order and looks at its effect; of the words nothing is written yet.
    function _admit(
        RiskReport calldata report,
        DeliveryState memory state,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) private returns (Admission memory admission) {
        uint256 engineWord = _engineWord;
        admission.engineWord = engineWord;
        if (report.chunkIndex == 0) (state.reportTightened, state.reportTighteningBps) = (0, 0);
        (state.epoch, state.observedAt) = (report.epoch, report.observedAt);
        (state.chunkIndex, state.chunkCount) = (report.chunkIndex, report.chunkCount);
        // Before the entries: operators who disagree this much loosen nothing, not even with this report.
        bool disperses = report.dispersionBps > PartWord.dispersionBpsOf(engineWord);
        if (disperses) _trip(state, BreakerMode.TIGHTEN_ONLY, BreakerReason.DISPERSION);
        uint256 violations = _evaluateReport(report, state, admission, entries, classQuantiles);
        admission.verdict = _judgeChunk(state, engineWord, admission.entries);
        // Who signed before the bounds moved could not know them.
        bool tooMany = violations > PartWord.violationsOf(engineWord);
        admission.violates = tooMany && report.observedAt > _boundsChangedAt;
    }

    function _holdReport(
        RiskReport calldata report,
        DeliveryState memory state,
        bytes32 digest,
        Admission memory admission
    ) private {
        EffectGuard.exhaustReport(state);
        // Fits: block times stay below 2^39 for 17 000 years, and a report is held for 30 days at most.
        uint40 expiresAt = uint40(block.timestamp + PartWord.heldSecOf(_verifierWord));
        _heldUntil[digest] = expiresAt;
        (uint256 tightened, uint256 tighteningBps) = (admission.entries.tightened, admission.entries.tightenedBps);
        emit ReportHeld(report.epoch, digest, report.chunkIndex, tightened, tighteningBps, expiresAt);
        if (admission.verdict != EffectVerdict.WINDOW_CAP) return;
        _trip(state, BreakerMode.TIGHTEN_ONLY, BreakerReason.TIGHTENING_WINDOW);
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

    /// @dev After a fork of the chain the two halves are two domains.
    function _domain() internal view override returns (bytes32 domain) {
        return block.chainid == DOMAIN_CHAIN_ID ? DOMAIN_SEPARATOR : ReportContent._domain();
    }
}
