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
        EngineBatch memory batch;
        _evaluate(batch, observedAt, entries);
        _store(batch, entries);
        return batch.outcomes;
    }

    /// @dev Words of the entries under the rules into an empty batch; nothing is stored. Keys ascend strictly, so no position occurs twice and
    /// no step limit can be walked around.
    function _evaluate(EngineBatch memory batch, uint256 observedAt, bytes calldata entries) internal view {
        uint256 count = ReportCodec.itemCount(entries.length, ReportCodec.ENTRY_BYTES);
        batch.open(count);
        (uint256 nextKey, uint256 sourceIndex, uint256 book) = (0, NO_SOURCE, 0);
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
                book = _bookOf(_sourceAt[sourceIndex]);
            }
            uint256 slot = _slotIn(book, ReportCodec.positionIn(key));
            uint256 word;
            assembly ("memory-safe") {
                word := sload(slot)
            }
            _put(batch, index, slot, word, ReportCodec.valuesOf(packed));
        }
        batch.ask(ruleEngine, observedAt);
    }

    /// @dev Writes what the engine accepted and logs every entry.
    function _store(EngineBatch memory batch, bytes calldata entries) internal {
        uint256 count = batch.count;
        uint256[3] memory names = [
            uint256(EntryTightened.selector),
            uint256(EntryLoosened.selector),
            uint256(EntryRefreshed.selector)
        ];
        for (uint256 index = 0; index < count; ++index) {
            (uint256 outcome, uint256 word) = _write(batch, index);
            uint256 packed = ReportCodec.packedAt(entries, index);
            if (outcome > uint256(EntryOutcome.REFRESHED)) {
                _logSkip(packed, outcome);
                continue;
            }
            uint256 key = ReportCodec.keyOf(packed);
            // The three events differ in their name only; written from scratch space, as reports emit many.
            assembly ("memory-safe") {
                mstore(0, word)
                log2(0, 0x20, mload(add(names, shl(5, outcome))), key)
            }
        }
    }

    /// @dev A class quantile is a word like a position's, in its first epoch and without a score.
    function _applyQuantiles(uint256 observedAt, bytes calldata quantiles) internal returns (bytes memory outcomes) {
        uint256 count = ReportCodec.itemCount(quantiles.length, ReportCodec.QUANTILE_BYTES);
        EngineBatch memory batch;
        batch.open(count);
        uint256 nextId;
        for (uint256 index = 0; index < count; ++index) {
            uint256 packed = ReportCodec.quantileAt(quantiles, index);
            uint256 classId = ReportCodec.classIn(packed);
            if (classId < nextId) revert RiskOracleNotAscending(index);
            nextId = classId + 1;
            (uint256 rho, uint256 pi) = ReportCodec.quantileValuesOf(packed);
            _putQuantile(batch, index, classId, ReportCodec.packValues(RiskWord.FIRST_EPOCH, rho, pi, 0));
        }
        batch.ask(ruleEngine, observedAt);
        for (uint256 index = 0; index < count; ++index) {
            // A refused first quantile leaves the slot empty: its word was only the starting point.
            _write(batch, index);
        }
        return batch.outcomes;
    }

    /// @dev Adds a known word with the words of its class that the rules will want, or the zero word of an unknown position.
    function _put(EngineBatch memory batch, uint256 index, uint256 slot, uint256 word, uint256 values) private view {
        if (word != 0) {
            uint256 classId = RiskWord.classIdOf(word);
            uint256 entry = batch.entryFor(classId);
            // A known word names a class that was set, and classes are never removed.
            if (!EngineBatches.isOf(entry, classId)) entry = batch.addClass(classId, _classes[classId].bounds);
            entry = EngineBatches.placeIn(entry);
            if (block.timestamp >= RiskReading.validUntilOf(word)) _wantLevels(batch, entry, classId);
            values |= entry;
        }
        batch.put(index, slot, word, values);
    }

    /// @dev Adds the word of a class; before its first quantile that of a position without a score.
    function _putQuantile(EngineBatch memory batch, uint256 index, uint256 classId, uint256 values) private view {
        StoredWord storage stored = _classWords[classId];
        uint256 word = stored.word;
        if (word == 0 && _classes[classId].bounds != 0) word = _initialWord(classId);
        uint256 slot;
        assembly ("memory-safe") {
            slot := stored.slot
        }
        _put(batch, index, slot, word, values);
    }

    /// @dev Adds the second word of a class, once per report.
    function _wantLevels(EngineBatch memory batch, uint256 place, uint256 classId) private view {
        if (batch.levelsAt(place) == 0) batch.setLevels(place, _classes[classId].levels);
    }

    /// @dev The casts fit: the fields of a packed entry have these widths, an outcome is one byte.
    function _logSkip(uint256 packed, uint256 outcome) private {
        uint64 values = uint64(ReportCodec.valuesOf(packed));
        emit EntrySkipped(uint64(ReportCodec.keyOf(packed)), values, uint8(outcome));
    }

    /// @dev Stores item `index` unless it was skipped. No rules may change what only owners and the DAO may change, nor forget
    /// a position.
    function _write(EngineBatch memory batch, uint256 index) private returns (uint256 outcome, uint256 word) {
        outcome = batch.outcomeAt(index);
        if (outcome <= uint256(EntryOutcome.REFRESHED)) {
            uint256 slot;
            uint256 oldWord;
            (slot, oldWord, word) = batch.changeAt(index);
            if ((word ^ oldWord) & RiskWord.FIXED_LANES != 0) revert RiskOracleEngineWord(index, oldWord, word);
            assembly ("memory-safe") {
                sstore(slot, word)
            }
        }
    }

    /// @dev Slot of a source's mapping from position id to word.
    function _bookOf(address source) private view returns (uint256 slot) {
        mapping(uint256 positionId => StoredWord stored) storage book = _positions[source];
        assembly ("memory-safe") {
            slot := book.slot
        }
    }

    /// @dev Slot of a position's word in {_bookOf}, as the compiler lays out mappings.
    function _slotIn(uint256 book, uint256 positionId) private pure returns (uint256 slot) {
        assembly ("memory-safe") {
            mstore(0, positionId)
            mstore(0x20, book)
            slot := keccak256(0, 0x40)
        }
    }
}
