// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RiskClass} from "../types/RiskTypes.sol";
import {RiskReading} from "./RiskReading.sol";
import {RiskState, RiskWord} from "./RiskWord.sol";

/// @title What happens to a word when its position is split, merged or moved to another class
/// @notice Pure: no storage, no calls. A ratio is never lost on the way. Mirrored in `oracle/rules/risk-life.ts`.
library RiskLife {
    /// @dev Width of the lane of `rhoOpen`.
    uint256 private constant MAX_RHO_OPEN = (1 << 14) - 1;

    /// @notice Word of a position split off another: the same ratios, score and times, in its first epoch.
    function copiedWord(uint256 word) internal pure returns (uint256 copied) {
        RiskState memory state = RiskWord.unpack(word);
        state.epoch = RiskWord.FIRST_EPOCH;
        return RiskWord.pack(state);
    }

    /// @notice Word of a position that took over shorts of another: the word with the higher target, in force at once, in
    /// the next epoch of `into`. The caller has made sure that the new totals meet the initial ρ of both.
    function mergedWord(uint256 from, uint256 into) internal pure returns (uint256 merged, uint16 epoch) {
        RiskState memory state = RiskWord.unpack(RiskWord.rhoTargetOf(from) > RiskWord.rhoTargetOf(into) ? from : into);
        state.rhoFrom = state.rhoTarget;
        uint256 rhoOpen = Math.max(RiskWord.rhoOpenOf(from), RiskWord.rhoOpenOf(into));
        state.rhoOpen = Math.max(rhoOpen, state.rhoTarget);
        (, epoch) = RiskWord.withNextEpoch(into);
        state.epoch = epoch;
        return (RiskWord.pack(state), epoch);
    }

    /// @notice Word of a position that moves to another class; neither class may find it stale. The ρ in force stays. Where
    /// the target lies below the new floor it rises to it, over the new class's grace and ramp. Nothing falls but π, under
    /// the linked rule. Drift goes on counting from where it counted, and the cap above the ρ at opening keeps its value
    /// (only a new Δ_max above the whole old cap raises it).
    function reclassedWord(
        uint256 word,
        RiskClass memory oldClass,
        RiskClass memory newClass,
        uint256 classId,
        uint256 nowSec
    ) internal pure returns (uint256 moved) {
        RiskState memory state = RiskWord.unpack(word);
        state.classId = classId;
        if (state.observedAt != 0) {
            uint256 standing = RiskReading.standingRho(word, oldClass, nowSec);
            (state.rhoAnchor, state.rhoPrior) = RiskReading.anchorsAt(word, oldClass, nowSec);
            state.windowIndex = (nowSec / newClass.windowSec) & RiskWord.WINDOW_MASK;
            uint256 cap = state.rhoOpen + oldClass.maxAboveOpenBps;
            state.rhoOpen = Math.min(Math.saturatingSub(cap, newClass.maxAboveOpenBps), MAX_RHO_OPEN);
            if (newClass.rhoFloorBps > state.rhoTarget) {
                (state.rhoFrom, state.rhoTarget) = (standing, newClass.rhoFloorBps);
                state.tightenedAt = nowSec;
                (state.graceMinutes, state.rampMinutes) = (newClass.graceMinutes, newClass.rampMinutes);
            }
        }
        state.pi = RiskReading.linkedPi(state.pi, state.rhoTarget, newClass);
        return RiskWord.pack(state);
    }
}
