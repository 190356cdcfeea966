// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IHedgeMandate} from "../interfaces/IHedgeMandate.sol";
import {MandateTerms} from "../types/HedgeTypes.sol";

/// @title Bounds of a mandate's terms
library MandateLimits {
    uint32 private constant MIN_LIFE_SEC = 1 hours;
    /// @dev A DAO that wants the hedge to go on looks at it once a quarter.
    uint32 private constant MAX_LIFE_SEC = 90 days;
    uint32 private constant MIN_COOL_DOWN_SEC = 1 minutes;
    uint32 private constant MIN_TARGET_LIFE_SEC = 1 minutes;
    uint32 private constant MAX_TARGET_LIFE_SEC = 1 days;
    uint32 private constant MIN_WINDOW_SEC = 1 hours;
    uint32 private constant MAX_WINDOW_SEC = 7 days;
    uint16 private constant MAX_MARGIN_SHARE_BPS = 2_000;
    uint16 private constant MAX_SLIPPAGE_BPS = 500;

    /// @notice Reverts for terms outside the bounds.
    function requireValid(MandateTerms memory terms) internal pure {
        if (!_hasAccounts(terms) || !_hasTimes(terms) || !_hasAmounts(terms)) {
            revert IHedgeMandate.MandateTermsInvalid(terms);
        }
    }

    /// @dev Whoever names the target must not be the one who trades towards it.
    function _hasAccounts(MandateTerms memory terms) private pure returns (bool isValid) {
        return terms.hedger != address(0) && terms.reporter != address(0) && terms.hedger != terms.reporter;
    }

    function _hasTimes(MandateTerms memory terms) private pure returns (bool isValid) {
        return
            terms.lifeSec >= MIN_LIFE_SEC &&
            terms.lifeSec <= MAX_LIFE_SEC &&
            terms.coolDownSec >= MIN_COOL_DOWN_SEC &&
            terms.targetLifeSec >= MIN_TARGET_LIFE_SEC &&
            terms.targetLifeSec <= MAX_TARGET_LIFE_SEC &&
            terms.windowSec >= MIN_WINDOW_SEC &&
            terms.windowSec <= MAX_WINDOW_SEC;
    }

    function _hasAmounts(MandateTerms memory terms) private pure returns (bool isValid) {
        return
            terms.marginShareBps <= MAX_MARGIN_SHARE_BPS &&
            terms.slippageBps <= MAX_SLIPPAGE_BPS &&
            terms.maxSizeE8 <= uint64(type(int64).max) &&
            terms.maxTurnoverE8 <= uint64(type(int64).max);
    }
}
