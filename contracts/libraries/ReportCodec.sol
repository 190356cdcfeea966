// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Packed entries and class quantiles of a report
/// @notice Big-endian, fixed size: entry 16 bytes, quantile 6 bytes; layout in `RiskTypes`. Mirrored in
/// `oracle/rules/report-codec.ts`.
library ReportCodec {
    uint256 internal constant ENTRY_BYTES = 16;
    uint256 internal constant QUANTILE_BYTES = 6;

    uint256 private constant POSITION_ID_BITS = 48;
    uint256 private constant POSITION_ID_MASK = (1 << POSITION_ID_BITS) - 1;
    uint256 private constant FIELD_MASK = type(uint16).max;

    /// @notice The payload is not a whole number of items.
    error ReportCodecLength(uint256 length, uint256 itemBytes);

    /// @notice Number of items of `itemBytes` in a payload; reverts when the last one is cut.
    function itemCount(uint256 length, uint256 itemBytes) internal pure returns (uint256 count) {
        if (length % itemBytes != 0) revert ReportCodecLength(length, itemBytes);
        return length / itemBytes;
    }

    /// @notice Entry `index`, which must be below {itemCount}, in the lowest 128 bits.
    function packedAt(bytes calldata entries, uint256 index) internal pure returns (uint256 packed) {
        // In range, as `index` is below the item count; a slice would check that again for every entry.
        assembly ("memory-safe") {
            packed := shr(128, calldataload(add(entries.offset, mul(index, ENTRY_BYTES))))
        }
    }

    /// @notice Source index and position id of a packed entry, as one number: entries ascend by it.
    function keyOf(uint256 packed) internal pure returns (uint256 key) {
        return packed >> 64;
    }

    /// @notice What a packed entry asks for, still packed: its lower half, epoch 16 · ρ 16 · π 16 · score 16.
    function valuesOf(uint256 packed) internal pure returns (uint256 values) {
        return packed & type(uint64).max;
    }

    /// @notice `values` of these fields, each below 2^16.
    function packValues(uint256 epoch, uint256 rho, uint256 pi, uint256 score) internal pure returns (uint256 values) {
        return (epoch << 48) | (rho << 32) | (pi << 16) | score;
    }

    /// @notice Fields of `values`.
    function epochIn(uint256 values) internal pure returns (uint256 epoch) {
        return (values >> 48) & FIELD_MASK;
    }

    function rhoIn(uint256 values) internal pure returns (uint256 rho) {
        return (values >> 32) & FIELD_MASK;
    }

    function piIn(uint256 values) internal pure returns (uint256 pi) {
        return (values >> 16) & FIELD_MASK;
    }

    /// @notice ρ and π as one number, ρ 16 · π 16: of two pairs the greater is the tighter.
    function pairIn(uint256 values) internal pure returns (uint256 pair) {
        return (values >> 16) & type(uint32).max;
    }

    function scoreIn(uint256 values) internal pure returns (uint256 score) {
        return values & FIELD_MASK;
    }

    /// @notice Class quantile `index`, which must be below {itemCount}, in the lowest 48 bits.
    function quantileAt(bytes calldata quantiles, uint256 index) internal pure returns (uint256 packed) {
        // In range, as `index` is below the item count.
        assembly ("memory-safe") {
            packed := shr(208, calldataload(add(quantiles.offset, mul(index, QUANTILE_BYTES))))
        }
    }

    /// @notice Class of a packed quantile: quantiles ascend by it.
    function classIn(uint256 quantile) internal pure returns (uint256 classId) {
        return quantile >> 32;
    }

    /// @notice ρ and π of a packed quantile.
    function quantileValuesOf(uint256 quantile) internal pure returns (uint256 rho, uint256 pi) {
        return ((quantile >> 16) & FIELD_MASK, quantile & FIELD_MASK);
    }

    /// @notice Source index in a key of {keyOf}.
    function sourceIn(uint256 key) internal pure returns (uint256 sourceIndex) {
        return key >> POSITION_ID_BITS;
    }

    /// @notice Position id in a key of {keyOf}.
    function positionIn(uint256 key) internal pure returns (uint256 positionId) {
        return key & POSITION_ID_MASK;
    }
}
