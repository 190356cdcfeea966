// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPositionSource} from "../interfaces/IPositionSource.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {RiskParams} from "../types/RiskTypes.sol";
import {IProtectedLoans, LoanOffer, LoanQuote, LoansConfig} from "./IProtectedLoans.sol";
import {LoanBook} from "./LoanBook.sol";

/// @title Sample protocol: term loans whose debt is scored as a short put
/// @notice No owner and no upgrade.
contract ProtectedLoans is LoanBook {
    using SafeERC20 for IERC20;

    /// @inheritdoc IProtectedLoans
    uint256 public constant AUCTION_SEC = 1 hours;

    uint256 private constant YEAR = 365 days;
    int256 private constant HEALTHY_WAD = int256(MarginMath.WAD);

    constructor(LoansConfig memory config) LoanBook(config) ERC20("Plimsoll sample loans", "PSL") {}

    /// @inheritdoc IProtectedLoans
    function borrow(
        uint256 seriesId,
        uint128 sizeE8,
        uint256 margin,
        address to
    ) external nonReentrant returns (uint256 loanId) {
        LoanOffer memory terms = offer(seriesId, sizeE8);
        _requireAmount(margin, type(uint96).max);
        if (margin < terms.margin) revert LoansMarginTooLow(margin, terms.margin);
        if (terms.principal > _idle) revert LoansIlliquid(terms.principal, _idle);
        loanId = ++positionCount;
        // Widths: checked above and in `offer`.
        _loans[loanId] = Loan(msg.sender, uint96(margin), seriesId, uint80(sizeE8), terms.principal);
        _idle -= terms.principal;
        _lent += terms.principal;
        emit LoanOpened(loanId, msg.sender, seriesId, sizeE8, margin, terms.debt, terms.principal, terms.classId, to);
        RISK_ORACLE.registerPosition(loanId, terms.classId);
        _pull(baseOf[SeriesId.decode(seriesId).marketId], terms.coins);
        _pull(IERC20(asset()), margin);
        IERC20(asset()).safeTransfer(to, terms.principal);
    }

    /// @inheritdoc IProtectedLoans
    function addMargin(uint256 loanId, uint256 amount) external nonReentrant {
        Loan storage loan = _activeLoan(loanId);
        _requireAmount(amount, type(uint96).max - loan.margin);
        loan.margin += uint96(amount);
        emit MarginChanged(loanId, loan.margin);
        _pull(IERC20(asset()), amount);
    }

    /// @inheritdoc IProtectedLoans
    function withdrawMargin(uint256 loanId, uint256 amount, address to) external nonReentrant {
        Loan storage loan = _ownLoan(loanId);
        _requireAmount(amount, loan.margin);
        Series memory series = SeriesId.decode(loan.seriesId);
        if (block.timestamp >= series.expiry) revert LoansLoanDue(loanId, series.expiry);
        // Neither an old class nor an old score makes new risk cheaper than opening it would be.
        (uint256 rhoBps, ) = RISK_ORACLE.openingParams(CLASSES.classFor(loan.seriesId));
        rhoBps = Math.max(rhoBps, RISK_ORACLE.getParams(address(this), loanId).rhoInitialBps);
        (Payoff memory payoff, ) = _payoffNow(series);
        uint256 required = _requiredUp(payoff, loan.sizeE8, rhoBps);
        uint256 margin = loan.margin - amount;
        if (margin < required) revert LoansMarginTooLow(margin, required);
        loan.margin = uint96(margin);
        emit MarginChanged(loanId, margin);
        RISK_ORACLE.raiseEpoch(loanId);
        IERC20(asset()).safeTransfer(to, amount);
    }

    /// @inheritdoc IProtectedLoans
    function repay(uint256 loanId, address to) external nonReentrant {
        Loan memory loan = _ownLoan(loanId);
        uint256 debt = debtOf(loanId);
        (IERC20Metadata base, uint256 coins) = _coinsUp(SeriesId.decode(loan.seriesId).marketId, loan.sizeE8);
        _end(loanId, loan, debt);
        emit LoanRepaid(loanId, debt, to);
        _pull(IERC20(asset()), debt);
        IERC20(asset()).safeTransfer(to, loan.margin);
        IERC20(base).safeTransfer(to, coins);
    }

    /// @inheritdoc IProtectedLoans
    function liquidate(uint256 loanId, uint256 maxPaid) external nonReentrant returns (LoanQuote memory quote) {
        quote = liquidationQuote(loanId);
        if (quote.paid > maxPaid) revert LoansPriceTooHigh(quote.paid, maxPaid);
        Loan memory loan = _loans[loanId];
        IERC20 base = baseOf[SeriesId.decode(loan.seriesId).marketId];
        _end(loanId, loan, quote.recovered);
        emit LoanLiquidated(loanId, msg.sender, quote);
        // Credited, not sent: a borrower whom a token refuses must not hold up the liquidation.
        _credit(address(base), loan.borrower, quote.coinsBack);
        _credit(asset(), loan.borrower, quote.refund);
        _pull(IERC20(asset()), quote.paid);
        base.safeTransfer(msg.sender, quote.coinsOut);
    }

    /// @inheritdoc IPositionSource
    function describePositions(uint256[] calldata positionIds) external view returns (PositionView[] memory positions) {
        positions = new PositionView[](positionIds.length);
        for (uint256 i = 0; i < positionIds.length; ++i) positions[i] = describePosition(positionIds[i]);
    }

    /// @inheritdoc IProtectedLoans
    function healthOf(uint256 loanId) external view returns (int256 healthWad) {
        Loan memory loan = _activeLoan(loanId);
        (Payoff memory payoff, ) = _payoffNow(SeriesId.decode(loan.seriesId));
        uint256 rhoBps = RISK_ORACLE.getParams(address(this), loanId).rhoBps;
        return MarginMath.healthWadDown(payoff, loan.sizeE8, loan.margin, rhoBps);
    }

    /// @inheritdoc IProtectedLoans
    function offer(uint256 seriesId, uint128 sizeE8) public view returns (LoanOffer memory terms) {
        Series memory series = SeriesId.decode(seriesId);
        if (!series.isPut) revert LoansSeriesIsCall(seriesId);
        (, terms.coins) = _coinsUp(series.marketId, sizeE8);
        SeriesId.requireOpenable(series, block.timestamp);
        _requireAmount(sizeE8, MarginMath.MAX_SIZE_E8);
        terms.classId = CLASSES.classFor(seriesId);
        (uint256 rhoBps, ) = RISK_ORACLE.openingParams(terms.classId);
        (Payoff memory payoff, ) = _payoffNow(series);
        terms.margin = _requiredUp(payoff, sizeE8, rhoBps);
        terms.debt = MarginMath.maxLossUp(payoff, sizeE8);
        uint256 interest = Math.ceilDiv(
            terms.debt * RATE_BPS * (series.expiry - block.timestamp),
            MarginMath.BPS * YEAR
        );
        // No underflow: the rate is at most 100 % a year, and a series lasts at most 180 days.
        terms.principal = terms.debt - interest;
    }

    /// @inheritdoc IProtectedLoans
    function liquidationQuote(uint256 loanId) public view returns (LoanQuote memory quote) {
        Loan memory loan = _activeLoan(loanId);
        Series memory series = SeriesId.decode(loan.seriesId);
        (Payoff memory payoff, uint256 spotE8) = _payoffNow(series);
        RiskParams memory params = RISK_ORACLE.getParams(address(this), loanId);
        uint256 debt = MarginMath.maxLossUp(payoff, loan.sizeE8);
        uint256 units = loan.sizeE8 * payoff.unit * payoff.ceilingE8;
        uint256 covered = Math.ceilDiv(units, payoff.denominator);
        quote.penalty = (units * params.piBps) / (payoff.denominator * MarginMath.BPS);
        if (block.timestamp < series.expiry) {
            int256 healthWad = MarginMath.healthWadDown(payoff, loan.sizeE8, loan.margin, params.rhoBps);
            if (healthWad >= HEALTHY_WAD) revert LoansLoanHealthy(loanId, healthWad);
            uint256 worth = covered + loan.margin;
            if (worth < debt) revert LoansLoanInsolvent(loanId, worth, debt);
            quote.penalty = Math.min(quote.penalty, worth - debt);
        } else {
            uint256 elapsed = Math.min(block.timestamp - series.expiry, AUCTION_SEC);
            quote.penalty = (quote.penalty * elapsed) / AUCTION_SEC;
        }
        quote.paid = covered - quote.penalty;
        quote.recovered = Math.min(debt, quote.paid + loan.margin);
        quote.shortfall = debt - quote.recovered;
        quote.refund = quote.paid + loan.margin - quote.recovered;
        (, uint256 coins) = _coinsUp(series.marketId, loan.sizeE8);
        // min(S, K)/S of the coins are worth the debt, or what can be had of it.
        quote.coinsOut = (coins * payoff.ceilingE8) / spotE8;
        quote.coinsBack = coins - quote.coinsOut;
    }

    /// @inheritdoc IPositionSource
    function describePosition(uint256 positionId) public view returns (PositionView memory position) {
        Loan memory loan = _loans[positionId];
        if (loan.borrower == address(0)) revert LoansLoanUnknown(positionId);
        // Class and epoch live in the oracle's word; both are 0 once the loan has ended.
        RiskParams memory params = RISK_ORACLE.tryGetParams(address(this), positionId);
        position.owner = loan.borrower;
        position.seriesId = loan.seriesId;
        position.sizeE8 = loan.sizeE8;
        position.collateral = loan.margin;
        (position.classId, position.epoch) = (params.classId, params.epoch);
        position.active = loan.sizeE8 != 0;
    }
}
