// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What a node reads of a Compound v3 market, and what moves it; signatures as published in Compound's documentation
/// @notice Amounts in token units, prices in USD × 1e8, factors × 1e18.
interface ICometDouble {
    /// @notice Terms of one collateral.
    struct AssetInfo {
        uint8 offset;
        address asset;
        address priceFeed;
        uint64 scale;
        uint64 borrowCollateralFactor;
        uint64 liquidateCollateralFactor;
        uint64 liquidationFactor;
        uint128 supplyCap;
    }

    /// @notice Base was supplied: it repays a debt first.
    event Supply(address indexed from, address indexed dst, uint256 amount);
    /// @notice Base was withdrawn: beyond what was supplied it is borrowed.
    event Withdraw(address indexed src, address indexed to, uint256 amount);
    /// @notice Collateral was supplied.
    event SupplyCollateral(address indexed from, address indexed dst, address indexed asset, uint256 amount);
    /// @notice Collateral was withdrawn.
    event WithdrawCollateral(address indexed src, address indexed to, address indexed asset, uint256 amount);
    /// @notice Collateral changed its owner inside of the market.
    event TransferCollateral(address indexed from, address indexed to, address indexed asset, uint256 amount);
    /// @notice The protocol took over a debt.
    event AbsorbDebt(address indexed absorber, address indexed borrower, uint256 basePaidOut, uint256 usdValue);
    /// @notice The protocol took over collateral of an absorbed borrower.
    event AbsorbCollateral(
        address indexed absorber,
        address indexed borrower,
        address indexed asset,
        uint256 collateralAbsorbed,
        uint256 usdValue
    );

    /// @notice Supplies base or collateral of the caller.
    function supply(address asset, uint256 amount) external;

    /// @notice Withdraws base, borrowing what is missing, or collateral.
    function withdraw(address asset, uint256 amount) external;

    /// @notice Moves collateral of the caller to another account.
    function transferAsset(address dst, address asset, uint256 amount) external;

    /// @notice Takes over debt and all collateral of accounts that are liquidatable.
    function absorb(address absorber, address[] calldata accounts) external;

    /// @notice Token that is lent.
    function baseToken() external view returns (address token);

    /// @notice Price feed of the base token.
    function baseTokenPriceFeed() external view returns (address feed);

    /// @notice Units of one base token.
    function baseScale() external view returns (uint256 scale);

    /// @notice Number of collaterals.
    function numAssets() external view returns (uint8 count);

    /// @notice Terms of the collateral at an index.
    function getAssetInfo(uint8 i) external view returns (AssetInfo memory info);

    /// @notice Price of a feed.
    function getPrice(address priceFeed) external view returns (uint256 priceE8);

    /// @notice Base that an account owes.
    function borrowBalanceOf(address account) external view returns (uint256 balance);

    /// @notice Collateral of an account.
    function collateralBalanceOf(address account, address asset) external view returns (uint128 balance);

    /// @notice Whether an account may be absorbed.
    function isLiquidatable(address account) external view returns (bool liquidatable);
}
