/** A call of the model as a transaction: target, function and arguments; reports are signed here. */
import { type Abi, bytesToHex, concat, keccak256, numberToHex, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { insuranceFundAbi } from "../../../oracle/chain/abi/insurance-fund.ts";
import { optionTokenAbi } from "../../../oracle/chain/abi/option-token.ts";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { settlementOracleAbi } from "../../../oracle/chain/abi/settlement-oracle.ts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { RiskReport } from "../../../oracle/domain/report.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { encodeClassQuantiles, encodeEntries } from "../../../oracle/rules/report-codec.ts";
import type { Action, ActionOf, Call, Kind } from "./calls.ts";
import { roundIdOf } from "./markets.ts";
import { REPORT_LIFE_SEC } from "./ratios.ts";
import type { Setup } from "./world.ts";

/** A transaction before its encoding. */
export interface Request {
  readonly to: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** Keys of the tests' quorum. */
export const SIGNERS = [1, 2, 3].map((number) => privateKeyToAccount(numberToHex(number, { size: 32 })));
/** Model bundle of the tests' reports. */
export const BUNDLE = keccak256(stringToHex("reference"));
/** Chain id of Hardhat's network. */
export const CHAIN_ID = 31_337;

type Encoders = {
  readonly [K in Exclude<Kind, "report">]: (action: ActionOf<K>, call: Call, setup: Setup) => readonly unknown[];
};

const ENCODERS: Encoders = {
  open: ({ seriesId, sizeE8, collateral, to }) => [seriesId, sizeE8, collateral, to],
  mintMore: ({ id, sizeE8, collateral, to }) => [BigInt(id), sizeE8, collateral, to],
  addCollateral: ({ id, amount }) => [BigInt(id), amount],
  removeCollateral: ({ id, amount, to }) => [BigInt(id), amount, to],
  close: ({ id, sizeE8, withdraw }) => [BigInt(id), sizeE8, withdraw],
  setOperator: ({ operator, approved }) => [operator, approved],
  offerPosition: ({ id, to }) => [BigInt(id), to],
  acceptPosition: ({ id }) => [BigInt(id)],
  reclassify: ({ id }) => [BigInt(id)],
  markScored: ({ id }) => [BigInt(id)],
  transferLongs: ({ seriesId, to, amountE8 }) => [to, seriesId, amountE8],
  flag: ({ id }) => [BigInt(id)],
  unflag: ({ id }) => [BigInt(id)],
  liquidate: ({ id, maxSizeE8, minOut }) => [BigInt(id), maxSizeE8, minOut, "0x"],
  takeOver: ({ id, maxSizeE8, minOut, maxTopUp, intoId }) => [
    { positionId: BigInt(id), maxSizeE8, minOut, maxTopUp, intoId: BigInt(intoId), data: "0x" },
  ],
  settlePrice: ({ marketId, expirySec, round }) => [marketId, expirySec, roundIdOf(round)],
  settle: ({ ids }) => [ids.map(BigInt)],
  openEarly: ({ seriesId }) => [seriesId],
  holdFund: ({ seriesId }) => [seriesId],
  redeem: ({ seriesId, amountE8, to }) => [seriesId, amountE8, to],
  redeemFor: ({ holder, seriesId, amountE8 }) => [holder, seriesId, amountE8],
  claim: ({ token, to }) => [token, to],
  fundDeposit: ({ assets }, { by }) => [assets, by],
  fundRequestExit: ({ shares }) => [shares],
  fundCancelExit: () => [],
  fundExit: ({ shares }, { by }) => [shares, by, by],
  fundCollect: () => [],
  pushPrice: ({ answer }, { atSec }) => [answer, BigInt(atSec)],
  pauseNewRisk: ({ durationSec }) => [durationSec],
  pauseLiquidations: ({ durationSec }) => [durationSec],
  beginCaution: ({ durationSec }) => [durationSec],
  liftPauses: () => [],
  updateMarket: ({ marketId, live, least }) => [marketId, live, ...least],
  setCaps: ({ marketId, isPut, caps }) => [marketId, isPut, caps],
  setValves: ({ marketId, terms }) => [marketId, terms],
  setFund: ({ token, terms }) => [token, terms],
  setLiquidation: ({ settings }) => [settings],
};

/** Names that differ from the kind's. */
const NAMES: Partial<Record<Kind, string>> = {
  transferLongs: "transfer",
  fundDeposit: "deposit",
  fundRequestExit: "requestExit",
  fundCancelExit: "cancelExit",
  fundExit: "redeem",
  fundCollect: "collect",
  pushPrice: "push",
  setCaps: "setMarketCaps",
  setValves: "setMarketValves",
  setLiquidation: "setLiquidationSettings",
};

/** The transaction of a call. */
export async function requestOf(setup: Setup, call: Call): Promise<Request> {
  const { action } = call;
  if (action.kind === "report") {
    const args = await reportArguments(setup, action);
    return { to: setup.oracle, abi: riskOracleAbi, functionName: "submitReport", args };
  }
  const functionName = NAMES[action.kind] ?? action.kind;
  return { ...targetOf(setup, action), functionName, args: argumentsOf(action, call, setup) };
}

function argumentsOf<K extends Exclude<Kind, "report">>(
  action: Action & { readonly kind: K },
  call: Call,
  setup: Setup,
): readonly unknown[] {
  const encoder: Encoders[K] = ENCODERS[action.kind];
  return encoder(action as ActionOf<K>, call, setup);
}

function targetOf(setup: Setup, action: Action): Pick<Request, "to" | "abi"> {
  if ("fund" in action) return { to: action.fund, abi: insuranceFundAbi };
  if (action.kind === "transferLongs") return { to: setup.optionToken, abi: optionTokenAbi };
  if (action.kind === "settlePrice") return { to: setup.settlement, abi: settlementOracleAbi };
  if (action.kind !== "pushPrice") return { to: setup.vault, abi: optionVaultAbi };
  const market = setup.markets[action.marketId - 1];
  if (market === undefined) throw new RangeError(`There is no market ${action.marketId}.`);
  return { to: market.feed, abi: phasedTestFeedAbi };
}

async function reportArguments(setup: Setup, action: ActionOf<"report">): Promise<readonly unknown[]> {
  const entries = bytesToHex(encodeEntries(action.entries));
  const quantiles = bytesToHex(encodeClassQuantiles(action.quantiles));
  const report: RiskReport = {
    epoch: action.epoch,
    signerSetVersion: 1,
    observedAt: action.observedAt,
    validUntil: action.observedAt + REPORT_LIFE_SEC,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: keccak256(entries),
    classQuantilesHash: keccak256(quantiles),
    positionsRoot: zeroHash,
    bundleHash: BUNDLE,
    evidenceHash: BUNDLE,
    dispersionBps: 0,
  };
  const digest = reportDigest(report, { chainId: CHAIN_ID, oracle: setup.oracle });
  const signers = SIGNERS.slice(0, action.signers);
  const signatures = concat(await Promise.all(signers.map((signer) => signCompact(signer, digest))));
  const signerBitmap = (1n << BigInt(signers.length)) - 1n;
  return [report, { signerBitmap, signatures }, entries, quantiles];
}
