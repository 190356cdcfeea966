// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultCore} from "./IOptionVaultCore.sol";
import {IOptionVaultCover} from "./IOptionVaultCover.sol";
import {IOptionVaultSettings} from "./IOptionVaultSettings.sol";
import {IOptionVaultLinks} from "./IOptionVaultLinks.sol";
import {IOptionVaultLog} from "./IOptionVaultLog.sol";
import {IOptionVaultOwners} from "./IOptionVaultOwners.sol";
import {IOptionVaultPauses} from "./IOptionVaultPauses.sol";

/// @title Partially collateralised, cash-settled European options
/// @notice Calls are collateralised in the base token, puts in the quote token, both down to M(ρ) = I + ρ(L − I), ρ per
/// position from the risk oracle. Amounts round against whoever calls. Nothing is read from token balances but the
/// amount just received, so donations change nothing.
// The parts are the whole: nothing is added to them.
// solhint-disable-next-line no-empty-blocks
interface IOptionVault is
    IOptionVaultCore,
    IOptionVaultSettings,
    IOptionVaultOwners,
    IOptionVaultPauses,
    IOptionVaultCover,
    IOptionVaultLinks,
    IOptionVaultLog
{}
