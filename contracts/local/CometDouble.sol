// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICometDouble} from "./ICometDouble.sol";

/// @title Double of a Compound v3 market for local networks
/// @notice Keeps books and moves no tokens. Events and views are Compound's; interest does not accrue. Anybody may set terms.
/// A token's price feed is named by the token's own address.
contract CometDouble is ICometDouble {
    /// @notice The collateral does not reach.
    error CometDoubleNotCollateralized(address account);
    /// @notice The collateral reaches.
    error CometDoubleNotLiquidatable(address account);

    uint256 private constant FACTOR = 1e18;
    address private immutable _BASE_TOKEN;
    uint256 private immutable _BASE_SCALE;

    /// @inheritdoc ICometDouble
    mapping(address priceFeed => uint256 priceE8) public getPrice;
    /// @inheritdoc ICometDouble
    mapping(address account => mapping(address asset => uint128)) public collateralBalanceOf;
    mapping(address account => int256) private _base;
    AssetInfo[] private _assets;

    constructor(address base, uint256 scale) {
        (_BASE_TOKEN, _BASE_SCALE) = (base, scale);
    }

    /// @notice Lists a collateral; factors × 1e18.
    function addAsset(address asset, uint64 scale, uint64 liquidateFactor, uint64 liquidationFactor) external {
        uint8 offset = uint8(_assets.length);
        uint128 cap = type(uint128).max;
        _assets.push(AssetInfo(offset, asset, asset, scale, liquidateFactor, liquidateFactor, liquidationFactor, cap));
    }

    /// @notice Sets a price, USD × 1e8.
    function setPrice(address token, uint256 priceE8) external {
        getPrice[token] = priceE8;
    }

    /// @inheritdoc ICometDouble
    function supply(address asset, uint256 amount) external {
        if (asset == _BASE_TOKEN) {
            _base[msg.sender] += int256(amount);
            emit Supply(msg.sender, msg.sender, amount);
            return;
        }
        collateralBalanceOf[msg.sender][asset] += uint128(amount);
        emit SupplyCollateral(msg.sender, msg.sender, asset, amount);
    }

    /// @inheritdoc ICometDouble
    function withdraw(address asset, uint256 amount) external {
        if (asset == _BASE_TOKEN) {
            _base[msg.sender] -= int256(amount);
            emit Withdraw(msg.sender, msg.sender, amount);
        } else {
            collateralBalanceOf[msg.sender][asset] -= uint128(amount);
            emit WithdrawCollateral(msg.sender, msg.sender, asset, amount);
        }
        _requireCollateralized(msg.sender);
    }

    /// @inheritdoc ICometDouble
    function transferAsset(address dst, address asset, uint256 amount) external {
        collateralBalanceOf[msg.sender][asset] -= uint128(amount);
        collateralBalanceOf[dst][asset] += uint128(amount);
        emit TransferCollateral(msg.sender, dst, asset, amount);
        _requireCollateralized(msg.sender);
    }

    /// @inheritdoc ICometDouble
    function absorb(address absorber, address[] calldata accounts) external {
        for (uint256 i = 0; i < accounts.length; ++i) _absorb(absorber, accounts[i]);
    }

    /// @inheritdoc ICometDouble
    function numAssets() external view returns (uint8 count) {
        return uint8(_assets.length);
    }

    /// @inheritdoc ICometDouble
    function getAssetInfo(uint8 i) external view returns (AssetInfo memory info) {
        return _assets[i];
    }

    /// @inheritdoc ICometDouble
    function baseToken() external view returns (address token) {
        return _BASE_TOKEN;
    }

    /// @inheritdoc ICometDouble
    function baseScale() external view returns (uint256 scale) {
        return _BASE_SCALE;
    }

    /// @inheritdoc ICometDouble
    function baseTokenPriceFeed() external view returns (address feed) {
        return _BASE_TOKEN;
    }

    /// @inheritdoc ICometDouble
    function borrowBalanceOf(address account) public view returns (uint256 balance) {
        int256 base = _base[account];
        return base < 0 ? uint256(-base) : 0;
    }

    /// @inheritdoc ICometDouble
    function isLiquidatable(address account) public view returns (bool liquidatable) {
        uint256 debt = (borrowBalanceOf(account) * getPrice[_BASE_TOKEN]) / _BASE_SCALE;
        uint256 room = 0;
        for (uint256 i = 0; i < _assets.length; ++i) {
            AssetInfo memory info = _assets[i];
            room += (_valueOf(info, account) * info.liquidateCollateralFactor) / FACTOR;
        }
        return debt > room;
    }

    function _absorb(address absorber, address account) private {
        if (!isLiquidatable(account)) revert CometDoubleNotLiquidatable(account);
        uint256 debt = borrowBalanceOf(account);
        for (uint256 i = 0; i < _assets.length; ++i) {
            AssetInfo memory info = _assets[i];
            uint128 seized = collateralBalanceOf[account][info.asset];
            if (seized == 0) continue;
            uint256 worth = _valueOf(info, account);
            collateralBalanceOf[account][info.asset] = 0;
            emit AbsorbCollateral(absorber, account, info.asset, seized, worth);
        }
        _base[account] = 0;
        emit AbsorbDebt(absorber, account, debt, (debt * getPrice[_BASE_TOKEN]) / _BASE_SCALE);
    }

    function _requireCollateralized(address account) private view {
        if (isLiquidatable(account)) revert CometDoubleNotCollateralized(account);
    }

    function _valueOf(AssetInfo memory info, address account) private view returns (uint256 usdE8) {
        return (uint256(collateralBalanceOf[account][info.asset]) * getPrice[info.priceFeed]) / info.scale;
    }
}
