// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RiskClassWords} from "./RiskClassWords.sol";
import {RiskReading} from "./RiskReading.sol";
import {RiskRules} from "./RiskRules.sol";
import {RiskState, RiskWord} from "./RiskWord.sol";

/// @title What happens to a word when its position is split, merged or moved to another class
/// @notice Pure: no storage, no calls. A ratio is never lost on the way. `bounds` and `levels` are the words of
/// `RiskClassWords`. Mirrored in `oracle/rules/risk-life.ts`.
library RiskLife {
    /// @notice Word of a position split off another: the same ratios, score and times, in its first epoch.
    function copiedWord(uint256 word) internal pure returns (uint256 copied) {
        return RiskWord.withEpoch(word, RiskWord.FIRST_EPOCH);
    }

    /// @notice Of two words the one with the higher target, the second where they are equal.
    function stricterOf(uint256 from, uint256 into) internal pure returns (uint256 stricter) {
        return RiskWord.rhoTargetOf(from) > RiskWord.rhoTargetOf(into) ? from : into;
    }

    /// @notice Word of a position that took over shorts of another: the stricter word, in force at once, in the next epoch of
    /// `into`. The caller has made sure that the new totals meet the initial ρ of both.
    /// @param bounds first class word of {stricterOf}
    function mergedWord(
        uint256 from,
        uint256 into,
        uint256 bounds
    ) internal pure returns (uint256 merged, uint16 epoch) {
        RiskState memory state = RiskWord.unpack(stricterOf(from, into));
        state.rhoFrom = state.rhoTarget;
        state.rhoCap = Math.max(RiskWord.rhoCapOf(from), RiskWord.rhoCapOf(into));
        state.epoch = RiskWord.epochOf(into);
        return RiskRules.raisedWord(RiskWord.pack(state), bounds);
    }

    /// @notice Word of a position that moves to another class; it may not be stale. The ρ in force and its cap stay. Where the
    /// target lies below the new floor it rises to it, over the new class's grace and ramp. Nothing falls but π, under the
    /// linked rule. Drift goes on counting from where it counted.
    /// @param bounds first word of the class that the position leaves
    /// @param levels second word of that class
    /// @param newBounds first word of the class `classId`
    function reclassedWord(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 newBounds,
        uint256 classId,
        uint256 nowSec
    ) internal pure returns (uint256 moved) {
        RiskState memory state = RiskWord.unpack(word);
        state.classId = classId;
        uint256 floor = RiskClassWords.rhoFloorOf(newBounds);
        if (RiskWord.isScored(word) && floor > state.rhoTarget) {
            uint256 anchors = RiskReading.anchorsAt(word, bounds, nowSec);
            (state.rhoAnchor, state.rhoPrior) = (RiskWord.rhoAnchorOf(anchors), RiskWord.rhoPriorOf(anchors));
            (state.rhoFrom, state.rhoTarget) = (RiskReading.standingRho(word, levels, nowSec), floor);
            state.tightenedAt = nowSec;
            (state.graceMinutes, state.rampMinutes) = RiskWord.rampOf(RiskClassWords.rampLanesOf(newBounds));
        }
        state.pi = Math.min(state.pi, Math.saturatingSub(state.rhoTarget, RiskClassWords.deltaOf(newBounds)));
        return RiskWord.pack(state);
    }
}
