// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskClass} from "../types/RiskTypes.sol";
import {OracleWiring} from "./OracleWiring.sol";

/// @title Risk classes and their bounds, in the storage of the oracle: a report reads one word for each class
abstract contract ClassBook is IRiskClasses, OracleWiring {
    /// @dev Words of a class, see `RiskClassWords`; both zero for a class never set.
    struct StoredClass {
        uint256 bounds;
        uint256 levels;
    }

    /// @inheritdoc IRiskClasses
    uint32 public boundsVersion;

    uint16[] private _classIds;
    mapping(uint256 classId => StoredClass stored) internal _classes;

    /// @inheritdoc IRiskClasses
    function setRiskClass(uint16 classId, RiskClass calldata class) external onlyOwner {
        (uint256 bounds, uint256 levels) = ruleEngine.packClass(classId, class);
        if (!isSet(classId)) _classIds.push(classId);
        _setClass(classId, class, StoredClass(bounds, levels));
    }

    /// @inheritdoc IRiskClasses
    function narrowRiskClass(uint16 classId, RiskClass calldata class) external onlyOwner {
        StoredClass memory live = _class(classId);
        (uint256 bounds, uint256 levels) = ruleEngine.packNarrowerClass(classId, class, live.bounds, live.levels);
        _setClass(classId, class, StoredClass(bounds, levels));
    }

    /// @inheritdoc IRiskClasses
    function riskClass(uint16 classId) external view returns (RiskClass memory class) {
        StoredClass memory stored = _class(classId);
        return RiskClassWords.unpack(stored.bounds, stored.levels);
    }

    /// @inheritdoc IRiskClasses
    function classBounds(uint16 classId) external view returns (uint256 bounds, uint256 levels) {
        StoredClass storage stored = _classes[classId];
        return (stored.bounds, stored.levels);
    }

    /// @inheritdoc IRiskClasses
    function classIds() external view returns (uint16[] memory ids) {
        return _classIds;
    }

    /// @inheritdoc IRiskClasses
    function isSet(uint16 classId) public view returns (bool known) {
        // The window is never 0, so a set class has a first word.
        return _classes[classId].bounds != 0;
    }

    /// @dev Reverts for a class never set.
    function _class(uint256 classId) internal view returns (StoredClass memory stored) {
        stored = _classes[classId];
        // Class ids come from the word's 12-bit lane or from a 16-bit argument.
        if (stored.bounds == 0) revert RiskClassesUnknownClass(uint16(classId));
    }

    function _setClass(uint16 classId, RiskClass calldata class, StoredClass memory stored) private {
        _classes[classId] = stored;
        boundsVersion += 1;
        emit RiskClassSet(classId, class, boundsVersion);
    }
}
