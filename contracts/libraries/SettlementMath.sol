// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MarginMath, Payoff} from "./MarginMath.sol";

/// @notice What the settlement of one position moves, in collateral token units; `paid + refund + bounty` is its collateral.
/// @param owed what the writer owes, rounded up
/// @param paid what of it the collateral covers
/// @param refund what the writer gets back
/// @param bounty what the keeper gets, out of what the writer would get back
struct SettlementShares {
    uint256 owed;
    uint256 paid;
    uint256 refund;
    uint256 bounty;
}

/// @title Arithmetic of settlement: what writers pay, what holders get, what the fund bears
/// @notice Mirrored in `oracle/rules/settlement.ts`.
library SettlementMath {
    /// @notice Basis points of one.
    uint256 internal constant BPS = 10_000;
    /// @dev A bounty takes no more than this part of what the writer gets back.
    uint256 private constant BOUNTY_PARTS = 20;

    /// @notice Settles one position of `sizeE8` contracts with `collateral`.
    /// @param bountyOffered flat bounty; paid as far as it is at most a twentieth of the refund
    function sharesOf(
        Payoff memory payoff,
        uint256 sizeE8,
        uint256 collateral,
        uint256 bountyOffered
    ) internal pure returns (SettlementShares memory shares) {
        shares.owed = MarginMath.intrinsicUp(payoff, sizeE8);
        shares.paid = Math.min(shares.owed, collateral);
        uint256 rest = collateral - shares.paid;
        shares.bounty = Math.min(bountyOffered, rest / BOUNTY_PARTS);
        shares.refund = rest - shares.bounty;
    }

    /// @notice Payout of `amountE8` longs of a series with these sums, rounded down. With `pot == owed` everything is paid
    /// in full. Σ payouts ≤ pot: each writer's debt was rounded up, each payout is rounded down, and q is the same for all.
    function payoutDown(
        Payoff memory payoff,
        uint256 amountE8,
        uint256 pot,
        uint256 owed
    ) internal pure returns (uint256 payout) {
        uint256 full = amountE8 * payoff.unit * payoff.intrinsicE8;
        if (pot == owed) return full / payoff.denominator;
        return Math.mulDiv(full, pot, payoff.denominator * owed);
    }

    /// @notice The most that can be missing once every position of a series is settled, whatever collateral the unsettled
    /// ones have: what is missing already, and everything that the unsettled shorts owe. Each of them rounds up by less
    /// than one unit.
    function worstShortfallUp(
        Payoff memory payoff,
        uint256 unsettledSizeE8,
        uint256 unsettledCount,
        uint256 missing
    ) internal pure returns (uint256 amount) {
        if (payoff.intrinsicE8 == 0) return missing;
        return missing + MarginMath.intrinsicUp(payoff, unsettledSizeE8) + unsettledCount;
    }

    /// @notice What a fund pays at completion without a reservation.
    function coverDown(uint256 shortfall, uint256 free, uint256 cap) internal pure returns (uint256 paid) {
        return Math.min(shortfall, Math.min(free, cap));
    }
}
