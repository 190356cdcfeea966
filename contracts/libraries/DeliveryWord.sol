// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DeliveryState} from "../types/DeliveryTypes.sol";

/// @title State of delivery in one storage word, so that a report reads and writes a single slot for it
/// @notice From the highest bit: epoch 64 · observedAt 32 · since 32 · windowTighteningBps 24 · reportTighteningBps 20 ·
/// windowTightened 16 · reportTightened 16 · windowIndex 12 · chunkIndex 12 · chunkCount 12 · rootCount 8 · reason 6 · mode 2.
library DeliveryWord {
    /// @notice Largest number of chunks of one epoch.
    uint256 internal constant MAX_CHUNKS = (1 << 12) - 1;
    /// @notice Windows are numbered modulo 2^12. A window with the number of one long ago inherits its counters, which errs
    /// towards holding a report.
    uint256 internal constant WINDOW_MASK = (1 << 12) - 1;
    /// @notice Counters stop at these values.
    uint256 internal constant MAX_WINDOW_BPS = (1 << 24) - 1;
    uint256 internal constant MAX_REPORT_BPS = (1 << 20) - 1;
    uint256 internal constant MAX_TIGHTENED = (1 << 16) - 1;
    uint256 internal constant ROOT_COUNT_MASK = (1 << 8) - 1;

    uint256 private constant TIME_MASK = (1 << 32) - 1;

    /// @notice A field is wider than its lane; no state that a delivery can reach does this.
    error DeliveryWordOverflow();

    /// @notice Packs a state; reverts when a field would bleed into its neighbour.
    function pack(DeliveryState memory state) internal pure returns (uint256 word) {
        uint256 excess = (state.epoch >> 64) | ((state.observedAt | state.since) >> 32);
        excess |= (state.windowTighteningBps >> 24) | (state.reportTighteningBps >> 20);
        excess |= (state.windowTightened | state.reportTightened) >> 16;
        excess |= (state.windowIndex | state.chunkIndex | state.chunkCount) >> 12;
        excess |= (state.rootCount >> 8) | (state.reason >> 6) | (state.mode >> 2);
        if (excess != 0) revert DeliveryWordOverflow();
        word = (state.epoch << 192) | (state.observedAt << 160) | (state.since << 128);
        word |= (state.windowTighteningBps << 104) | (state.reportTighteningBps << 84);
        word |= (state.windowTightened << 68) | (state.reportTightened << 52);
        word |= (state.windowIndex << 40) | (state.chunkIndex << 28) | (state.chunkCount << 16);
        word |= (state.rootCount << 8) | (state.reason << 2) | state.mode;
    }

    /// @notice Unpacks a word; every word is valid.
    function unpack(uint256 word) internal pure returns (DeliveryState memory state) {
        state.epoch = epochOf(word);
        state.observedAt = (word >> 160) & TIME_MASK;
        state.since = sinceOf(word);
        state.windowTighteningBps = (word >> 104) & MAX_WINDOW_BPS;
        state.reportTighteningBps = (word >> 84) & MAX_REPORT_BPS;
        state.windowTightened = (word >> 68) & MAX_TIGHTENED;
        state.reportTightened = (word >> 52) & MAX_TIGHTENED;
        state.windowIndex = (word >> 40) & WINDOW_MASK;
        state.chunkIndex = (word >> 28) & MAX_CHUNKS;
        state.chunkCount = (word >> 16) & MAX_CHUNKS;
        state.rootCount = (word >> 8) & ROOT_COUNT_MASK;
        state.reason = reasonOf(word);
        state.mode = modeOf(word);
    }

    /// @notice Whether nothing speaks against the scores in force: the breaker is NORMAL, and the last report was applied, not
    /// held. Of a held report the counter stands at its end, which caps keep every applied one below.
    function isOrderly(uint256 word) internal pure returns (bool orderly) {
        return modeOf(word) == 0 && (word >> 84) & MAX_REPORT_BPS != MAX_REPORT_BPS;
    }

    /// @notice Single fields, see {DeliveryState}.
    function epochOf(uint256 word) internal pure returns (uint256 epoch) {
        return word >> 192;
    }

    function sinceOf(uint256 word) internal pure returns (uint256 since) {
        return (word >> 128) & TIME_MASK;
    }

    function reasonOf(uint256 word) internal pure returns (uint256 reason) {
        return (word >> 2) & 0x3f;
    }

    function modeOf(uint256 word) internal pure returns (uint256 mode) {
        return word & 0x3;
    }
}
