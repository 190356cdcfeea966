// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PerpTerms, TestPerp} from "../../../contracts/local/TestPerp.sol";
import {HedgeFixture} from "./HedgeFixture.sol";

/// @title The local perpetual contract is honest: what it takes and pays is what its conditions say
contract TestPerpTest is HedgeFixture {
    function setUp() public override {
        super.setUp();
        vm.startPrank(bob);
        token.approve(address(perp), type(uint256).max);
        perp.depositMargin(10_000e6);
        vm.stopPrank();
    }

    function test_RevertWhen_SizeIsZero() external {
        vm.expectRevert(TestPerp.PerpSizeZero.selector);
        perp.trade(0, 0);
    }

    function test_RevertWhen_PriceIsBeyondTheLimit() external {
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(TestPerp.PerpPriceBeyondLimit.selector, 60_060e8, 60_059e8));
        perp.trade(1e8, 60_059e8);
        vm.expectRevert(abi.encodeWithSelector(TestPerp.PerpPriceBeyondLimit.selector, 59_940e8, 59_941e8));
        perp.trade(-1e8, 59_941e8);
        vm.stopPrank();
    }

    function test_RevertWhen_MarginDoesNotCoverThePosition() external {
        vm.startPrank(bob);
        vm.expectPartialRevert(TestPerp.PerpMarginTooLow.selector);
        perp.trade(2e8, type(uint256).max);
        perp.trade(1e8, type(uint256).max);
        // 9 940 of equity, 6 000 of which the position needs.
        vm.expectPartialRevert(TestPerp.PerpMarginTooLow.selector);
        perp.withdrawMargin(3_940e6 + 1);
        perp.withdrawMargin(3_940e6);
        vm.stopPrank();
        assertEq(perp.equityOf(bob), 6_000e6);
    }

    function test_RevertWhen_AHealthyAccountIsLiquidated() external {
        vm.prank(bob);
        perp.trade(1e8, type(uint256).max);
        vm.expectPartialRevert(TestPerp.PerpHealthy.selector);
        perp.liquidate(bob);
    }

    function test_LiquidationTakesThePenaltyAndLeavesTheRest() external {
        vm.prank(bob);
        perp.trade(1e8, type(uint256).max);
        _push(52_000e8);
        perp.liquidate(bob);
        // 10 000 less 8 060 of loss and 520 of penalty.
        assertEq(perp.equityOf(bob), 1_420e6);
        assertEq(perp.positionOf(bob), 0);
    }

    function test_FundingPassesFromLongToShort() external {
        TestPerp funded = new TestPerp(guard, MARKET, token, PerpTerms(0, 1_000, 500, 100, 10));
        address[2] memory owners = [alice, bob];
        for (uint256 i = 0; i < owners.length; ++i) {
            vm.startPrank(owners[i]);
            token.approve(address(funded), type(uint256).max);
            funded.depositMargin(10_000e6);
            funded.trade(i == 0 ? int256(1e8) : -1e8, i == 0 ? type(uint256).max : 0);
            vm.stopPrank();
        }
        vm.warp(NOON + 4 hours);
        // A sixth of a day at 0.1 % of 60 000.
        assertEq(funded.equityOf(alice), 9_990e6);
        assertEq(funded.equityOf(bob), 10_010e6);
    }

    function testFuzz_RoundTripsNeverGain(int64 sizeE8, uint64 priceE8) external {
        sizeE8 = int64(bound(sizeE8, -1e8, 1e8));
        if (sizeE8 == 0) sizeE8 = 1;
        _push(bound(priceE8, 100e8, 60_000e8));
        vm.startPrank(bob);
        perp.trade(sizeE8, sizeE8 > 0 ? type(uint256).max : 0);
        perp.trade(-sizeE8, sizeE8 > 0 ? 0 : type(uint256).max);
        vm.stopPrank();
        assertLe(perp.equityOf(bob), 10_000e6);
    }
}
