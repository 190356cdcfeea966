// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EffectGuard, EffectVerdict} from "../libraries/EffectGuard.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {BreakerMode, DeliveryState} from "../types/DeliveryTypes.sol";
import {EntryOutcome} from "../types/RiskTypes.sol";
import {Breaker} from "./Breaker.sol";
import {EngineBatch, EngineBatches} from "./EngineBatch.sol";
import {EntryApplier} from "./EntryApplier.sol";

/// @title What stands between the rule engine's answer and storage, whatever way the entries came
/// @notice These guards read words and outcomes only and trust no engine to respect the breaker.
abstract contract GuardedApplier is EntryApplier, Breaker {
    using EngineBatches for EngineBatch;

    /// @dev Outcomes from 4 on have a bit of this mask set, in every byte; none below is a violation.
    uint256 private constant NOT_ORDINARY = 0xfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfcfc;

    /// @dev Words of the entries under rules and breaker; nothing is written.
    function _guardedEntries(
        DeliveryState memory state,
        EngineBatch memory batch,
        uint256 engineWord,
        uint256 observedAt,
        bytes calldata entries
    ) internal view {
        _evaluate(batch, engineWord, observedAt, entries);
        if (state.mode != uint256(BreakerMode.NORMAL)) _pauseLoosening(batch, false);
    }

    /// @dev The same for class quantiles.
    function _guardedQuantiles(
        DeliveryState memory state,
        EngineBatch memory batch,
        uint256 engineWord,
        uint256 observedAt,
        bytes calldata quantiles
    ) internal view {
        _evaluateQuantiles(batch, engineWord, observedAt, quantiles);
        if (state.mode != uint256(BreakerMode.NORMAL)) _pauseLoosening(batch, true);
    }

    /// @dev Verdict on a whole chunk; a new report starts with empty counters.
    function _judgeChunk(
        DeliveryState memory state,
        uint256 engineWord,
        EngineBatch memory batch
    ) internal view returns (EffectVerdict verdict) {
        uint256 verifierWord = _verifierWord;
        EffectGuard.roll(state, verifierWord, block.timestamp);
        return EffectGuard.judge(state, engineWord, verifierWord, batch.tightened, batch.tightenedBps);
    }

    /// @dev Takes what proofs tighten out of the caps, or reverts. A root older than the last report counts by itself.
    function _spendProof(
        DeliveryState memory state,
        uint256 engineWord,
        uint256 epoch,
        EngineBatch memory batch
    ) internal view {
        (uint256 tightened, uint256 tighteningBps) = (batch.tightened, batch.tightenedBps);
        (uint256 count, uint256 sum) = (state.reportTightened, state.reportTighteningBps);
        if (epoch != state.epoch) (state.reportTightened, state.reportTighteningBps) = (0, 0);
        if (_judgeChunk(state, engineWord, batch) != EffectVerdict.PASSES) {
            revert RiskOracleEffectCap(tightened, tighteningBps);
        }
        EffectGuard.count(state, tightened, tighteningBps);
        if (epoch != state.epoch) (state.reportTightened, state.reportTighteningBps) = (count, sum);
    }

    /// @dev Entries that the signers should have known to lie outside the class bounds. An entry that saw another epoch of its
    /// position may have been overtaken by its owner, and does not count.
    function _violations(EngineBatch memory batch) internal pure returns (uint256 count) {
        // Most reports have none, which one look at 32 outcomes shows.
        if (batch.outcomesTogether() & NOT_ORDINARY == 0) return 0;
        uint256 length = batch.count;
        for (uint256 index = 0; index < length; ++index) {
            uint256 outcome = batch.outcomeAt(index);
            // Nearly every entry ends here.
            if (outcome < uint256(EntryOutcome.RHO_BELOW_FLOOR)) continue;
            bool outside = outcome <= uint256(EntryOutcome.LINKED_RULE) || outcome == uint256(EntryOutcome.SCORE_RANGE);
            (, uint256 oldWord, ) = batch.changeAt(index);
            if (outside && ReportCodec.epochIn(batch.valuesAt(index)) == RiskWord.epochOf(oldWord)) ++count;
        }
    }

    /// @dev Turns whatever would lower a requirement into a skip, and takes it out of the engine's sums.
    function _pauseLoosening(EngineBatch memory batch, bool ofClasses) private view {
        uint256 count = batch.count;
        for (uint256 index = 0; index < count; ++index) {
            uint256 outcome = batch.outcomeAt(index);
            if (outcome > uint256(EntryOutcome.REFRESHED)) continue;
            (, uint256 oldWord, uint256 word) = batch.changeAt(index);
            bool tightened = outcome == uint256(EntryOutcome.APPLIED_TIGHTENED);
            bool lowers = outcome == uint256(EntryOutcome.APPLIED_LOOSENED) || _lowers(oldWord, word, ofClasses);
            if (!lowers) continue;
            batch.overrule(index, uint256(EntryOutcome.LOOSENING_PAUSED));
            if (!tightened) continue;
            batch.tightened -= 1;
            batch.tightenedBps -= RiskWord.rhoTargetOf(word) - RiskWord.rhoTargetOf(oldWord);
        }
    }

    /// @dev Whether less is asked for now under `word` than under `oldWord`: of the position, or of new risk in the class.
    function _lowers(uint256 oldWord, uint256 word, bool ofClasses) private view returns (bool lowers) {
        uint256 levels = _classes[RiskWord.classIdOf(oldWord)].levels;
        uint256 standing = RiskReading.standingRho(oldWord, levels, block.timestamp);
        // A stale quantile counts as at least the default for new risk, at once.
        bool toDefault = ofClasses && RiskReading.isStale(oldWord, block.timestamp);
        if (toDefault) standing = Math.max(standing, RiskClassWords.rhoDefaultOf(levels));
        return RiskReading.standingRho(word, levels, block.timestamp) < standing;
    }
}
