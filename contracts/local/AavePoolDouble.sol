// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV3Double} from "./IAaveV3Double.sol";

/// @title Double of an Aave v3 market for local networks: pool, addresses provider, data provider and price oracle in one
/// @notice Keeps books and moves no tokens. Events and views are Aave's; interest does not accrue. Anybody may set terms.
contract AavePoolDouble is IAaveV3Double {
    struct Reserve {
        uint256 decimals;
        uint256 thresholdBps;
        uint256 bonusBps;
        uint256 priceE8;
    }

    /// @notice Health is at or above 1: nothing may be liquidated.
    error AaveDoubleHealthy(uint256 health);
    /// @notice Health would fall below 1.
    error AaveDoubleUnhealthy(uint256 health);
    /// @notice More than the close factor allows.
    error AaveDoubleTooMuch(uint256 covered, uint256 debt);

    /// @inheritdoc IAaveV3Double
    uint256 public constant BASE_CURRENCY_UNIT = 1e8;
    /// @inheritdoc IAaveV3Double
    address public immutable ADDRESSES_PROVIDER = address(this);

    uint256 private constant BPS = 10_000;
    uint256 private constant WAD = 1e18;
    uint256 private constant WHOLE_BELOW_WAD = 0.95e18;

    mapping(address user => uint256 category) public getUserEMode;
    mapping(address asset => Reserve) private _reserves;
    mapping(address user => mapping(address asset => uint256)) private _supplied;
    mapping(address user => mapping(address asset => uint256)) private _borrowed;
    address[] private _list;

    /// @notice Lists a reserve, or changes its terms.
    function setReserve(address asset, uint256 decimals, uint256 thresholdBps, uint256 bonusBps) external {
        Reserve storage reserve = _reserves[asset];
        if (reserve.bonusBps == 0) _list.push(asset);
        (reserve.decimals, reserve.thresholdBps, reserve.bonusBps) = (decimals, thresholdBps, bonusBps);
    }

    /// @notice Sets a price, USD × 1e8.
    function setPrice(address asset, uint256 priceE8) external {
        _reserves[asset].priceE8 = priceE8;
    }

    /// @notice Puts the caller into a category of efficiency mode.
    function setUserEMode(uint8 category) external {
        getUserEMode[msg.sender] = category;
        emit UserEModeSet(msg.sender, category);
    }

    /// @inheritdoc IAaveV3Double
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external {
        _supplied[onBehalfOf][asset] += amount;
        emit Supply(asset, msg.sender, onBehalfOf, amount, referralCode);
    }

    /// @inheritdoc IAaveV3Double
    function withdraw(address asset, uint256 amount, address to) external returns (uint256 withdrawn) {
        _supplied[msg.sender][asset] -= amount;
        emit Withdraw(asset, msg.sender, to, amount);
        _requireHealthy(msg.sender);
        return amount;
    }

    /// @inheritdoc IAaveV3Double
    function borrow(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        uint16 referralCode,
        address onBehalfOf
    ) external {
        _borrowed[onBehalfOf][asset] += amount;
        emit Borrow(asset, msg.sender, onBehalfOf, amount, uint8(interestRateMode), 0, referralCode);
        _requireHealthy(onBehalfOf);
    }

    /// @inheritdoc IAaveV3Double
    function repay(address asset, uint256 amount, uint256, address onBehalfOf) external returns (uint256 repaid) {
        _borrowed[onBehalfOf][asset] -= amount;
        emit Repay(asset, onBehalfOf, msg.sender, amount, false);
        return amount;
    }

    /// @inheritdoc IAaveV3Double
    function liquidationCall(
        address collateralAsset,
        address debtAsset,
        address user,
        uint256 debtToCover,
        bool receiveAToken
    ) external {
        (, uint256 debtBase, , , , uint256 health) = getUserAccountData(user);
        if (health >= WAD) revert AaveDoubleHealthy(health);
        uint256 covered = _valueOf(debtAsset, debtToCover);
        if (health >= WHOLE_BELOW_WAD && covered > debtBase / 2) revert AaveDoubleTooMuch(covered, debtBase);
        Reserve storage collateral = _reserves[collateralAsset];
        uint256 seizedBase = (covered * collateral.bonusBps) / BPS;
        uint256 seized = (seizedBase * 10 ** collateral.decimals) / collateral.priceE8;
        _borrowed[user][debtAsset] -= debtToCover;
        _supplied[user][collateralAsset] -= seized;
        emit LiquidationCall(collateralAsset, debtAsset, user, debtToCover, seized, msg.sender, receiveAToken);
    }

    /// @inheritdoc IAaveV3Double
    function getPoolDataProvider() external view returns (address provider) {
        return address(this);
    }

    /// @inheritdoc IAaveV3Double
    function getPriceOracle() external view returns (address oracle) {
        return address(this);
    }

    /// @inheritdoc IAaveV3Double
    function getReservesList() external view returns (address[] memory list) {
        return _list;
    }

    /// @inheritdoc IAaveV3Double
    function getUserConfiguration(address user) external view returns (UserConfigurationMap memory map) {
        for (uint256 i = 0; i < _list.length; ++i) {
            if (_borrowed[user][_list[i]] > 0) map.data |= 1 << (2 * i);
            if (_supplied[user][_list[i]] > 0) map.data |= 2 << (2 * i);
        }
    }

    /// @inheritdoc IAaveV3Double
    function getUserReserveData(
        address asset,
        address user
    )
        external
        view
        returns (
            uint256 supplied,
            uint256 stableDebt,
            uint256 debt,
            uint256 stablePrincipal,
            uint256 scaledDebt,
            uint256 stableRate,
            uint256 supplyRate,
            uint40 stableSince,
            bool used
        )
    {
        // One by one: without the IR pipeline the stack is too short for a tuple of nine.
        supplied = _supplied[user][asset];
        used = supplied > 0;
        debt = _borrowed[user][asset];
        scaledDebt = debt;
        (stableDebt, stablePrincipal, stableRate) = (0, 0, 0);
        (supplyRate, stableSince) = (0, 0);
    }

    /// @inheritdoc IAaveV3Double
    function getReserveConfigurationData(
        address asset
    ) external view returns (uint256, uint256, uint256, uint256, uint256, bool, bool, bool, bool, bool) {
        Reserve memory reserve = _reserves[asset];
        (uint256 threshold, uint256 bonus) = (reserve.thresholdBps, reserve.bonusBps);
        return (reserve.decimals, threshold, threshold, bonus, 1_000, threshold > 0, true, false, true, false);
    }

    /// @inheritdoc IAaveV3Double
    function getAssetsPrices(address[] calldata assets) external view returns (uint256[] memory prices) {
        prices = new uint256[](assets.length);
        for (uint256 i = 0; i < assets.length; ++i) prices[i] = _reserves[assets[i]].priceE8;
    }

    /// @inheritdoc IAaveV3Double
    function getUserAccountData(
        address user
    )
        public
        view
        returns (
            uint256 totalCollateralBase,
            uint256 totalDebtBase,
            uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold,
            uint256 ltv,
            uint256 healthFactor
        )
    {
        uint256 weighted = 0;
        for (uint256 i = 0; i < _list.length; ++i) {
            uint256 worth = _valueOf(_list[i], _supplied[user][_list[i]]);
            totalCollateralBase += worth;
            weighted += worth * _reserves[_list[i]].thresholdBps;
            totalDebtBase += _valueOf(_list[i], _borrowed[user][_list[i]]);
        }
        currentLiquidationThreshold = totalCollateralBase == 0 ? 0 : weighted / totalCollateralBase;
        ltv = currentLiquidationThreshold;
        uint256 room = weighted / BPS;
        availableBorrowsBase = room > totalDebtBase ? room - totalDebtBase : 0;
        healthFactor = totalDebtBase == 0 ? type(uint256).max : (room * WAD) / totalDebtBase;
    }

    function _requireHealthy(address user) private view {
        (, , , , , uint256 health) = getUserAccountData(user);
        if (health < WAD) revert AaveDoubleUnhealthy(health);
    }

    function _valueOf(address asset, uint256 amount) private view returns (uint256 base) {
        Reserve memory reserve = _reserves[asset];
        return (amount * reserve.priceE8) / 10 ** reserve.decimals;
    }
}
