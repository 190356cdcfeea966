// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Sums over the unsettled positions of a series, in one storage word
/// @notice From the highest bit: size 96 · collateral 128 · count 32. With at most 2^24 positions of a series, each below
/// 2^64 in size and 2^104 in collateral, no lane can overflow; {pack} checks all the same.
library SeriesSums {
    uint256 private constant SIZE_SHIFT = 160;
    uint256 private constant COLLATERAL_SHIFT = 32;

    /// @notice A sum does not fit its lane.
    error SeriesSumsOverflow();

    /// @notice Packs the three sums.
    function pack(uint256 sizeE8, uint256 collateral, uint256 count) internal pure returns (uint256 word) {
        if ((sizeE8 >> 96) | (collateral >> 128) | (count >> 32) != 0) revert SeriesSumsOverflow();
        return (sizeE8 << SIZE_SHIFT) | (collateral << COLLATERAL_SHIFT) | count;
    }

    /// @notice Size of the unsettled positions, contracts × 1e8.
    function sizeOf(uint256 word) internal pure returns (uint256 sizeE8) {
        return word >> SIZE_SHIFT;
    }

    /// @notice Collateral of the unsettled positions, token units.
    function collateralOf(uint256 word) internal pure returns (uint256 collateral) {
        return uint128(word >> COLLATERAL_SHIFT);
    }

    /// @notice Number of the unsettled positions.
    function countOf(uint256 word) internal pure returns (uint256 count) {
        return uint32(word);
    }
}
