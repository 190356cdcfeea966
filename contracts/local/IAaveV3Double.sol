// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What a node reads of an Aave v3 market, and what moves it; signatures as published in Aave's documentation
/// @notice Amounts in token units, base currency USD × 1e8, thresholds and bonuses in basis points.
interface IAaveV3Double {
    /// @notice Two bits a reserve, in the order of the list: borrowed, used as collateral.
    struct UserConfigurationMap {
        uint256 data;
    }

    /// @notice Tokens were supplied for an account.
    event Supply(
        address indexed reserve,
        address user,
        address indexed onBehalfOf,
        uint256 amount,
        uint16 indexed referralCode
    );
    /// @notice Tokens were withdrawn.
    event Withdraw(address indexed reserve, address indexed user, address indexed to, uint256 amount);
    /// @notice Tokens were borrowed on the account of `onBehalfOf`.
    event Borrow(
        address indexed reserve,
        address user,
        address indexed onBehalfOf,
        uint256 amount,
        uint8 interestRateMode,
        uint256 borrowRate,
        uint16 indexed referralCode
    );
    /// @notice A debt was repaid in part or whole.
    event Repay(
        address indexed reserve,
        address indexed user,
        address indexed repayer,
        uint256 amount,
        bool useATokens
    );
    /// @notice A borrower was liquidated.
    event LiquidationCall(
        address indexed collateralAsset,
        address indexed debtAsset,
        address indexed user,
        uint256 debtToCover,
        uint256 liquidatedCollateralAmount,
        address liquidator,
        bool receiveAToken
    );
    /// @notice An account changed its category of efficiency mode.
    event UserEModeSet(address indexed user, uint8 categoryId);

    /// @notice Supplies tokens for `onBehalfOf`.
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;

    /// @notice Withdraws tokens of the caller.
    function withdraw(address asset, uint256 amount, address to) external returns (uint256 withdrawn);

    /// @notice Borrows on the account of `onBehalfOf`.
    function borrow(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        uint16 referralCode,
        address onBehalfOf
    ) external;

    /// @notice Repays a debt of `onBehalfOf`.
    function repay(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        address onBehalfOf
    ) external returns (uint256 repaid);

    /// @notice Repays debt of an unhealthy account and takes collateral with the bonus.
    function liquidationCall(
        address collateralAsset,
        address debtAsset,
        address user,
        uint256 debtToCover,
        bool receiveAToken
    ) external;

    /// @notice Where the market's other contracts are named.
    function ADDRESSES_PROVIDER() external view returns (address provider);

    /// @notice Contract that describes reserves and accounts.
    function getPoolDataProvider() external view returns (address provider);

    /// @notice Contract that prices reserves.
    function getPriceOracle() external view returns (address oracle);

    /// @notice Unit of the base currency.
    function BASE_CURRENCY_UNIT() external view returns (uint256 unit);

    /// @notice Reserves in the order of their bits.
    function getReservesList() external view returns (address[] memory list);

    /// @notice Which reserves an account uses.
    function getUserConfiguration(address user) external view returns (UserConfigurationMap memory map);

    /// @notice Category of efficiency mode, 0 without.
    function getUserEMode(address user) external view returns (uint256 category);

    /// @notice Balances of an account in a reserve.
    function getUserReserveData(
        address asset,
        address user
    )
        external
        view
        returns (
            uint256 currentATokenBalance,
            uint256 currentStableDebt,
            uint256 currentVariableDebt,
            uint256 principalStableDebt,
            uint256 scaledVariableDebt,
            uint256 stableBorrowRate,
            uint256 liquidityRate,
            uint40 stableRateLastUpdated,
            bool usageAsCollateralEnabled
        );

    /// @notice Terms of a reserve.
    function getReserveConfigurationData(
        address asset
    )
        external
        view
        returns (
            uint256 decimals,
            uint256 ltv,
            uint256 liquidationThreshold,
            uint256 liquidationBonus,
            uint256 reserveFactor,
            bool usageAsCollateralEnabled,
            bool borrowingEnabled,
            bool stableBorrowRateEnabled,
            bool isActive,
            bool isFrozen
        );

    /// @notice Prices in the base currency.
    function getAssetsPrices(address[] calldata assets) external view returns (uint256[] memory prices);

    /// @notice Health of an account.
    function getUserAccountData(
        address user
    )
        external
        view
        returns (
            uint256 totalCollateralBase,
            uint256 totalDebtBase,
            uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold,
            uint256 ltv,
            uint256 healthFactor
        );
}
