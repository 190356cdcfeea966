// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskModels} from "../interfaces/IRiskModels.sol";
import {OracleStorage} from "./OracleStorage.sol";

/// @title Model bundles allowed by the DAO
abstract contract ModelBook is IRiskModels, OracleStorage {
    /// @inheritdoc IRiskModels
    function setModelAllowed(bytes32 bundleHash, bool allowed) external restricted {
        _setModelAllowed(bundleHash, allowed);
    }

    /// @inheritdoc IRiskModels
    function disallowModel(bytes32 bundleHash) external restricted {
        _setModelAllowed(bundleHash, false);
    }

    /// @inheritdoc IRiskModels
    function isModelAllowed(bytes32 bundleHash) external view returns (bool allowed) {
        return _models[bundleHash];
    }

    /// @inheritdoc IRiskModels
    function modelsVersion() external view returns (uint32 version) {
        return _modelsVersion;
    }

    function _setModelAllowed(bytes32 bundleHash, bool allowed) private {
        if (bundleHash == bytes32(0)) revert RiskModelsZeroHash();
        if (_models[bundleHash] == allowed) revert RiskModelsUnchanged(bundleHash, allowed);
        _models[bundleHash] = allowed;
        _modelsVersion += 1;
        emit ModelAllowed(bundleHash, allowed, _modelsVersion);
    }
}
