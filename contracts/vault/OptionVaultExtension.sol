// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IOptionVaultOwners} from "../interfaces/IOptionVaultOwners.sol";
import {IOptionVaultQuotes} from "../interfaces/IOptionVaultQuotes.sol";
import {VaultGuardian} from "./VaultGuardian.sol";
import {Links} from "./VaultKit.sol";
import {VaultOwners} from "./VaultOwners.sol";
import {VaultStorage} from "./VaultStorage.sol";
import {VaultTakeOver} from "./VaultTakeOver.sol";

/// @title Rarer calls of the options vault
/// @notice The vault runs this code on its own storage, so that its own code stays within the size limit; what this
/// contract does not know is {OptionVaultSettings}'. Its own storage means nothing, and its own authority is nobody.
contract OptionVaultExtension is VaultGuardian, VaultOwners, VaultTakeOver, Multicall {
    /// @notice Code of settings and views. Never changes.
    address public immutable SETTINGS;

    /// @param settings an {OptionVaultSettings}; oracle and price guard are the same
    constructor(
        IOptionVaultQuotes settings
    ) AccessManaged(address(this)) VaultStorage(Links(settings.RISK_ORACLE(), settings.PRICE_GUARD())) {
        SETTINGS = address(settings);
    }

    /// @dev Only the constructor chooses the code.
    fallback(bytes calldata input) external returns (bytes memory output) {
        return Address.functionDelegateCall(SETTINGS, input);
    }

    /// @inheritdoc IOptionVaultOwners
    function multicall(
        bytes[] calldata data
    ) public override(Multicall, IOptionVaultOwners) returns (bytes[] memory results) {
        return super.multicall(data);
    }
}
