// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PauseState} from "../types/VaultTypes.sol";

/// @title Pauses and caution of the options vault
/// @notice A pause is a time, so that it ends without anybody's doing and nobody needs to lift it. Adding collateral, closing
/// up to the closed share, settling, redeeming and claiming can be paused by nobody.
interface IOptionVaultPauses {
    /// @notice Stops opening, minting more and withdrawing for at most 7 days. Never shortens. Only GUARDIAN_ROLE.
    function pauseNewRisk(uint32 durationSec) external;

    /// @notice Stops flags and liquidations for at most 6 hours; at most twice in any 7 days. Flags from before lapse, so
    /// that auctions begin anew. Never shortens. Only GUARDIAN_ROLE.
    function pauseLiquidations(uint32 durationSec) external;

    /// @notice For at most 7 days new risk must meet 5/4 of its initial ρ, and liquidations are limited per market and
    /// window. Also begins by itself when half of a budget of parameter-caused liquidations is spent. Only GUARDIAN_ROLE.
    function beginCaution(uint32 durationSec) external;

    /// @notice As {beginCaution} for 6 hours, while the risk oracle's breaker is not NORMAL. Anyone, again and again.
    function followBreaker() external;

    /// @notice Ends all three at once. Only WIDENING_ROLE.
    function liftPauses() external;

    /// @notice Until when what is paused.
    function pauseState() external view returns (PauseState memory state);
}
