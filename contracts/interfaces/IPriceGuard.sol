// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Checked spot prices of markets over Chainlink aggregators
interface IPriceGuard {
    /// @notice Spot of a market's underlying in USD, 1e-8, after staleness and sanity checks; reverts otherwise.
    function spotE8(uint24 marketId) external view returns (uint64 priceE8, uint40 updatedAt);
}
