// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPositionSource} from "../interfaces/IPositionSource.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {IProtectedLoans, ISeriesClasses, LoansConfig} from "./IProtectedLoans.sol";

/// @title Books of the sample loan market: loans, the lenders' cash, claims
/// @notice What is held is counted, never read from balances: donations change nothing.
abstract contract LoanBook is IProtectedLoans, ERC4626, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev `sizeE8` 0 once the loan has ended.
    struct Loan {
        address borrower;
        uint96 margin;
        uint256 seriesId;
        uint80 sizeE8;
        uint256 principal;
    }

    uint256 private constant E8 = 1e8;

    /// @notice Source of ρ and π.
    IRiskOracle public immutable RISK_ORACLE;
    /// @notice Source of spot prices.
    IPriceGuard public immutable PRICE_GUARD;
    /// @notice Risk classes of new loans.
    ISeriesClasses public immutable CLASSES;
    /// @notice Interest per year, share of the debt.
    uint256 public immutable RATE_BPS;
    /// @notice Least margin of a loan.
    uint256 public immutable MIN_MARGIN;
    uint256 private immutable _QUOTE_DECIMALS;

    /// @inheritdoc IPositionSource
    uint256 public positionCount;
    /// @notice Coin of a market, zero where nothing is lent.
    mapping(uint24 marketId => IERC20Metadata base) public baseOf;
    /// @inheritdoc IProtectedLoans
    mapping(address token => mapping(address account => uint256)) public claimable;
    mapping(uint256 loanId => Loan) internal _loans;
    uint256 internal _idle;
    uint256 internal _lent;

    constructor(LoansConfig memory config) ERC4626(config.quote) {
        bool missing =
            address(config.riskOracle) == address(0) ||
                address(config.priceGuard) == address(0) ||
                address(config.classes) == address(0);
        if (missing || config.minMargin == 0 || config.rateBps > MarginMath.BPS) revert LoansConfigInvalid();
        _QUOTE_DECIMALS = config.quote.decimals();
        (RISK_ORACLE, PRICE_GUARD, CLASSES) = (config.riskOracle, config.priceGuard, config.classes);
        (RATE_BPS, MIN_MARGIN) = (config.rateBps, config.minMargin);
        for (uint256 i = 0; i < config.bases.length; ++i) {
            bool tooFine = Math.max(config.bases[i].decimals(), _QUOTE_DECIMALS) > MarginMath.MAX_DECIMALS;
            if (tooFine || address(config.bases[i]) == address(config.quote)) revert LoansConfigInvalid();
            baseOf[uint24(i + 1)] = config.bases[i];
        }
    }

    /// @inheritdoc IProtectedLoans
    function claim(address token, address to) external nonReentrant returns (uint256 amount) {
        amount = claimable[token][msg.sender];
        claimable[token][msg.sender] = 0;
        emit Claimed(token, msg.sender, to, amount);
        if (amount != 0) IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IProtectedLoans
    function debtOf(uint256 loanId) public view returns (uint256 debt) {
        Loan memory loan = _loans[loanId];
        // The largest loss of the put is its strike, at every price.
        return MarginMath.maxLossUp(_payoffAt(SeriesId.decode(loan.seriesId), 1), loan.sizeE8);
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256 assets) {
        return _idle + _lent;
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256 assets) {
        return Math.min(super.maxWithdraw(owner), _idle);
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256 shares) {
        return Math.min(super.maxRedeem(owner), convertToShares(_idle));
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override nonReentrant {
        _idle += assets;
        uint256 before = IERC20(asset()).balanceOf(address(this));
        super._deposit(caller, receiver, assets, shares);
        _requireReceived(IERC20(asset()), before, assets);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        _idle -= assets;
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    /// @dev Closes a loan at the oracle and in the books of the lenders, who receive `recovered`.
    function _end(uint256 loanId, Loan memory loan, uint256 recovered) internal {
        (_loans[loanId].sizeE8, _loans[loanId].margin) = (0, 0);
        _lent -= loan.principal;
        _idle += recovered;
        RISK_ORACLE.retirePosition(loanId);
    }

    function _credit(address token, address account, uint256 amount) internal {
        if (amount == 0) return;
        claimable[token][account] += amount;
        emit Credited(token, account, amount);
    }

    function _pull(IERC20 token, uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        _requireReceived(token, before, amount);
    }

    function _ownLoan(uint256 loanId) internal view returns (Loan storage loan) {
        loan = _activeLoan(loanId);
        if (loan.borrower != msg.sender) revert LoansNotBorrower(loanId, msg.sender);
    }

    function _activeLoan(uint256 loanId) internal view returns (Loan storage loan) {
        loan = _loans[loanId];
        if (loan.sizeE8 == 0) revert LoansLoanInactive(loanId);
    }

    function _requireReceived(IERC20 token, uint256 before, uint256 amount) internal view {
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert LoansTokenReceivedMismatch(address(token), received, amount);
    }

    function _payoffNow(Series memory series) internal view returns (Payoff memory payoff, uint256 spotE8) {
        (spotE8, ) = PRICE_GUARD.spotE8(series.marketId);
        payoff = _payoffAt(series, spotE8);
    }

    function _payoffAt(Series memory series, uint256 priceE8) internal view returns (Payoff memory payoff) {
        return MarginMath.payoffAt(true, series.strikeE8, priceE8, _QUOTE_DECIMALS);
    }

    function _requiredUp(Payoff memory payoff, uint256 sizeE8, uint256 rhoBps) internal view returns (uint256 margin) {
        return Math.max(MarginMath.marginUp(payoff, sizeE8, rhoBps), MIN_MARGIN);
    }

    function _coinsUp(uint24 marketId, uint256 sizeE8) internal view returns (IERC20Metadata base, uint256 coins) {
        base = baseOf[marketId];
        if (address(base) == address(0)) revert LoansMarketUnknown(marketId);
        return (base, Math.ceilDiv(sizeE8 * 10 ** base.decimals(), E8));
    }

    function _requireAmount(uint256 amount, uint256 limit) internal pure {
        if (amount == 0 || amount > limit) revert LoansAmountInvalid(amount, limit);
    }
}
