// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskClass} from "../types/RiskTypes.sol";
import {OracleWiring} from "./OracleWiring.sol";

/// @title Risk classes and their bounds, in the storage of the oracle: a report reads one word for each class
abstract contract ClassBook is IRiskClasses, OracleWiring {
    /// @inheritdoc IRiskClasses
    function setRiskClass(uint16 classId, RiskClass calldata class) external restricted {
        (uint256 bounds, uint256 levels) = ruleEngine().packClass(classId, class);
        if (!isSet(classId)) _classIds.push(classId);
        _setClass(classId, class, StoredClass(bounds, levels));
    }

    /// @inheritdoc IRiskClasses
    function narrowRiskClass(uint16 classId, RiskClass calldata class) external restricted {
        StoredClass memory live = _class(classId);
        (uint256 bounds, uint256 levels) = ruleEngine().packNarrowerClass(classId, class, live.bounds, live.levels);
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
    function boundsVersion() external view returns (uint32 version) {
        return _boundsVersion;
    }

    /// @inheritdoc IRiskClasses
    function boundsChangedAt() external view returns (uint40 changedAt) {
        return _boundsChangedAt;
    }

    /// @inheritdoc IRiskClasses
    function isSet(uint16 classId) public view returns (bool known) {
        // The window is never 0, so a set class has a first word.
        return _classes[classId].bounds != 0;
    }

    function _setClass(uint16 classId, RiskClass calldata class, StoredClass memory stored) private {
        _classes[classId] = stored;
        _boundsVersion += 1;
        _boundsChangedAt = uint40(block.timestamp);
        emit RiskClassSet(classId, class, _boundsVersion);
    }
}
