// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../interfaces/IRiskOracleLog.sol";
import {EffectVerdict} from "../libraries/EffectGuard.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {DeliveryState} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";
import {EngineBatch} from "./EngineBatch.sol";
import {GuardedApplier} from "./GuardedApplier.sol";
import {PositionRoots} from "./PositionRoots.sol";
import {ReportContent} from "./ReportContent.sol";

/// @notice A report on its way from the checks to storage.
/// @param entries its entries under rules and breaker
/// @param quantiles its class quantiles likewise; untouched where it has none
/// @param verdict of the effect guard
/// @param violates whether it breaks more class bounds than the limits forgive
/// @param engineWord see {OracleStorage}
struct Admission {
    EngineBatch entries;
    EngineBatch quantiles;
    EffectVerdict verdict;
    bool violates;
    uint256 engineWord;
}

/// @title Evaluates a whole report, and stores it: now, or when a held one is released
abstract contract ReportApplier is GuardedApplier, PositionRoots, ReportContent {
    /// @dev Of the words nothing is written yet.
    function _evaluateReport(
        RiskReport calldata report,
        DeliveryState memory state,
        Admission memory admission,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) internal view returns (uint256 violations) {
        uint256 engineWord = admission.engineWord;
        _guardedEntries(state, admission.entries, engineWord, report.observedAt, entries);
        violations = _violations(admission.entries);
        if (classQuantiles.length == 0) return violations;
        _guardedQuantiles(state, admission.quantiles, engineWord, report.observedAt, classQuantiles);
        return violations + _violations(admission.quantiles);
    }

    function _storeReport(
        RiskReport calldata report,
        DeliveryState memory state,
        Admission memory admission,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) internal returns (bytes memory outcomes) {
        _store(admission.entries, entries);
        _publishRoot(report, state, PartWord.rootValiditySecOf(admission.engineWord));
        if (classQuantiles.length == 0) return admission.entries.outcomes;
        _storeQuantiles(admission.quantiles);
        emit IRiskOracleLog.ClassQuantilesProcessed(report.epoch, classQuantiles, admission.quantiles.outcomes);
        return admission.entries.outcomes;
    }
}
