// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {RiskLife} from "../libraries/RiskLife.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {ParamStatus, RiskClass, RiskParams} from "../types/RiskTypes.sol";
import {ClassCache} from "./ClassCache.sol";

/// @title Sources, their positions, and the read side
/// @notice Holds one word per position and one per class; only sources create, raise and retire, only reports move values.
abstract contract PositionBook is IRiskOracle, AccessManaged {
    /// @notice Largest position id, the width of its field in a packed entry.
    uint256 public constant MAX_POSITION_ID = type(uint48).max;

    /// @notice Bounds of the classes.
    IRiskClasses public immutable CLASSES;

    /// @notice A word behind a storage pointer, so that reading and writing it hash its key once.
    struct StoredWord {
        uint256 word;
    }

    /// @dev By {ReportCodec.positionKey}.
    mapping(uint256 key => StoredWord stored) internal _positions;
    mapping(uint256 classId => uint256 word) internal _classWords;
    address[] private _sources;
    /// @dev Index + 1, so that zero means not registered.
    mapping(address source => uint256 ordinal) private _ordinals;

    constructor(address authority, IRiskClasses classes) AccessManaged(authority) {
        if (address(classes) == address(0)) revert RiskOracleInvalidConfig();
        CLASSES = classes;
    }

    /// @inheritdoc IRiskOracle
    function registerSource(address source) external restricted returns (uint16 sourceIndex) {
        bool full = _sources.length > type(uint16).max;
        if (source == address(0) || _ordinals[source] != 0 || full) revert RiskOracleInvalidSource(source);
        // Fits: checked by `full`.
        sourceIndex = uint16(_sources.length);
        _sources.push(source);
        _ordinals[source] = _sources.length;
        emit SourceRegistered(sourceIndex, source);
    }

    /// @inheritdoc IRiskOracle
    function registerPosition(uint256 positionId, uint16 classId) external {
        uint16 sourceIndex = sourceIndexOf(msg.sender);
        if (positionId == 0 || positionId > MAX_POSITION_ID) revert RiskOraclePositionId(positionId);
        uint256 key = ReportCodec.positionKey(sourceIndex, positionId);
        if (_positions[key].word != 0) revert RiskOraclePositionExists(sourceIndex, positionId);
        RiskClass memory class = ClassCache.read(CLASSES, classId);
        if (!class.active) revert RiskOracleClass(classId);
        _positions[key].word = RiskRules.initialWord(classId, class);
        emit PositionRegistered(sourceIndex, positionId, classId);
    }

    /// @inheritdoc IRiskOracle
    function raiseEpoch(uint256 positionId) external returns (uint16 epoch) {
        (uint16 sourceIndex, uint256 key, uint256 word) = _ownPosition(positionId);
        (_positions[key].word, epoch) = RiskRules.raisedWord(word);
        emit PositionEpochRaised(sourceIndex, positionId, epoch);
    }

    /// @inheritdoc IRiskOracle
    function retirePosition(uint256 positionId) external {
        (uint16 sourceIndex, uint256 key, ) = _ownPosition(positionId);
        delete _positions[key].word;
        emit PositionRetired(sourceIndex, positionId);
    }

    /// @inheritdoc IRiskOracle
    function copyPosition(uint256 fromId, uint256 newId) external {
        (uint16 sourceIndex, , uint256 word) = _ownPosition(fromId);
        if (newId == 0 || newId > MAX_POSITION_ID) revert RiskOraclePositionId(newId);
        uint256 key = ReportCodec.positionKey(sourceIndex, newId);
        if (_positions[key].word != 0) revert RiskOraclePositionExists(sourceIndex, newId);
        _positions[key].word = RiskLife.copiedWord(word);
        // Fits: the word's lane is 12 bits wide.
        emit PositionRegistered(sourceIndex, newId, uint16(RiskWord.classIdOf(word)));
        emit PositionCopied(sourceIndex, newId, fromId);
    }

    /// @inheritdoc IRiskOracle
    function mergePosition(uint256 fromId, uint256 intoId) external returns (uint16 epoch) {
        (uint16 sourceIndex, , uint256 from) = _ownPosition(fromId);
        (, uint256 key, uint256 into) = _ownPosition(intoId);
        (_positions[key].word, epoch) = RiskLife.mergedWord(from, into);
        emit PositionMerged(sourceIndex, intoId, fromId, epoch);
    }

    /// @inheritdoc IRiskOracle
    function reclassifyPosition(uint256 positionId, uint16 classId) external {
        (uint16 sourceIndex, uint256 key, uint256 word) = _ownPosition(positionId);
        RiskClass memory oldClass = ClassCache.read(CLASSES, RiskWord.classIdOf(word));
        RiskClass memory newClass = ClassCache.read(CLASSES, classId);
        if (!newClass.active) revert RiskOracleClass(classId);
        bool stale = RiskReading.isStale(word, oldClass, block.timestamp);
        // During silence the fallback ramp of the old class goes on; that of another would not start where it stands.
        if (stale || RiskReading.isStale(word, newClass, block.timestamp))
            revert RiskOracleStale(sourceIndex, positionId);
        _positions[key].word = RiskLife.reclassedWord(word, oldClass, newClass, classId, block.timestamp);
        emit PositionReclassified(sourceIndex, positionId, classId);
    }

    /// @inheritdoc IRiskOracle
    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params) {
        params = tryGetParams(source, positionId);
        if (params.status != ParamStatus.UNKNOWN) return params;
        revert RiskOracleUnknownPosition(sourceIndexOf(source), positionId);
    }

    /// @inheritdoc IRiskOracle
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps) {
        RiskClass memory class = ClassCache.read(CLASSES, classId);
        (uint256 rho, uint256 pi) = RiskReading.openingParams(class, _classWords[classId], block.timestamp);
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
        return _classWords[classId];
    }

    /// @inheritdoc IRiskOracle
    function classWords(uint16[] calldata classIds) external view returns (uint256[] memory words) {
        words = new uint256[](classIds.length);
        for (uint256 index = 0; index < classIds.length; ++index) words[index] = _classWords[classIds[index]];
    }

    /// @inheritdoc IRiskOracle
    function maintenanceOf(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps) {
        uint16 sourceIndex = sourceIndexOf(source);
        uint256 word = positionWord(sourceIndex, positionId);
        if (word == 0) revert RiskOracleUnknownPosition(sourceIndex, positionId);
        RiskClass memory class = ClassCache.read(CLASSES, RiskWord.classIdOf(word));
        return RiskReading.maintenance(word, class, block.timestamp);
    }

    /// @inheritdoc IRiskOracle
    function sourceAt(uint16 sourceIndex) external view returns (address source) {
        if (sourceIndex >= _sources.length) revert RiskOracleUnknownSourceIndex(sourceIndex);
        return _sources[sourceIndex];
    }

    /// @inheritdoc IRiskOracle
    function sourceCount() external view returns (uint256 count) {
        return _sources.length;
    }

    /// @inheritdoc IRiskOracle
    function positionWord(uint16 sourceIndex, uint256 positionId) public view returns (uint256 word) {
        if (positionId > MAX_POSITION_ID) return 0;
        return _positions[ReportCodec.positionKey(sourceIndex, positionId)].word;
    }

    /// @inheritdoc IRiskOracle
    function tryGetParams(address source, uint256 positionId) public view returns (RiskParams memory params) {
        uint256 ordinal = _ordinals[source];
        if (ordinal == 0 || positionId > MAX_POSITION_ID) return params;
        uint256 word = _positions[ReportCodec.positionKey(ordinal - 1, positionId)].word;
        if (word == 0) return params;
        uint256 classId = RiskWord.classIdOf(word);
        RiskClass memory class = ClassCache.read(CLASSES, classId);
        uint256 quantileWord = RiskWord.isScored(word) ? 0 : _classWords[classId];
        return RiskReading.effectiveParams(word, class, quantileWord, block.timestamp);
    }

    /// @inheritdoc IRiskOracle
    function sourceIndexOf(address source) public view returns (uint16 sourceIndex) {
        uint256 ordinal = _ordinals[source];
        if (ordinal == 0) revert RiskOracleUnknownSource(source);
        // Fits: at most 2^16 sources are admitted.
        return uint16(ordinal - 1);
    }

    function _ownPosition(uint256 positionId) private view returns (uint16 sourceIndex, uint256 key, uint256 word) {
        sourceIndex = sourceIndexOf(msg.sender);
        key = ReportCodec.positionKey(sourceIndex, positionId);
        word = positionId > MAX_POSITION_ID ? 0 : _positions[key].word;
        if (word == 0) revert RiskOracleUnknownPosition(sourceIndex, positionId);
    }
}
