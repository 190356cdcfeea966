// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Settlement prices proven by aggregator rounds
interface ISettlementOracle {
    /// @notice The price of (market, expiry) was written, once and for ever.
    event SettlementPriceSet(uint24 indexed marketId, uint40 indexed expiry, uint64 priceE8, uint80 roundId);

    /// @notice Writes the price of the first aggregator round at or after expiry, proven by its predecessor. Anyone.
    /// @param roundId the first round whose update time is at or after `expiry`
    function settlePrice(uint24 marketId, uint40 expiry, uint80 roundId) external returns (uint64 priceE8);

    /// @notice Settlement price, 1e-8 USD, and whether it has been written.
    function settlementPrice(uint24 marketId, uint40 expiry) external view returns (uint64 priceE8, bool isFinal);
}
