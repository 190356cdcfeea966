// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {FundSettings} from "../types/FundTypes.sol";

/// @title Bounds of an insurance fund's settings
library FundLimits {
    /// @dev Orderly and late stage of a liquidation as long as a vault allows them.
    uint32 private constant LONGEST_AUCTION_SEC = 8 days;
    uint32 private constant MAX_COOL_DOWN_SEC = 90 days;
    uint32 private constant MIN_EXIT_WINDOW_SEC = 1 hours;
    uint32 private constant MAX_EXIT_WINDOW_SEC = 7 days;
    /// @dev The rest of every day stays open.
    uint32 private constant MAX_SETTLEMENT_WINDOW_SEC = 20 hours;
    uint16 private constant MAX_UTILISATION_BPS = 5_000;
    uint16 private constant MAX_SERIES_CAP_BPS = 1_000;

    /// @notice Reverts for settings outside the bounds.
    function requireValid(FundSettings memory settings) internal pure {
        if (
            settings.settlementWindowSec > MAX_SETTLEMENT_WINDOW_SEC ||
            settings.coolDownSec < LONGEST_AUCTION_SEC + settings.settlementWindowSec ||
            settings.coolDownSec > MAX_COOL_DOWN_SEC ||
            settings.exitWindowSec < MIN_EXIT_WINDOW_SEC + settings.settlementWindowSec ||
            settings.exitWindowSec > MAX_EXIT_WINDOW_SEC ||
            settings.utilisationBps > MAX_UTILISATION_BPS ||
            settings.seriesCapBps > MAX_SERIES_CAP_BPS
        ) revert IInsuranceFund.FundSettingsInvalid(settings);
    }
}
