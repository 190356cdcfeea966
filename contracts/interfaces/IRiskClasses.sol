// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskClass} from "../types/RiskTypes.sol";

/// @title Risk classes and their bounds, owned by the DAO through the timelock
interface IRiskClasses {
    /// @notice Bounds of a class were set; carries the whole class so that logs rebuild it.
    event RiskClassSet(uint16 indexed classId, RiskClass class, uint32 boundsVersion);

    /// @notice A bound lies outside `min`…`max`, which may depend on the class's other bounds; `field` is its name.
    error RiskClassesOutOfRange(uint16 classId, bytes32 field, uint256 value, uint256 min, uint256 max);

    /// @notice A class that was never set.
    error RiskClassesUnknownClass(uint16 classId);

    /// @notice Bounds of a class. Reverts for a class never set.
    function riskClass(uint16 classId) external view returns (RiskClass memory class);

    /// @notice The same as two packed words, layout in `RiskClassWords`; both are 0 for a class never set.
    function classBounds(uint16 classId) external view returns (uint256 bounds, uint256 levels);

    /// @notice Whether the class was ever set.
    function isSet(uint16 classId) external view returns (bool known);

    /// @notice Ids of all classes ever set, ascending by creation.
    function classIds() external view returns (uint16[] memory ids);

    /// @notice Rises by one with every change of any bound.
    function boundsVersion() external view returns (uint32 version);

    /// @notice Sets all bounds of a class after checking them against each other. Only the owner (timelock).
    function setRiskClass(uint16 classId, RiskClass calldata class) external;

    /// @notice As {setRiskClass}, for a class that was set, and only if the new bounds are nowhere wider than the live ones;
    /// `RiskClassRules` says what that means for each. Live values outside the new bounds stay until reports move them
    /// inwards. Only the owner (timelock).
    function narrowRiskClass(uint16 classId, RiskClass calldata class) external;
}
