// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IHedgeMandate} from "../../../contracts/interfaces/IHedgeMandate.sol";
import {PerpTerms, TestPerp} from "../../../contracts/local/TestPerp.sol";
import {MandateTerms} from "../../../contracts/types/HedgeTypes.sol";
import {HedgeFixture} from "./HedgeFixture.sol";
import {HostileVenue} from "./HostileVenue.sol";

/// @title Attacks on the hedging mandate: H1 hedger, H2 both keys, H3 guardian, H4 venue, H5 the fund's money
contract HedgeAttacksTest is HedgeFixture {
    HostileVenue private venue;

    function _useHostileVenue() private {
        venue = new HostileVenue(address(token));
        mandate = _mandateAt(venue);
    }

    /// @dev Venue as dear as the mandate lets it be.
    function _useDearVenue() private {
        perp = new TestPerp(guard, MARKET, token, PerpTerms(SLIPPAGE_BPS, 1_000, 500, 100, 0));
        token.mint(address(perp), 1e15);
        mandate = _mandateAt(perp);
    }

    /// @dev With an honest reporter the way there is a trade, which uses turnover, and the way back is shrinking, which does not.
    function test_H1_HedgerAloneCannotChurn() external {
        _useDearVenue();
        _post(90_000e6);
        uint256 before = _worth();
        for (uint256 i = 0; i < 144; ++i) {
            _rest(5e8);
            int256 position = perp.positionOf(address(mandate));
            uint256 left = mandate.turnoverLeftE8();
            if (position == 0 && left >= 0.2e8) _trade(-int64(int256(left < 5e8 ? left : 5e8)));
            position = perp.positionOf(address(mandate));
            if (position == 0) continue;
            vm.prank(hedger);
            mandate.reduce(uint64(uint256(-position)));
        }
        assertLe(before - _worth(), _churnCost(144 * uint256(REST)));
        _rest(5e8);
        vm.prank(hedger);
        vm.expectPartialRevert(IHedgeMandate.MandateDirection.selector);
        mandate.trade(1e8);
    }

    /// @dev Reporter and hedger together, the price standing still, at the dearest venue that the slippage allows.
    function test_H2_BothKeysLoseNoMoreThanTheTurnoverCosts() external {
        _useDearVenue();
        _post(90_000e6);
        uint256 before = _worth();
        for (uint256 i = 0; i < 144; ++i) _churn(i % 2 == 0);
        uint256 lost = before - _worth();
        uint256 bound = _churnCost(144 * uint256(REST));
        assertLe(lost, bound);
        assertGt(lost, bound / 2);
    }

    /// @dev A stolen reporter key is replaced: its last number moves nothing any more, until the new key has spoken.
    function test_H2_ReplacedReporterLeavesNoTarget() external {
        _post(60_000e6);
        _report(2e8);
        MandateTerms memory terms = _terms();
        terms.coolDownSec = REST + 1;
        mandate.setTerms(terms);
        _trade(-1e8);
        vm.warp(block.timestamp + REST + 1);
        _push(SPOT);
        terms.reporter = stranger;
        mandate.setTerms(terms);
        vm.prank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateTargetStale.selector, 0, terms.targetLifeSec));
        mandate.trade(-1e8);
        vm.prank(stranger);
        mandate.reportNetDelta(2e8, uint40(block.timestamp));
        _trade(-1e8);
    }

    /// @dev And whatever they do, with any venue: no more than the margin, once.
    function test_H2_LossEndsAtTheMargin() external {
        _useHostileVenue();
        _post(MAX_MARGIN);
        venue.lie(HostileVenue.Lie.KEEPS);
        vm.startPrank(hedger);
        assertEq(mandate.takeMargin(MAX_MARGIN), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IHedgeMandate.MandateMarginTooLarge.selector, MAX_MARGIN + 1, MAX_MARGIN)
        );
        mandate.postMargin(1);
        vm.stopPrank();
        mandate.setTerms(_terms());
        vm.prank(hedger);
        vm.expectRevert(
            abi.encodeWithSelector(IHedgeMandate.MandateMarginTooLarge.selector, MAX_MARGIN + 1, MAX_MARGIN)
        );
        mandate.postMargin(1);
        assertEq(token.balanceOf(address(mandate)), CAPITAL - MAX_MARGIN);
    }

    /// @dev Gains that came home do not count as margin given back in advance.
    function test_H2_GainsBuyNoRoomForLosses() external {
        _useHostileVenue();
        _post(1e6);
        token.mint(address(venue), 50_000e6);
        vm.startPrank(hedger);
        mandate.takeMargin(50_000e6);
        assertEq(mandate.used().netMargin, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IHedgeMandate.MandateMarginTooLarge.selector, MAX_MARGIN + 1, MAX_MARGIN)
        );
        mandate.postMargin(MAX_MARGIN + 1);
        vm.stopPrank();
    }

    /// @dev A position held against the fund instead of for it: a crash and a liquidation cost the margin, not more.
    function test_H2_LiquidationCostsNoMoreThanTheMargin() external {
        _post(MAX_MARGIN);
        _report(-5e8);
        _trade(5e8);
        _push(30_000e8);
        perp.liquidate(address(mandate));
        assertEq(_worth(), CAPITAL - MAX_MARGIN);
        vm.prank(hedger);
        vm.expectPartialRevert(IHedgeMandate.MandateMarginTooLarge.selector);
        mandate.postMargin(1);
    }

    /// @dev The guardian can only shrink and bring home, at prices inside the slippage.
    function test_H3_HostileGuardianTakesNothing() external {
        _useHostileVenue();
        _openHedge();
        vm.startPrank(guardian);
        vm.expectPartialRevert(IHedgeMandate.MandateReductionTooLarge.selector);
        mandate.unwind(2e8 + 1, 0);
        venue.lie(HostileVenue.Lie.PRICE);
        vm.expectPartialRevert(IHedgeMandate.MandateVenueMismatch.selector);
        mandate.unwind(1e8, 0);
        venue.lie(HostileVenue.Lie.NONE);
        mandate.unwind(2e8, 60_000e6);
        vm.stopPrank();
        assertEq(venue.positionOf(address(mandate)), 0);
        assertEq(token.balanceOf(address(mandate)), CAPITAL);
        // A long shrinks by a sale: the other direction would turn "shrink" into "double".
        _post(60_000e6);
        _rest(-2e8);
        _trade(2e8);
        vm.prank(guardian);
        mandate.unwind(0.5e8, 0);
        assertEq(venue.positionOf(address(mandate)), 1.5e8);
        bytes[3] memory calls = [
            abi.encodeCall(mandate.release, (guardian, 1)),
            abi.encodeCall(mandate.trade, (0.5e8)),
            abi.encodeCall(mandate.resume, ())
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(guardian);
            (bool isDone, ) = address(mandate).call(calls[i]);
            assertFalse(isDone);
        }
    }

    function test_H4_LyingVenueIsFoundOut() external {
        _useHostileVenue();
        _post(60_000e6);
        _report(2e8);
        HostileVenue.Lie[3] memory lies = [
            HostileVenue.Lie.PRICE,
            HostileVenue.Lie.POSITION,
            HostileVenue.Lie.SPENDS_AGAIN
        ];
        for (uint256 i = 0; i < lies.length; ++i) {
            venue.lie(lies[i]);
            vm.prank(hedger);
            vm.expectPartialRevert(IHedgeMandate.MandateVenueMismatch.selector);
            mandate.trade(-1e8);
        }
        venue.lie(HostileVenue.Lie.TAKES_LESS);
        vm.prank(hedger);
        vm.expectPartialRevert(IHedgeMandate.MandateVenueMismatch.selector);
        mandate.postMargin(1_000e6);
    }

    function test_H4_NoAllowanceIsLeft() external {
        _useHostileVenue();
        _post(60_000e6);
        assertEq(token.allowance(address(mandate), address(venue)), 0);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        venue.takeAgain(address(mandate), 1);
    }

    /// @dev The venue holds the hedger's key.
    function test_H4_RevertWhen_VenueCallsBack() external {
        venue = new HostileVenue(address(token));
        hedger = address(venue);
        mandate = _mandateAt(venue);
        _post(60_000e6);
        _report(2e8);
        _trade(-1e8);
        _rest(2e8);
        bytes[4] memory calls = [
            abi.encodeCall(mandate.takeMargin, (1)),
            abi.encodeCall(mandate.postMargin, (1)),
            abi.encodeCall(mandate.reduce, (1)),
            abi.encodeCall(mandate.trade, (-1))
        ];
        bytes memory locked = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        for (uint256 i = 0; i < calls.length; ++i) {
            venue.callBackWith(calls[i]);
            vm.prank(hedger);
            vm.expectRevert(abi.encodeWithSelector(HostileVenue.HostileCallBackFailed.selector, locked));
            mandate.trade(-1e8);
        }
    }

    /// @dev A venue that answers nothing holds its margin, and neither the rest of the capital nor the fund.
    function test_H4_SilentVenueHoldsNothingElseUp() external {
        _useHostileVenue();
        _post(60_000e6);
        venue.lie(HostileVenue.Lie.SILENT);
        // Nobody who only brings money home asks for the position.
        vm.prank(hedger);
        mandate.takeMargin(10_000e6);
        vm.prank(guardian);
        mandate.unwind(0, 10_000e6);
        vm.prank(guardian);
        mandate.pause();
        mandate.endMandate();
        mandate.payFund(10_000e6);
        mandate.release(bob, CAPITAL - 50_000e6);
        assertEq(token.balanceOf(address(venue)), 40_000e6);
        assertEq(fund.totalAssets(), FUND_ASSETS + 10_000e6);
        _ripen(alice);
        assertApproxEqAbs(_redeem(alice, fund.maxRedeem(alice)), FUND_ASSETS + 10_000e6, 1);
    }

    /// @dev A token sent to the mandate is capital, and moves no price, cap or share of anybody.
    function test_H5_DonationsBuyNothing() external {
        MandateTerms memory terms = _terms();
        // The share of the fund binds: 40 000.
        terms.marginShareBps = 200;
        mandate.setTerms(terms);
        uint256 limit = mandate.marginLimit();
        uint256 price = fund.convertToAssets(1e12);
        token.mint(address(mandate), 1e14);
        token.mint(address(fund), 1e14);
        token.mint(address(perp), 1e14);
        assertEq(mandate.marginLimit(), limit);
        assertEq(fund.convertToAssets(1e12), price);
    }

    /// @dev The worst that a mandate can come to: everything at the venue is gone.
    function test_H5_LostMarginCostsTheFundNothing() external {
        _useHostileVenue();
        _post(MAX_MARGIN);
        vm.prank(address(venue));
        token.transfer(stranger, MAX_MARGIN);
        _fundIsWhole();
    }

    function _fundIsWhole() private {
        assertEq(fund.totalAssets(), FUND_ASSETS);
        assertEq(token.balanceOf(address(fund)), FUND_ASSETS);
        driver.reserve(1, 200_000e6);
        driver.cover(1, 200_000e6);
        _ripen(alice);
        assertApproxEqAbs(_redeem(alice, fund.maxRedeem(alice)), FUND_ASSETS - 200_000e6, 1);
    }

    /// @dev Out for nothing, in again the other way round as far as the turnover reaches.
    function _churn(bool isShort) private {
        _rest(isShort ? int64(5e8) : int64(-5e8));
        uint256 held = SignedMath.abs(perp.positionOf(address(mandate)));
        if (held != 0) {
            vm.prank(hedger);
            mandate.reduce(uint64(held));
        }
        int64 left = int64(int256(mandate.turnoverLeftE8()));
        int64 size = left < 5e8 ? left : int64(5e8);
        _trade(isShort ? -size : size);
    }

    /// @dev As docs/threat-model.md states it: the turnover itself and what comes back of it, each coin in and out.
    function _churnCost(uint256 elapsed) private pure returns (uint256 units) {
        uint256 volumeE8 = 2 * (MAX_TURNOVER + (uint256(MAX_TURNOVER) * elapsed) / WINDOW);
        return (volumeE8 * SPOT * SLIPPAGE_BPS) / 1e14;
    }
}
