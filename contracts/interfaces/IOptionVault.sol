// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultCore} from "./IOptionVaultCore.sol";
import {IOptionVaultCover} from "./IOptionVaultCover.sol";
import {IOptionVaultExtension} from "./IOptionVaultExtension.sol";
import {IOptionVaultLinks} from "./IOptionVaultLinks.sol";
import {IOptionVaultLog} from "./IOptionVaultLog.sol";

// The parts below are everything: this interface only joins them.
// solhint-disable no-empty-blocks

/// @title Partially collateralised, cash-settled European options
/// @notice Calls are collateralised in the base token, puts in the quote token, both down to M(ρ) = I + ρ(L − I), ρ per
/// position from the risk oracle. Amounts round against whoever calls. Nothing is read from token balances but the
/// amount just received, so donations change nothing.
interface IOptionVault is
    IOptionVaultCore,
    IOptionVaultExtension,
    IOptionVaultCover,
    IOptionVaultLinks,
    IOptionVaultLog
{}
