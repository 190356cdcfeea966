// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Agreement of two prices
library PriceMath {
    uint256 private constant BPS = 10_000;

    /// @notice Whether `secondE8` lies within `maxDeviationBps` of `firstE8`, as a share of the first, bound included.
    function isWithin(uint64 firstE8, uint64 secondE8, uint16 maxDeviationBps) internal pure returns (bool agrees) {
        uint256 distance = firstE8 > secondE8 ? firstE8 - secondE8 : secondE8 - firstE8;
        return distance * BPS <= uint256(maxDeviationBps) * firstE8;
    }
}
