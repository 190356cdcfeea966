/** Which parameters of which assets a call of another protocol's governance touches. */
import { decodeFunctionData, toFunctionSelector } from "viem";
import { opaqueCallsAbi, riskCallsAbi } from "../../../chain/governance/risk-calls-abi.ts";
import type { RiskParameter } from "../../../domain/chain-signals.ts";
import type { AssetSymbol } from "../../../domain/market.ts";
import type { Hex } from "../../../domain/units.ts";

/** A call as governance announces it. */
export interface GovernanceCall {
  /** Old governors name the function here, and leave it out of the data. */
  readonly signature: string;
  readonly data: Hex;
  /** Whether the target's code runs as the caller. */
  readonly isDelegated: boolean;
}

/** One parameter of one asset. */
export interface Touched {
  readonly asset: AssetSymbol;
  readonly parameter: RiskParameter;
  readonly call: string;
}

/** Tokens by asset: those whose terms matter, lower or mixed case. */
export type TokensOfAssets = Readonly<Record<AssetSymbol, readonly string[]>>;

type RiskCallName = (typeof riskCallsAbi)[number]["name"];

/** What a function changes, and which argument names the token or tokens; `null` for a whole market. */
const MEANINGS: Readonly<Record<RiskCallName, { readonly parameter: RiskParameter; readonly token: number | null }>> = {
  configureReserveAsCollateral: { parameter: "threshold", token: 0 },
  setSupplyCap: { parameter: "cap", token: 0 },
  setBorrowCap: { parameter: "cap", token: 0 },
  setReserveFreeze: { parameter: "halt", token: 0 },
  setReservePause: { parameter: "halt", token: 0 },
  setAssetSources: { parameter: "price-source", token: 0 },
  setPriceOracle: { parameter: "price-source", token: null },
  _setCollateralFactor: { parameter: "threshold", token: 0 },
  _setMarketBorrowCaps: { parameter: "cap", token: 0 },
  _setPriceOracle: { parameter: "price-source", token: null },
  _setCloseFactor: { parameter: "liquidation", token: null },
  _setLiquidationIncentive: { parameter: "liquidation", token: null },
  updateAssetBorrowCollateralFactor: { parameter: "threshold", token: 1 },
  updateAssetLiquidateCollateralFactor: { parameter: "threshold", token: 1 },
  updateAssetLiquidationFactor: { parameter: "liquidation", token: 1 },
  updateAssetSupplyCap: { parameter: "cap", token: 1 },
  updateAssetPriceFeed: { parameter: "price-source", token: 1 },
};
const RISK_SELECTORS: ReadonlySet<Hex> = new Set(riskCallsAbi.map(toFunctionSelector));
const OPAQUE_SELECTORS: ReadonlySet<Hex> = new Set(opaqueCallsAbi.map(toFunctionSelector));
/** `0x` and four bytes. */
const SELECTOR_LENGTH = 10;

/** What a call touches; nothing for a function that is neither a risk parameter's nor runs code. */
export function touchedBy(call: GovernanceCall, tokens: TokensOfAssets): readonly Touched[] {
  const data = wholeData(call);
  const selector = selectorOf(data);
  if (RISK_SELECTORS.has(selector)) return decoded(data, tokens) ?? unreadable(tokens, selector);
  return call.isDelegated || OPAQUE_SELECTORS.has(selector) ? unreadable(tokens, call.signature || selector) : [];
}

/** A change of one token. */
export function touchedToken(
  token: string,
  { parameter, call }: Pick<Touched, "parameter" | "call">,
  tokens: TokensOfAssets,
): readonly Touched[] {
  return assetsOf([token], tokens).map((asset) => ({ asset, parameter, call }));
}

/** What cannot be read may touch every asset: not knowing is no reason to expect nothing. */
export function unreadable(tokens: TokensOfAssets, call: string): readonly Touched[] {
  return Object.keys(tokens).map((asset) => ({ asset, parameter: "unreadable", call }));
}

function wholeData({ signature, data }: GovernanceCall): Hex {
  if (signature === "") return data;
  return `${toFunctionSelector(signature)}${data.slice(2)}`;
}

function selectorOf(data: Hex): Hex {
  return `0x${data.slice(2, SELECTOR_LENGTH).toLowerCase()}`;
}

/** `null` for arguments that do not decode. */
function decoded(data: Hex, tokens: TokensOfAssets): readonly Touched[] | null {
  try {
    const { functionName: call, args } = decodeFunctionData({ abi: riskCallsAbi, data });
    const { parameter, token } = MEANINGS[call];
    const named = token === null ? null : [args[token]].flat().map(String);
    const assets = named === null ? Object.keys(tokens) : assetsOf(named, tokens);
    return assets.map((asset) => ({ asset, parameter, call }));
  } catch {
    return null;
  }
}

function assetsOf(named: readonly string[], tokens: TokensOfAssets): readonly AssetSymbol[] {
  const wanted = new Set(named.map((token) => token.toLowerCase()));
  return Object.entries(tokens).flatMap(([asset, own]) =>
    own.some((token) => wanted.has(token.toLowerCase())) ? [asset] : [],
  );
}
