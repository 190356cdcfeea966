// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VaultAdmin} from "./VaultAdmin.sol";
import {VaultCover} from "./VaultCover.sol";
import {VaultReads} from "./VaultReads.sol";
import {VaultLinks, VaultStorage} from "./VaultStorage.sol";

/// @title Rarer calls of the options vault: settings and views
/// @notice The vault runs this code on its own storage, so that its own code stays within the size limit. The contract's
/// own storage means nothing.
contract OptionVaultExtension is VaultAdmin, VaultReads, VaultCover {
    /// @param links the vault's own
    constructor(VaultLinks memory links) VaultStorage(links) {}
}
