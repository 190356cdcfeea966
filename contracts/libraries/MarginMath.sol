// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Payoff of one contract at one price, as exact fractions: an amount of `sizeE8` contracts at price value `v` is
/// `sizeE8 · v · unit / denominator` collateral token units.
/// @param intrinsicE8 intrinsic value I: K − S or S − K, not below 0
/// @param ceilingE8 time-value ceiling L − I: min(K, S)
/// @param unit token units of one whole token, 10^decimals
/// @param denominator 1e16 for puts (size and price scale); S · 1e8 for calls, whose USD values are paid in coin
struct Payoff {
    uint256 intrinsicE8;
    uint256 ceilingE8;
    uint256 unit;
    uint256 denominator;
}

/// @title Margin of short options: M(ρ) = I + ρ·(L − I)
/// @notice Exact integer arithmetic, rounded once, against the mover. Inside the limits below no intermediate value exceeds
/// 256 bits. Mirrored in `oracle/rules/margin.ts`.
library MarginMath {
    /// @notice Basis points of one.
    uint256 internal constant BPS = 10_000;
    uint256 internal constant WAD = 1e18;
    /// @notice Largest size of a position: 2^64 − 1, about 1.8e11 contracts.
    uint256 internal constant MAX_SIZE_E8 = type(uint64).max;
    /// @notice Largest collateral of a position: 2^104 − 1 token units, 2e13 tokens of 18 decimals.
    uint256 internal constant MAX_COLLATERAL = type(uint104).max;
    /// @notice Most decimals of a collateral token.
    uint256 internal constant MAX_DECIMALS = 18;
    /// @notice Health is reported inside ± 1e18 (1e36 wad); beyond, the buffer is a rounding error.
    uint256 internal constant HEALTH_CAP = 1e18;

    uint256 private constant E8 = 1e8;
    uint256 private constant E16 = 1e16;

    /// @notice Payoff of one contract at `priceE8`, which must not be 0 (the price guard's promise).
    function payoffAt(
        bool isPut,
        uint256 strikeE8,
        uint256 priceE8,
        uint256 decimals
    ) internal pure returns (Payoff memory payoff) {
        (uint256 owed, uint256 base) = isPut ? (strikeE8, priceE8) : (priceE8, strikeE8);
        payoff.intrinsicE8 = Math.saturatingSub(owed, base);
        payoff.ceilingE8 = Math.min(strikeE8, priceE8);
        payoff.unit = 10 ** decimals;
        payoff.denominator = isPut ? E16 : priceE8 * E8;
    }

    /// @notice Intrinsic value of `sizeE8` contracts in token units, rounded up (what a writer owes).
    function intrinsicUp(Payoff memory payoff, uint256 sizeE8) internal pure returns (uint256 amount) {
        return Math.ceilDiv(sizeE8 * payoff.unit * payoff.intrinsicE8, payoff.denominator);
    }

    /// @notice Maximum loss of `sizeE8` contracts in token units, rounded up (full collateral).
    function maxLossUp(Payoff memory payoff, uint256 sizeE8) internal pure returns (uint256 amount) {
        return Math.ceilDiv(sizeE8 * payoff.unit * (payoff.intrinsicE8 + payoff.ceilingE8), payoff.denominator);
    }

    /// @notice Required margin M(ρ) of `sizeE8` contracts in token units, rounded up.
    function marginUp(Payoff memory payoff, uint256 sizeE8, uint256 rhoBps) internal pure returns (uint256 amount) {
        uint256 valueBps = payoff.intrinsicE8 * BPS + rhoBps * payoff.ceilingE8;
        return Math.ceilDiv(sizeE8 * payoff.unit * valueBps, payoff.denominator * BPS);
    }

    /// @notice Health (c − I)/(ρ(L − I)) in wad, rounded down and capped at ± HEALTH_CAP. Below 1 wad exactly when
    /// `collateral` is below {marginUp}. A position without buffer (ρ or size 0) takes the cap's sign from its equity.
    function healthWadDown(
        Payoff memory payoff,
        uint256 sizeE8,
        uint256 collateral,
        uint256 rhoBps
    ) internal pure returns (int256 healthWad) {
        uint256 held = collateral * payoff.denominator;
        uint256 owed = sizeE8 * payoff.unit * payoff.intrinsicE8;
        uint256 buffer = sizeE8 * payoff.unit * payoff.ceilingE8 * rhoBps;
        if (held >= owed) return int256(_ratioWad((held - owed) * BPS, buffer, Math.Rounding.Floor));
        return -int256(_ratioWad((owed - held) * BPS, buffer, Math.Rounding.Ceil));
    }

    /// @notice The price at which health is still at or above 1 and beyond which it is below: for puts health is at least 1
    /// exactly at prices ≥ the result, for calls exactly at prices ≤ the result. A put that is healthy at every price gives 0,
    /// one that never is the type's maximum; a call the other way round. Exact: no price is misjudged.
    /// @param collateral token units of the position of `sizeE8` contracts, size not 0
    function lastHealthyPriceE8(
        bool isPut,
        uint256 strikeE8,
        uint256 decimals,
        uint256 sizeE8,
        uint256 collateral,
        uint256 rhoBps
    ) internal pure returns (uint256 priceE8) {
        uint256 units = sizeE8 * 10 ** decimals;
        if (isPut) {
            uint256 held = collateral * E16 * BPS;
            if (held < units * rhoBps * strikeE8) return type(uint256).max;
            uint256 full = units * BPS * strikeE8;
            // At ρ = 1 the requirement is full at every price, and it was met above.
            return held >= full ? 0 : Math.ceilDiv(full - held, units * (BPS - rhoBps));
        }
        uint256 coins = collateral * E8 * BPS;
        if (coins < units * rhoBps) return 0;
        uint256 all = units * BPS;
        return coins >= all ? type(uint256).max : (units * strikeE8 * (BPS - rhoBps)) / (all - coins);
    }

    function _ratioWad(uint256 equity, uint256 buffer, Math.Rounding rounding) private pure returns (uint256 wad) {
        if (buffer == 0 || equity / buffer >= HEALTH_CAP) return HEALTH_CAP * WAD;
        return Math.mulDiv(equity, WAD, buffer, rounding);
    }
}
