/**
 * Calls that change what a lending market asks for. Sources: aave.com/docs, "PoolConfigurator" and "AaveOracle"; docs.compound.finance,
 * v2 "Comptroller" and v3 "Governance" (Configurator).
 */
import { parseAbi } from "viem";

/** Functions whose tokens their arguments name, or that concern a whole market. */
export const riskCallsAbi = parseAbi([
  "function configureReserveAsCollateral(address asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus)",
  "function setSupplyCap(address asset, uint256 newSupplyCap)",
  "function setBorrowCap(address asset, uint256 newBorrowCap)",
  "function setReserveFreeze(address asset, bool freeze)",
  "function setReservePause(address asset, bool paused)",
  "function setReservePause(address asset, bool paused, uint40 gracePeriod)",
  "function setAssetSources(address[] assets, address[] sources)",
  "function setPriceOracle(address newPriceOracle)",
  "function _setCollateralFactor(address cToken, uint256 newCollateralFactorMantissa)",
  "function _setMarketBorrowCaps(address[] cTokens, uint256[] newBorrowCaps)",
  "function _setPriceOracle(address newOracle)",
  "function _setCloseFactor(uint256 newCloseFactorMantissa)",
  "function _setLiquidationIncentive(uint256 newLiquidationIncentiveMantissa)",
  "function updateAssetBorrowCollateralFactor(address comet, address asset, uint64 newBorrowCF)",
  "function updateAssetLiquidateCollateralFactor(address comet, address asset, uint64 newLiquidateCF)",
  "function updateAssetLiquidationFactor(address comet, address asset, uint64 newLiquidationFactor)",
  "function updateAssetSupplyCap(address comet, address asset, uint128 newSupplyCap)",
  "function updateAssetPriceFeed(address comet, address asset, address newPriceFeed)",
]);

/** Functions that run or install code, so that what they change cannot be read from the call. */
export const opaqueCallsAbi = parseAbi([
  "function execute()",
  "function multicall(bytes[] data)",
  "function upgradeTo(address implementation)",
  "function upgradeToAndCall(address implementation, bytes data)",
  "function upgrade(address proxy, address implementation)",
  "function upgradeAndCall(address proxy, address implementation, bytes data)",
]);
