// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EntryOutcome, Lane, ReportTimes, RiskClass, RiskEntry} from "../types/RiskTypes.sol";
import {RiskReading} from "./RiskReading.sol";
import {RiskState, RiskWord} from "./RiskWord.sol";

/// @notice One entry on its way through the rules.
/// @param state the word, unpacked; becomes the new state
/// @param class bounds of the word's class
/// @param entry values that the report asks for
/// @param observedAt observation time of the report
/// @param nowSec time of application
/// @param standing ρ in force now, see {RiskReading.standingRho}
/// @param anchor ρ at the start of the drift window of `nowSec`
/// @param prior ρ at the start of the window before it
/// @param direction tightened, loosened or refreshed
struct Move {
    RiskState state;
    RiskClass class;
    RiskEntry entry;
    uint256 observedAt;
    uint256 nowSec;
    uint256 standing;
    uint256 anchor;
    uint256 prior;
    EntryOutcome direction;
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

    /// @notice Applies one entry. The word is unchanged whenever the outcome is a skip.
    function applyEntry(
        uint256 word,
        RiskClass memory class,
        RiskEntry memory entry,
        ReportTimes memory times
    ) internal pure returns (uint256 newWord, EntryOutcome outcome) {
        Move memory move = prepare(times);
        move.entry = entry;
        return applyMove(move, word, class);
    }

    /// @notice Memory for all entries of one report: the caller fills `entry` and calls {applyMove}, again and again.
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
        RiskWord.unpackInto(word, move.state);
        move.class = class;
        move.standing = RiskReading.standingRho(move.state, class, move.nowSec);
        _setDirection(move);
        _setAnchors(move);
        outcome = _objection(move);
        if (outcome != NO_OBJECTION) return (word, outcome);
        _write(move);
        return (RiskWord.pack(move.state), move.direction);
    }

    function _setDirection(Move memory move) private pure {
        (uint256 rho, uint256 pi) = (move.entry.rhoBps, move.entry.piBps);
        (uint256 oldRho, uint256 oldPi) = (move.state.rhoTarget, move.state.pi);
        (uint256 value, uint256 oldValue) = rho == oldRho ? (pi, oldPi) : (rho, oldRho);
        if (value == oldValue) move.direction = EntryOutcome.REFRESHED;
        else move.direction = value > oldValue ? EntryOutcome.APPLIED_TIGHTENED : EntryOutcome.APPLIED_LOOSENED;
    }

    function _setAnchors(Move memory move) private pure {
        RiskState memory state = move.state;
        uint256 index = _windowIndex(move);
        if (index == state.windowIndex) {
            (move.anchor, move.prior) = (state.rhoAnchor, state.rhoPrior);
        } else {
            bool isNext = index == (state.windowIndex + 1) & RiskWord.WINDOW_MASK;
            (move.anchor, move.prior) = (state.rhoTarget, isNext ? state.rhoAnchor : state.rhoTarget);
        }
    }

    function _objection(Move memory move) private pure returns (EntryOutcome objection) {
        // Equal is refused too: one observation scores a position once.
        if (move.observedAt <= move.state.observedAt) return EntryOutcome.OLDER_OBSERVATION;
        if (move.entry.score > MAX_SCORE) return EntryOutcome.SCORE_RANGE;
        objection = _boundsObjection(move);
        if (objection != NO_OBJECTION) return objection;
        if (_lowersUnseen(move)) return EntryOutcome.STALE_EPOCH;
        // The first score may go anywhere inside the bounds.
        if (move.state.observedAt == 0 || move.direction == EntryOutcome.REFRESHED) return NO_OBJECTION;
        if (_exceedsPiStep(move)) return EntryOutcome.PI_STEP;
        bool tightens = move.direction == EntryOutcome.APPLIED_TIGHTENED;
        return tightens ? _tightenObjection(move) : _loosenObjection(move);
    }

    /// @dev Floor, ceiling, cap and linked rule on the final pair. A live value outside (possible only after the DAO moved a
    /// bound) widens the bound to itself; the first score gets no such allowance.
    function _boundsObjection(Move memory move) private pure returns (EntryOutcome objection) {
        RiskState memory state = move.state;
        RiskClass memory class = move.class;
        (uint256 rho, uint256 pi) = (move.entry.rhoBps, move.entry.piBps);
        bool live = state.observedAt != 0;
        if (rho < class.rhoFloorBps && !(live && rho >= state.rhoTarget)) return EntryOutcome.RHO_BELOW_FLOOR;
        if (rho > class.rhoCeilingBps && !(live && rho <= state.rhoTarget)) return EntryOutcome.RHO_ABOVE_CEILING;
        if (pi < class.piFloorBps && !(live && pi >= state.pi)) return EntryOutcome.PI_BELOW_FLOOR;
        if (pi > class.piCapBps && !(live && pi <= state.pi)) return EntryOutcome.PI_ABOVE_CAP;
        return _breaksLinkedRule(move) ? EntryOutcome.LINKED_RULE : NO_OBJECTION;
    }

    /// @dev π + δ ≤ ρ; where the DAO raised δ above the live gap, the gap may not shrink.
    function _breaksLinkedRule(Move memory move) private pure returns (bool broken) {
        uint256 gap = move.class.deltaBps;
        (uint256 oldRho, uint256 oldPi) = (move.state.rhoTarget, move.state.pi);
        unchecked {
            bool eased = move.state.observedAt != 0 && oldPi + gap > oldRho;
            if (eased) gap = oldRho > oldPi ? oldRho - oldPi : 0;
            return move.entry.piBps + gap > move.entry.rhoBps;
        }
    }

    /// @dev A score that saw another epoch may not lower what is in force: neither the target nor a fallback ρ.
    function _lowersUnseen(Move memory move) private pure returns (bool lowers) {
        if (move.entry.epoch == move.state.epoch) return false;
        return move.direction == EntryOutcome.APPLIED_LOOSENED || move.entry.rhoBps < move.standing;
    }

    /// @dev Step and drift count from the fallback ρ where that stands above the target.
    function _tightenObjection(Move memory move) private pure returns (EntryOutcome objection) {
        Lane memory lane = move.class.tighten;
        uint256 rho = move.entry.rhoBps;
        uint256 oldRho = move.state.rhoTarget;
        uint256 standing = move.standing;
        unchecked {
            if (rho > (standing > oldRho ? standing : oldRho) + lane.stepBps) return EntryOutcome.TIGHTEN_STEP;
            if (move.nowSec < move.state.tightenedAt + lane.delaySec) return EntryOutcome.TIGHTEN_DELAY;
            uint256 top = (move.anchor < move.prior ? move.anchor : move.prior) + lane.driftBps;
            bool drifts = rho > top && rho > standing && rho > oldRho;
            return drifts ? EntryOutcome.TIGHTEN_DRIFT : NO_OBJECTION;
        }
    }

    function _loosenObjection(Move memory move) private pure returns (EntryOutcome objection) {
        Lane memory lane = move.class.loosen;
        uint256 rho = move.entry.rhoBps;
        uint256 oldRho = move.state.rhoTarget;
        unchecked {
            if (rho + lane.stepBps < oldRho) return EntryOutcome.LOOSEN_STEP;
            if (move.nowSec < move.state.loosenedAt + lane.delaySec) return EntryOutcome.LOOSEN_DELAY;
            uint256 highest = move.anchor > move.prior ? move.anchor : move.prior;
            return rho + lane.driftBps < highest && rho < oldRho ? EntryOutcome.LOOSEN_DRIFT : NO_OBJECTION;
        }
    }

    function _write(Move memory move) private pure {
        if (move.state.observedAt == 0) _writeFirst(move);
        else if (move.direction == EntryOutcome.APPLIED_TIGHTENED) _writeTightening(move);
        else if (move.direction == EntryOutcome.APPLIED_LOOSENED) _writeLoosening(move);
        move.state.score = move.entry.score;
        move.state.observedAt = move.observedAt;
    }

    /// @dev Steps, delays, drift and Δ_max count from the first score; above the default it ramps in like any tightening.
    function _writeFirst(Move memory move) private pure {
        uint256 rho = move.entry.rhoBps;
        (move.anchor, move.prior) = (rho, rho);
        move.state.rhoOpen = rho;
        move.state.rhoFrom = Math.min(move.standing, rho);
        move.state.graceMinutes = move.class.graceMinutes;
        move.state.rampMinutes = move.class.rampMinutes;
        move.state.tightenedAt = move.nowSec;
        move.state.loosenedAt = move.nowSec;
        _writeValues(move);
    }

    /// @dev A running ramp goes on, to the lower target; a ρ above the new target falls to it at once.
    function _writeLoosening(Move memory move) private pure {
        move.state.rhoFrom = Math.min(move.state.rhoFrom, move.entry.rhoBps);
        move.state.loosenedAt = move.nowSec;
        _writeValues(move);
    }

    /// @dev The ramp starts, or is re-targeted, from the ρ in force, so without a jump.
    function _writeTightening(Move memory move) private pure {
        (move.state.graceMinutes, move.state.rampMinutes) = _rampMinutes(move);
        move.state.rhoFrom = Math.min(move.standing, move.entry.rhoBps);
        move.state.tightenedAt = move.nowSec;
        _writeValues(move);
    }

    /// @dev A tightening during a running ramp gets no second grace, and the slope does not fall (but for rounding to
    /// minutes): otherwise a series of small tightenings would hold the requirement down for ever. It ends no later than a
    /// fresh ramp would.
    function _rampMinutes(Move memory move) private pure returns (uint256 grace, uint256 ramp) {
        RiskState memory state = move.state;
        (grace, ramp) = (move.class.graceMinutes, move.class.rampMinutes);
        if (move.standing >= state.rhoTarget) return (grace, ramp);
        unchecked {
            uint256 startSec = state.tightenedAt + state.graceMinutes * MINUTE;
            uint256 endSec = startSec + state.rampMinutes * MINUTE;
            if (move.nowSec >= endSec) return (grace, ramp);
            uint256 latestEnd = grace + ramp;
            uint256 waitSec = startSec > move.nowSec ? startSec - move.nowSec : 0;
            uint256 leftSec = endSec - (waitSec == 0 ? move.nowSec : startSec);
            grace = Math.min(grace, Math.ceilDiv(waitSec, MINUTE));
            uint256 rise = move.entry.rhoBps - move.standing;
            ramp = Math.ceilDiv(leftSec * rise, (state.rhoTarget - move.standing) * MINUTE);
            ramp = Math.min(ramp, latestEnd - grace);
        }
    }

    function _writeValues(Move memory move) private pure {
        move.state.rhoTarget = move.entry.rhoBps;
        move.state.pi = move.entry.piBps;
        (move.state.rhoAnchor, move.state.rhoPrior) = (move.anchor, move.prior);
        move.state.windowIndex = _windowIndex(move);
    }

    function _windowIndex(Move memory move) private pure returns (uint256 index) {
        return (move.nowSec / move.class.windowSec) & RiskWord.WINDOW_MASK;
    }

    function _exceedsPiStep(Move memory move) private pure returns (bool exceeds) {
        (uint256 pi, uint256 oldPi) = (move.entry.piBps, move.state.pi);
        unchecked {
            return (pi > oldPi ? pi - oldPi : oldPi - pi) > move.class.piStepBps;
        }
    }
}
