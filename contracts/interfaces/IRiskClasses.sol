// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskClass} from "../types/RiskTypes.sol";

/// @title Risk classes and their bounds, owned by the DAO through the timelock
interface IRiskClasses {
    /// @notice Bounds of a class were set; carries the whole class so that logs rebuild it.
    event RiskClassSet(uint16 indexed classId, RiskClass class, uint32 boundsVersion);

    /// @notice Bounds of a class. Reverts for a class never set.
    function riskClass(uint16 classId) external view returns (RiskClass memory class);

    /// @notice Ids of all classes ever set, ascending by creation.
    function classIds() external view returns (uint16[] memory ids);

    /// @notice Rises by one with every change of any bound.
    function boundsVersion() external view returns (uint32 version);

    /// @notice Sets all bounds of a class after checking them against each other. Only the owner (timelock).
    function setRiskClass(uint16 classId, RiskClass calldata class) external;
}
