// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskSources} from "../interfaces/IRiskSources.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {RiskParams} from "../types/RiskTypes.sol";
import {OracleWiring} from "./OracleWiring.sol";
import {PositionReader} from "./PositionReader.sol";

/// @title Admitted sources, change of a position's class, and raw words for operators and indexers
abstract contract SourceBook is IRiskSources, OracleWiring, PositionReader {
    /// @inheritdoc IRiskSources
    function registerSource(address source) external restricted returns (uint16 sourceIndex) {
        bool full = _sourceCount > type(uint16).max;
        if (source == address(0) || _ordinals[source] != 0 || full) revert RiskOracleInvalidSource(source);
        // Fits: checked by `full`.
        sourceIndex = uint16(_sourceCount);
        _sourceAt[sourceIndex] = source;
        _ordinals[source] = ++_sourceCount;
        emit SourceRegistered(sourceIndex, source);
    }

    /// @inheritdoc IRiskSources
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
        uint256 moved = ruleEngine().moveWord(
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

    /// @inheritdoc IRiskSources
    function getParamsBatch(
        address source,
        uint256[] calldata positionIds
    ) external view returns (RiskParams[] memory params) {
        params = new RiskParams[](positionIds.length);
        for (uint256 index = 0; index < positionIds.length; ++index) {
            params[index] = _tryParams(source, positionIds[index]);
        }
    }

    /// @inheritdoc IRiskSources
    function positionWords(
        uint16 sourceIndex,
        uint256[] calldata positionIds
    ) external view returns (uint256[] memory words) {
        words = new uint256[](positionIds.length);
        for (uint256 index = 0; index < positionIds.length; ++index) {
            words[index] = positionWord(sourceIndex, positionIds[index]);
        }
    }

    /// @inheritdoc IRiskSources
    function classWord(uint16 classId) external view returns (uint256 word) {
        return _classWords[classId].word;
    }

    /// @inheritdoc IRiskSources
    function classWords(uint16[] calldata classIds) external view returns (uint256[] memory words) {
        words = new uint256[](classIds.length);
        for (uint256 index = 0; index < classIds.length; ++index) words[index] = _classWords[classIds[index]].word;
    }

    /// @inheritdoc IRiskSources
    function sourceCount() external view returns (uint256 count) {
        return _sourceCount;
    }

    /// @inheritdoc IRiskSources
    function sourceAt(uint16 sourceIndex) external view returns (address source) {
        if (sourceIndex >= _sourceCount) revert RiskOracleUnknownSourceIndex(sourceIndex);
        return _sourceAt[sourceIndex];
    }

    /// @inheritdoc IRiskSources
    function positionWord(uint16 sourceIndex, uint256 positionId) public view returns (uint256 word) {
        return _positions[_sourceAt[sourceIndex]][positionId].word;
    }

    /// @inheritdoc IRiskSources
    function sourceIndexOf(address source) public view returns (uint16 sourceIndex) {
        return _sourceIndexOf(source);
    }
}
