// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DeliveryLimits} from "../types/DeliveryTypes.sol";
import {DeliveryWord} from "./DeliveryWord.sol";

/// @title Which limits of delivery are valid, and which are narrower than others
library DeliveryRules {
    /// @notice Longest window, cool-down, time to release and validity of roots: past it they would be no limits.
    uint256 internal constant MAX_SEC = 30 days;
    /// @notice Shortest window.
    uint256 internal constant MIN_WINDOW_SEC = 1 hours;

    /// @notice Whether every cap lies below what its counter can hold, and every time inside its range.
    function areValid(DeliveryLimits memory limits) internal pure returns (bool valid) {
        bool countable =
            limits.reportTightened < DeliveryWord.MAX_TIGHTENED &&
                limits.windowTightened < DeliveryWord.MAX_TIGHTENED &&
                limits.reportTighteningBps < DeliveryWord.MAX_REPORT_BPS &&
                limits.windowTighteningBps < DeliveryWord.MAX_WINDOW_BPS;
        bool inTime = limits.windowSec >= MIN_WINDOW_SEC && limits.windowSec <= MAX_SEC;
        inTime = inTime && limits.coolDownSec <= MAX_SEC && limits.heldSec <= MAX_SEC;
        return countable && inTime && limits.rootValiditySec <= MAX_SEC;
    }

    /// @notice Whether `next` is nowhere wider than `old`: no cap rises, nothing may be applied for longer, the cool-down does
    /// not shrink, and the window, whose change would renew its budget, stays.
    function areNarrower(DeliveryLimits memory next, DeliveryLimits memory old) internal pure returns (bool narrower) {
        bool caps =
            next.reportTightened <= old.reportTightened &&
                next.reportTighteningBps <= old.reportTighteningBps &&
                next.windowTightened <= old.windowTightened &&
                next.windowTighteningBps <= old.windowTighteningBps;
        bool triggers = next.dispersionBps <= old.dispersionBps && next.violations <= old.violations;
        bool times = next.windowSec == old.windowSec && next.coolDownSec >= old.coolDownSec;
        return caps && triggers && times && next.heldSec <= old.heldSec && next.rootValiditySec <= old.rootValiditySec;
    }
}
