// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {MarginMath} from "../../../contracts/libraries/MarginMath.sol";
import {SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {IProtectedLoans, ISeriesClasses, LoansConfig} from "../../../contracts/samples/IProtectedLoans.sol";
import {ProtectedLoans} from "../../../contracts/samples/ProtectedLoans.sol";
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

/// @dev Given a market at 60 000 with strike 50 000: each refusal.
contract ProtectedLoansRefusalTest is LoansFixture {
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

    function test_V2_RevertWhen_TokenTakesAFee() public {
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

    function test_V1_RevertWhen_TokenReenters() public {
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

    function _refuseOffer(uint256 seriesId, bytes4 selector) private {
        if (selector == bytes4(0)) {
            vm.expectRevert(abi.encodeWithSelector(IProtectedLoans.LoansMarketUnknown.selector, 2));
        } else {
            vm.expectPartialRevert(selector);
        }
        loans.offer(seriesId, ONE);
    }
}

/// @title Token with more decimals than any market takes
contract WideToken is ERC20("Wide", "WIDE") {
    function decimals() public pure override returns (uint8) {
        return 19;
    }
}
