// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IHedgeMandate} from "../../../contracts/interfaces/IHedgeMandate.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {PerpTerms, TestPerp} from "../../../contracts/local/TestPerp.sol";
import {MandateUse} from "../../../contracts/types/HedgeTypes.sol";
import {HedgeFixture} from "./HedgeFixture.sol";

/// @title Trades of a mandate
/// @dev given a target: when it is old, or the trade leads away, beyond, or is not needed, it is refused
///      given a trade: when it comes too soon, is too large, too dear or without a price, it is refused
contract HedgeTradesTest is HedgeFixture {
    function test_RevertWhen_ObservationIsNotOfNow() external {
        uint40 now40 = uint40(block.timestamp);
        bytes4 refusal = IHedgeMandate.MandateObservationInvalid.selector;
        vm.startPrank(reporter);
        vm.expectRevert(abi.encodeWithSelector(refusal, now40 + 1, 0, 1 hours));
        mandate.reportNetDelta(1e8, now40 + 1);
        vm.expectRevert(abi.encodeWithSelector(refusal, now40 - 1 hours - 1, 0, 1 hours));
        mandate.reportNetDelta(1e8, now40 - 1 hours - 1);
        mandate.reportNetDelta(1e8, now40 - 1 hours);
        vm.expectRevert(abi.encodeWithSelector(refusal, now40 - 1 hours, now40 - 1 hours, 1 hours));
        mandate.reportNetDelta(1e8, now40 - 1 hours);
        vm.stopPrank();
    }

    function test_RevertWhen_TargetIsMissingOrStale() external {
        _post(60_000e6);
        vm.prank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateTargetStale.selector, 0, 1 hours));
        mandate.trade(-1e8);
        _report(2e8);
        vm.warp(NOON + 1 hours);
        _trade(-1e8);
        vm.warp(NOON + 1 hours + REST);
        vm.prank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateTargetStale.selector, NOON, 1 hours));
        mandate.trade(-1e8);
    }

    function _misdirected(int64 sizeE8, int256 position, int256 target) private {
        vm.prank(hedger);
        vm.expectRevert(
            abi.encodeWithSelector(IHedgeMandate.MandateDirection.selector, int256(sizeE8), position, target)
        );
        mandate.trade(sizeE8);
    }

    function test_RevertWhen_TradeDoesNotCloseTheGap() external {
        _post(60_000e6);
        _report(2e8);
        _misdirected(0, 0, -2e8);
        _misdirected(1, 0, -2e8);
        _misdirected(-2e8 - 1, 0, -2e8);
        _trade(-1.9e8);
        _rest(2e8);
        // What is missing is inside the tolerance, the tolerance itself included.
        _misdirected(-1, -1.9e8, -2e8);
        _rest(1.8e8 - 1);
        _misdirected(-1, -1.9e8, -(1.8e8 - 1));
        _trade(0.1e8 + 1);
        assertEq(perp.positionOf(address(mandate)), -(1.8e8 - 1));
    }

    function test_RevertWhen_PositionWouldExceedItsCap() external {
        _post(90_000e6);
        _report(50e8);
        _misdirected(-5e8 - 1, 0, -5e8);
        _trade(-5e8);
        _rest(-50e8);
        _misdirected(10e8 + 1, -5e8, 5e8);
    }

    function test_RevertWhen_CoolingDown() external {
        _openHedge();
        _push(SPOT);
        vm.warp(NOON + 1);
        _report(3e8);
        vm.warp(NOON + REST - 1);
        vm.prank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateCoolingDown.selector, NOON + REST));
        mandate.trade(-1e8);
        vm.warp(NOON + REST);
        _trade(-1e8);
    }

    function test_RevertWhen_TurnoverIsUsedUp() external {
        _post(90_000e6);
        _report(5e8);
        _trade(-5e8);
        _rest(-5e8);
        // Through zero: what shrinks is free, what grows beyond it is not.
        _trade(9.5e8);
        uint256 left = MAX_TURNOVER - 9.5e8 + (uint256(MAX_TURNOVER) * REST) / WINDOW;
        assertEq(mandate.turnoverLeftE8(), left);
        _rest(-5e8);
        vm.prank(hedger);
        mandate.reduce(4.5e8);
        left += (uint256(MAX_TURNOVER) * REST) / WINDOW;
        assertEq(mandate.turnoverLeftE8(), left);
        vm.prank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateTurnover.selector, left + 1, left));
        mandate.trade(int64(int256(left)) + 1);
        _trade(int64(int256(left)));
        assertEq(mandate.turnoverLeftE8(), 0);
        vm.warp(block.timestamp + WINDOW);
        assertEq(mandate.turnoverLeftE8(), MAX_TURNOVER);
    }

    function test_RevertWhen_PriceIsBeyondTheSlippage() external {
        TestPerp dear = new TestPerp(guard, MARKET, token, PerpTerms(SLIPPAGE_BPS + 1, 1_000, 500, 100, 0));
        mandate = _mandateAt(dear);
        _post(60_000e6);
        _report(2e8);
        vm.prank(hedger);
        vm.expectPartialRevert(TestPerp.PerpPriceBeyondLimit.selector);
        mandate.trade(-1e8);
    }

    function test_RevertWhen_ThereIsNoGoodPrice() external {
        _openHedge();
        vm.warp(NOON + MAX_AGE + 1);
        _report(3e8);
        vm.startPrank(hedger);
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        mandate.trade(-1e8);
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        mandate.reduce(1e8);
        vm.stopPrank();
    }

    function test_RevertWhen_ReductionIsNone() external {
        _openHedge();
        bytes4 refusal = IHedgeMandate.MandateReductionTooLarge.selector;
        vm.startPrank(hedger);
        vm.expectRevert(abi.encodeWithSelector(refusal, 2e8 + 1, -2e8));
        mandate.reduce(2e8 + 1);
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, -2e8));
        mandate.reduce(0);
        vm.stopPrank();
    }

    function test_HedgePaysWhatTheCoinFalls() external {
        vm.expectEmit(address(mandate));
        emit IHedgeMandate.MarginMoved(hedger, 60_000e6, 60_000e6);
        _post(60_000e6);
        vm.expectEmit(address(mandate));
        emit IHedgeMandate.NetDeltaReported(2e8, uint40(NOON));
        _report(2e8);
        vm.expectEmit(address(mandate));
        emit IHedgeMandate.Hedged(hedger, -2e8, 59_940e8, SPOT, -2e8);
        assertEq(_trade(-2e8), 59_940e8);
        _push(54_000e8);
        // 6 000 a coin, less the cost of 60.
        assertEq(_worth(), CAPITAL + 11_880e6);
        vm.startPrank(hedger);
        mandate.reduce(2e8);
        vm.expectEmit(address(mandate));
        emit IHedgeMandate.MarginMoved(hedger, -71_772e6, 0);
        assertEq(mandate.takeMargin(71_772e6), 71_772e6);
        vm.stopPrank();
        MandateUse memory used = mandate.used();
        assertEq(used.netMargin, 0);
        assertEq(token.balanceOf(address(mandate)), CAPITAL + 11_772e6);
    }
}
