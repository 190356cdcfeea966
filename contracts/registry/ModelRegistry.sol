// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";

/// @title Model bundles allowed by the DAO
contract ModelRegistry is IModelRegistry, Ownable2Step {
    /// @inheritdoc IModelRegistry
    mapping(bytes32 bundleHash => bool allowed) public isAllowed;

    /// @inheritdoc IModelRegistry
    uint32 public modelsVersion;

    constructor(address owner) Ownable(owner) {}

    /// @inheritdoc IModelRegistry
    function setAllowed(bytes32 bundleHash, bool allowed) external onlyOwner {
        if (bundleHash == bytes32(0)) revert ModelRegistryZeroHash();
        if (isAllowed[bundleHash] == allowed) revert ModelRegistryUnchanged(bundleHash, allowed);
        isAllowed[bundleHash] = allowed;
        modelsVersion += 1;
        emit BundleAllowed(bundleHash, allowed, modelsVersion);
    }
}
