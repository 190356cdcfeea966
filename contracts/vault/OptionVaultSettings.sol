// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {VaultAdmin} from "./VaultAdmin.sol";
import {Links} from "./VaultKit.sol";
import {VaultReads} from "./VaultReads.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Settings and views of the options vault
/// @notice Run on the vault's storage. The contract's own storage means nothing, and its own authority is nobody.
contract OptionVaultSettings is VaultAdmin, VaultReads {
    /// @param links the vault's
    constructor(Links memory links) AccessManaged(address(this)) VaultStorage(links) {}
}
