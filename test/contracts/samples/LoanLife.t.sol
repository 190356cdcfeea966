// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {IProtectedLoans, LoanQuote} from "../../../contracts/samples/IProtectedLoans.sol";
import {EntryOutcome, ParamStatus, RiskParams} from "../../../contracts/types/RiskTypes.sol";
import {LoansFixture} from "./LoansFixture.sol";

/// @dev Given a market at 60 000 with strike 50 000: borrow, margin, repay, the two lives of liquidation, lenders, value.
contract ProtectedLoansTest is LoansFixture {
    /// @dev ρ at opening 36 % of 50 000.
    uint256 private constant REQUIRED = 18_000e6;
    uint256 private constant DEBT = 50_000e6;

    function test_BorrowPaysTheDiscountedDebtAndRegisters() public {
        uint256 before = quote.balanceOf(borrower);
        uint256 interest = (DEBT * RATE_BPS * (expiry - block.timestamp) + 10_000 * 365 days - 1) / (10_000 * 365 days);
        uint256 loanId = _borrowAtRequirement(ONE);
        assertEq(quote.balanceOf(borrower) + REQUIRED, before + DEBT - interest);
        assertEq(base.balanceOf(address(loans)), ONE);
        assertEq(loans.debtOf(loanId), DEBT);
        IPositionSource.PositionView memory position = loans.describePosition(loanId);
        assertEq(position.owner, borrower);
        assertEq(position.seriesId, put);
        assertEq(position.sizeE8, ONE);
        assertEq(position.collateral, REQUIRED);
        assertEq(position.classId, CLASS_ID);
        assertEq(position.epoch, 1);
        assertTrue(position.active);
        assertEq(uint8(_params(loanId).status), uint8(ParamStatus.UNSCORED));
    }

    function test_ReportOfTheSecondSourceMovesTheRequirement() public {
        uint256 loanId = _borrowAtRequirement(ONE);
        int256 before = loans.healthOf(loanId);
        bytes memory outcomes = _submit(
            abi.encodePacked(uint16(1), uint48(loanId), uint16(1), uint16(1_500), uint16(400), uint16(250))
        );
        assertEq(uint8(outcomes[0]), uint8(EntryOutcome.APPLIED_LOOSENED));
        assertEq(loans.healthOf(loanId), before * 2);
        assertEq(_params(loanId).piBps, 400);
    }

    function test_MarginMovesRaiseTheEpochOnlyWhenRiskGrows() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        _addMargin(loanId, 500e6);
        assertEq(loans.describePosition(loanId).epoch, 1);
        vm.prank(borrower);
        loans.withdrawMargin(loanId, 500e6, keeper);
        assertEq(loans.describePosition(loanId).epoch, 2);
        assertEq(loans.describePosition(loanId).collateral, REQUIRED);
    }

    function test_WithdrawalMeetsTheHigherOfScoreAndOpening() public {
        uint256 loanId = _borrow(ONE, 30_000e6);
        _submit(abi.encodePacked(uint16(1), uint48(loanId), uint16(1), uint16(4_000), uint16(400), uint16(250)));
        // 40 % · 1.2 of 50 000; a new loan would have to meet 36 %.
        vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansMarginTooLow.selector, 23_999e6, 24_000e6));
        vm.prank(borrower);
        loans.withdrawMargin(loanId, 6_001e6, borrower);
    }

    function test_RepayReturnsCoinsAndMarginAndPaysTheLenders() public {
        (uint256 quoteBefore, uint256 baseBefore) = (quote.balanceOf(borrower), base.balanceOf(borrower));
        uint256 loanId = _borrowAtRequirement(ONE);
        uint256 interest = DEBT - loans.offer(put, ONE).principal;
        vm.warp(expiry + 1);
        vm.prank(borrower);
        loans.repay(loanId, borrower);
        assertEq(base.balanceOf(borrower), baseBefore);
        assertEq(quote.balanceOf(borrower), quoteBefore - interest);
        assertEq(loans.totalAssets(), CASH + interest);
        assertFalse(loans.describePosition(loanId).active);
        assertEq(uint8(_params(loanId).status), uint8(ParamStatus.UNKNOWN));
        assertEq(loans.debtOf(loanId), 0);
    }

    function test_LiquidationBelowTheStrikeSellsEverythingAtThePenalty() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        _setPrice(45_000e8);
        uint256 keeperBefore = quote.balanceOf(keeper);
        _liquidate(loanId);
        // π is the class default, 10 % of 45 000.
        assertEq(quote.balanceOf(keeper), keeperBefore - 40_500e6);
        assertEq(base.balanceOf(keeper), 1_000e8 + ONE);
        assertEq(loans.claimable(address(quote), borrower), REQUIRED + 40_500e6 - DEBT);
        assertEq(loans.claimable(address(base), borrower), 0);
        vm.prank(borrower);
        assertEq(loans.claim(address(quote), keeper), REQUIRED + 40_500e6 - DEBT);
    }

    function test_PenaltyNeverEatsIntoTheLendersBeforeExpiry() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        _setPrice(33_000e8);
        LoanQuote memory quoted = loans.liquidationQuote(loanId);
        assertEq(quoted.penalty, 1_000e6);
        assertEq(quoted.shortfall, 0);
        assertEq(quoted.refund, 0);
    }

    function test_DefaultAboveTheStrikeReturnsTheSurplusCoins() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        vm.warp(expiry);
        _setPrice(100_000e8);
        assertEq(loans.liquidationQuote(loanId).penalty, 0);
        vm.warp(expiry + 30 minutes);
        // Half of π = 10 % of 50 000.
        assertEq(loans.liquidationQuote(loanId).penalty, 2_500e6);
        _liquidate(loanId);
        assertEq(base.balanceOf(keeper), 1_000e8 + ONE / 2);
        assertEq(loans.claimable(address(base), borrower), ONE / 2);
        assertEq(loans.claimable(address(quote), borrower), REQUIRED - 2_500e6);
    }

    function test_ShortfallAfterExpiryIsTheLenders() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        uint256 principal = loans.offer(put, ONE).principal;
        vm.warp(expiry + 2 hours);
        _setPrice(20_000e8);
        _liquidate(loanId);
        // 20 000 less 10 %, and the margin.
        assertEq(loans.totalAssets(), CASH - principal + 18_000e6 + REQUIRED);
        assertEq(loans.claimable(address(quote), borrower), 0);
    }

    function test_LendersWithdrawOnlyWhatIsIdle() public {
        _borrowAtRequirement(ONE);
        uint256 idle = CASH - loans.offer(put, ONE).principal;
        assertEq(loans.totalAssets(), CASH);
        assertEq(loans.maxWithdraw(lender), idle);
        assertLe(loans.previewRedeem(loans.maxRedeem(lender)), idle);
        vm.startPrank(lender);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxWithdraw.selector);
        loans.withdraw(idle + 1, lender, lender);
        loans.withdraw(idle, lender, lender);
        assertEq(loans.maxWithdraw(lender), 0);
    }

    function test_DonationsChangeNothing() public {
        quote.mint(address(loans), 5e6);
        base.mint(address(loans), 5);
        assertEq(loans.totalAssets(), CASH);
        uint256 loanId = _borrowAtRequirement(ONE);
        vm.prank(borrower);
        loans.repay(loanId, borrower);
        (uint256 quoteHeld, uint256 baseHeld) = _supplies();
        assertEq(quoteHeld, loans.totalAssets() + 5e6);
        assertEq(baseHeld, 5);
    }

    /// @dev Whatever the size, the price and the time: the loan market holds what it owes, to the unit.
    function testFuzz_ValueIsConserved(uint128 sizeE8, uint64 priceE8, uint32 laterSec, uint96 extra) public {
        sizeE8 = uint128(bound(sizeE8, 1, 100e8));
        uint256 loanId = _borrow(sizeE8, loans.offer(put, sizeE8).margin + bound(extra, 0, 1_000_000e6));
        vm.warp(block.timestamp + bound(laterSec, 0, 20 days));
        _setPrice(uint64(bound(priceE8, 1_000e8, 1_000_000e8)));
        uint256 margin = loans.describePosition(loanId).collateral;
        uint256 before = loans.totalAssets();
        uint256 debt = loans.debtOf(loanId);
        vm.prank(keeper);
        try loans.liquidate(loanId, type(uint256).max) returns (LoanQuote memory quoted) {
            assertEq(quoted.recovered + quoted.refund, quoted.paid + margin);
            assertEq(quoted.recovered + quoted.shortfall, debt);
            assertEq(quoted.coinsOut + quoted.coinsBack, sizeE8);
            if (block.timestamp < expiry) assertEq(quoted.shortfall, 0);
        } catch {
            vm.prank(borrower);
            loans.repay(loanId, borrower);
            assertGe(loans.totalAssets(), before);
        }
        (uint256 quoteHeld, uint256 baseHeld) = _supplies();
        assertEq(quoteHeld, loans.totalAssets() + loans.claimable(address(quote), borrower));
        assertEq(baseHeld, loans.claimable(address(base), borrower));
    }

    /// @dev What is lent is backed: at the opening price coins and margin exceed the debt by at least ρ·min(S, K).
    function testFuzz_OpeningMeetsTheRequirement(uint128 sizeE8, uint64 strikeE8, uint64 priceE8) public {
        sizeE8 = uint128(bound(sizeE8, 1, 100e8));
        strikeE8 = uint64(bound(strikeE8, 1e8, 90_000e8));
        priceE8 = uint64(bound(priceE8, 1_000e8, 1_000_000e8));
        _setPrice(priceE8);
        put = _series(MARKET, strikeE8, expiry, true);
        uint256 margin = loans.offer(put, sizeE8).margin;
        uint256 loanId = _borrow(sizeE8, margin);
        uint256 worth = (uint256(sizeE8) * priceE8) / 1e10;
        uint256 buffer = (uint256(sizeE8) * (strikeE8 < priceE8 ? strikeE8 : priceE8) * 3_600) / 1e14;
        uint256 debt = loans.debtOf(loanId);
        assertGe(margin + (worth < debt ? worth : debt) + 2, debt + buffer);
        assertGe(loans.healthOf(loanId), 1e18);
    }

    function _addMargin(uint256 loanId, uint256 amount) private {
        vm.prank(keeper);
        loans.addMargin(loanId, amount);
    }

    function _params(uint256 loanId) private view returns (RiskParams memory params) {
        return _oracle.tryGetParams(address(loans), loanId);
    }
}
