// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {ParamStatus, RiskParams} from "../types/RiskTypes.sol";
import {ClassBook} from "./ClassBook.sol";

/// @title Sources, their positions, and the read side
/// @notice Holds one word per position and one per class; only sources create, raise and retire, only reports move values.
abstract contract PositionBook is IRiskOracle, ClassBook {
    /// @notice Largest position id, the width of its field in a packed entry.
    uint256 public constant MAX_POSITION_ID = type(uint48).max;

    /// @notice A word behind a storage pointer, so that reading and writing it hash its key once.
    struct StoredWord {
        uint256 word;
    }

    /// @dev By source and id, so that a consumer's read needs no other word; a report reads a source's address once.
    mapping(address source => mapping(uint256 positionId => StoredWord stored)) internal _positions;
    mapping(uint256 classId => StoredWord stored) internal _classWords;
    mapping(uint256 sourceIndex => address source) internal _sourceAt;
    /// @dev Index + 1, so that zero means not registered.
    mapping(address source => uint256 ordinal) private _ordinals;

    /// @inheritdoc IRiskOracle
    uint256 public sourceCount;

    /// @inheritdoc IRiskOracle
    function registerSource(address source) external onlyOwner returns (uint16 sourceIndex) {
        bool full = sourceCount > type(uint16).max;
        if (source == address(0) || _ordinals[source] != 0 || full) revert RiskOracleInvalidSource(source);
        // Fits: checked by `full`.
        sourceIndex = uint16(sourceCount);
        _sourceAt[sourceIndex] = source;
        _ordinals[source] = ++sourceCount;
        emit SourceRegistered(sourceIndex, source);
    }

    /// @inheritdoc IRiskOracle
    function registerPosition(uint256 positionId, uint16 classId) external {
        uint16 sourceIndex = sourceIndexOf(msg.sender);
        if (positionId == 0 || positionId > MAX_POSITION_ID) revert RiskOraclePositionId(positionId);
        StoredWord storage stored = _positions[msg.sender][positionId];
        if (stored.word != 0) revert RiskOraclePositionExists(sourceIndex, positionId);
        if (!RiskClassWords.isActive(_class(classId).levels)) revert RiskOracleClass(classId);
        stored.word = _initialWord(classId);
        emit PositionRegistered(sourceIndex, positionId, classId);
    }

    /// @inheritdoc IRiskOracle
    function raiseEpoch(uint256 positionId) external returns (uint16 epoch) {
        (uint16 sourceIndex, StoredWord storage stored) = _ownPosition(positionId);
        uint256 word = stored.word;
        (stored.word, epoch) = RiskRules.raisedWord(word, _classes[RiskWord.classIdOf(word)].bounds);
        emit PositionEpochRaised(sourceIndex, positionId, epoch);
    }

    /// @inheritdoc IRiskOracle
    function retirePosition(uint256 positionId) external {
        (uint16 sourceIndex, StoredWord storage stored) = _ownPosition(positionId);
        delete stored.word;
        emit PositionRetired(sourceIndex, positionId);
    }

    /// @inheritdoc IRiskOracle
    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params) {
        params = tryGetParams(source, positionId);
        if (params.status != ParamStatus.UNKNOWN) return params;
        revert RiskOracleUnknownPosition(sourceIndexOf(source), positionId);
    }

    /// @inheritdoc IRiskOracle
    function maintenanceParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, ParamStatus status) {
        uint256 word = _positions[source][positionId].word;
        if (word == 0) revert RiskOracleUnknownPosition(sourceIndexOf(source), positionId);
        (uint256 rho, uint256 pi) = (RiskWord.rhoTargetOf(word), RiskWord.piOf(word));
        status = ParamStatus.FRESH;
        if (!RiskWord.isScored(word)) status = ParamStatus.UNSCORED;
        else if (!RiskReading.isSettled(word, block.timestamp)) {
            StoredClass memory class = _class(RiskWord.classIdOf(word));
            (rho, pi, status) = RiskReading.maintenance(word, class.bounds, class.levels, block.timestamp);
        }
        // Fit: lanes of 14 bits and what is below them.
        return (uint16(rho), uint16(pi), status);
    }

    /// @inheritdoc IRiskOracle
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps) {
        StoredClass memory class = _class(classId);
        uint256 quantileWord = _classWords[classId].word;
        (uint256 rho, uint256 pi) = RiskReading.openingParams(
            class.bounds,
            class.levels,
            quantileWord,
            block.timestamp
        );
        // Fits: ratios of a word or a class, capped by a 16-bit ceiling.
        return (uint16(rho), uint16(pi));
    }

    /// @inheritdoc IRiskOracle
    function positionWords(
        uint16 sourceIndex,
        uint256[] calldata positionIds
    ) external view returns (uint256[] memory words) {
        words = new uint256[](positionIds.length);
        for (uint256 index = 0; index < positionIds.length; ++index) {
            words[index] = positionWord(sourceIndex, positionIds[index]);
        }
    }

    /// @inheritdoc IRiskOracle
    function classWord(uint16 classId) external view returns (uint256 word) {
        return _classWords[classId].word;
    }

    /// @inheritdoc IRiskOracle
    function classWords(uint16[] calldata classIds) external view returns (uint256[] memory words) {
        words = new uint256[](classIds.length);
        for (uint256 index = 0; index < classIds.length; ++index) words[index] = _classWords[classIds[index]].word;
    }

    /// @inheritdoc IRiskOracle
    function sourceAt(uint16 sourceIndex) external view returns (address source) {
        if (sourceIndex >= sourceCount) revert RiskOracleUnknownSourceIndex(sourceIndex);
        return _sourceAt[sourceIndex];
    }

    /// @inheritdoc IRiskOracle
    function positionWord(uint16 sourceIndex, uint256 positionId) public view returns (uint256 word) {
        return _positions[_sourceAt[sourceIndex]][positionId].word;
    }

    /// @inheritdoc IRiskOracle
    function tryGetParams(address source, uint256 positionId) public view returns (RiskParams memory params) {
        uint256 word = _positions[source][positionId].word;
        if (word == 0) return params;
        uint256 classId = RiskWord.classIdOf(word);
        StoredClass memory class = _class(classId);
        uint256 quantileWord = RiskWord.isScored(word) ? 0 : _classWords[classId].word;
        return RiskReading.effectiveParams(word, class.bounds, class.levels, quantileWord, block.timestamp);
    }

    /// @inheritdoc IRiskOracle
    function sourceIndexOf(address source) public view returns (uint16 sourceIndex) {
        uint256 ordinal = _ordinals[source];
        if (ordinal == 0) revert RiskOracleUnknownSource(source);
        // Fits: at most 2^16 sources are admitted.
        return uint16(ordinal - 1);
    }

    function _initialWord(uint256 classId) internal view returns (uint256 word) {
        StoredClass storage class = _classes[classId];
        return RiskRules.initialWord(classId, class.bounds, class.levels);
    }

    function _ownPosition(uint256 positionId) private view returns (uint16 sourceIndex, StoredWord storage stored) {
        sourceIndex = sourceIndexOf(msg.sender);
        stored = _positions[msg.sender][positionId];
        if (stored.word == 0) revert RiskOracleUnknownPosition(sourceIndex, positionId);
    }
}
