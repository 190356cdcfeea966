// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ParamStatus, RiskParams} from "../types/RiskTypes.sol";
import {RiskClassWords} from "./RiskClassWords.sol";
import {RiskWord} from "./RiskWord.sol";

/// @title What a stored word means at a moment: grace, ramp, cap since opening, staleness
/// @notice Pure: no storage, no calls. ρ is rounded up. Whether a value is stale or still ramps, and where it is capped,
/// follows from the stored word alone, so that a fresh value that has arrived is read with one storage word ({isSettled}). Of
/// the class, δ is needed while ρ is below its target, the defaults once it is stale, and the rest for new risk; these are the
/// DAO's newest. `bounds` and `levels` are the words of `RiskClassWords`. Mirrored in `oracle/rules/risk-reading.ts`.
library RiskReading {
    // Arithmetic below is unchecked where every reading and every entry passes: ratios of words and classes are below 2^16,
    // times and durations of words and classes below 2^33, block times below 2^64, so sums and products stay far below 2^256;
    // differences are taken after a comparison.

    /// @notice Time at which every score is stale.
    uint256 internal constant FAR_FUTURE = type(uint256).max;
    /// @notice Clocks of operators and chain may differ by this much.
    uint256 internal constant CLOCK_SKEW_SEC = 30;

    uint256 private constant BPS = 10_000;
    uint256 private constant MINUTE = 60;

    /// @notice Effective parameters of a word at `nowSec`; status UNKNOWN and zeros for the zero word.
    /// @param quantileWord word of the class quantile; used only while the position is unscored
    function effectiveParams(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 quantileWord,
        uint256 nowSec
    ) internal pure returns (RiskParams memory params) {
        if (word == 0) return params;
        (uint256 rho, uint256 pi, ParamStatus status) = maintenance(word, bounds, levels, nowSec);
        // Narrowing casts: the word's lanes are at most 16 bits wide, but for times of 32 and a validity below 2^24 seconds.
        params.rhoBps = uint16(rho);
        params.piBps = uint16(pi);
        params.status = status;
        params.rhoTargetBps = uint16(RiskWord.rhoTargetOf(word));
        params.rhoInitialBps = uint16(_initialRho(word, bounds, levels, quantileWord, nowSec));
        params.score = uint16(RiskWord.scoreOf(word));
        params.classId = uint16(RiskWord.classIdOf(word));
        params.epoch = uint16(RiskWord.epochOf(word));
        if (status == ParamStatus.UNSCORED) return params;
        params.observedAt = uint40(RiskWord.observedAtOf(word));
        params.validUntil = uint40(validUntilOf(word));
    }

    /// @notice Effective parameters of a word while the oracle is halted: ρ and π in force stay those of the second of the
    /// halt, new risk meets at least the default.
    /// @param quantileWord as in {effectiveParams}
    function haltedParams(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 quantileWord,
        uint256 haltedAt
    ) internal pure returns (RiskParams memory params) {
        if (word == 0) return params;
        params = effectiveParams(word, bounds, levels, quantileWord, haltedAt);
        // In the far future every score is stale, which is the rule for new risk here. Fits: below 2^14.
        params.rhoInitialBps = uint16(_initialRho(word, bounds, levels, quantileWord, FAR_FUTURE));
    }

    /// @notice Maintenance ρ, π and status of a known word at `nowSec`.
    /// @param levels read only when the word is stale
    function maintenance(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 nowSec
    ) internal pure returns (uint256 rho, uint256 pi, ParamStatus status) {
        pi = RiskWord.piOf(word);
        rho = standingRho(word, levels, nowSec);
        status = ParamStatus.FRESH;
        if (!RiskWord.isScored(word)) status = ParamStatus.UNSCORED;
        if (isStale(word, nowSec)) {
            status = ParamStatus.STALE;
            pi = Math.min(pi, RiskClassWords.piDefaultOf(levels));
        }
        uint256 gap = requiredGap(word, RiskClassWords.deltaOf(bounds));
        pi = Math.min(pi, Math.saturatingSub(rho, gap));
    }

    /// @notice Whether the maintenance ρ and π of a known word are its stored target and π, and no halt can have stopped them
    /// on the way: nothing ramps, or the ramp was over when the last report came, which a halted oracle takes none of.
    function isAtRest(uint256 word, uint256 nowSec) internal pure returns (bool atRest) {
        if (!RiskWord.isScored(word)) return true;
        unchecked {
            // An observation is at most the skew ahead of the block that took it; no time is below the skew.
            return _isSettled(word, RiskWord.observedAtOf(word) - CLOCK_SKEW_SEC, nowSec);
        }
    }

    /// @notice Whether the maintenance ρ and π of a scored word are its stored target and π, whatever its class says: fresh,
    /// not capped, its ramp over or none. In the last minute of a ramp ρ may have arrived before.
    function isSettled(uint256 word, uint256 nowSec) internal pure returns (bool settled) {
        return _isSettled(word, nowSec, nowSec);
    }

    /// @notice ρ and π for a new position of the class: `max(class initial, quantile)·(1 + β)`. A quantile that is stale or
    /// was never signed counts as at least the class default.
    function openingParams(
        uint256 bounds,
        uint256 levels,
        uint256 quantileWord,
        uint256 nowSec
    ) internal pure returns (uint256 rho, uint256 pi) {
        bool missing = quantileWord == 0 || isStale(quantileWord, nowSec);
        uint256 base = Math.max(RiskClassWords.rhoInitialOf(levels), RiskWord.rhoTargetOf(quantileWord));
        if (missing) base = Math.max(base, RiskClassWords.rhoDefaultOf(levels));
        uint256 piDefault = RiskClassWords.piDefaultOf(levels);
        pi = quantileWord == 0 ? piDefault : RiskWord.piOf(quantileWord);
        if (missing) pi = Math.min(pi, piDefault);
        rho = _surchargedUp(base, bounds, levels);
        pi = Math.min(pi, Math.saturatingSub(rho, RiskClassWords.deltaOf(bounds)));
    }

    /// @notice ρ that a withdrawal must leave a freshly scored position, times 1 + β the highest of ρ in force, class floor and
    /// target, now and at the starts of two drift windows: a loosening gives nothing back before it has stood for one.
    function retainedRho(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 nowSec
    ) internal pure returns (uint256 rho) {
        uint256 anchors = anchorsAt(word, bounds, nowSec);
        rho = Math.max(RiskWord.rhoTargetOf(word), standingRho(word, levels, nowSec));
        rho = Math.max(rho, Math.max(RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors)));
        return _surchargedUp(Math.max(rho, RiskClassWords.rhoFloorOf(bounds)), bounds, levels);
    }

    /// @notice Maintenance ρ in force at `nowSec`: the running ramp; once stale at least the fallback ramp, which starts where
    /// the value stood at the first stale second; never above the word's cap.
    /// @param levels read only when the word is stale
    function standingRho(uint256 word, uint256 levels, uint256 nowSec) internal pure returns (uint256 rho) {
        rho = RiskWord.rhoTargetOf(word);
        if (!RiskWord.isScored(word) || isSettled(word, nowSec)) return rho;
        rho = rampRho(word, nowSec);
        if (nowSec >= validUntilOf(word)) rho = Math.max(rho, _fallbackRho(word, levels, nowSec));
        uint256 cap = RiskWord.rhoCapOf(word);
        return rho < cap ? rho : cap;
    }

    /// @notice ρ on the running ramp at `nowSec`, without staleness and cap.
    function rampRho(uint256 word, uint256 nowSec) internal pure returns (uint256 rho) {
        (uint256 from, uint256 to) = (RiskWord.rhoFromOf(word), RiskWord.rhoTargetOf(word));
        if (from >= to) return to;
        unchecked {
            (uint256 graceMinutes, uint256 rampMinutes) = RiskWord.rampOf(word);
            uint256 startSec = RiskWord.tightenedAtOf(word) + graceMinutes * MINUTE;
            if (nowSec < startSec) return from;
            return _rampUp(from, to, nowSec - startSec, rampMinutes * MINUTE);
        }
    }

    /// @notice Grace and ramp, in their lanes, of a tightening to `rho` from `standing`, the ρ in force, below the target.
    /// A tightening during a running ramp gets no second grace, and the slope does not fall (but for rounding to
    /// minutes): otherwise a series of small tightenings would hold the requirement down for ever. It ends no later than a
    /// fresh ramp would.
    /// @param freshMinutes grace and ramp of the class, in their lanes
    function retargetedRamp(
        uint256 word,
        uint256 freshMinutes,
        uint256 rho,
        uint256 standing,
        uint256 nowSec
    ) internal pure returns (uint256 minutesPacked) {
        uint256 rhoTarget = RiskWord.rhoTargetOf(word);
        (uint256 waitSec, uint256 leftSec) = _runningRamp(word, nowSec);
        if (waitSec | leftSec == 0) return freshMinutes;
        (uint256 grace, uint256 ramp) = RiskWord.rampOf(freshMinutes);
        unchecked {
            uint256 latestEnd = grace + ramp;
            grace = Math.min(grace, Math.ceilDiv(waitSec, MINUTE));
            // As long for each basis point as what is left of the running ramp takes for one.
            ramp = Math.ceilDiv(leftSec * (rho - standing), (rhoTarget - standing) * MINUTE);
            return RiskWord.packMinutes(grace, Math.min(ramp, latestEnd - grace));
        }
    }

    /// @notice Both anchors at `nowSec`, in their lanes.
    function anchorsAt(uint256 word, uint256 bounds, uint256 nowSec) internal pure returns (uint256 anchors) {
        uint256 windowSec = RiskClassWords.windowOf(bounds);
        (uint256 changedAt, uint256 other) = (RiskWord.tightenedAtOf(word), RiskWord.loosenedAtOf(word));
        if (other > changedAt) changedAt = other;
        unchecked {
            uint256 windowStart = nowSec - (nowSec % windowSec);
            anchors = RiskWord.anchorsOf(word);
            if (changedAt < windowStart) {
                uint256 rho = RiskWord.rhoTargetOf(word);
                anchors = changedAt + windowSec >= windowStart ? RiskWord.rhoAnchorOf(word) : rho;
                anchors = RiskWord.packAnchors(rho, anchors);
            }
        }
    }

    /// @notice The least of what a known word had accepted at the start of the drift window of `nowSec` and of the window
    /// before, and, for a window's length after a tightening, of the ρ in force when that began: of a first score only that
    /// tells what the position was opened at.
    function rhoBefore(uint256 word, uint256 bounds, uint256 nowSec) internal pure returns (uint256 rho) {
        uint256 anchors = anchorsAt(word, bounds, nowSec);
        rho = Math.min(RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors));
        bool isRecent = nowSec < RiskWord.tightenedAtOf(word) + RiskClassWords.windowOf(bounds);
        if (isRecent) rho = Math.min(rho, RiskWord.rhoFromOf(word));
    }

    /// @notice First second at which the score of a scored word is stale.
    function validUntilOf(uint256 word) internal pure returns (uint256 time) {
        unchecked {
            return RiskWord.observedAtOf(word) + RiskWord.validityMinutesOf(word) * MINUTE;
        }
    }

    /// @notice Whether the last score has lost its validity. Unscored words are not stale.
    function isStale(uint256 word, uint256 nowSec) internal pure returns (bool stale) {
        return nowSec >= validUntilOf(word) && RiskWord.isScored(word);
    }

    /// @notice Least distance of ρ above π: δ, or the live gap where the DAO has raised δ above it.
    function requiredGap(uint256 word, uint256 delta) internal pure returns (uint256 gap) {
        (uint256 rho, uint256 pi) = (RiskWord.rhoTargetOf(word), RiskWord.piOf(word));
        unchecked {
            uint256 live = rho > pi ? rho - pi : 0;
            return delta < live ? delta : live;
        }
    }

    /// @dev Settled at `nowSec`, its ramp over at `arrivedSec`. By one comparison: differences of numbers below 2^64 wrap where
    /// they are negative, and only there the highest bit is set.
    function _isSettled(uint256 word, uint256 arrivedSec, uint256 nowSec) private pure returns (bool settled) {
        uint256 rhoTarget = RiskWord.rhoTargetOf(word);
        (uint256 graceMinutes, uint256 rampMinutes) = RiskWord.rampOf(word);
        unchecked {
            uint256 doubts = arrivedSec - RiskWord.tightenedAtOf(word) - (graceMinutes + rampMinutes) * MINUTE;
            doubts &= RiskWord.rhoFromOf(word) - rhoTarget;
            doubts |= (RiskWord.rhoCapOf(word) - rhoTarget) | (validUntilOf(word) - nowSec - 1);
            return doubts >> 255 == 0;
        }
    }

    /// @dev Seconds until the running ramp rises and, from then on, until it ends; both are 0 once it has ended.
    function _runningRamp(uint256 word, uint256 nowSec) private pure returns (uint256 waitSec, uint256 leftSec) {
        (uint256 grace, uint256 ramp) = RiskWord.rampOf(word);
        unchecked {
            uint256 startSec = RiskWord.tightenedAtOf(word) + grace * MINUTE;
            uint256 endSec = startSec + ramp * MINUTE;
            if (nowSec >= endSec) return (0, 0);
            if (nowSec < startSec) return (startSec - nowSec, endSec - startSec);
            return (0, endSec - nowSec);
        }
    }

    /// @dev ρ on the fallback ramp of a stale word: towards the class default, from where it stood at the first stale second.
    function _fallbackRho(uint256 word, uint256 levels, uint256 nowSec) private pure returns (uint256 rho) {
        uint256 staleFrom = validUntilOf(word);
        uint256 goal = Math.max(RiskWord.rhoTargetOf(word), RiskClassWords.rhoDefaultOf(levels));
        uint256 lengthSec = RiskClassWords.fallbackRampOf(levels) * MINUTE;
        return _rampUp(rampRho(word, staleFrom), goal, nowSec - staleFrom, lengthSec);
    }

    /// @dev New risk meets the target at once, and the default at once when the score is stale.
    function _initialRho(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 quantileWord,
        uint256 nowSec
    ) private pure returns (uint256 rho) {
        uint256 base = RiskWord.rhoTargetOf(word);
        if (!RiskWord.isScored(word)) {
            (rho, ) = openingParams(bounds, levels, quantileWord, nowSec);
            return Math.max(rho, base);
        }
        if (isStale(word, nowSec)) base = Math.max(base, RiskClassWords.rhoDefaultOf(levels));
        return Math.max(RiskClassWords.rhoInitialOf(levels), _surchargedUp(base, bounds, levels));
    }

    /// @dev base·(1 + β), capped by the ceiling, but never below `base`.
    function _surchargedUp(uint256 base, uint256 bounds, uint256 levels) private pure returns (uint256 rho) {
        uint256 surcharged = Math.ceilDiv(base * (BPS + RiskClassWords.betaOf(levels)), BPS);
        return Math.max(Math.min(surcharged, RiskClassWords.rhoCeilingOf(bounds)), base);
    }

    /// @dev Linear from `from` to `to`, rounded up; `to` from the end on and wherever there is nothing to rise.
    function _rampUp(
        uint256 from,
        uint256 to,
        uint256 elapsedSec,
        uint256 lengthSec
    ) private pure returns (uint256 value) {
        if (elapsedSec >= lengthSec || from >= to) return to;
        unchecked {
            return from + Math.ceilDiv((to - from) * elapsedSec, lengthSec);
        }
    }
}
