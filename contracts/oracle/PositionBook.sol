// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskLife} from "../libraries/RiskLife.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {ParamStatus, RiskParams} from "../types/RiskTypes.sol";
import {Breaker} from "./Breaker.sol";
import {ClassBook} from "./ClassBook.sol";

/// @title Sources, their positions, and the read side
/// @notice Holds one word per position and one per class; only sources create, raise and retire, only reports move values.
abstract contract PositionBook is IRiskOracle, ClassBook, Breaker {
    /// @notice Largest position id, the width of its field in a packed entry.
    uint256 internal constant MAX_POSITION_ID = type(uint48).max;

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
    function registerSource(address source) external restricted returns (uint16 sourceIndex) {
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
        StoredWord storage stored = _freePosition(sourceIndex, positionId);
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
    function copyPosition(uint256 fromId, uint256 newId) external {
        (uint16 sourceIndex, StoredWord storage from) = _ownPosition(fromId);
        StoredWord storage stored = _freePosition(sourceIndex, newId);
        uint256 word = RiskLife.copiedWord(from.word);
        stored.word = word;
        // Fits: the word's lane is 12 bits wide.
        emit PositionRegistered(sourceIndex, newId, uint16(RiskWord.classIdOf(word)));
        emit PositionCopied(sourceIndex, newId, fromId);
    }

    /// @inheritdoc IRiskOracle
    function mergePosition(uint256 fromId, uint256 intoId) external returns (uint16 epoch) {
        (uint16 sourceIndex, StoredWord storage from) = _ownPosition(fromId);
        (, StoredWord storage into) = _ownPosition(intoId);
        (uint256 fromWord, uint256 intoWord) = (from.word, into.word);
        uint256 classId = RiskWord.classIdOf(RiskLife.stricterOf(fromWord, intoWord));
        (, epoch) = RiskWord.withNextEpoch(intoWord);
        uint256 merged = ruleEngine.mergeWords(fromWord, intoWord, _classes[classId].bounds);
        into.word = _answered(merged, classId, epoch);
        emit PositionMerged(sourceIndex, intoId, fromId, epoch);
    }

    /// @inheritdoc IRiskOracle
    function reclassifyPosition(uint256 positionId, uint16 classId) external {
        (uint16 sourceIndex, StoredWord storage stored) = _ownPosition(positionId);
        uint256 word = stored.word;
        StoredClass memory newClass = _class(classId);
        if (!RiskClassWords.isActive(newClass.levels)) revert RiskOracleClass(classId);
        // During silence the fallback ramp of the old class goes on; that of another would not start where it stands. In a
        // halt nothing may move.
        _requireNotHalted(_deliveryWord);
        if (RiskReading.isStale(word, block.timestamp)) revert RiskOracleStale(sourceIndex, positionId);
        StoredClass memory class = _class(RiskWord.classIdOf(word));
        uint256 moved = ruleEngine.moveWord(
            word,
            class.bounds,
            class.levels,
            newClass.bounds,
            classId,
            block.timestamp
        );
        stored.word = _answered(moved, classId, RiskWord.epochOf(word));
        emit PositionReclassified(sourceIndex, positionId, classId);
    }

    /// @inheritdoc IRiskOracle
    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params) {
        params = tryGetParams(source, positionId);
        if (params.status != ParamStatus.UNKNOWN) return params;
        revert RiskOracleUnknownPosition(sourceIndexOf(source), positionId);
    }

    /// @inheritdoc IRiskOracle
    function maintenanceOf(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps) {
        (rhoBps, piBps, ) = maintenanceParams(source, positionId);
        rhoBeforeBps = rhoBps;
        uint256 word = _positions[source][positionId].word;
        if (!RiskWord.isScored(word)) return (rhoBps, piBps, rhoBeforeBps);
        uint256 bounds = _classes[RiskWord.classIdOf(word)].bounds;
        uint256 before = RiskReading.rhoBefore(word, bounds, block.timestamp);
        // Fits: a lane of 14 bits.
        if (before < rhoBps) rhoBeforeBps = uint16(before);
    }

    /// @inheritdoc IRiskOracle
    function getParamsBatch(
        address source,
        uint256[] calldata positionIds
    ) external view returns (RiskParams[] memory params) {
        params = new RiskParams[](positionIds.length);
        for (uint256 index = 0; index < positionIds.length; ++index) {
            params[index] = tryGetParams(source, positionIds[index]);
        }
    }

    /// @inheritdoc IRiskOracle
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps) {
        StoredClass memory class = _class(classId);
        uint256 quantileWord = _classWords[classId].word;
        (bool halted, ) = _haltedAt();
        uint256 atSec = halted ? RiskReading.FAR_FUTURE : block.timestamp;
        (uint256 rho, uint256 pi) = RiskReading.openingParams(class.bounds, class.levels, quantileWord, atSec);
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
    function maintenanceParams(
        address source,
        uint256 positionId
    ) public view returns (uint16 rhoBps, uint16 piBps, ParamStatus status) {
        uint256 word = _positions[source][positionId].word;
        if (word == 0) revert RiskOracleUnknownPosition(sourceIndexOf(source), positionId);
        (uint256 rho, uint256 pi) = (RiskWord.rhoTargetOf(word), RiskWord.piOf(word));
        status = RiskWord.isScored(word) ? ParamStatus.FRESH : ParamStatus.UNSCORED;
        if (!RiskReading.isAtRest(word, block.timestamp)) (rho, pi, status) = _movingParams(word);
        // Fit: lanes of 14 bits and what is below them.
        return (uint16(rho), uint16(pi), status);
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
        (bool halted, uint256 haltedAt) = _haltedAt();
        if (!halted) {
            return RiskReading.effectiveParams(word, class.bounds, class.levels, quantileWord, block.timestamp);
        }
        params = RiskReading.haltedParams(word, class.bounds, class.levels, quantileWord, haltedAt);
        if (RiskReading.isStale(word, block.timestamp)) params.status = ParamStatus.STALE;
    }

    /// @inheritdoc IRiskOracle
    function sourceIndexOf(address source) public view returns (uint16 sourceIndex) {
        uint256 ordinal = _ordinals[source];
        if (ordinal == 0) revert RiskOracleUnknownSource(source);
        // Fits: at most 2^16 sources are admitted.
        return uint16(ordinal - 1);
    }

    /// @dev Maintenance of a word whose ramp, staleness or cap may play a part.
    function _movingParams(uint256 word) private view returns (uint256 rho, uint256 pi, ParamStatus status) {
        (bool halted, uint256 atSec) = _haltedAt();
        if (!halted) atSec = block.timestamp;
        (rho, pi, status) = (RiskWord.rhoTargetOf(word), RiskWord.piOf(word), ParamStatus.FRESH);
        if (!RiskReading.isSettled(word, atSec)) {
            StoredClass memory class = _class(RiskWord.classIdOf(word));
            (rho, pi, status) = RiskReading.maintenance(word, class.bounds, class.levels, atSec);
        }
        // Values stand still in a halt, ages do not.
        if (halted && RiskReading.isStale(word, block.timestamp)) status = ParamStatus.STALE;
    }

    /// @dev The engine may change ratios and times, but neither class nor epoch.
    function _answered(uint256 word, uint256 classId, uint256 epoch) private pure returns (uint256 answer) {
        bool keeps = RiskWord.classIdOf(word) == classId && RiskWord.epochOf(word) == epoch;
        if (!keeps) revert RiskOracleEngineAnswer();
        return word;
    }

    function _initialWord(uint256 classId) internal view returns (uint256 word) {
        StoredClass storage class = _classes[classId];
        return RiskRules.initialWord(classId, class.bounds, class.levels);
    }

    function _freePosition(uint16 sourceIndex, uint256 positionId) private view returns (StoredWord storage stored) {
        if (positionId == 0 || positionId > MAX_POSITION_ID) revert RiskOraclePositionId(positionId);
        stored = _positions[msg.sender][positionId];
        if (stored.word != 0) revert RiskOraclePositionExists(sourceIndex, positionId);
    }

    function _ownPosition(uint256 positionId) private view returns (uint16 sourceIndex, StoredWord storage stored) {
        sourceIndex = sourceIndexOf(msg.sender);
        stored = _positions[msg.sender][positionId];
        if (stored.word == 0) revert RiskOracleUnknownPosition(sourceIndex, positionId);
    }
}
