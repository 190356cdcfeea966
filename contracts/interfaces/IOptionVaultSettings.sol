// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    ClassGrid,
    LiquidationQuote,
    FundTerms,
    LiquidationSettings,
    Market,
    MarketCaps,
    MarketValves,
    SeriesState
} from "../types/VaultTypes.sol";
import {IPositionSource} from "./IPositionSource.sol";

/// @title Settings and views of the options vault
/// @notice Answered by linked code on the vault's storage: the caller sees one contract.
interface IOptionVaultSettings is IPositionSource {
    /// @notice Adds a market; ids count from 1. Decimals are read from the tokens, `live` starts true. Only WIDENING_ROLE.
    function addMarket(address base, address quote, uint80 minBase, uint80 minQuote) external returns (uint24 marketId);

    /// @notice Allows or stops new risk in a market and sets its least collaterals. Only WIDENING_ROLE.
    function updateMarket(uint24 marketId, bool live, uint80 minBase, uint80 minQuote) external;

    /// @notice Stops new risk in a market, nothing else. Only NARROWING_ROLE.
    function stopMarket(uint24 marketId) external;

    /// @notice Sets what new risk on one side of a market may add up to. Only WIDENING_ROLE.
    function setMarketCaps(uint24 marketId, bool isPut, MarketCaps calldata caps) external;

    /// @notice Sets the classes of a market's new positions. Only WIDENING_ROLE.
    function setClassGrid(uint24 marketId, ClassGrid calldata grid) external;

    /// @notice Sets times and target of liquidations; running auctions follow at once. Only WIDENING_ROLE.
    function setLiquidationSettings(LiquidationSettings calldata settings) external;

    /// @notice Sets the limits per window on what parameters, and in caution the market, may liquidate. Only WIDENING_ROLE.
    function setMarketValves(uint24 marketId, MarketValves calldata valves) external;

    /// @notice Sets the insurance fund of a collateral token, its share φ (at most 20 %) and the bounty for settling. The fund
    /// must cover this vault and that token. Series that a fund waits for or has lent to stay with it. Only WIDENING_ROLE.
    function setFund(address token, FundTerms calldata terms) external;

    /// @notice A market; reverts if unknown.
    function market(uint24 marketId) external view returns (Market memory state);

    /// @notice Number of markets.
    function marketCount() external view returns (uint24 count);

    /// @notice Caps of one side of a market; reverts if unknown.
    function marketCaps(uint24 marketId, bool isPut) external view returns (MarketCaps memory caps);

    /// @notice Valves of a market and what has passed them in the present window: notional of parameter-caused flags and,
    /// during caution, of liquidations.
    function marketValves(
        uint24 marketId
    ) external view returns (MarketValves memory valves, uint64 flaggedE8, uint64 liquidatedE8);

    /// @notice Insurance fund, share and settlement bounty of a collateral token.
    function fundOf(address token) external view returns (FundTerms memory terms);

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

    /// @notice What {IOptionVaultCore.removeCollateral} would let go now. Reverts without a good price and for what is not
    /// active; pauses of new risk and expiry are not looked at.
    /// @return surplus token units, 0 if none
    /// @return rhoInitialBps ρ that the rest must meet
    function surplusOf(uint256 positionId) external view returns (uint256 surplus, uint16 rhoInitialBps);

    /// @notice Health (c − I)/(ρ(L − I)) of an active position at the current price, wad, rounded down.
    function healthOf(uint256 positionId) external view returns (int256 healthWad);

    /// @notice Price at which an active position's health is still at or above 1 at its present ρ, and beyond which it is
    /// below: for puts at prices under it, for calls at prices over it. A put healthy at every price gives 0 and one healthy
    /// at none the type's maximum; a call the other way round. Needs no price.
    function liquidationPriceE8(uint256 positionId) external view returns (uint256 priceE8);

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
