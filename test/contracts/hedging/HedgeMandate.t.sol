// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {HedgeMandate} from "../../../contracts/hedging/HedgeMandate.sol";
import {IHedgeMandate} from "../../../contracts/interfaces/IHedgeMandate.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {PerpTerms, TestPerp} from "../../../contracts/local/TestPerp.sol";
import {HedgeGround, MandateTerms, MandateUse} from "../../../contracts/types/HedgeTypes.sol";
import {HedgeFixture} from "./HedgeFixture.sol";
import {HostileVenue} from "./HostileVenue.sol";

/// @title Mandate: refusals first, then what it does
/// @dev given terms: when a field leaves its bounds, they are refused
///      given a call: when it comes from the wrong account, in a pause, after the end, it is refused
///      given margin: when it exceeds the cap or the share of free assets, it is refused
contract HedgeMandateTest is HedgeFixture {
    function _refused(MandateTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateTermsInvalid.selector, terms));
        mandate.setTerms(terms);
    }

    function test_RevertWhen_TermsNameWrongAccounts() external {
        MandateTerms memory terms = _terms();
        terms.hedger = address(0);
        _refused(terms);
        terms = _terms();
        terms.reporter = address(0);
        _refused(terms);
        terms.reporter = hedger;
        _refused(terms);
    }

    function test_RevertWhen_TimesAreOutsideTheirBounds() external {
        MandateTerms memory terms = _terms();
        terms.lifeSec = 1 hours - 1;
        _refused(terms);
        terms.lifeSec = 90 days + 1;
        _refused(terms);
        terms = _terms();
        terms.coolDownSec = 1 minutes - 1;
        _refused(terms);
        terms = _terms();
        terms.targetLifeSec = 1 minutes - 1;
        _refused(terms);
        terms.targetLifeSec = 1 days + 1;
        _refused(terms);
        terms = _terms();
        terms.windowSec = 1 hours - 1;
        _refused(terms);
        terms.windowSec = 7 days + 1;
        _refused(terms);
    }

    function test_RevertWhen_AmountsAreOutsideTheirBounds() external {
        MandateTerms memory terms = _terms();
        terms.marginShareBps = 2_001;
        _refused(terms);
        terms = _terms();
        terms.slippageBps = 501;
        _refused(terms);
        terms = _terms();
        terms.maxSizeE8 = uint64(type(int64).max) + 1;
        _refused(terms);
        terms = _terms();
        terms.maxTurnoverE8 = uint64(type(int64).max) + 1;
        _refused(terms);
    }

    function test_TermsAtTheirBounds() external {
        MandateTerms memory terms = _terms();
        (terms.lifeSec, terms.coolDownSec, terms.targetLifeSec) = (90 days, 1 minutes, 1 minutes);
        (terms.windowSec, terms.marginShareBps, terms.slippageBps) = (7 days, 2_000, 500);
        mandate.setTerms(terms);
        (terms.lifeSec, terms.targetLifeSec, terms.windowSec) = (1 hours, 1 days, 1 hours);
        (terms.maxSizeE8, terms.maxTurnoverE8) = (uint64(type(int64).max), uint64(type(int64).max));
        mandate.setTerms(terms);
        assertEq(abi.encode(mandate.terms()), abi.encode(terms));
    }

    function test_RevertWhen_MarginIsAnotherToken() external {
        TestToken other = new TestToken("Other", "OTH", 6, address(this));
        TestPerp foreign = new TestPerp(guard, MARKET, other, PerpTerms(10, 1_000, 500, 100, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IHedgeMandate.MandateTokenMismatch.selector, address(other), address(token))
        );
        new HedgeMandate(authority, HedgeGround(fund, foreign, guard, MARKET), _terms());
    }

    function test_RevertWhen_CallerIsAnother() external {
        _openHedge();
        vm.warp(block.timestamp + REST);
        _notAllowed(hedger, reporter);
        mandate.reportNetDelta(1e8, uint40(block.timestamp));
        _notAllowed(reporter, hedger);
        mandate.trade(-1e8);
        _notAllowed(stranger, hedger);
        mandate.reduce(1e8);
        _notAllowed(reporter, hedger);
        mandate.postMargin(1);
        _notAllowed(stranger, hedger);
        mandate.takeMargin(1);
    }

    function test_RevertWhen_StrangerCallsTheDao() external {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        bytes[] memory calls = new bytes[](7);
        calls[0] = abi.encodeCall(mandate.pause, ());
        calls[1] = abi.encodeCall(mandate.unwind, (1, 1));
        calls[2] = abi.encodeCall(mandate.endMandate, ());
        calls[3] = abi.encodeCall(mandate.setTerms, (_terms()));
        calls[4] = abi.encodeCall(mandate.resume, ());
        calls[5] = abi.encodeCall(mandate.release, (stranger, 1));
        calls[6] = abi.encodeCall(mandate.payFund, (1));
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(stranger);
            (bool ok, bytes memory reason) = address(mandate).call(calls[i]);
            assertFalse(ok);
            assertEq(reason, refusal);
        }
    }

    function test_RevertWhen_MarginExceedsItsCap() external {
        _marginRefused(MAX_MARGIN + 1, MAX_MARGIN + 1, MAX_MARGIN);
        _post(MAX_MARGIN);
        _marginRefused(1, MAX_MARGIN + 1, MAX_MARGIN);
    }

    function test_RevertWhen_MarginExceedsTheShareOfFreeAssets() external {
        driver.cover(1, 200_000e6);
        driver.reserve(2, 180_000e6);
        driver.reserve(3, 180_000e6);
        driver.cover(3, 0);
        driver.reserve(4, 180_000e6);
        driver.reserve(5, 180_000e6);
        driver.reserve(6, 180_000e6);
        // 1.8 million, of which 720 000 are lent and 180 000 owed back.
        assertEq(mandate.marginLimit(), 90_000e6);
        _marginRefused(90_000e6 + 1, 90_000e6 + 1, 90_000e6);
        _post(90_000e6);
    }

    function test_RevertWhen_PausedOrEnded() external {
        _openHedge();
        vm.prank(guardian);
        mandate.pause();
        _rest(3e8);
        vm.startPrank(hedger);
        vm.expectRevert(IHedgeMandate.MandateIsPaused.selector);
        mandate.trade(-1e8);
        vm.expectRevert(IHedgeMandate.MandateIsPaused.selector);
        mandate.postMargin(1);
        vm.stopPrank();
        mandate.resume();
        mandate.endMandate();
        vm.startPrank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateExpired.selector, block.timestamp));
        mandate.trade(-1e8);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateExpired.selector, block.timestamp));
        mandate.postMargin(1);
        vm.stopPrank();
    }

    function test_PauseStillShrinksAndBringsHome() external {
        _openHedge();
        vm.startPrank(guardian);
        mandate.pause();
        mandate.unwind(0.5e8, 0);
        mandate.unwind(0, 10_000e6);
        vm.stopPrank();
        vm.startPrank(hedger);
        mandate.reduce(1.5e8);
        mandate.takeMargin(49_000e6);
        vm.stopPrank();
        assertEq(perp.positionOf(address(mandate)), 0);
        assertEq(mandate.used().netMargin, 1_000e6);
    }

    function test_AfterTheEndAnybodyShrinksAndBringsHome() external {
        _openHedge();
        vm.warp(NOON + 30 days - 1);
        _push(SPOT);
        _notAllowed(stranger, hedger);
        mandate.reduce(2e8);
        vm.warp(NOON + 30 days);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandatePositionOpen.selector, -2e8));
        mandate.takeMargin(1);
        vm.expectPartialRevert(TestPerp.PerpPriceBeyondLimit.selector);
        mandate.reduce(2e8);
        // The venue takes 10 of the 50 basis points that an hour opens.
        vm.warp(NOON + 30 days + 12 minutes);
        mandate.reduce(2e8);
        mandate.takeMargin(59_000e6);
        vm.stopPrank();
        assertEq(token.balanceOf(address(mandate)), CAPITAL - 1_000e6);
    }

    /// @dev The venue takes the worst that it may: of a stranger what the time allows, of the hedger the edge.
    function test_H6_AfterTheEndTheClosersPriceWidensFromTheSpotPrice() external {
        mandate = _mandateAt(new HostileVenue(address(token)));
        _openHedge();
        assertEq(mandate.publicSlippageBps(), 0);
        mandate.endMandate();
        assertEq(mandate.publicSlippageBps(), 0);
        vm.prank(stranger);
        assertEq(mandate.reduce(0.5e8), SPOT);
        vm.prank(hedger);
        assertEq(mandate.reduce(0.5e8), SPOT + (SPOT * 50) / 10_000);
        vm.warp(NOON + 30 minutes);
        vm.prank(stranger);
        assertEq(mandate.reduce(0.5e8), SPOT + (SPOT * 25) / 10_000);
        vm.warp(NOON + 4 hours);
        assertEq(mandate.publicSlippageBps(), SLIPPAGE_BPS);
        vm.prank(stranger);
        assertEq(mandate.reduce(0.5e8), SPOT + (SPOT * 50) / 10_000);
    }

    function test_RevertWhen_FundHasNoShares() external {
        _ripen(alice);
        _redeem(alice, fund.maxRedeem(alice));
        assertEq(fund.totalSupply(), 0);
        vm.expectRevert(IHedgeMandate.MandateFundEmpty.selector);
        mandate.payFund(1e6);
        assertEq(token.balanceOf(address(mandate)), CAPITAL);
    }

    function test_UnwindTakesTheMarkWithoutAGoodPrice() external {
        HostileVenue venue = new HostileVenue(address(token));
        mandate = _mandateAt(venue);
        _openHedge();
        venue.setMark(50_000e8);
        vm.warp(NOON + MAX_AGE + 1);
        vm.prank(guardian);
        vm.expectEmit(address(mandate));
        emit IHedgeMandate.Hedged(guardian, 2e8, 50_250e8, 50_000e8, 0);
        mandate.unwind(2e8, 0);
    }

    function test_NewTermsKeepLossesAndPause() external {
        _openHedge();
        vm.prank(guardian);
        mandate.pause();
        vm.warp(NOON + 20 days);
        MandateTerms memory terms = _terms();
        terms.maxMargin = 70_000e6;
        mandate.setTerms(terms);
        MandateUse memory used = mandate.used();
        assertTrue(used.isPaused);
        assertEq(used.netMargin, 60_000e6);
        assertEq(used.until, NOON + 50 days);
        mandate.resume();
        _marginRefused(10_000e6 + 1, 70_000e6 + 1, 70_000e6);
    }

    function test_GainsReachTheSharesOfTheFund() external {
        _openHedge();
        _push(54_000e8);
        vm.startPrank(hedger);
        mandate.reduce(2e8);
        mandate.takeMargin(71_772e6);
        vm.stopPrank();
        uint256 shares = fund.balanceOf(alice);
        mandate.payFund(11_772e6);
        assertEq(token.balanceOf(address(mandate)), CAPITAL);
        assertEq(fund.totalAssets(), FUND_ASSETS + 11_772e6);
        assertEq(fund.balanceOf(alice), shares);
        assertEq(fund.totalSupply(), shares);
        assertApproxEqAbs(fund.convertToAssets(shares), FUND_ASSETS + 11_772e6, 1);
    }

    function test_ReleasePaysOnlyWhatIsHere() external {
        _openHedge();
        mandate.release(bob, CAPITAL - 60_000e6);
        assertEq(token.balanceOf(address(mandate)), 0);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        mandate.release(bob, 1);
    }
}
