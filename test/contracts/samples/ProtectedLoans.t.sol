// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {MarginMath} from "../../../contracts/libraries/MarginMath.sol";
import {Series, SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {IProtectedLoans, ISeriesClasses, LoanQuote, LoansConfig} from "../../../contracts/samples/IProtectedLoans.sol";
import {ProtectedLoans} from "../../../contracts/samples/ProtectedLoans.sol";
import {EntryOutcome, ParamStatus, RiskParams} from "../../../contracts/types/RiskTypes.sol";
import {FeeToken} from "../vault/HostileTokens.sol";
import {LoansFixture} from "./LoansFixture.sol";

/// @title Token that calls into the loan market during a transfer to it
contract CallingToken is ERC20("Calling", "CALL") {
    ProtectedLoans public target;
    bytes public payload;
    bytes public answer;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function arm(ProtectedLoans target_, bytes calldata payload_) external {
        (target, payload) = (target_, payload_);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (to != address(target) || payload.length == 0) return;
        bytes memory call = payload;
        payload = "";
        (, answer) = address(target).call(call);
    }
}

/// @dev Given a market at 60 000 with strike 50 000: each refusal first, then borrow, margin, repay, the two lives of
/// liquidation, lenders, tokens.
contract ProtectedLoansTest is LoansFixture {
    /// @dev ρ at opening 36 % of 50 000.
    uint256 private constant REQUIRED = 18_000e6;
    uint256 private constant DEBT = 50_000e6;

    function test_RevertWhen_ConfigIsInvalid() public {
        for (uint256 field = 0; field < 7; ++field) {
            LoansConfig memory config = _config(address(base), address(quote));
            if (field == 0) config.riskOracle = IRiskOracle(address(0));
            if (field == 1) config.priceGuard = IPriceGuard(address(0));
            if (field == 2) config.classes = ISeriesClasses(address(0));
            if (field == 3) config.minMargin = 0;
            if (field == 4) config.rateBps = 10_001;
            if (field == 5) config.bases[0] = config.quote;
            if (field == 6) config.bases[0] = IERC20Metadata(address(new WideToken()));
            vm.expectRevert(IProtectedLoans.LoansConfigInvalid.selector);
            new ProtectedLoans(config);
        }
    }

    function test_RevertWhen_SeriesIsUnfit() public {
        _refuseOffer(_series(1, STRIKE, expiry, false), IProtectedLoans.LoansSeriesIsCall.selector);
        _refuseOffer(_series(2, STRIKE, expiry, true), bytes4(0));
        _refuseOffer(_series(1, 0, expiry, true), SeriesId.SeriesStrikeZero.selector);
        _refuseOffer(_series(1, STRIKE, expiry + 1, true), SeriesId.SeriesExpiryOffGrid.selector);
        _refuseOffer(_series(1, STRIKE, expiry + 200 days, true), SeriesId.SeriesTenorOutOfRange.selector);
        _refuseOffer(1 << 129, SeriesId.SeriesIdUnknownBits.selector);
    }

    function test_RevertWhen_AmountsAreOutOfRange() public {
        bytes4 invalid = IProtectedLoans.LoansAmountInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, 0, MarginMath.MAX_SIZE_E8));
        loans.offer(put, 0);
        vm.expectRevert(abi.encodeWithSelector(invalid, uint256(1) << 80, MarginMath.MAX_SIZE_E8));
        loans.offer(put, 1 << 80);
        vm.expectRevert(abi.encodeWithSelector(invalid, 0, type(uint96).max));
        _borrow(ONE, 0);
        vm.expectRevert(abi.encodeWithSelector(invalid, uint256(1) << 96, type(uint96).max));
        _borrow(ONE, 1 << 96);
        uint256 loanId = _borrowAtRequirement(ONE);
        vm.expectRevert(abi.encodeWithSelector(invalid, 0, type(uint96).max - REQUIRED));
        loans.addMargin(loanId, 0);
        vm.expectRevert(abi.encodeWithSelector(invalid, REQUIRED + 1, REQUIRED));
        vm.prank(borrower);
        loans.withdrawMargin(loanId, REQUIRED + 1, borrower);
    }

    function test_RevertWhen_MarginIsOneUnitShort() public {
        bytes4 tooLow = IProtectedLoans.LoansMarginTooLow.selector;
        vm.expectRevert(abi.encodeWithSelector(tooLow, REQUIRED - 1, REQUIRED));
        _borrow(ONE, REQUIRED - 1);
        vm.expectRevert(abi.encodeWithSelector(tooLow, MIN_MARGIN - 1, MIN_MARGIN));
        _borrow(1, MIN_MARGIN - 1);
    }

    function test_RevertWhen_LendersHaveTooLittle() public {
        vm.prank(lender);
        loans.withdraw(CASH - DEBT / 2, lender, lender);
        uint256 principal = loans.offer(put, ONE).principal;
        vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansIlliquid.selector, principal, DEBT / 2));
        _borrow(ONE, REQUIRED);
    }

    function test_RevertWhen_CallerIsNotTheBorrower() public {
        uint256 loanId = _borrowAtRequirement(ONE);
        bytes memory refusal = abi.encodeWithSelector(IProtectedLoans.LoansNotBorrower.selector, loanId, keeper);
        vm.startPrank(keeper);
        vm.expectRevert(refusal);
        loans.repay(loanId, keeper);
        vm.expectRevert(refusal);
        loans.withdrawMargin(loanId, 1, keeper);
    }

    function test_RevertWhen_LoanIsUnknownOrOver() public {
        vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansLoanUnknown.selector, 1));
        loans.describePosition(1);
        uint256 loanId = _borrowAtRequirement(ONE);
        vm.startPrank(borrower);
        loans.repay(loanId, borrower);
        bytes memory over = abi.encodeWithSelector(IProtectedLoans.LoansLoanInactive.selector, loanId);
        vm.expectRevert(over);
        loans.repay(loanId, borrower);
        vm.expectRevert(over);
        loans.addMargin(loanId, 1);
        vm.expectRevert(over);
        loans.withdrawMargin(loanId, 1, borrower);
        vm.expectRevert(over);
        loans.liquidate(loanId, type(uint256).max);
        vm.expectRevert(over);
        loans.healthOf(loanId);
    }

    function test_RevertWhen_LiquidatingAHealthyLoan() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        // ρ in force is the class default, 30 %: healthy down to 30 % of 50 000, then to I + 30 % of spot.
        _setPrice(45_715e8);
        assertGe(loans.healthOf(loanId), 1e18);
        vm.expectPartialRevert(IProtectedLoans.LoansLoanHealthy.selector);
        _liquidate(loanId);
        _setPrice(45_714e8);
        assertLt(loans.healthOf(loanId), 1e18);
        _liquidate(loanId);
    }

    function test_RevertWhen_InsolventBeforeExpiry() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        _setPrice(31_999e8);
        bytes4 insolvent = IProtectedLoans.LoansLoanInsolvent.selector;
        vm.expectRevert(abi.encodeWithSelector(insolvent, loanId, 49_999e6, DEBT));
        _liquidate(loanId);
        _setPrice(32_000e8);
        _liquidate(loanId);
    }

    function test_RevertWhen_PriceExceedsTheLiquidatorsLimit() public {
        uint256 loanId = _borrow(ONE, REQUIRED);
        _setPrice(40_000e8);
        uint256 paid = loans.liquidationQuote(loanId).paid;
        vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansPriceTooHigh.selector, paid, paid - 1));
        vm.prank(keeper);
        loans.liquidate(loanId, paid - 1);
    }

    function test_RevertWhen_WithdrawingMarginThatIsNeededOrTooLate() public {
        uint256 loanId = _borrow(ONE, REQUIRED + 100e6);
        vm.startPrank(borrower);
        bytes4 tooLow = IProtectedLoans.LoansMarginTooLow.selector;
        vm.expectRevert(abi.encodeWithSelector(tooLow, REQUIRED - 1, REQUIRED));
        loans.withdrawMargin(loanId, 100e6 + 1, borrower);
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansLoanDue.selector, loanId, expiry));
        loans.withdrawMargin(loanId, 1, borrower);
    }

    function test_RevertWhen_TokenTakesAFee() public {
        FeeToken fee = new FeeToken();
        _deployLoans(address(fee), address(quote));
        vm.prank(lender);
        loans.deposit(CASH, lender);
        fee.mint(borrower, 10e6);
        vm.prank(borrower);
        fee.approve(address(loans), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(IProtectedLoans.LoansTokenReceivedMismatch.selector, fee, 990_000, 1_000_000)
        );
        _borrow(ONE, REQUIRED);
        _deployLoans(address(base), address(fee));
        fee.mint(lender, 10e6);
        vm.startPrank(lender);
        fee.approve(address(loans), type(uint256).max);
        vm.expectPartialRevert(IProtectedLoans.LoansTokenReceivedMismatch.selector);
        loans.deposit(1e6, lender);
    }

    function test_RevertWhen_TokenReenters() public {
        CallingToken token = new CallingToken();
        _deployLoans(address(token), address(quote));
        vm.prank(lender);
        loans.deposit(CASH, lender);
        token.mint(borrower, 10e6);
        vm.prank(borrower);
        token.approve(address(loans), type(uint256).max);
        bytes[3] memory calls = [
            abi.encodeCall(loans.borrow, (put, ONE, REQUIRED, address(this))),
            abi.encodeCall(loans.claim, (address(quote), address(this))),
            abi.encodeCall(ERC4626.deposit, (0, address(this)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            token.arm(loans, calls[i]);
            _borrowAtRequirement(ONE);
            assertEq(bytes4(token.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
    }

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

    function _refuseOffer(uint256 seriesId, bytes4 selector) private {
        if (selector == bytes4(0)) {
            vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansMarketUnknown.selector, 2));
        } else {
            vm.expectPartialRevert(selector);
        }
        loans.offer(seriesId, ONE);
    }

    function _series(uint24 market, uint64 strike, uint40 at, bool isPut) private pure returns (uint256 seriesId) {
        return SeriesId.encode(Series(market, strike, at, isPut));
    }

    function _params(uint256 loanId) private view returns (RiskParams memory params) {
        return _oracle.tryGetParams(address(loans), loanId);
    }
}

/// @title Token with more decimals than any market takes
contract WideToken is ERC20("Wide", "WIDE") {
    function decimals() public pure override returns (uint8) {
        return 19;
    }
}
