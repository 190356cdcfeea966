// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Calls of the options vault that move positions and money
interface IOptionVaultCore {
    /// @notice Opens a short of the caller and mints as many longs to `to`. Needs a fresh price and
    /// `collateral ≥ requiredCollateral(seriesId, sizeE8)`, taken from the caller.
    function open(
        uint256 seriesId,
        uint128 sizeE8,
        uint128 collateral,
        address to
    ) external returns (uint256 positionId);

    /// @notice Adds `sizeE8` shorts and `collateral` (may be 0) to a position and mints longs to `to`; the new totals must
    /// meet the initial requirement, and the series must still be open to new positions. Only the owner or an
    /// operator. Raises the epoch, restarts the cool-off, ends a flag.
    function mintMore(uint256 positionId, uint128 sizeE8, uint128 collateral, address to) external;

    /// @notice Adds collateral from the caller, anyone, before expiry. Needs no price and no oracle; where both answer, a
    /// flag ends if health is then at or above 1.
    function addCollateral(uint256 positionId, uint128 amount) external;

    /// @notice Takes collateral out to `to`. The rest must meet M(ρ), ρ the higher of the position's initial ρ and that of a
    /// new position of the series, as for new size; or, if that is less, `IRiskOracle.retainedParams`', at least half of a new
    /// position's, where the position has a score to rely on: one was marked 20 hours ago (`IOptionVaultOwners.markScored`),
    /// and the present one is fresh and of the class of its present moneyness and tenor. Only the owner or an operator. Raises
    /// the epoch, restarts the cool-off, ends a flag and the mark. `IOptionVaultSettings.surplusOf` says how much.
    function removeCollateral(uint256 positionId, uint128 amount, address to) external;

    /// @notice Burns `sizeE8` longs of the caller against the position and pays `withdraw` to the owner. Up to the closed share
    /// of the collateral needs no price, for health cannot fall; beyond, the rest must meet the initial requirement as in
    /// {removeCollateral}. Closing everything pays everything, whatever `withdraw` says. Only the owner or an
    /// operator, whose own longs are then burned; before expiry.
    /// @return paid what was paid out
    function close(uint256 positionId, uint128 sizeE8, uint128 withdraw) external returns (uint128 paid);

    /// @notice Begins the auction of a position with health below 1 and freezes its π. One that would be healthy at its ρ of
    /// before the present drift windows spends its notional from the market's budget, and waits when that is spent. A share
    /// of the equity may be credited to the caller, at most once a flag life. Anyone, before expiry.
    /// @return bounty credited to the caller, token units
    function flag(uint256 positionId) external returns (uint256 bounty);

    /// @notice Ends the auction of a position with health at or above 1. Anyone.
    function unflag(uint256 positionId) external;

    /// @notice Burns up to `maxSizeE8` longs of the caller against a flagged position with 0 < health < 1 and pays I + x per
    /// contract, less the insurance fund's share of x in the orderly stage. No more is closed than brings the rest to the target health, unless the rest would fall below the least
    /// collateral: then the whole position goes. Reverts if less than `minOut` would be paid. Anyone, before expiry, after
    /// the cool-off, at a good price. With `data` the caller, who then is an `IVaultLiquidator`, is called back after it was
    /// paid and before its longs are burned.
    /// @return sizeE8 contracts closed
    /// @return payout paid to the caller
    function liquidate(
        uint256 positionId,
        uint128 maxSizeE8,
        uint128 minOut,
        bytes calldata data
    ) external returns (uint128 sizeE8, uint128 payout);

    /// @notice Settles expired positions at the settlement price: what is owed (rounded up) goes to the series' pot as far
    /// as the collateral reaches, the rest is credited to the owner, but for a flat bounty to the caller, at most a
    /// twentieth of it. With the last position of a series its fund pays what is missing, as far as it goes, and the payout
    /// ratio is fixed. Ids closed or settled before are passed over. Anyone.
    /// @return settledCount positions settled by this call
    function settle(uint256[] calldata positionIds) external returns (uint256 settledCount);

    /// @notice Burns longs of the caller and pays their payoff times q = pot/owed to `to`, once every position of the
    /// series is settled, or the fund lends it the worst that can be missing (then q is 1); so the order of redemptions
    /// does not matter.
    function redeem(uint256 seriesId, uint128 amountE8, address to) external returns (uint256 payout);

    /// @notice As {redeem} for somebody else, paid to the holder. Anyone; for a holder with code only its operators.
    function redeemFor(address holder, uint256 seriesId, uint128 amountE8) external returns (uint256 payout);

    /// @notice Pays all that the caller may claim of a token to `to`.
    function claim(address token, address to) external returns (uint256 amount);
}
