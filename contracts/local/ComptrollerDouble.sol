// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CTokenDouble} from "./CTokenDouble.sol";

/// @title Double of Compound v2's Comptroller and price oracle for local networks
/// @notice Events and views are Compound's. Anybody may set terms.
contract ComptrollerDouble {
    /// @notice An account uses a market as collateral.
    event MarketEntered(address cToken, address account);
    /// @notice An account does so no longer.
    event MarketExited(address cToken, address account);

    /// @notice The collateral does not reach.
    error ComptrollerDoubleShortfall(address account);
    /// @notice The collateral reaches.
    error ComptrollerDoubleLiquid(address account);
    /// @notice More than the close factor allows.
    error ComptrollerDoubleTooMuch(uint256 repaid, uint256 debt);
    /// @notice The caller is no market.
    error ComptrollerDoubleNoMarket(address caller);

    struct Market {
        bool isListed;
        uint256 collateralFactorMantissa;
        bool isComped;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant CLOSE_FACTOR = 0.5e18;
    uint256 private constant INCENTIVE = 1.08e18;

    /// @notice Terms of a market.
    mapping(address cToken => Market) public markets;
    /// @notice USD of one underlying unit × 1e36.
    mapping(address cToken => uint256) public getUnderlyingPrice;
    mapping(address account => address[]) private _entered;
    address[] private _all;

    /// @notice Lists a market.
    function supportMarket(address cToken, uint256 factor) external {
        markets[cToken] = Market(true, factor, true);
        _all.push(cToken);
    }

    /// @notice Sets a price, USD of one underlying unit × 1e36.
    function setUnderlyingPrice(address cToken, uint256 price) external {
        getUnderlyingPrice[cToken] = price;
    }

    /// @notice Uses markets as collateral of the caller.
    function enterMarkets(address[] calldata cTokens) external {
        for (uint256 i = 0; i < cTokens.length; ++i) _enter(cTokens[i], msg.sender);
    }

    /// @notice Stops using a market as collateral of the caller.
    function exitMarket(address cToken) external {
        address[] storage entered = _entered[msg.sender];
        for (uint256 i = 0; i < entered.length; ++i) {
            if (entered[i] != cToken) continue;
            entered[i] = entered[entered.length - 1];
            entered.pop();
            emit MarketExited(cToken, msg.sender);
            break;
        }
        requireLiquid(msg.sender);
    }

    /// @notice A borrower enters the market that he borrows from. Only markets.
    function enterFor(address account) external {
        requireMarket(msg.sender);
        _enter(msg.sender, account);
    }

    /// @notice Largest share of a debt that one liquidation repays × 1e18.
    function closeFactorMantissa() external pure returns (uint256 factor) {
        return CLOSE_FACTOR;
    }

    /// @notice Worth of what is seized over what is repaid × 1e18.
    function liquidationIncentiveMantissa() external pure returns (uint256 incentive) {
        return INCENTIVE;
    }

    /// @notice Contract that prices underlyings.
    function oracle() external view returns (address priceOracle) {
        return address(this);
    }

    /// @notice All markets.
    function getAllMarkets() external view returns (address[] memory list) {
        return _all;
    }

    /// @notice Markets that an account uses.
    function getAssetsIn(address account) external view returns (address[] memory list) {
        return _entered[account];
    }

    /// @notice cTokens worth a repaid amount with the incentive.
    function seizeTokens(CTokenDouble debt, CTokenDouble collateral, uint256 amount) external view returns (uint256) {
        uint256 worth = (amount * getUnderlyingPrice[address(debt)] * INCENTIVE) / WAD;
        uint256 underlying = worth / getUnderlyingPrice[address(collateral)];
        return (underlying * WAD) / collateral.exchangeRateStored();
    }

    /// @notice Reverts unless a borrower may be liquidated by this amount.
    function requireShortfall(address account, uint256 repaid, uint256 debt) external view {
        (uint256 room, uint256 owed) = _sums(account);
        if (owed <= room) revert ComptrollerDoubleLiquid(account);
        if (repaid > (debt * CLOSE_FACTOR) / WAD) revert ComptrollerDoubleTooMuch(repaid, debt);
    }

    /// @notice Reverts where an account's debt exceeds what its collateral carries.
    function requireLiquid(address account) public view {
        (uint256 room, uint256 owed) = _sums(account);
        if (owed > room) revert ComptrollerDoubleShortfall(account);
    }

    /// @notice Reverts unless an address is a listed market.
    function requireMarket(address caller) public view {
        if (!markets[caller].isListed) revert ComptrollerDoubleNoMarket(caller);
    }

    function _enter(address cToken, address account) private {
        address[] storage entered = _entered[account];
        for (uint256 i = 0; i < entered.length; ++i) if (entered[i] == cToken) return;
        entered.push(cToken);
        emit MarketEntered(cToken, account);
    }

    function _sums(address account) private view returns (uint256 room, uint256 owed) {
        address[] memory entered = _entered[account];
        for (uint256 i = 0; i < entered.length; ++i) {
            (, uint256 tokens, uint256 debt, uint256 rate) = CTokenDouble(entered[i]).getAccountSnapshot(account);
            uint256 price = getUnderlyingPrice[entered[i]];
            room += (((tokens * rate) / WAD) * price * markets[entered[i]].collateralFactorMantissa) / WAD;
            owed += debt * price;
        }
    }
}
