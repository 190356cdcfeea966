// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClassQuantile, RiskEntry} from "../types/RiskTypes.sol";

/// @title Packed entries and class quantiles of a report
/// @notice Big-endian, fixed size: entry 16 bytes, quantile 6 bytes; layout in `RiskTypes`. Mirrored in
/// `oracle/rules/report-codec.ts`.
library ReportCodec {
    uint256 internal constant ENTRY_BYTES = 16;
    uint256 internal constant QUANTILE_BYTES = 6;

    uint256 private constant POSITION_ID_BITS = 48;

    /// @notice The payload is not a whole number of items.
    error ReportCodecLength(uint256 length, uint256 itemBytes);

    /// @notice Number of items of `itemBytes` in a payload; reverts when the last one is cut.
    function itemCount(uint256 length, uint256 itemBytes) internal pure returns (uint256 count) {
        if (length % itemBytes != 0) revert ReportCodecLength(length, itemBytes);
        return length / itemBytes;
    }

    /// @notice Decodes entry `index`, which must be below {itemCount}, over an existing entry; returns its storage key.
    function readEntry(
        bytes calldata entries,
        uint256 index,
        RiskEntry memory entry
    ) internal pure returns (uint256 key) {
        uint256 packed;
        // In range, as `index` is below the item count; a slice would check that again for every entry.
        assembly ("memory-safe") {
            packed := shr(128, calldataload(add(entries.offset, mul(index, ENTRY_BYTES))))
        }
        key = packed >> 64;
        // Casts cut the fields out of the packed entry.
        entry.sourceIndex = uint16(packed >> 112);
        entry.positionId = uint48(packed >> 64);
        entry.epoch = uint16(packed >> 48);
        entry.rhoBps = uint16(packed >> 32);
        entry.piBps = uint16(packed >> 16);
        entry.score = uint16(packed);
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
