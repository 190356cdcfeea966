// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClassGrid, LiquidationQuote, LiquidationSettings, Market, SeriesState} from "../types/VaultTypes.sol";
import {IOptionToken} from "./IOptionToken.sol";
import {IOptionVaultLog} from "./IOptionVaultLog.sol";
import {IPositionSource} from "./IPositionSource.sol";
import {IPriceGuard} from "./IPriceGuard.sol";
import {IRiskOracle} from "./IRiskOracle.sol";
import {ISettlementOracle} from "./ISettlementOracle.sol";

/// @title Partially collateralised, cash-settled European options
/// @notice Calls are collateralised in the base token, puts in the quote token, both down to M(ρ) = I + ρ(L − I), ρ per
/// position from the risk oracle. Amounts round against whoever calls. Nothing is read from token balances but the
/// amount just received, so donations change nothing.
interface IOptionVault is IPositionSource, IOptionVaultLog {
    /// @notice Opens a short of the caller and mints as many longs to `to`. Needs a fresh price and
    /// `collateral ≥ requiredCollateral(seriesId, sizeE8)`, taken from the caller.
    function open(
        uint256 seriesId,
        uint128 sizeE8,
        uint128 collateral,
        address to
    ) external returns (uint256 positionId);

    /// @notice Adds `sizeE8` shorts and `collateral` (may be 0) to a position and mints longs to `to`; the new totals must
    /// meet the initial requirement, and the series must still be open to new positions. Only WIDENING_ROLE. Raises the epoch, restarts the cool-off, ends a flag.
    function mintMore(uint256 positionId, uint128 sizeE8, uint128 collateral, address to) external;

    /// @notice Adds collateral from the caller, anyone, before expiry. Needs no price and no oracle; where both answer, a
    /// flag ends if health is then at or above 1.
    function addCollateral(uint256 positionId, uint128 amount) external;

    /// @notice Takes collateral out to `to`; the rest must meet the initial requirement. Only the owner. Raises the epoch,
    /// restarts the cool-off, ends a flag.
    function removeCollateral(uint256 positionId, uint128 amount, address to) external;

    /// @notice Burns `sizeE8` longs of the owner against the position and pays `withdraw` to him. Up to the closed share
    /// of the collateral needs no price, for health cannot fall; beyond, the rest must meet the initial requirement as in
    /// {removeCollateral}. Closing everything pays everything, whatever `withdraw` says. Only the owner, before expiry.
    /// @return paid what was paid out
    function close(uint256 positionId, uint128 sizeE8, uint128 withdraw) external returns (uint128 paid);

    /// @notice Begins the auction of a position with health below 1 and freezes its π. Anyone, before expiry.
    function flag(uint256 positionId) external;

    /// @notice Ends the auction of a position with health at or above 1. Anyone.
    function unflag(uint256 positionId) external;

    /// @notice Burns up to `maxSizeE8` longs of the caller against a flagged position with 0 < health < 1 and pays I + x per
    /// contract. No more is closed than brings the rest to the target health, unless the rest would fall below the least
    /// collateral: then the whole position goes. Reverts if less than `minOut` would be paid. Anyone, before expiry, after
    /// the cool-off, at a good price.
    /// @return sizeE8 contracts closed
    /// @return payout paid to the caller
    function liquidate(
        uint256 positionId,
        uint128 maxSizeE8,
        uint128 minOut
    ) external returns (uint128 sizeE8, uint128 payout);

    /// @notice Settles expired positions at the settlement price: what is owed (rounded up) goes to the series' pot as far
    /// as the collateral reaches, the rest is credited to the owner. Ids closed or settled before are passed over. Anyone.
    /// @return settledCount positions settled by this call
    function settle(uint256[] calldata positionIds) external returns (uint256 settledCount);

    /// @notice Burns longs of the caller and pays their payoff times q = pot/owed to `to`, once every position of the
    /// series is settled; so the order of redemptions does not matter.
    function redeem(uint256 seriesId, uint128 amountE8, address to) external returns (uint256 payout);

    /// @notice As {redeem} for somebody else, paid to the holder. Anyone; for a holder with code only its operators.
    function redeemFor(address holder, uint256 seriesId, uint128 amountE8) external returns (uint256 payout);

    /// @notice Pays all that the caller may claim of a token to `to`.
    function claim(address token, address to) external returns (uint256 amount);

    /// @notice Adds a market; ids count from 1. Decimals are read from the tokens, `live` starts true. Only
    /// WIDENING_ROLE.
    function addMarket(address base, address quote, uint96 minBase, uint72 minQuote) external returns (uint24 marketId);

    /// @notice Allows or stops new risk in a market and sets its least collaterals. Only WIDENING_ROLE.
    function updateMarket(uint24 marketId, bool live, uint96 minBase, uint72 minQuote) external;

    /// @notice Stops new risk in a market, nothing else. Only NARROWING_ROLE.
    function stopMarket(uint24 marketId) external;

    /// @notice Sets the classes of a market's new positions. Only WIDENING_ROLE.
    function setClassGrid(uint24 marketId, ClassGrid calldata grid) external;

    /// @notice Sets times and target of liquidations; running auctions follow at once. Only WIDENING_ROLE.
    function setLiquidationSettings(LiquidationSettings calldata settings) external;

    /// @notice Long token of all series.
    function TOKEN() external view returns (IOptionToken token);

    /// @notice Source of ρ and π.
    function RISK_ORACLE() external view returns (IRiskOracle oracle);

    /// @notice Source of spot prices.
    function PRICE_GUARD() external view returns (IPriceGuard guard);

    /// @notice Source of settlement prices.
    function SETTLEMENT_ORACLE() external view returns (ISettlementOracle oracle);

    /// @notice A market; reverts if unknown.
    function market(uint24 marketId) external view returns (Market memory state);

    /// @notice Number of markets.
    function marketCount() external view returns (uint24 count);

    /// @notice Class grid of a market.
    function classGrid(uint24 marketId) external view returns (ClassGrid memory grid);

    /// @notice Times and target of liquidations.
    function liquidationSettings() external view returns (LiquidationSettings memory settings);

    /// @notice Class of a position of this series opened now.
    function classFor(uint256 seriesId) external view returns (uint16 classId);

    /// @notice What {open} would demand now: max(M(ρ initial), least collateral).
    function requiredCollateral(
        uint256 seriesId,
        uint128 sizeE8
    ) external view returns (uint256 collateral, uint16 classId, uint16 rhoInitialBps);

    /// @notice Health (c − I)/(ρ(L − I)) of an active position at the current price, wad, rounded down.
    function healthOf(uint256 positionId) external view returns (int256 healthWad);

    /// @notice What {liquidate} would do now for this `maxSizeE8`; reverts exactly where it would.
    function liquidationQuote(
        uint256 positionId,
        uint128 maxSizeE8
    ) external view returns (LiquidationQuote memory quote);

    /// @notice Sums of a series, all zero for one without positions. Complete when `priceE8` is set and none is unsettled.
    function seriesState(uint256 seriesId) external view returns (SeriesState memory state);

    /// @notice What an account may claim of a token.
    function claimable(address token, address account) external view returns (uint256 amount);

    /// @notice Packs a series into its id.
    function seriesIdOf(
        uint24 marketId,
        uint64 strikeE8,
        uint40 expiry,
        bool isPut
    ) external pure returns (uint256 seriesId);
}
