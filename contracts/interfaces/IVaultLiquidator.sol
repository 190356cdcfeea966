// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A liquidator that finds its means during the liquidation
interface IVaultLiquidator {
    /// @notice Called by the vault, whose lock is closed, when `data` was given. After a burn route's payout was sent and
    /// before the longs are burned; on the take-over route before the top-up is taken.
    /// @param amount payout received, or top-up about to be taken, token units
    function onLiquidation(
        uint256 positionId,
        uint256 seriesId,
        uint128 sizeE8,
        uint256 amount,
        bytes calldata data
    ) external;
}
