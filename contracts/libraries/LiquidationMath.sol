// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Payoff} from "./MarginMath.sol";

/// @notice Where a flagged position stands in its auction.
/// @param piBps liquidation penalty π, frozen at the flag
/// @param rhoBps maintenance ρ now
/// @param elapsedSec seconds since the flag
/// @param orderlySec length of the orderly stage, not 0
/// @param lateSec length of the late stage, not 0
struct AuctionClock {
    uint256 piBps;
    uint256 rhoBps;
    uint256 elapsedSec;
    uint256 orderlySec;
    uint256 lateSec;
}

/// @notice An unhealthy position at one price and one moment of its auction.
/// @param payoff per contract
/// @param sizeE8 contracts × 1e8, not 0
/// @param collateral token units
/// @param rhoBps maintenance ρ
/// @param targetHealthBps health that a liquidation restores, 10 000 = 1
/// @param rateE8 share w of the time-value ceiling on offer, from {LiquidationMath.rateE8Down}
struct Distress {
    Payoff payoff;
    uint256 sizeE8;
    uint256 collateral;
    uint256 rhoBps;
    uint256 targetHealthBps;
    uint256 rateE8;
}

/// @title Price and size of liquidations
/// @notice Per contract the liquidator receives I + x with x = min(e, w(L − I)), e = c − I. As x ≤ e, the health of the
/// rest never falls; as w depends on time only and not on e, cutting a liquidation into parts never raises x. Mirrored in
/// `oracle/rules/liquidation.ts`.
library LiquidationMath {
    /// @notice Scale of w: 1e8 = the whole time-value ceiling.
    uint256 internal constant RATE = 1e8;

    uint256 private constant RATE_PER_BPS = RATE / 10_000;
    uint256 private constant BPS = 10_000;

    /// @notice Share w on offer, rounded down: from π/2 at the flag linearly to π at the end of the orderly stage, then
    /// linearly to ρ at the end of the late stage. An unhealthy position has e < ρ(L − I), so that x reaches the whole
    /// equity before the late stage ends.
    function rateE8Down(AuctionClock memory clock) internal pure returns (uint256 rateE8) {
        uint256 penalty = clock.piBps * RATE_PER_BPS;
        if (clock.elapsedSec < clock.orderlySec) {
            return (penalty * (clock.orderlySec + clock.elapsedSec)) / (2 * clock.orderlySec);
        }
        uint256 span = Math.saturatingSub(clock.rhoBps * RATE_PER_BPS, penalty);
        uint256 lateElapsed = Math.min(clock.elapsedSec - clock.orderlySec, clock.lateSec);
        return penalty + (span * lateElapsed) / clock.lateSec;
    }

    /// @notice What a liquidator receives for `closedE8` contracts, token units, rounded down.
    function payoutDown(Distress memory distress, uint256 closedE8) internal pure returns (uint256 amount) {
        Payoff memory payoff = distress.payoff;
        uint256 wholeEquity = (distress.collateral * closedE8) / distress.sizeE8;
        uint256 value = payoff.intrinsicE8 * RATE + distress.rateE8 * payoff.ceilingE8;
        return Math.min(wholeEquity, (closedE8 * payoff.unit * value) / (payoff.denominator * RATE));
    }

    /// @notice Share of a payout beyond intrinsic value that goes to the insurance fund, token units, rounded down.
    function feeDown(
        Payoff memory payoff,
        uint256 closedE8,
        uint256 payout,
        uint256 feeBps
    ) internal pure returns (uint256 fee) {
        if (feeBps == 0) return 0;
        uint256 intrinsic = Math.ceilDiv(closedE8 * payoff.unit * payoff.intrinsicE8, payoff.denominator);
        return (Math.saturatingSub(payout, intrinsic) * feeBps) / BPS;
    }

    /// @notice Contracts k* whose liquidation brings the rest to the target health h_T, rounded up:
    /// k* = n·(h_T·B − e)/(h_T·B − x), B = ρ(L − I); the whole position exactly when x = e. The target buffer h_T·B never
    /// exceeds L − I: a fully collateralised rest needs no more. Only for 0 < health < 1; a healthy position gives 0.
    function sizeUp(Distress memory distress) internal pure returns (uint256 closableE8) {
        Payoff memory payoff = distress.payoff;
        uint256 sizeUnits = distress.sizeE8 * payoff.unit;
        uint256 equity = Math.saturatingSub(distress.collateral * payoff.denominator, sizeUnits * payoff.intrinsicE8);
        equity *= RATE * BPS;
        uint256 offered = sizeUnits * payoff.ceilingE8 * distress.rateE8 * BPS;
        uint256 share = Math.min(distress.rhoBps * RATE_PER_BPS * distress.targetHealthBps, RATE * BPS);
        uint256 target = sizeUnits * payoff.ceilingE8 * share;
        if (target <= equity) return 0;
        if (offered >= equity) return distress.sizeE8;
        return Math.mulDiv(distress.sizeE8, target - equity, target - offered, Math.Rounding.Ceil);
    }
}
