/** The part of Compound v2's interface that a node reads. Source: docs.compound.finance/v2, "cTokens", "Comptroller", "Price Feed". */
import { parseAbi } from "viem";

/** Events of the markets and of the Comptroller; no argument is indexed. */
export const compoundV2Events = parseAbi([
  "event Mint(address minter, uint256 mintAmount, uint256 mintTokens)",
  "event Redeem(address redeemer, uint256 redeemAmount, uint256 redeemTokens)",
  "event Borrow(address borrower, uint256 borrowAmount, uint256 accountBorrows, uint256 totalBorrows)",
  "event RepayBorrow(address payer, address borrower, uint256 repayAmount, uint256 accountBorrows, uint256 totalBorrows)",
  "event LiquidateBorrow(address liquidator, address borrower, uint256 repayAmount, address cTokenCollateral, uint256 seizeTokens)",
  "event MarketEntered(address cToken, address account)",
  "event MarketExited(address cToken, address account)",
]);

/** Views of the Comptroller and of its price oracle. */
export const comptrollerAbi = parseAbi([
  "function getAllMarkets() view returns (address[])",
  "function markets(address cToken) view returns (bool isListed, uint256 collateralFactorMantissa, bool isComped)",
  "function closeFactorMantissa() view returns (uint256)",
  "function liquidationIncentiveMantissa() view returns (uint256)",
  "function oracle() view returns (address)",
  "function getAssetsIn(address account) view returns (address[])",
  "function getUnderlyingPrice(address cToken) view returns (uint256)",
]);

/** Views of a market; that of the chain's own coin has no `underlying`. */
export const cTokenAbi = parseAbi([
  "function underlying() view returns (address)",
  "function decimals() view returns (uint8)",
  "function exchangeRateStored() view returns (uint256)",
  "function getAccountSnapshot(address account) view returns (uint256 code, uint256 tokens, uint256 borrowed, uint256 exchangeRate)",
]);
