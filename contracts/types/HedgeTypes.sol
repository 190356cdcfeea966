// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IPerpVenue} from "../interfaces/IPerpVenue.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";

/// @notice Values of a hedging mandate. Sizes are contracts of one coin, 1e-8, negative for a short; money is units of the
/// margin token.

/// @notice Everything that a mandate allows.
/// @param hedger may trade towards the target and move margin
/// @param lifeSec from the setting of the terms to their end, 1 hour to 90 days
/// @param coolDownSec least time between two trades, at least 1 minute
/// @param targetLifeSec a target observed longer ago counts for nothing, 1 minute to 1 day
/// @param reporter may report the fund's net delta; another account than the hedger
/// @param windowSec time in which a used-up turnover comes back, 1 hour to 7 days
/// @param marginShareBps largest margin as a share of the fund's assets that are neither lent nor owed, at most 2 000
/// @param slippageBps largest distance of a price from the checked spot price, at most 500
/// @param maxMargin most that may ever be lost: margin sent to the venue less what came back
/// @param maxSizeE8 largest position, long or short
/// @param toleranceE8 a gap up to here is left alone
/// @param maxTurnoverE8 most that the position may grow by at once; it comes back evenly over `windowSec`
struct MandateTerms {
    address hedger;
    uint32 lifeSec;
    uint32 coolDownSec;
    uint32 targetLifeSec;
    address reporter;
    uint32 windowSec;
    uint16 marginShareBps;
    uint16 slippageBps;
    uint128 maxMargin;
    uint64 maxSizeE8;
    uint64 toleranceE8;
    uint64 maxTurnoverE8;
}

/// @notice What a mandate stands between.
/// @param fund whose delta is hedged
/// @param venue where it is hedged
/// @param priceGuard checked spot prices
/// @param marketId market of the coin
struct HedgeGround {
    IInsuranceFund fund;
    IPerpVenue venue;
    IPriceGuard priceGuard;
    uint24 marketId;
}

/// @notice How far a price may lie from another.
/// @param referenceE8 price that it is held against
/// @param slippageBps largest distance
struct PriceBound {
    uint256 referenceE8;
    uint256 slippageBps;
}

/// @notice How far a mandate has been used.
/// @param netMargin margin sent to the venue less what came back, never below 0
/// @param until first second at which the terms have ended
/// @param tradedAt second of the last trade towards a target
/// @param isPaused whether the guardian has stopped it
/// @param targetE8 position that makes the fund's net delta 0, before the cap on size
/// @param observedAt second to which the target belongs, 0 without one
/// @param turnoverE8 turnover in use at `turnoverAt`
/// @param turnoverAt second of `turnoverE8`
struct MandateUse {
    uint128 netMargin;
    uint40 until;
    uint40 tradedAt;
    bool isPaused;
    int64 targetE8;
    uint40 observedAt;
    uint64 turnoverE8;
    uint40 turnoverAt;
}
