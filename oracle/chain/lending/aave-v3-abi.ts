/** The part of Aave v3's interface that a node reads. Source: docs.aave.com, "Pool", "Pool Addresses Provider", "Protocol Data Provider", "Aave Oracle". */
import { parseAbi } from "viem";

/** Events of a pool. */
export const aaveV3Events = parseAbi([
  "event Supply(address indexed reserve, address user, address indexed onBehalfOf, uint256 amount, uint16 indexed referralCode)",
  "event Withdraw(address indexed reserve, address indexed user, address indexed to, uint256 amount)",
  "event Borrow(address indexed reserve, address user, address indexed onBehalfOf, uint256 amount, uint8 interestRateMode, uint256 borrowRate, uint16 indexed referralCode)",
  "event Repay(address indexed reserve, address indexed user, address indexed repayer, uint256 amount, bool useATokens)",
  "event LiquidationCall(address indexed collateralAsset, address indexed debtAsset, address indexed user, uint256 debtToCover, uint256 liquidatedCollateralAmount, address liquidator, bool receiveAToken)",
  "event UserEModeSet(address indexed user, uint8 categoryId)",
]);

/** Views of a pool. */
export const aaveV3PoolAbi = parseAbi([
  "function ADDRESSES_PROVIDER() view returns (address)",
  "function getReservesList() view returns (address[])",
  "function getUserConfiguration(address user) view returns ((uint256 data))",
  "function getUserEMode(address user) view returns (uint256)",
  "function getUserAccountData(address user) view returns (uint256 totalCollateralBase, uint256 totalDebtBase, uint256 availableBorrowsBase, uint256 currentLiquidationThreshold, uint256 ltv, uint256 healthFactor)",
]);

/** Where a pool's other contracts are named. */
export const aaveV3ProviderAbi = parseAbi([
  "function getPoolDataProvider() view returns (address)",
  "function getPriceOracle() view returns (address)",
]);

/** Views of the data provider. */
export const aaveV3DataAbi = parseAbi([
  "function getUserReserveData(address asset, address user) view returns (uint256 currentATokenBalance, uint256 currentStableDebt, uint256 currentVariableDebt, uint256 principalStableDebt, uint256 scaledVariableDebt, uint256 stableBorrowRate, uint256 liquidityRate, uint40 stableRateLastUpdated, bool usageAsCollateralEnabled)",
  "function getReserveConfigurationData(address asset) view returns (uint256 decimals, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus, uint256 reserveFactor, bool usageAsCollateralEnabled, bool borrowingEnabled, bool stableBorrowRateEnabled, bool isActive, bool isFrozen)",
]);

/** Views of the price oracle. */
export const aaveV3OracleAbi = parseAbi([
  "function BASE_CURRENCY_UNIT() view returns (uint256)",
  "function getAssetsPrices(address[] assets) view returns (uint256[])",
  "function getAssetPrice(address asset) view returns (uint256)",
]);
