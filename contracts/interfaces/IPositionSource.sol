// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A contract whose short option positions the oracle scores
/// @notice Operators enumerate positions through this interface; the source itself registers, re-classes and may retire
/// them at the oracle, so that a report costs no call into the source. Whatever changes a view, its epoch included, emits
/// an event of the source with the position id as first indexed argument: operators describe anew only the positions that
/// events have named.
///
/// Operators call with a gas limit of 500 000, and 100 000 more for each position described. A source that reverts, runs
/// out of gas, answers in another form, or has created other ids than it registered is left out of the round as a whole; a
/// position whose series, market, size or epoch does not fit is left out alone. Neither stops anything else.
interface IPositionSource {
    /// @notice One short position as an operator needs it.
    /// @param owner writer of the option
    /// @param seriesId market 24 · strike 64 (1e-8 USD) · expiry 40 · type 1 (1 = put), lowest bits last; the market ids
    /// are those of the price guard, the expiry lies at most 180 days ahead
    /// @param sizeE8 contracts × 1e8; not 0 while active
    /// @param collateral token units, of the market's base token for calls and of its quote token for puts
    /// @param classId risk class; for people, the oracle's word decides
    /// @param epoch epoch at the oracle: rises with every risk-increasing change, modulo 2^16
    /// @param flaggedAt time of the liquidation flag, 0 while not flagged
    /// @param active false when closed or settled
    struct PositionView {
        address owner;
        uint256 seriesId;
        uint128 sizeE8;
        uint128 collateral;
        uint16 classId;
        uint16 epoch;
        uint40 flaggedAt;
        bool active;
    }

    /// @notice Highest position id ever created; ids are 1…positionCount, all of them registered at the oracle once.
    function positionCount() external view returns (uint256 count);

    /// @notice State of one position. Reverts for an id that never existed.
    function describePosition(uint256 positionId) external view returns (PositionView memory position);

    /// @notice States of `positionIds`, in order; reverts if one of them never existed.
    function describePositions(uint256[] calldata positionIds) external view returns (PositionView[] memory positions);
}
