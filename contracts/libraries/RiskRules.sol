// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EntryOutcome, Lane, ReportTimes, RiskClass, RiskEntry} from "../types/RiskTypes.sol";
import {RiskReading} from "./RiskReading.sol";
import {RiskState, RiskWord} from "./RiskWord.sol";

/// @notice One entry on its way through the rules.
/// @param word the old word
/// @param class bounds of the word's class
/// @param rho wished ρ
/// @param pi wished π
/// @param epoch position epoch that the score saw
/// @param score wished score
/// @param observedAt observation time of the report
/// @param nowSec time of application
/// @param oldRho last accepted ρ
/// @param oldPi last accepted π
/// @param standing ρ in force now, see {RiskReading.standingRho}
/// @param windowIndex drift window of `nowSec`
/// @param anchor ρ at the start of that window
/// @param prior ρ at the start of the window before it
struct Move {
    uint256 word;
    RiskClass class;
    uint256 rho;
    uint256 pi;
    uint256 epoch;
    uint256 score;
    uint256 observedAt;
    uint256 nowSec;
    uint256 oldRho;
    uint256 oldPi;
    uint256 standing;
    uint256 windowIndex;
    uint256 anchor;
    uint256 prior;
}

/// @title The rule engine: old word, class, entry, times → new word or the reason for refusing it
/// @notice Pure: no storage, no calls. Mirrored to the bit in `oracle/rules/risk-rules.ts`.
///
/// Lanes. A change tightens when ρ rises, loosens when ρ falls; with ρ unchanged the direction is that of π. Each lane has its
/// own step, delay and drift, and π has a step of its own; ρ and π move together or not at all. A repeated value consumes
/// nothing. A loosening writes neither `tightenedAt` nor the ramp, so it can not delay a tightening.
///
/// Drift. Let W be the window, V(t) the target, windows the intervals [kW, (k+1)W). A word keeps V at the start of the window
/// of its last change (`rhoAnchor`) and of the window before (`rhoPrior`); V is constant between changes, so {_setAnchors}
/// derives both for any later time. A tightening must end at or below min(anchor, prior) + tighten drift, a loosening at or
/// above max(anchor, prior) − loosen drift. Take any t1 ≤ t2 ≤ t1 + W and A = V at the start of the window of t1: t2 lies in
/// that window or in the next, so A is `rhoAnchor` or `rhoPrior` at t2, and whichever lane moved last before t2 checked V
/// against it: A − loosen drift ≤ V(t2) ≤ A + tighten drift (moves in the other direction lead away from the bound they do not
/// check; without a move in the two windows V(t2) = A). So no sequence of reports, however long and wherever the window edges
/// fall, takes the value further than the drift; a single anchor would allow twice the drift across an edge. The bounds are
/// the DAO's newest; a change of W starts new windows. The one value that may be passed is the fallback ρ already in force
/// after silence: ending at or below it raises nobody's requirement.
///
/// No lock-out. Where the DAO narrowed a bound around a live value, staying and moving towards the inside remain allowed.
library RiskRules {
    /// @notice Largest score: one in a million.
    uint256 internal constant MAX_SCORE = 600;

    // Arithmetic of the checks and of the ramp is unchecked: ratios are below 2^16, durations and stored times below 2^33,
    // block times below 2^40, so sums and products stay far below 2^256; differences are taken after a comparison.

    uint256 private constant MINUTE = 60;
    /// @dev Answer of the checks below when they object to nothing.
    EntryOutcome private constant NO_OBJECTION = EntryOutcome.REFRESHED;

    /// @notice Word of a position that has no score yet: class defaults, first epoch.
    function initialWord(uint256 classId, RiskClass memory class) internal pure returns (uint256 word) {
        RiskState memory state;
        state.rhoFrom = class.rhoDefaultBps;
        state.rhoTarget = class.rhoDefaultBps;
        state.rhoOpen = class.rhoDefaultBps;
        state.rhoAnchor = class.rhoDefaultBps;
        state.rhoPrior = class.rhoDefaultBps;
        state.pi = class.piDefaultBps;
        state.classId = classId;
        state.epoch = RiskWord.FIRST_EPOCH;
        return RiskWord.pack(state);
    }

    /// @notice Word of a position whose owner added risk: the next epoch, and Δ_max counts from the present target if that is
    /// higher than where it counted from. Whoever adds risk has just met an initial requirement at or above the target, so
    /// the higher cap puts nobody under water. Unscored words keep their cap, for it equals their target.
    function raisedWord(uint256 word) internal pure returns (uint256 raised, uint16 epoch) {
        (raised, epoch) = RiskWord.withNextEpoch(word);
        uint256 rhoTarget = RiskWord.rhoTargetOf(word);
        if (rhoTarget > RiskWord.rhoOpenOf(word)) raised = RiskWord.withOpen(raised, rhoTarget);
    }

    /// @notice Applies one entry. The word is unchanged whenever the outcome is a skip.
    function applyEntry(
        uint256 word,
        RiskClass memory class,
        RiskEntry memory entry,
        ReportTimes memory times
    ) internal pure returns (uint256 newWord, EntryOutcome outcome) {
        Move memory move = prepare(times);
        (move.rho, move.pi, move.epoch, move.score) = (entry.rhoBps, entry.piBps, entry.epoch, entry.score);
        return applyMove(move, word, class);
    }

    /// @notice Memory for all entries of one report: the caller fills `rho`, `pi`, `epoch` and `score` and calls {applyMove},
    /// again and again.
    function prepare(ReportTimes memory times) internal pure returns (Move memory move) {
        move.observedAt = times.observedAt;
        move.nowSec = times.appliedAt;
    }

    /// @notice As {applyEntry}, with the entry and the times of `move`.
    function applyMove(
        Move memory move,
        uint256 word,
        RiskClass memory class
    ) internal pure returns (uint256 newWord, EntryOutcome outcome) {
        if (word == 0) return (word, EntryOutcome.UNKNOWN_POSITION);
        move.word = word;
        move.class = class;
        move.oldRho = RiskWord.rhoTargetOf(word);
        move.oldPi = RiskWord.piOf(word);
        move.standing = RiskReading.standingRho(word, class, move.nowSec);
        (bool changes, bool tightens) = _direction(move);
        outcome = _objection(move, changes, tightens);
        if (outcome != NO_OBJECTION) return (word, outcome);
        newWord = RiskWord.isScored(word) ? _nextWord(move, changes, tightens) : _firstWord(move);
        if (!changes) return (newWord, EntryOutcome.REFRESHED);
        return (newWord, tightens ? EntryOutcome.APPLIED_TIGHTENED : EntryOutcome.APPLIED_LOOSENED);
    }

    function _direction(Move memory move) private pure returns (bool changes, bool tightens) {
        (uint256 value, uint256 oldValue) = (move.rho, move.oldRho);
        if (value == oldValue) (value, oldValue) = (move.pi, move.oldPi);
        return (value != oldValue, value > oldValue);
    }

    function _setAnchors(Move memory move) private pure {
        uint256 word = move.word;
        uint256 index = (move.nowSec / move.class.windowSec) & RiskWord.WINDOW_MASK;
        uint256 oldIndex = RiskWord.windowIndexOf(word);
        move.windowIndex = index;
        if (index == oldIndex) {
            move.anchor = RiskWord.rhoAnchorOf(word);
            move.prior = RiskWord.rhoPriorOf(word);
            return;
        }
        move.anchor = move.oldRho;
        move.prior = index == (oldIndex + 1) & RiskWord.WINDOW_MASK ? RiskWord.rhoAnchorOf(word) : move.oldRho;
    }

    function _objection(Move memory move, bool changes, bool tightens) private pure returns (EntryOutcome objection) {
        uint256 lastObservation = RiskWord.observedAtOf(move.word);
        // Equal is refused too: one observation scores a position once.
        if (move.observedAt <= lastObservation) return EntryOutcome.OLDER_OBSERVATION;
        if (move.score > MAX_SCORE) return EntryOutcome.SCORE_RANGE;
        objection = _boundsObjection(move, lastObservation != 0);
        if (objection != NO_OBJECTION) return objection;
        // A score that saw another epoch may not lower what is in force: neither the target nor a fallback ρ.
        if (move.epoch != RiskWord.epochOf(move.word)) {
            bool loosens = changes && !tightens;
            if (loosens || move.rho < move.standing) return EntryOutcome.STALE_EPOCH;
        }
        // The first score may go anywhere inside the bounds.
        if (lastObservation == 0 || !changes) return NO_OBJECTION;
        if (_exceedsPiStep(move)) return EntryOutcome.PI_STEP;
        _setAnchors(move);
        return tightens ? _tightenObjection(move) : _loosenObjection(move);
    }

    /// @dev Floor, ceiling, cap and linked rule on the final pair. A live value outside (possible only after the DAO moved a
    /// bound) widens the bound to itself; the first score gets no such allowance.
    function _boundsObjection(Move memory move, bool live) private pure returns (EntryOutcome objection) {
        RiskClass memory class = move.class;
        (uint256 rho, uint256 pi) = (move.rho, move.pi);
        if (rho < class.rhoFloorBps && !(live && rho >= move.oldRho)) return EntryOutcome.RHO_BELOW_FLOOR;
        if (rho > class.rhoCeilingBps && !(live && rho <= move.oldRho)) return EntryOutcome.RHO_ABOVE_CEILING;
        if (pi < class.piFloorBps && !(live && pi >= move.oldPi)) return EntryOutcome.PI_BELOW_FLOOR;
        if (pi > class.piCapBps && !(live && pi <= move.oldPi)) return EntryOutcome.PI_ABOVE_CAP;
        unchecked {
            if (pi + class.deltaBps <= rho) return NO_OBJECTION;
        }
        return live && _keepsGap(move) ? NO_OBJECTION : EntryOutcome.LINKED_RULE;
    }

    /// @dev Where the DAO raised δ above the live gap, the gap may stay or grow.
    function _keepsGap(Move memory move) private pure returns (bool keeps) {
        (uint256 oldRho, uint256 oldPi) = (move.oldRho, move.oldPi);
        unchecked {
            uint256 oldGap = oldRho > oldPi ? oldRho - oldPi : 0;
            return move.pi + oldGap <= move.rho;
        }
    }

    /// @dev Step and drift count from the fallback ρ where that stands above the target.
    function _tightenObjection(Move memory move) private pure returns (EntryOutcome objection) {
        Lane memory lane = move.class.tighten;
        (uint256 rho, uint256 oldRho, uint256 standing) = (move.rho, move.oldRho, move.standing);
        unchecked {
            if (rho > (standing > oldRho ? standing : oldRho) + lane.stepBps) return EntryOutcome.TIGHTEN_STEP;
            if (move.nowSec < RiskWord.tightenedAtOf(move.word) + lane.delaySec) return EntryOutcome.TIGHTEN_DELAY;
            uint256 top = (move.anchor < move.prior ? move.anchor : move.prior) + lane.driftBps;
            bool drifts = rho > top && rho > standing && rho > oldRho;
            return drifts ? EntryOutcome.TIGHTEN_DRIFT : NO_OBJECTION;
        }
    }

    function _loosenObjection(Move memory move) private pure returns (EntryOutcome objection) {
        Lane memory lane = move.class.loosen;
        (uint256 rho, uint256 oldRho) = (move.rho, move.oldRho);
        unchecked {
            if (rho + lane.stepBps < oldRho) return EntryOutcome.LOOSEN_STEP;
            if (move.nowSec < RiskWord.loosenedAtOf(move.word) + lane.delaySec) return EntryOutcome.LOOSEN_DELAY;
            uint256 highest = move.anchor > move.prior ? move.anchor : move.prior;
            return rho + lane.driftBps < highest && rho < oldRho ? EntryOutcome.LOOSEN_DRIFT : NO_OBJECTION;
        }
    }

    function _nextWord(Move memory move, bool changes, bool tightens) private pure returns (uint256 word) {
        word = RiskWord.withScore(move.word, move.score, move.observedAt);
        if (!changes) return word;
        uint256 windowed = RiskWord.packAnchors(move.windowIndex, move.anchor, move.prior);
        word = RiskWord.withPair(word, move.rho, move.pi, windowed);
        return tightens ? _withRamp(word, move) : _withLoosening(word, move);
    }

    /// @dev Steps, delays, drift and Δ_max count from the first score; above the default it ramps in like any tightening.
    function _firstWord(Move memory move) private pure returns (uint256 word) {
        _setAnchors(move);
        (uint256 rho, RiskClass memory class) = (move.rho, move.class);
        word = RiskWord.withScore(move.word, move.score, move.observedAt);
        word = RiskWord.withOpen(word, rho);
        // Unchecked anchors: {withOpen} has checked ρ.
        word = RiskWord.withPair(word, rho, move.pi, RiskWord.packAnchors(move.windowIndex, rho, rho));
        uint256 rhoFrom = Math.min(move.standing, rho);
        word = RiskWord.withLoosening(word, rhoFrom, move.nowSec);
        uint256 minutesPacked = RiskWord.packMinutes(class.graceMinutes, class.rampMinutes);
        return RiskWord.withRamp(word, rhoFrom, move.nowSec, minutesPacked);
    }

    /// @dev A running ramp goes on, to the lower target; a ρ above the new target falls to it at once.
    function _withLoosening(uint256 word, Move memory move) private pure returns (uint256 changed) {
        return RiskWord.withLoosening(word, Math.min(RiskWord.rhoFromOf(word), move.rho), move.nowSec);
    }

    /// @dev The ramp starts, or is re-targeted, from the ρ in force, so without a jump.
    function _withRamp(uint256 word, Move memory move) private pure returns (uint256 changed) {
        (uint256 rho, uint256 standing) = (move.rho, move.standing);
        return RiskWord.withRamp(word, standing < rho ? standing : rho, move.nowSec, _rampMinutes(move));
    }

    /// @dev A tightening during a running ramp gets no second grace, and the slope does not fall (but for rounding to
    /// minutes): otherwise a series of small tightenings would hold the requirement down for ever. It ends no later than a
    /// fresh ramp would.
    function _rampMinutes(Move memory move) private pure returns (uint256 minutesPacked) {
        (uint256 grace, uint256 ramp) = (move.class.graceMinutes, move.class.rampMinutes);
        if (move.standing >= move.oldRho) return RiskWord.packMinutes(grace, ramp);
        (uint256 oldGrace, uint256 oldRamp) = RiskWord.rampOf(move.word);
        unchecked {
            uint256 startSec = RiskWord.tightenedAtOf(move.word) + oldGrace * MINUTE;
            uint256 endSec = startSec + oldRamp * MINUTE;
            if (move.nowSec >= endSec) return RiskWord.packMinutes(grace, ramp);
            uint256 latestEnd = grace + ramp;
            uint256 waitSec = startSec > move.nowSec ? startSec - move.nowSec : 0;
            uint256 leftSec = endSec - (waitSec == 0 ? move.nowSec : startSec);
            grace = Math.min(grace, Math.ceilDiv(waitSec, MINUTE));
            uint256 rise = move.rho - move.standing;
            ramp = Math.ceilDiv(leftSec * rise, (move.oldRho - move.standing) * MINUTE);
            return RiskWord.packMinutes(grace, Math.min(ramp, latestEnd - grace));
        }
    }

    function _exceedsPiStep(Move memory move) private pure returns (bool exceeds) {
        (uint256 pi, uint256 oldPi) = (move.pi, move.oldPi);
        unchecked {
            return (pi > oldPi ? pi - oldPi : oldPi - pi) > move.class.piStepBps;
        }
    }
}
