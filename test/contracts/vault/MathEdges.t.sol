// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Distress, LiquidationMath} from "../../../contracts/libraries/LiquidationMath.sol";
import {MarginMath, Payoff} from "../../../contracts/libraries/MarginMath.sol";

/// @notice given amounts that meet a bound exactly / when margin and liquidation are computed / they fall on its right side.
contract MathEdgesTest is Test {
    uint256 private constant ONE = 1e8;
    uint256 private constant STRIKE = 60_000e8;
    /// @dev A put's collateral of 6 decimals at ρ = 25 %: 15 000 USD.
    uint256 private constant QUARTER = 15_000e6;
    uint256 private constant RHO = 2_500;

    function test_ASmallestFeeIsTaken() external pure {
        Payoff memory payoff = Payoff(0, STRIKE, 1e6, 1e16);
        assertEq(LiquidationMath.feeDown(payoff, ONE, 10_000e6, 1), 1e6);
        assertEq(LiquidationMath.feeDown(payoff, ONE, 10_000e6, 0), 0);
    }

    /// @dev All of the equity is on offer, and the target is met without a liquidation.
    function test_NothingIsLiquidatedAtTheTarget() external pure {
        Distress memory distress = Distress(Payoff(0, STRIKE, 1e6, 1e16), ONE, QUARTER, RHO, 10_000, RHO * 1e4);
        assertEq(LiquidationMath.sizeUp(distress), 0);
        distress.collateral -= 1;
        assertEq(LiquidationMath.sizeUp(distress), ONE);
    }

    function test_HealthWithoutABufferHasTheSignOfItsEquity() external pure {
        Payoff memory payoff = Payoff(10_000e8, 50_000e8, 1e6, 1e16);
        assertEq(MarginMath.healthWadDown(payoff, ONE, 10_000e6, 0), 1e36);
        assertEq(MarginMath.healthWadDown(payoff, ONE, 10_000e6 - 1, 0), -1e36);
        assertEq(MarginMath.healthWadDown(payoff, ONE, 10_000e6, RHO), 0);
    }

    /// @dev A third of a buffer beyond the cap.
    function test_HealthEndsAtItsCap() external pure {
        Payoff memory payoff = Payoff(0, 10_000, 1, 1);
        assertEq(MarginMath.healthWadDown(payoff, 1, 3e18 + 1, 3), 1e36);
        assertEq(MarginMath.healthWadDown(payoff, 1, 3e18 - 1, 3), 1e36 - 333333333333333334);
    }

    function test_APutsLastHealthyPriceAtItsBounds() external pure {
        assertEq(MarginMath.lastHealthyPriceE8(true, STRIKE, 6, ONE, QUARTER, RHO), STRIKE);
        assertEq(MarginMath.lastHealthyPriceE8(true, STRIKE, 6, ONE, QUARTER - 1, RHO), type(uint256).max);
        assertEq(MarginMath.lastHealthyPriceE8(true, STRIKE, 6, ONE, 60_000e6, 10_000), 0);
        assertEq(MarginMath.lastHealthyPriceE8(true, STRIKE, 6, ONE, 60_000e6, RHO), 0);
    }

    function test_ACallsLastHealthyPriceAtItsBounds() external pure {
        assertEq(MarginMath.lastHealthyPriceE8(false, STRIKE, 8, ONE, ONE / 4, RHO), STRIKE);
        assertEq(MarginMath.lastHealthyPriceE8(false, STRIKE, 8, ONE, ONE / 4 - 1, RHO), 0);
        assertEq(MarginMath.lastHealthyPriceE8(false, STRIKE, 8, ONE, ONE, 10_000), type(uint256).max);
    }
}
