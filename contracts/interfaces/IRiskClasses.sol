// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskClass} from "../types/RiskTypes.sol";

/// @title Risk classes and their bounds, owned by the DAO
interface IRiskClasses {
    /// @notice Bounds of a class were set; carries the whole class so that logs rebuild it.
    event RiskClassSet(uint16 indexed classId, RiskClass class, uint32 boundsVersion);

    /// @notice A bound lies outside `min`…`max`, which may depend on the class's other bounds; `field` is its name.
    error RiskClassesOutOfRange(uint16 classId, bytes32 field, uint256 value, uint256 min, uint256 max);

    /// @notice The new value of `field` does not narrow: propose {setRiskClass}, which takes the long delay.
    error RiskClassesWidens(uint16 classId, bytes32 field);

    /// @notice A class that was never set.
    error RiskClassesUnknownClass(uint16 classId);

    /// @notice Bounds of a class. Reverts for a class never set.
    function riskClass(uint16 classId) external view returns (RiskClass memory class);

    /// @notice The same as two packed words, layout in `RiskClassWords`; `timing` is 0 for a class never set.
    function classWords(uint16 classId) external view returns (uint256 bounds, uint256 timing);

    /// @notice Whether the class was ever set.
    function isSet(uint16 classId) external view returns (bool known);

    /// @notice Ids of all classes ever set, ascending by creation.
    function classIds() external view returns (uint16[] memory ids);

    /// @notice Rises by one with every change of any bound.
    function boundsVersion() external view returns (uint32 version);

    /// @notice Sets all bounds of a class after checking them against each other. Only WIDENING_ROLE.
    function setRiskClass(uint16 classId, RiskClass calldata class) external;

    /// @notice As {setRiskClass} for a class that exists, and only where reports get less room, new risk does not get cheaper
    /// and no live position's requirement changes (see `ClassNarrowing`). Only NARROWING_ROLE.
    function narrowRiskClass(uint16 classId, RiskClass calldata class) external;
}
