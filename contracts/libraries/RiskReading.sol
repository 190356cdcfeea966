// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ParamStatus, RiskClass, RiskParams} from "../types/RiskTypes.sol";
import {RiskWord} from "./RiskWord.sol";

/// @title What a stored word means at a moment: grace, ramp, cap since opening, staleness
/// @notice Pure: no storage, no calls. ρ is rounded up. Values follow the stored word alone, except for the class default
/// (staleness), Δ_max, δ, β and validity, which are the DAO's newest and change only behind the timelock. Mirrored in
/// `oracle/rules/risk-reading.ts`.
library RiskReading {
    // Arithmetic below is unchecked where every reading and every entry passes: ratios of words and classes are below 2^16,
    // times and durations of words and classes below 2^33, block times below 2^64, so sums and products stay far below 2^256;
    // differences are taken after a comparison.

    uint256 private constant BPS = 10_000;
    uint256 private constant MINUTE = 60;

    /// @notice Effective parameters of a word at `nowSec`; status UNKNOWN and zeros for the zero word.
    /// @param quantileWord word of the class quantile; used only while the position is unscored
    function effectiveParams(
        uint256 word,
        RiskClass memory class,
        uint256 quantileWord,
        uint256 nowSec
    ) internal pure returns (RiskParams memory params) {
        if (word == 0) return params;
        bool stale = isStale(word, class, nowSec);
        uint256 rho = standingRho(word, class, nowSec);
        uint256 pi = stale ? Math.min(RiskWord.piOf(word), class.piDefaultBps) : RiskWord.piOf(word);
        // Narrowing casts: the word's lanes are 14, 12 and 16 bits wide, times 32 plus validity 32.
        params.rhoBps = uint16(rho);
        params.rhoTargetBps = uint16(RiskWord.rhoTargetOf(word));
        params.rhoInitialBps = uint16(_initialRho(word, class, quantileWord, nowSec));
        params.piBps = uint16(linkedPi(pi, rho, class));
        params.score = uint16(RiskWord.scoreOf(word));
        params.classId = uint16(RiskWord.classIdOf(word));
        params.epoch = uint16(RiskWord.epochOf(word));
        params.observedAt = uint40(RiskWord.observedAtOf(word));
        params.status = ParamStatus.UNSCORED;
        if (RiskWord.observedAtOf(word) == 0) return params;
        params.validUntil = uint40(RiskWord.observedAtOf(word) + class.validitySec);
        params.status = stale ? ParamStatus.STALE : ParamStatus.FRESH;
    }

    /// @notice Maintenance ρ and π in force, and the ρ of before the present drift windows; not for the zero word.
    function maintenance(
        uint256 word,
        RiskClass memory class,
        uint256 nowSec
    ) internal pure returns (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps) {
        uint256 rho = standingRho(word, class, nowSec);
        uint256 pi = RiskWord.piOf(word);
        if (isStale(word, class, nowSec)) pi = Math.min(pi, class.piDefaultBps);
        uint256 before = RiskWord.isScored(word) ? Math.min(rho, _rhoBefore(word, class, nowSec)) : rho;
        // Narrowing casts: ratios of words are 14 bits wide.
        return (uint16(rho), uint16(linkedPi(pi, rho, class)), uint16(before));
    }

    /// @notice Target at the start of the drift window of `nowSec` and of the window before.
    function anchorsAt(
        uint256 word,
        RiskClass memory class,
        uint256 nowSec
    ) internal pure returns (uint256 anchor, uint256 prior) {
        uint256 index = (nowSec / class.windowSec) & RiskWord.WINDOW_MASK;
        uint256 oldIndex = RiskWord.windowIndexOf(word);
        (anchor, prior) = (RiskWord.rhoAnchorOf(word), RiskWord.rhoPriorOf(word));
        if (index == oldIndex) return (anchor, prior);
        uint256 target = RiskWord.rhoTargetOf(word);
        prior = index == (oldIndex + 1) & RiskWord.WINDOW_MASK ? anchor : target;
        return (target, prior);
    }

    /// @notice ρ and π for a new position of the class: `max(class initial, quantile)·(1 + β)`. A quantile that is stale or
    /// was never signed counts as at least the class default.
    function openingParams(
        RiskClass memory class,
        uint256 quantileWord,
        uint256 nowSec
    ) internal pure returns (uint256 rho, uint256 pi) {
        bool missing = quantileWord == 0 || isStale(quantileWord, class, nowSec);
        uint256 base = Math.max(class.rhoInitialBps, RiskWord.rhoTargetOf(quantileWord));
        if (missing) base = Math.max(base, class.rhoDefaultBps);
        pi = quantileWord == 0 ? class.piDefaultBps : RiskWord.piOf(quantileWord);
        if (missing) pi = Math.min(pi, class.piDefaultBps);
        rho = _surchargedUp(base, class);
        pi = linkedPi(pi, rho, class);
    }

    /// @notice Maintenance ρ in force at `nowSec`: the running ramp; once stale at least the fallback ramp, which starts where
    /// the value stood at the first stale second; never above ρ at opening + Δ_max.
    function standingRho(uint256 word, RiskClass memory class, uint256 nowSec) internal pure returns (uint256 rho) {
        if (RiskWord.observedAtOf(word) == 0) return RiskWord.rhoTargetOf(word);
        rho = rampRho(word, nowSec);
        if (isStale(word, class, nowSec)) rho = Math.max(rho, _fallbackRho(word, class, nowSec));
        unchecked {
            uint256 cap = RiskWord.rhoOpenOf(word) + class.maxAboveOpenBps;
            return rho < cap ? rho : cap;
        }
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

    /// @notice Whether the last score has lost its validity. Unscored words are not stale.
    function isStale(uint256 word, RiskClass memory class, uint256 nowSec) internal pure returns (bool stale) {
        unchecked {
            uint256 observedAt = RiskWord.observedAtOf(word);
            return observedAt != 0 && nowSec >= observedAt + class.validitySec;
        }
    }

    /// @notice π under the linked rule `π + δ ≤ ρ`: it rises no faster than the ρ in force and yields to a greater δ.
    function linkedPi(uint256 pi, uint256 rho, RiskClass memory class) internal pure returns (uint256 linked) {
        return Math.min(pi, Math.saturatingSub(rho, class.deltaBps));
    }

    /// @dev Besides the two anchors, the ρ in force when the last tightening within a window began: of a first score only
    /// that tells what the position was opened at.
    function _rhoBefore(uint256 word, RiskClass memory class, uint256 nowSec) private pure returns (uint256 rho) {
        (uint256 anchor, uint256 prior) = anchorsAt(word, class, nowSec);
        rho = Math.min(anchor, prior);
        bool isRecent = nowSec < RiskWord.tightenedAtOf(word) + class.windowSec;
        if (isRecent) rho = Math.min(rho, RiskWord.rhoFromOf(word));
    }

    /// @dev ρ on the fallback ramp of a stale word: towards the class default, from where it stood at the first stale second.
    function _fallbackRho(uint256 word, RiskClass memory class, uint256 nowSec) private pure returns (uint256 rho) {
        uint256 staleFrom = RiskWord.observedAtOf(word) + class.validitySec;
        uint256 goal = Math.max(RiskWord.rhoTargetOf(word), class.rhoDefaultBps);
        return _rampUp(rampRho(word, staleFrom), goal, nowSec - staleFrom, class.fallbackRampMinutes * MINUTE);
    }

    /// @dev New risk meets the target at once, and the default at once when the score is stale.
    function _initialRho(
        uint256 word,
        RiskClass memory class,
        uint256 quantileWord,
        uint256 nowSec
    ) private pure returns (uint256 rho) {
        if (RiskWord.observedAtOf(word) == 0) {
            (rho, ) = openingParams(class, quantileWord, nowSec);
            return Math.max(rho, RiskWord.rhoTargetOf(word));
        }
        uint256 base = RiskWord.rhoTargetOf(word);
        if (isStale(word, class, nowSec)) base = Math.max(base, class.rhoDefaultBps);
        return Math.max(class.rhoInitialBps, _surchargedUp(base, class));
    }

    /// @dev base·(1 + β), capped by the ceiling, but never below `base`.
    function _surchargedUp(uint256 base, RiskClass memory class) private pure returns (uint256 rho) {
        uint256 surcharged = Math.ceilDiv(base * (BPS + class.betaBps), BPS);
        return Math.max(Math.min(surcharged, class.rhoCeilingBps), base);
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
