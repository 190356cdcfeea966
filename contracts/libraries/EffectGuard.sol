// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DeliveryState} from "../types/DeliveryTypes.sol";
import {DeliveryWord} from "./DeliveryWord.sol";
import {PartWord} from "./PartWord.sol";

/// @notice Result of {EffectGuard.judge}.
/// PASSES: inside every cap. REPORT_CAP: the report as a whole tightens too much. WINDOW_CAP: so does the window with it.
enum EffectVerdict {
    PASSES,
    REPORT_CAP,
    WINDOW_CAP
}

/// @title Caps on what reports may tighten, whatever the rules allow for each single entry
/// @notice Pure: no storage, no calls. Counters stop at the largest value of their lane, which lies above every cap that the
/// oracle accepts, so that a full counter never passes for less than it is.
library EffectGuard {
    /// @notice Zeroes the window's counters when `nowSec` lies in another window than they do.
    function roll(DeliveryState memory state, uint256 verifierWord, uint256 nowSec) internal pure {
        // The limits' setter keeps the window above zero.
        uint256 index = (nowSec / PartWord.windowSecOf(verifierWord)) & DeliveryWord.WINDOW_MASK;
        if (index == state.windowIndex) return;
        (state.windowIndex, state.windowTightened, state.windowTighteningBps) = (index, 0, 0);
    }

    /// @notice Whether `tightened` more entries with `tighteningBps` in sum fit both caps; the counters stay as they are. Call
    /// after {roll}.
    function judge(
        DeliveryState memory state,
        uint256 engineWord,
        uint256 verifierWord,
        uint256 tightened,
        uint256 tighteningBps
    ) internal pure returns (EffectVerdict verdict) {
        bool overWindow =
            state.windowTightened + tightened > PartWord.windowTightenedOf(verifierWord) ||
                state.windowTighteningBps + tighteningBps > PartWord.windowTighteningBpsOf(verifierWord);
        if (overWindow && tightened != 0) return EffectVerdict.WINDOW_CAP;
        bool overReport =
            state.reportTightened + tightened > PartWord.reportTightenedOf(engineWord) ||
                state.reportTighteningBps + tighteningBps > PartWord.reportTighteningBpsOf(engineWord);
        return overReport ? EffectVerdict.REPORT_CAP : EffectVerdict.PASSES;
    }

    /// @notice Adds what is about to be applied to the counters of report and window. Call after {roll}.
    function count(DeliveryState memory state, uint256 tightened, uint256 tighteningBps) internal pure {
        state.reportTightened = Math.min(state.reportTightened + tightened, DeliveryWord.MAX_TIGHTENED);
        state.reportTighteningBps = Math.min(state.reportTighteningBps + tighteningBps, DeliveryWord.MAX_REPORT_BPS);
        state.windowTightened = Math.min(state.windowTightened + tightened, DeliveryWord.MAX_TIGHTENED);
        state.windowTighteningBps = Math.min(state.windowTighteningBps + tighteningBps, DeliveryWord.MAX_WINDOW_BPS);
    }

    /// @notice After a chunk was held: every later chunk of its report is over the cap, so that no more of it is applied.
    function exhaustReport(DeliveryState memory state) internal pure {
        state.reportTighteningBps = DeliveryWord.MAX_REPORT_BPS;
    }
}
