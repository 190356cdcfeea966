// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {IRiskOracleLog} from "../interfaces/IRiskOracleLog.sol";
import {RiskWord} from "../libraries/RiskWord.sol";

/// @title The oracle's storage, and how both of its halves look things up in it
/// @notice {RiskOracle} and {RiskOracleExtension} run on one storage: state is declared here and nowhere else.
// The whole state of both halves, in one place on purpose.
// solhint-disable-next-line max-states-count
abstract contract OracleStorage is IRiskOracleLog, AccessManaged {
    /// @notice A word behind a storage pointer, so that reading and writing it hash its key once.
    struct StoredWord {
        uint256 word;
    }

    /// @dev Words of a class, see `RiskClassWords`; both zero for a class never set.
    struct StoredClass {
        uint256 bounds;
        uint256 levels;
    }

    /// @notice Roots kept.
    uint256 internal constant ROOTS = 4;

    /// @dev Rule engine with the limits of one report, verifier with those of a window, see {PartWord}.
    uint256 internal _engineWord;
    uint256 internal _verifierWord;
    /// @dev See {DeliveryWord}.
    uint256 internal _deliveryWord;
    /// @dev By {PositionLeaf.commitment}.
    bytes32[ROOTS] internal _roots;

    uint32 internal _boundsVersion;
    uint40 internal _boundsChangedAt;
    uint32 internal _modelsVersion;
    uint24 internal _coolDownSec;
    address internal _guardian;
    address internal _sentinel;
    uint256 internal _sourceCount;
    uint16[] internal _classIds;

    mapping(uint256 classId => StoredClass stored) internal _classes;
    mapping(uint256 classId => StoredWord stored) internal _classWords;
    /// @dev By source and id, so that a consumer's read needs no other word; a report reads a source's address once.
    mapping(address source => mapping(uint256 positionId => StoredWord stored)) internal _positions;
    mapping(uint256 sourceIndex => address source) internal _sourceAt;
    /// @dev Index + 1, so that zero means not registered.
    mapping(address source => uint256 ordinal) internal _ordinals;
    mapping(bytes32 bundleHash => bool allowed) internal _models;
    mapping(bytes32 digest => uint40 expiresAt) internal _heldUntil;

    /// @dev Reverts for a class never set.
    function _class(uint256 classId) internal view returns (StoredClass memory stored) {
        stored = _classes[classId];
        // Class ids come from the word's 12-bit lane or from a 16-bit argument. The window is never 0, so a set class has a
        // first word.
        if (stored.bounds == 0) revert IRiskClasses.RiskClassesUnknownClass(uint16(classId));
    }

    function _sourceIndexOf(address source) internal view returns (uint16 sourceIndex) {
        uint256 ordinal = _ordinals[source];
        if (ordinal == 0) revert RiskOracleUnknownSource(source);
        // Fits: at most 2^16 sources are admitted.
        return uint16(ordinal - 1);
    }

    function _ownPosition(uint256 positionId) internal view returns (uint16 sourceIndex, StoredWord storage stored) {
        sourceIndex = _sourceIndexOf(msg.sender);
        stored = _positions[msg.sender][positionId];
        if (stored.word == 0) revert RiskOracleUnknownPosition(sourceIndex, positionId);
    }

    /// @dev The engine may change ratios and times, but neither class nor epoch.
    function _answered(uint256 word, uint256 classId, uint256 epoch) internal pure returns (uint256 answer) {
        bool keeps = RiskWord.classIdOf(word) == classId && RiskWord.epochOf(word) == epoch;
        if (!keeps) revert RiskOracleEngineAnswer();
        return word;
    }
}
