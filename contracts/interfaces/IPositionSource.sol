// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A contract whose short option positions the oracle scores
/// @notice Operators enumerate positions through this interface; the source itself registers, re-classes and retires
/// them at the oracle, so that a report costs no call into the source. Whatever changes a view, its epoch included, emits
/// an event of the source with the position id as first indexed argument: operators describe anew only the positions that
/// events have named.
interface IPositionSource {
    /// @notice One short position as an operator needs it.
    /// @param owner writer of the option
    /// @param seriesId market 24 · strike 64 (1e-8 USD) · expiry 40 · type 1 (1 = put), lowest bits last
    /// @param sizeE8 contracts × 1e8
    /// @param collateral token units
    /// @param classId risk class
    /// @param epoch rises with every risk-increasing change, modulo 2^16
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

    /// @notice Highest position id ever created; ids are 1…positionCount.
    function positionCount() external view returns (uint256 count);

    /// @notice State of one position. Reverts for an id that never existed.
    function describePosition(uint256 positionId) external view returns (PositionView memory position);

    /// @notice States of `positionIds`, in order.
    function describePositions(uint256[] calldata positionIds) external view returns (PositionView[] memory positions);
}
