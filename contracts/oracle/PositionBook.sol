// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleCore} from "../interfaces/IRiskOracleCore.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskLife} from "../libraries/RiskLife.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {ParamStatus, RiskParams} from "../types/RiskTypes.sol";
import {PositionReader} from "./PositionReader.sol";

/// @title Positions of the sources, and the reads that protocols make
/// @notice Only sources create, raise and retire, only reports move values.
abstract contract PositionBook is IRiskOracleCore, PositionReader {
    /// @notice Largest position id, the width of its field in a packed entry.
    uint256 internal constant MAX_POSITION_ID = type(uint48).max;

    /// @inheritdoc IRiskOracleCore
    function registerPosition(uint256 positionId, uint16 classId) external {
        uint16 sourceIndex = _sourceIndexOf(msg.sender);
        StoredWord storage stored = _freePosition(sourceIndex, positionId);
        StoredClass memory class = _class(classId);
        if (!RiskClassWords.isActive(class.levels)) revert RiskOracleClass(classId);
        stored.word = RiskRules.initialWord(classId, class.bounds, class.levels);
        emit PositionRegistered(sourceIndex, positionId, classId);
    }

    /// @inheritdoc IRiskOracleCore
    function raiseEpoch(uint256 positionId) external returns (uint16 epoch) {
        (uint16 sourceIndex, StoredWord storage stored) = _ownPosition(positionId);
        uint256 word = stored.word;
        (stored.word, epoch) = RiskRules.raisedWord(word, _classes[RiskWord.classIdOf(word)].bounds);
        emit PositionEpochRaised(sourceIndex, positionId, epoch);
    }

    /// @inheritdoc IRiskOracleCore
    function retirePosition(uint256 positionId) external {
        (uint16 sourceIndex, StoredWord storage stored) = _ownPosition(positionId);
        delete stored.word;
        emit PositionRetired(sourceIndex, positionId);
    }

    /// @inheritdoc IRiskOracleCore
    function copyPosition(uint256 fromId, uint256 newId) external {
        (uint16 sourceIndex, StoredWord storage from) = _ownPosition(fromId);
        StoredWord storage stored = _freePosition(sourceIndex, newId);
        uint256 word = RiskLife.copiedWord(from.word);
        stored.word = word;
        // Fits: the word's lane is 12 bits wide.
        emit PositionRegistered(sourceIndex, newId, uint16(RiskWord.classIdOf(word)));
        emit PositionCopied(sourceIndex, newId, fromId);
    }

    /// @inheritdoc IRiskOracleCore
    function mergePosition(uint256 fromId, uint256 intoId) external returns (uint16 epoch) {
        (uint16 sourceIndex, StoredWord storage from) = _ownPosition(fromId);
        (, StoredWord storage into) = _ownPosition(intoId);
        (uint256 fromWord, uint256 intoWord) = (from.word, into.word);
        uint256 classId = RiskWord.classIdOf(RiskLife.stricterOf(fromWord, intoWord));
        (, epoch) = RiskWord.withNextEpoch(intoWord);
        uint256 merged = IRuleEngine(PartWord.partOf(_engineWord)).mergeWords(
            fromWord,
            intoWord,
            _classes[classId].bounds
        );
        into.word = _answered(merged, classId, epoch);
        emit PositionMerged(sourceIndex, intoId, fromId, epoch);
    }

    /// @inheritdoc IRiskOracleCore
    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params) {
        params = _tryParams(source, positionId);
        if (params.status != ParamStatus.UNKNOWN) return params;
        revert RiskOracleUnknownPosition(_sourceIndexOf(source), positionId);
    }

    /// @inheritdoc IRiskOracleCore
    function tryGetParams(address source, uint256 positionId) external view returns (RiskParams memory params) {
        return _tryParams(source, positionId);
    }

    /// @inheritdoc IRiskOracleCore
    function maintenanceOf(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps) {
        uint256 word = _knownWord(source, positionId);
        (uint256 rho, uint256 pi, ) = _maintenance(word);
        // Fit, as below: lanes of 14 bits and what is below them.
        (rhoBps, piBps, rhoBeforeBps) = (uint16(rho), uint16(pi), uint16(rho));
        if (!RiskWord.isScored(word)) return (rhoBps, piBps, rhoBeforeBps);
        uint256 bounds = _classes[RiskWord.classIdOf(word)].bounds;
        uint256 before = RiskReading.rhoBefore(word, bounds, block.timestamp);
        if (before < rhoBps) rhoBeforeBps = uint16(before);
    }

    /// @inheritdoc IRiskOracleCore
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps) {
        StoredClass memory class = _class(classId);
        uint256 quantileWord = _classWords[classId].word;
        (bool halted, ) = _haltedAt();
        uint256 atSec = halted ? RiskReading.FAR_FUTURE : block.timestamp;
        (uint256 rho, uint256 pi) = RiskReading.openingParams(class.bounds, class.levels, quantileWord, atSec);
        // Fits: ratios of a word or a class, capped by a 16-bit ceiling.
        return (uint16(rho), uint16(pi));
    }

    /// @inheritdoc IRiskOracleCore
    function retainedParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 classId, uint40 scoredAt) {
        uint256 word = _knownWord(source, positionId);
        // Fit, as below: lanes of 12, 14 and 32 bits.
        classId = uint16(RiskWord.classIdOf(word));
        bool isFresh = RiskWord.isScored(word) && !RiskReading.isStale(word, block.timestamp);
        if (!isFresh || !DeliveryWord.isOrderly(_deliveryWord)) return (uint16(RiskRules.MAX_RHO), classId, 0);
        StoredClass storage class = _classes[classId];
        rhoBps = uint16(RiskReading.retainedRho(word, class.bounds, class.levels, block.timestamp));
        scoredAt = uint40(RiskWord.observedAtOf(word));
    }

    /// @inheritdoc IRiskOracleCore
    function maintenanceParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, ParamStatus status) {
        (uint256 rho, uint256 pi, ParamStatus found) = _maintenance(_knownWord(source, positionId));
        // Fit: lanes of 14 bits and what is below them.
        return (uint16(rho), uint16(pi), found);
    }

    function _knownWord(address source, uint256 positionId) private view returns (uint256 word) {
        word = _positions[source][positionId].word;
        if (word == 0) revert RiskOracleUnknownPosition(_sourceIndexOf(source), positionId);
    }

    function _maintenance(uint256 word) private view returns (uint256 rho, uint256 pi, ParamStatus status) {
        if (!RiskReading.isAtRest(word, block.timestamp)) return _movingParams(word);
        status = RiskWord.isScored(word) ? ParamStatus.FRESH : ParamStatus.UNSCORED;
        return (RiskWord.rhoTargetOf(word), RiskWord.piOf(word), status);
    }

    /// @dev Maintenance of a word whose ramp, staleness or cap may play a part.
    function _movingParams(uint256 word) private view returns (uint256 rho, uint256 pi, ParamStatus status) {
        (bool halted, uint256 atSec) = _haltedAt();
        if (!halted) atSec = block.timestamp;
        (rho, pi, status) = (RiskWord.rhoTargetOf(word), RiskWord.piOf(word), ParamStatus.FRESH);
        if (!RiskReading.isSettled(word, atSec)) {
            // A known word names a class that was set, and classes are never removed.
            StoredClass storage class = _classes[RiskWord.classIdOf(word)];
            uint256 levels = RiskReading.isStale(word, atSec) ? class.levels : 0;
            (rho, pi, status) = RiskReading.maintenance(word, class.bounds, levels, atSec);
        }
        // Values stand still in a halt, ages do not.
        if (halted && RiskReading.isStale(word, block.timestamp)) status = ParamStatus.STALE;
    }

    function _freePosition(uint16 sourceIndex, uint256 positionId) private view returns (StoredWord storage stored) {
        if (positionId == 0 || positionId > MAX_POSITION_ID) revert RiskOraclePositionId(positionId);
        stored = _positions[msg.sender][positionId];
        if (stored.word != 0) revert RiskOraclePositionExists(sourceIndex, positionId);
    }
}
