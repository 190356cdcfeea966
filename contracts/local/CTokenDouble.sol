// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ComptrollerDouble} from "./ComptrollerDouble.sol";

/// @title Double of one Compound v2 market for local networks
/// @notice Keeps books and moves no tokens. Events and views are Compound's; interest does not accrue.
contract CTokenDouble {
    /// @notice Underlying was supplied for cTokens.
    event Mint(address minter, uint256 mintAmount, uint256 mintTokens);
    /// @notice cTokens were given back for underlying.
    event Redeem(address redeemer, uint256 redeemAmount, uint256 redeemTokens);
    /// @notice Underlying was borrowed.
    event Borrow(address borrower, uint256 borrowAmount, uint256 accountBorrows, uint256 totalBorrows);
    /// @notice A debt was repaid in part or whole.
    event RepayBorrow(
        address payer,
        address borrower,
        uint256 repayAmount,
        uint256 accountBorrows,
        uint256 totalBorrows
    );
    /// @notice A borrower was liquidated: `seizeTokens` of another market went to the liquidator.
    event LiquidateBorrow(
        address liquidator,
        address borrower,
        uint256 repayAmount,
        address cTokenCollateral,
        uint256 seizeTokens
    );

    /// @notice The market of the chain's own coin has no underlying token.
    error CTokenDoubleNoUnderlying();

    uint256 private constant WAD = 1e18;

    /// @notice Registry of the market.
    ComptrollerDouble public immutable COMPTROLLER;
    uint256 private immutable _EXCHANGE_RATE;
    address private immutable _UNDERLYING;

    mapping(address account => uint256) private _tokens;
    mapping(address account => uint256) private _borrows;
    uint256 private _totalBorrows;

    constructor(ComptrollerDouble comptroller, address underlying_, uint256 exchangeRate) {
        (COMPTROLLER, _UNDERLYING, _EXCHANGE_RATE) = (comptroller, underlying_, exchangeRate);
    }

    /// @notice Supplies underlying of the caller.
    function mint(uint256 amount) external {
        uint256 minted = (amount * WAD) / _EXCHANGE_RATE;
        _tokens[msg.sender] += minted;
        emit Mint(msg.sender, amount, minted);
    }

    /// @notice Withdraws underlying of the caller.
    function redeemUnderlying(uint256 amount) external {
        uint256 redeemed = (amount * WAD) / _EXCHANGE_RATE;
        _tokens[msg.sender] -= redeemed;
        emit Redeem(msg.sender, amount, redeemed);
        COMPTROLLER.requireLiquid(msg.sender);
    }

    /// @notice Borrows underlying; the caller enters the market.
    function borrow(uint256 amount) external {
        COMPTROLLER.enterFor(msg.sender);
        _borrows[msg.sender] += amount;
        _totalBorrows += amount;
        emit Borrow(msg.sender, amount, _borrows[msg.sender], _totalBorrows);
        COMPTROLLER.requireLiquid(msg.sender);
    }

    /// @notice Repays a debt of the caller.
    function repayBorrow(uint256 amount) external {
        _repay(msg.sender, amount);
    }

    /// @notice Repays debt of a borrower with a shortfall, and takes collateral of another market.
    function liquidateBorrow(address borrower, uint256 amount, CTokenDouble collateral) external {
        uint256 seized = COMPTROLLER.seizeTokens(this, collateral, amount);
        COMPTROLLER.requireShortfall(borrower, amount, _borrows[borrower]);
        _repay(borrower, amount);
        collateral.seize(borrower, msg.sender, seized);
        emit LiquidateBorrow(msg.sender, borrower, amount, address(collateral), seized);
    }

    /// @notice Moves cTokens of a liquidated borrower. Only other markets.
    function seize(address borrower, address liquidator, uint256 tokens) external {
        COMPTROLLER.requireMarket(msg.sender);
        _tokens[borrower] -= tokens;
        _tokens[liquidator] += tokens;
    }

    /// @notice Underlying units of one cToken unit × 1e18.
    function exchangeRateStored() external view returns (uint256 rate) {
        return _EXCHANGE_RATE;
    }

    /// @notice Token that is lent.
    function underlying() external view returns (address token) {
        if (_UNDERLYING == address(0)) revert CTokenDoubleNoUnderlying();
        return _UNDERLYING;
    }

    /// @notice Error code, cTokens, debt and exchange rate of an account.
    function getAccountSnapshot(address account) external view returns (uint256, uint256, uint256, uint256) {
        return (0, _tokens[account], _borrows[account], _EXCHANGE_RATE);
    }

    function _repay(address borrower, uint256 amount) private {
        _borrows[borrower] -= amount;
        _totalBorrows -= amount;
        emit RepayBorrow(msg.sender, borrower, amount, _borrows[borrower], _totalBorrows);
    }
}
