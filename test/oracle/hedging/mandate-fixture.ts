/** A real mandate with the local perpetual on a chain of the test, its keys, a hedger and exposures. */
import { keccak256, parseAbi, stringToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { insuranceFundAbi } from "../../../oracle/chain/abi/insurance-fund.ts";
import { testTokenAbi } from "../../../oracle/chain/abi/test-token.ts";
import type { MandateAddresses } from "../../../oracle/chain/mandate-reader.ts";
import { black76 } from "../../../oracle/math/black76.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import type { HedgeKeys } from "../../../oracle/pipeline/hedging/hedge-keys.ts";
import type { FundExposure } from "../../../oracle/scoring/fund-exposure.ts";
import { createKeyQueue } from "../../../oracle/submission/key-queue.ts";
import type { OracleFixture } from "../chain/oracle-fixture.ts";

export const UNIT = 1_000_000n;
export const SPOT = 50_000;
export const HALF_BAND = 0.05;
const FUND_SETTINGS = {
  coolDownSec: 777_600,
  exitWindowSec: 86_400,
  settlementWindowSec: 0,
  utilisationBps: 5_000,
  seriesCapBps: 1_000,
};
export const TERMS = {
  lifeSec: 86_400,
  coolDownSec: 60,
  targetLifeSec: 3_600,
  windowSec: 86_400,
  marginShareBps: 500,
  slippageBps: 50,
  maxMargin: 50_000n * UNIT,
  maxSizeE8: 200_000_000n,
  toleranceE8: 100_000n,
  maxTurnoverE8: 400_000_000n,
};
const authorityAbi = parseAbi(["function authority() view returns (address)"]);

/** A key of the test with its queue. */
export function sender(name: string) {
  return { account: privateKeyToAccount(keccak256(stringToHex(name))), queue: createKeyQueue() };
}
export const KEYS: HedgeKeys = { hedger: sender("hedger"), reporter: sender("reporter") };
export const ACCOUNTS = { hedger: KEYS.hedger.account.address, reporter: KEYS.reporter.account.address };

/** A band of fixed width around the delta. */
export const HEDGER: Hedger = {
  identity: null,
  reason: "artefact-missing",
  knowledge: { forecast: true, surface: true },
  bands: async (requests) =>
    requests.map(({ delta }) => ({ lower: delta - HALF_BAND, upper: delta + HALF_BAND, fallback: null })),
  close: async () => {},
};

/** A short put of the fund, contracts. */
export function exposure(size: number): FundExposure {
  const terms = { strike: 48_000, impliedVol: 0.6, tenorYears: 20 / 365 };
  const { delta } = black76({ kind: "put", forward: SPOT, ...terms });
  return { asset: "BTC", spot: SPOT, ...terms, size, deltaCoins: -delta * size };
}

/** Fund, venue and mandate with 50 000 USD of capital; both keys can pay for gas. */
export async function deployMandate({ deploy, send, chain, ...ground }: OracleFixture): Promise<MandateAddresses> {
  const { vault, quote, priceGuard } = ground;
  const authority = await chain.reader.readContract({
    address: priceGuard,
    abi: authorityAbi,
    functionName: "authority",
  });
  const fund = await deploy("vault/InsuranceFund", [authority, vault, quote, FUND_SETTINGS, "Cover", "PC"]);
  const perpTerms = { costBps: 10, initialBps: 1_000, maintenanceBps: 500, penaltyBps: 100, fundingBpsPerDay: 0 };
  const venue = await deploy("local/TestPerp", [priceGuard, 1, quote, perpTerms]);
  const stands = { fund, venue, priceGuard, marketId: 1 };
  const mandate = await deploy("hedging/HedgeMandate", [authority, stands, { ...ACCOUNTS, ...TERMS }]);
  const { address } = ground.account;
  await send(quote, testTokenAbi, "mint", [address, 2_000_000n * UNIT]);
  await send(quote, testTokenAbi, "approve", [fund, 1_000_000n * UNIT]);
  await send(fund, insuranceFundAbi, "deposit", [1_000_000n * UNIT, address]);
  await send(quote, testTokenAbi, "mint", [venue, 1_000_000n * UNIT]);
  await send(quote, testTokenAbi, "mint", [mandate, 50_000n * UNIT]);
  for (const { account } of Object.values(KEYS)) {
    await ground.control("anvil_setBalance", [account.address, "0x56bc75e2d63100000"]);
  }
  return { mandate, venue, token: quote };
}
