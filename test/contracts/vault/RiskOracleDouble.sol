// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ParamStatus, RiskParams} from "../../../contracts/types/RiskTypes.sol";

/// @title The side of IRiskOracle that the vault uses, with parameters set by the test
contract RiskOracleDouble {
    error DoubleUnknownPosition(address source, uint256 positionId);

    struct Entry {
        bool known;
        uint16 classId;
        uint16 epoch;
        uint16 rhoBps;
        uint16 piBps;
        uint16 rhoBeforeBps;
        uint16 retainedBps;
        uint40 scoredAt;
    }

    uint16 public rhoDefaultBps = 3_000;
    uint16 public piDefaultBps = 1_000;
    uint16 public betaBps = 1_000;
    mapping(address source => mapping(uint256 positionId => Entry)) public entries;

    function setDefaults(uint16 rhoBps, uint16 piBps) external {
        (rhoDefaultBps, piDefaultBps) = (rhoBps, piBps);
    }

    function setParams(address source, uint256 positionId, uint16 rhoBps, uint16 piBps) external {
        Entry storage entry = entries[source][positionId];
        (entry.rhoBps, entry.piBps, entry.rhoBeforeBps) = (rhoBps, piBps, rhoBps);
    }

    function setRhoBefore(address source, uint256 positionId, uint16 rhoBps) external {
        entries[source][positionId].rhoBeforeBps = rhoBps;
    }

    function registerPosition(uint256 positionId, uint16 classId) external {
        entries[msg.sender][positionId] = Entry(
            true,
            classId,
            0,
            rhoDefaultBps,
            piDefaultBps,
            rhoDefaultBps,
            10_000,
            0
        );
    }

    function raiseEpoch(uint256 positionId) external returns (uint16 epoch) {
        return ++_known(msg.sender, positionId).epoch;
    }

    function retirePosition(uint256 positionId) external {
        _known(msg.sender, positionId);
        delete entries[msg.sender][positionId];
    }

    function copyPosition(uint256 fromId, uint256 newId) external {
        entries[msg.sender][newId] = _known(msg.sender, fromId);
    }

    function mergePosition(uint256 fromId, uint256 intoId) external returns (uint16 epoch) {
        (Entry storage from, Entry storage into) = (_known(msg.sender, fromId), _known(msg.sender, intoId));
        if (from.rhoBps > into.rhoBps) (into.rhoBps, into.piBps) = (from.rhoBps, from.piBps);
        return ++into.epoch;
    }

    function reclassifyPosition(uint256 positionId, uint16 classId) external {
        _known(msg.sender, positionId).classId = classId;
    }

    function setRetained(address source, uint256 positionId, uint16 rhoBps, uint40 scoredAt) external {
        Entry storage entry = entries[source][positionId];
        (entry.retainedBps, entry.scoredAt) = (rhoBps, scoredAt);
    }

    function retainedParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 classId, uint40 scoredAt) {
        Entry storage entry = _known(source, positionId);
        return (entry.retainedBps, entry.classId, entry.scoredAt);
    }

    function openingParams(uint16) external view returns (uint16 rhoInitialBps, uint16 piBps) {
        return (_initial(rhoDefaultBps), piDefaultBps);
    }

    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params) {
        _known(source, positionId);
        return tryGetParams(source, positionId);
    }

    function maintenanceParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, ParamStatus status) {
        RiskParams memory params = tryGetParams(source, positionId);
        _known(source, positionId);
        return (params.rhoBps, params.piBps, params.status);
    }

    function maintenanceOf(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps) {
        Entry storage entry = _known(source, positionId);
        return (entry.rhoBps, entry.piBps, entry.rhoBeforeBps);
    }

    function tryGetParams(address source, uint256 positionId) public view returns (RiskParams memory params) {
        Entry memory entry = entries[source][positionId];
        if (!entry.known) return params;
        (params.rhoBps, params.rhoTargetBps, params.piBps) = (entry.rhoBps, entry.rhoBps, entry.piBps);
        params.rhoInitialBps = _initial(entry.rhoBps);
        (params.classId, params.epoch) = (entry.classId, entry.epoch);
        params.status = ParamStatus.UNSCORED;
    }

    function _initial(uint256 rhoBps) private view returns (uint16) {
        uint256 initial = (rhoBps * (10_000 + betaBps)) / 10_000;
        return uint16(initial > 10_000 ? 10_000 : initial);
    }

    function _known(address source, uint256 positionId) private view returns (Entry storage entry) {
        entry = entries[source][positionId];
        if (!entry.known) revert DoubleUnknownPosition(source, positionId);
    }
}
