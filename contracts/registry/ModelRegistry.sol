// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";

/// @title Model bundles allowed by the DAO
contract ModelRegistry is IModelRegistry, AccessManaged {
    /// @inheritdoc IModelRegistry
    mapping(bytes32 bundleHash => bool allowed) public isAllowed;

    /// @inheritdoc IModelRegistry
    uint32 public modelsVersion;

    /// @param authority access manager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IModelRegistry
    function setAllowed(bytes32 bundleHash, bool allowed) external restricted {
        _setAllowed(bundleHash, allowed);
    }

    /// @inheritdoc IModelRegistry
    function disallow(bytes32 bundleHash) external restricted {
        _setAllowed(bundleHash, false);
    }

    function _setAllowed(bytes32 bundleHash, bool allowed) private {
        if (bundleHash == bytes32(0)) revert ModelRegistryZeroHash();
        if (isAllowed[bundleHash] == allowed) revert ModelRegistryUnchanged(bundleHash, allowed);
        isAllowed[bundleHash] = allowed;
        modelsVersion += 1;
        emit BundleAllowed(bundleHash, allowed, modelsVersion);
    }
}
