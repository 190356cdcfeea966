// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IPositionSource} from "../interfaces/IPositionSource.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";

/// @title Names the risk class of a new position of a series; `OptionVault` and its class grid do
interface ISeriesClasses {
    /// @notice Class of a position of this series opened now.
    function classFor(uint256 seriesId) external view returns (uint16 classId);
}

/// @notice What a loan market is deployed with.
/// @param riskOracle must register this contract as a source before the first loan
/// @param priceGuard spot of the coins
/// @param classes risk classes of new loans
/// @param quote token lent and posted as margin, worth one USD
/// @param rateBps interest per year, share of the debt, at most 10 000; kept back when the loan is paid out
/// @param minMargin least margin of a loan, quote units, above 0
/// @param bases coins by market id of the price guard: the first is market 1
struct LoansConfig {
    IRiskOracle riskOracle;
    IPriceGuard priceGuard;
    ISeriesClasses classes;
    IERC20Metadata quote;
    uint16 rateBps;
    uint96 minMargin;
    IERC20Metadata[] bases;
}

/// @notice What {IProtectedLoans.borrow} would demand and give now; amounts in token units.
/// @param margin quote that must be posted beside the coins, rounded up
/// @param coins base that is pledged, rounded up
/// @param debt quote due at expiry, rounded up
/// @param principal quote paid out, rounded down
/// @param classId risk class of the loan
struct LoanOffer {
    uint256 margin;
    uint256 coins;
    uint256 debt;
    uint256 principal;
    uint16 classId;
}

/// @notice What {IProtectedLoans.liquidate} would do now; amounts in token units.
/// @param paid quote that the liquidator pays, rounded up
/// @param coinsOut base that he receives, rounded down
/// @param coinsBack base that the borrower keeps
/// @param penalty discount of `paid` below the worth of the coins up to the debt, rounded down
/// @param recovered quote that the lenders receive, at most the debt
/// @param shortfall debt − recovered
/// @param refund margin that the borrower keeps
struct LoanQuote {
    uint256 paid;
    uint256 coinsOut;
    uint256 coinsBack;
    uint256 penalty;
    uint256 recovered;
    uint256 shortfall;
    uint256 refund;
}

/// @title Sample protocol: term loans whose debt is scored as a short put
/// @notice A borrower pledges N coins and a margin c in USD, and owes K USD per coin at expiry. As K = min(S, K) +
/// max(K − S, 0), the coins cover the first term, and the second is a short put of the borrower with strike K and
/// collateral c: what the oracle scores. The loan must hold M(ρ) = I + ρ·min(S, K), and a liquidation takes at most
/// π·min(S, K) beyond what is owed. Lenders hold ERC-4626 shares; interest counts when it is paid.
/// A sample: whoever lends should know that a loss shows in the share price only when the loan ends.
interface IProtectedLoans is IPositionSource, IERC4626 {
    /// @notice A loan was paid out to `to`.
    event LoanOpened(
        uint256 indexed loanId,
        address indexed borrower,
        uint256 indexed seriesId,
        uint128 sizeE8,
        uint256 margin,
        uint256 debt,
        uint256 principal,
        uint16 classId,
        address to
    );
    /// @notice The margin of a loan is `margin` now; a withdrawal has raised the loan's epoch too.
    event MarginChanged(uint256 indexed loanId, uint256 margin);
    /// @notice The borrower paid the debt and took coins and margin back.
    event LoanRepaid(uint256 indexed loanId, uint256 debt, address to);
    /// @notice The loan ended at the price of `quote`; coins and margin left were credited to the borrower.
    event LoanLiquidated(uint256 indexed loanId, address indexed liquidator, LoanQuote quote);
    /// @notice An account may claim `amount` more of a token.
    event Credited(address indexed token, address indexed account, uint256 amount);
    /// @notice A claim was paid out.
    event Claimed(address indexed token, address indexed account, address to, uint256 amount);

    /// @notice A field of the deployment is zero or beyond its limit.
    error LoansConfigInvalid();
    /// @notice A debt is a short put: calls are refused.
    error LoansSeriesIsCall(uint256 seriesId);
    /// @notice No coin of this market is taken.
    error LoansMarketUnknown(uint24 marketId);
    /// @notice A size or amount of zero, or beyond the limit.
    error LoansAmountInvalid(uint256 amount, uint256 limit);
    /// @notice The margin is below what new risk of this size must meet.
    error LoansMarginTooLow(uint256 margin, uint256 required);
    /// @notice The lenders' cash does not reach.
    error LoansIlliquid(uint256 wanted, uint256 idle);
    /// @notice The loan never existed.
    error LoansLoanUnknown(uint256 loanId);
    /// @notice The loan never existed or has ended.
    error LoansLoanInactive(uint256 loanId);
    /// @notice Only the borrower may do this.
    error LoansNotBorrower(uint256 loanId, address caller);
    /// @notice The loan is due: its margin cannot be withdrawn any more.
    error LoansLoanDue(uint256 loanId, uint40 expiry);
    /// @notice Health is at or above 1 and the loan is not due.
    error LoansLoanHealthy(uint256 loanId, int256 healthWad);
    /// @notice Coins and margin are below the debt: until expiry nothing may be taken from the lenders.
    error LoansLoanInsolvent(uint256 loanId, uint256 worth, uint256 debt);
    /// @notice The liquidator would pay more than he is willing to.
    error LoansPriceTooHigh(uint256 paid, uint256 maxPaid);
    /// @notice The token delivered another amount than asked: fee-on-transfer tokens are refused.
    error LoansTokenReceivedMismatch(address token, uint256 received, uint256 expected);

    /// @notice Pledges coins and margin of the caller and pays the principal to `to`.
    /// @param seriesId put whose strike is the debt per coin and whose expiry is the loan's
    /// @param sizeE8 coins × 1e8
    /// @param margin quote units, at least `offer(seriesId, sizeE8).margin`
    function borrow(uint256 seriesId, uint128 sizeE8, uint256 margin, address to) external returns (uint256 loanId);

    /// @notice Adds margin from the caller, anyone. Needs neither price nor oracle.
    function addMargin(uint256 loanId, uint256 amount) external;

    /// @notice Takes margin out to `to`, before expiry; the rest must meet the requirement of new risk. Only the borrower.
    function withdrawMargin(uint256 loanId, uint256 amount, address to) external;

    /// @notice Pays the whole debt and gives coins and margin to `to`, until the loan is liquidated. Only the borrower.
    function repay(uint256 loanId, address to) external;

    /// @notice Ends an unhealthy loan before expiry, or any loan from expiry on. The caller buys the coins, up to the
    /// debt's worth of them, at a discount: before expiry π, at most what is left of the margin; from expiry on a share of
    /// π that rises linearly from 0 over `AUCTION_SEC`, at the lenders' cost where the margin does not reach. Anyone.
    /// @param maxPaid reverts if more would have to be paid
    function liquidate(uint256 loanId, uint256 maxPaid) external returns (LoanQuote memory quote);

    /// @notice Pays all that the caller may claim of a token to `to`.
    function claim(address token, address to) external returns (uint256 amount);

    /// @notice Time from expiry until the whole π is on offer, seconds.
    function AUCTION_SEC() external view returns (uint256 duration);

    /// @notice What a new loan would demand and give now.
    function offer(uint256 seriesId, uint128 sizeE8) external view returns (LoanOffer memory terms);

    /// @notice What {liquidate} would do now; reverts exactly where it would.
    function liquidationQuote(uint256 loanId) external view returns (LoanQuote memory quote);

    /// @notice Health (c − I)/(ρ·min(S, K)) of an active loan at the current price, wad, rounded down.
    function healthOf(uint256 loanId) external view returns (int256 healthWad);

    /// @notice Quote due at expiry; 0 once the loan has ended.
    function debtOf(uint256 loanId) external view returns (uint256 debt);

    /// @notice What an account may claim of a token.
    function claimable(address token, address account) external view returns (uint256 amount);
}
