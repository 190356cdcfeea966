// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReportCodec} from "../libraries/ReportCodec.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {EntryOutcome} from "../types/RiskTypes.sol";
import {EngineBatch, EngineBatches} from "./EngineBatch.sol";
import {PositionBook} from "./PositionBook.sol";

/// @title Takes packed entries through the rule engine into storage, whatever way they were delivered
/// @notice In two steps, so that a guard can look at the effect of a whole report before any of it is stored.
abstract contract EntryApplier is PositionBook {
    using EngineBatches for EngineBatch;

    uint256 private constant NO_SOURCE = type(uint256).max;

    /// @dev Evaluates and stores packed entries of one observation; both deliveries end here.
    function _applyPacked(uint256 observedAt, bytes calldata entries) internal returns (bytes memory outcomes) {
        EngineBatch memory batch = _evaluate(observedAt, entries);
        _store(batch, entries);
        return batch.outcomes;
    }

    /// @dev Words of the entries under the rules; nothing is written. Keys ascend strictly, so no position occurs twice and
    /// no step limit can be walked around.
    function _evaluate(uint256 observedAt, bytes calldata entries) internal view returns (EngineBatch memory batch) {
        uint256 count = ReportCodec.itemCount(entries.length, ReportCodec.ENTRY_BYTES);
        batch = EngineBatches.open(count);
        (uint256 nextKey, uint256 sourceIndex) = (0, NO_SOURCE);
        mapping(uint256 => StoredWord) storage book = _positions[address(0)];
        for (uint256 index = 0; index < count; ++index) {
            uint256 packed = ReportCodec.packedAt(entries, index);
            uint256 key = ReportCodec.keyOf(packed);
            if (key < nextKey) revert RiskOracleNotAscending(index);
            // Keys are below 2^64.
            unchecked {
                nextKey = key + 1;
            }
            if (ReportCodec.sourceIn(key) != sourceIndex) {
                sourceIndex = ReportCodec.sourceIn(key);
                // An index without a source leads to the zero address, which has no positions.
                book = _positions[_sourceAt[sourceIndex]];
            }
            StoredWord storage stored = book[ReportCodec.positionIn(key)];
            _put(batch, index, stored, ReportCodec.valuesOf(packed));
        }
        batch.send(ruleEngine, observedAt);
    }

    /// @dev Writes what the engine accepted and logs every entry.
    function _store(EngineBatch memory batch, bytes calldata entries) internal {
        uint256 count = batch.count;
        for (uint256 index = 0; index < count; ++index) {
            (uint256 word, uint256 outcome, uint256 slot) = batch.resultAt(index);
            uint256 packed = ReportCodec.packedAt(entries, index);
            uint256 key = ReportCodec.keyOf(packed);
            // Fit: the fields of a packed entry have these widths, an outcome is one byte.
            uint16 sourceIndex = uint16(ReportCodec.sourceIn(key));
            if (outcome > uint256(EntryOutcome.REFRESHED)) {
                uint64 values = uint64(ReportCodec.valuesOf(packed));
                emit EntrySkipped(sourceIndex, ReportCodec.positionIn(key), values, uint8(outcome));
                continue;
            }
            _write(slot, batch.oldWordAt(index), word, index);
            emit EntryApplied(sourceIndex, ReportCodec.positionIn(key), word, uint8(outcome));
        }
    }

    /// @dev A class quantile is a word like a position's, in its first epoch and without a score.
    function _applyQuantiles(uint256 observedAt, bytes calldata quantiles) internal returns (bytes memory outcomes) {
        uint256 count = ReportCodec.itemCount(quantiles.length, ReportCodec.QUANTILE_BYTES);
        EngineBatch memory batch = EngineBatches.open(count);
        uint256 nextId;
        for (uint256 index = 0; index < count; ++index) {
            uint256 packed = ReportCodec.quantileAt(quantiles, index);
            uint256 classId = ReportCodec.classIn(packed);
            if (classId < nextId) revert RiskOracleNotAscending(index);
            nextId = classId + 1;
            (uint256 rho, uint256 pi) = ReportCodec.quantileValuesOf(packed);
            _putQuantile(batch, index, classId, ReportCodec.packValues(RiskWord.FIRST_EPOCH, rho, pi, 0));
        }
        batch.send(ruleEngine, observedAt);
        for (uint256 index = 0; index < count; ++index) {
            (uint256 word, uint256 outcome, uint256 slot) = batch.resultAt(index);
            // A refused first quantile leaves the slot empty: its word was only the starting point.
            if (outcome <= uint256(EntryOutcome.REFRESHED)) _write(slot, batch.oldWordAt(index), word, index);
        }
        return batch.outcomes;
    }

    /// @dev Adds a position's word, with the words of its class that the rules will want.
    function _put(EngineBatch memory batch, uint256 index, StoredWord storage stored, uint256 values) private view {
        uint256 word = stored.word;
        if (word != 0) {
            bool stale = RiskReading.isStale(word, block.timestamp);
            values = batch.withClass(values, _classFor(batch, RiskWord.classIdOf(word), stale));
        }
        batch.put(index, _slotOf(stored), word, values);
    }

    /// @dev Adds the word of a class; before its first quantile that of a position without a score.
    function _putQuantile(EngineBatch memory batch, uint256 index, uint256 classId, uint256 values) private view {
        StoredWord storage stored = _classWords[classId];
        uint256 word = stored.word;
        if (_classes[classId].bounds != 0) {
            bool stale = word == 0 || RiskReading.isStale(word, block.timestamp);
            uint256 class = _classFor(batch, classId, stale);
            if (word == 0) word = _initialWord(classId);
            values = batch.withClass(values, class);
        }
        batch.put(index, _slotOf(stored), word, values);
    }

    /// @dev Pointer to the words of a class, read once per report; the second only where it is wanted.
    function _classFor(
        EngineBatch memory batch,
        uint256 classId,
        bool withLevels
    ) private view returns (uint256 class) {
        class = batch.findClass(classId);
        // A stored word names a class that was set, and classes are never removed.
        if (class == 0) class = batch.addClass(classId, _classes[classId].bounds);
        if (withLevels && EngineBatches.levelsAt(class) == 0) {
            EngineBatches.setLevels(class, _classes[classId].levels);
        }
    }

    /// @dev No rules may change what only owners and the DAO may change, nor forget a position.
    function _write(uint256 slot, uint256 oldWord, uint256 word, uint256 index) private {
        if ((word ^ oldWord) & RiskWord.FIXED_LANES != 0) revert RiskOracleEngineWord(index, oldWord, word);
        assembly ("memory-safe") {
            sstore(slot, word)
        }
    }

    function _slotOf(StoredWord storage stored) private pure returns (uint256 slot) {
        assembly ("memory-safe") {
            slot := stored.slot
        }
    }
}
