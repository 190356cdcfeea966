// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Settlement prices proven by aggregator rounds
/// @notice The price of (market, expiry) is the answer of the first round, in order of round ids, that was updated at or
/// after expiry. The predecessor proves it: the round before in the same phase, or, for the first round of a phase, the
/// last round of the nearest earlier phase that has any.
interface ISettlementOracle {
    /// @notice The price of (market, expiry) was written, once and for ever.
    event SettlementPriceSet(uint24 indexed marketId, uint40 indexed expiry, uint64 priceE8, uint80 roundId);
    /// @notice The longest time from expiry to the settling round was set.
    event MaxSettlementDelaySet(uint32 maxDelaySec);

    /// @notice The price is final already.
    error SettlementAlreadyFinal(uint24 marketId, uint40 expiry);
    /// @notice The expiry lies ahead.
    error SettlementBeforeExpiry(uint40 expiry, uint256 nowSec);
    /// @notice The round was updated before expiry, does not exist, or came later than the longest delay.
    error SettlementRoundOutOfWindow(uint80 roundId, uint256 updatedAt, uint40 expiry, uint32 maxDelaySec);
    /// @notice The predecessor does not exist or was itself updated at or after expiry.
    error SettlementRoundUnproven(uint80 roundId, uint80 previousRoundId, uint256 previousUpdatedAt);
    /// @notice The longest delay is outside its limits.
    error SettlementDelayInvalid(uint32 maxDelaySec);

    /// @notice Writes the price of the first aggregator round at or after expiry, proven by its predecessor. Anyone.
    /// @param roundId the first round whose update time is at or after `expiry`
    function settlePrice(uint24 marketId, uint40 expiry, uint80 roundId) external returns (uint64 priceE8);

    /// @notice Settlement price, 1e-8 USD, and whether it has been written.
    function settlementPrice(uint24 marketId, uint40 expiry) external view returns (uint64 priceE8, bool isFinal);

    /// @notice Longest time from expiry to the update time of the settling round.
    function maxDelaySec() external view returns (uint32 delaySec);

    /// @notice Sets the longest delay, 1 minute to 1 day. Only WIDENING_ROLE.
    function setMaxDelay(uint32 maxDelaySec) external;
}
