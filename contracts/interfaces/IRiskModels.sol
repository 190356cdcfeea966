// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Model bundles that reports may be based on, allowed by the DAO
interface IRiskModels {
    /// @notice A bundle manifest hash was allowed or disallowed.
    event ModelAllowed(bytes32 indexed bundleHash, bool allowed, uint32 modelsVersion);

    /// @notice The zero hash names no bundle.
    error RiskModelsZeroHash();

    /// @notice The bundle already is in the wanted state.
    error RiskModelsUnchanged(bytes32 bundleHash, bool allowed);

    /// @notice Allows or disallows a bundle. Only WIDENING_ROLE.
    function setModelAllowed(bytes32 bundleHash, bool allowed) external;

    /// @notice Disallows a bundle. Only NARROWING_ROLE.
    function disallowModel(bytes32 bundleHash) external;

    /// @notice Whether reports may carry this bundle hash.
    function isModelAllowed(bytes32 bundleHash) external view returns (bool allowed);

    /// @notice Rises by one with every change.
    function modelsVersion() external view returns (uint32 version);
}
