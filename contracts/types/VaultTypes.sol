// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Values of the options vault. Sizes are contracts × 1e8, prices USD × 1e8, collateral token units.

/// @notice One underlying and the tokens that its shorts are collateralised in.
/// @param base ERC-20 of the underlying: collateral of calls
/// @param minBase least collateral of a call position, token units
/// @param quote ERC-20 worth one USD: collateral of puts
/// @param minQuote least collateral of a put position, token units
/// @param baseDecimals decimals of `base`, read from it
/// @param quoteDecimals decimals of `quote`, read from it
/// @param live whether new risk may be taken
struct Market {
    address base;
    uint80 minBase;
    address quote;
    uint80 minQuote;
    uint8 baseDecimals;
    uint8 quoteDecimals;
    bool live;
}

/// @notice What new risk may add up to on one side (calls or puts) of a market. Closing, liquidating and settling never
/// ask for it.
/// @param maxOpenInterestE8 largest size of all shorts of a series
/// @param maxCollateral largest collateral of all shorts of a series, token units
/// @param maxSizeE8 largest size of a position
/// @param maxPositions most unsettled positions of a series: bounds the work of settling it
struct MarketCaps {
    uint64 maxOpenInterestE8;
    uint104 maxCollateral;
    uint64 maxSizeE8;
    uint24 maxPositions;
}

/// @notice Risk classes of a market by how far out of the money and how long an option is when it is opened. The
/// moneyness is K/S for calls and S/K for puts, in basis points, so that above 10 000 is out of the money for both. A
/// bucket is the number of edges at or below the value; edges ascend, unused ones hold the type's maximum.
/// @param moneynessEdgesBps up to 7 edges: 8 buckets
/// @param tenorEdgesSec up to 3 edges: 4 buckets
/// @param classIds class of cell `moneyness bucket · 4 + tenor bucket`
struct ClassGrid {
    uint16[7] moneynessEdgesBps;
    uint32[3] tenorEdgesSec;
    uint16[32] classIds;
}

/// @notice Times, target and bounty of liquidations.
/// @param orderlySec T₁, length of the orderly stage
/// @param lateSec T₂, length of the late stage
/// @param coolOffSec a position is not liquidated this long after its owner last increased its risk; at most T₁, so that
/// adding risk never lets an auction sleep through its orderly stage
/// @param flagLifeSec a flag older than this has lapsed: the position must be flagged anew, from π/2
/// @param targetHealthBps h_T, health of the rest after a liquidation, 10 000 = 1
/// @param flagBountyBps share of the equity beyond intrinsic value that whoever flags receives, at most once a flag life
struct LiquidationSettings {
    uint32 orderlySec;
    uint32 lateSec;
    uint32 coolOffSec;
    uint32 flagLifeSec;
    uint16 targetHealthBps;
    uint8 flagBountyBps;
}

/// @notice Limits per market and window on what parameters and a troubled market may liquidate. Notional is size times
/// spot, USD × 1e8.
/// @param effectBudgetE8 notional of positions that parameters, not the market, have made liquidatable; 0 before the DAO
/// sets it: such flags then wait
/// @param cautionLimitE8 notional that may be liquidated during caution, not 0; a position of at most a 64th of it never
/// waits
/// @param windowSec length of the windows, which begin at multiples of it
struct MarketValves {
    uint64 effectBudgetE8;
    uint64 cautionLimitE8;
    uint32 windowSec;
}

/// @notice Where a collateral token's share of liquidations goes.
/// @param fund insurance fund, credited as a claim; zero for none
/// @param feeBps φ: share of what the liquidator receives beyond intrinsic value in the orderly stage
struct FundTerms {
    address fund;
    uint16 feeBps;
}

/// @notice Until when something is paused; a time that has passed means nothing.
/// @param newRiskUntil no opening, minting more, withdrawing
/// @param liquidationUntil no flags and liquidations; flags from before its end have lapsed after it
/// @param cautionUntil dearer new risk, limited liquidations
struct PauseState {
    uint32 newRiskUntil;
    uint32 liquidationUntil;
    uint32 cautionUntil;
}

/// @notice A take-over as the liquidator asks for it.
/// @param positionId flagged position
/// @param maxSizeE8 most contracts to take
/// @param minOut least collateral that must come with them
/// @param maxTopUp most that may be taken from the caller
/// @param intoId position of the caller in the same series that receives them, 0 for a new one
/// @param data handed to the caller's callback before the top-up is taken; empty for no callback
struct TakeOver {
    uint256 positionId;
    uint128 maxSizeE8;
    uint128 minOut;
    uint128 maxTopUp;
    uint256 intoId;
    bytes data;
}

/// @notice Sums over the positions of a series: one word before expiry, two more from its settlement on.
/// @param shortOiE8 size of the unsettled positions
/// @param collateral collateral of the unsettled positions
/// @param unsettledCount number of the unsettled positions
/// @param priceE8 settlement price, 0 before the first settlement
/// @param potLeft what remains of the pot
/// @param pot everything the writers paid in; fixed when `unsettledCount` is 0
/// @param owed everything the writers owed; pot/owed is the payout ratio q
struct SeriesState {
    uint96 shortOiE8;
    uint128 collateral;
    uint32 unsettledCount;
    uint64 priceE8;
    uint128 potLeft;
    uint128 pot;
    uint128 owed;
}

/// @notice What a liquidation would do now.
/// @param sizeE8 contracts that would be closed or taken over
/// @param payout what the liquidator would receive, or his position hold before its top-up
/// @param fee what the insurance fund would receive
/// @param rateE8 share w of the time-value ceiling on offer, 1e8 = 1
/// @param healthWad health before
/// @param restSizeE8 size left
/// @param restCollateral collateral left in the position; if `restSizeE8` is 0 it is credited to the owner
struct LiquidationQuote {
    uint128 sizeE8;
    uint128 payout;
    uint128 fee;
    uint64 rateE8;
    int256 healthWad;
    uint128 restSizeE8;
    uint128 restCollateral;
}
