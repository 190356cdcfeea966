// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClassQuantile} from "../types/RiskTypes.sol";

/// @title Packed entries and class quantiles of a report
/// @notice Big-endian, fixed size: entry 16 bytes, quantile 6 bytes; layout in `RiskTypes`. Mirrored in
/// `oracle/rules/report-codec.ts`.
library ReportCodec {
    uint256 internal constant ENTRY_BYTES = 16;
    uint256 internal constant QUANTILE_BYTES = 6;

    uint256 private constant POSITION_ID_BITS = 48;
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

    /// @notice Storage key of a packed entry.
    function keyOf(uint256 packed) internal pure returns (uint256 key) {
        return packed >> 64;
    }

    /// @notice What a packed entry asks for.
    function valuesOf(uint256 packed) internal pure returns (uint256 epoch, uint256 rho, uint256 pi, uint256 score) {
        epoch = (packed >> 48) & FIELD_MASK;
        rho = (packed >> 32) & FIELD_MASK;
        pi = (packed >> 16) & FIELD_MASK;
        score = packed & FIELD_MASK;
    }

    /// @notice Decodes class quantile `index`, which must be below {itemCount}.
    function quantileAt(bytes calldata quantiles, uint256 index) internal pure returns (ClassQuantile memory quantile) {
        uint256 offset = index * QUANTILE_BYTES;
        uint256 packed = uint48(bytes6(quantiles[offset:offset + QUANTILE_BYTES]));
        quantile.classId = uint16(packed >> 32);
        quantile.rhoBps = uint16(packed >> 16);
        quantile.piBps = uint16(packed);
    }

    /// @notice Storage key of a position: source index and id as they stand in an entry.
    function positionKey(uint256 sourceIndex, uint256 positionId) internal pure returns (uint256 key) {
        return (sourceIndex << POSITION_ID_BITS) | positionId;
    }
}
