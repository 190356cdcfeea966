/** The automatic hedger against a real mandate and the local perpetual on a chain of the test. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, keccak256, parseAbi, stringToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { hedgeMandateAbi } from "../../../oracle/chain/abi/hedge-mandate.ts";
import { insuranceFundAbi } from "../../../oracle/chain/abi/insurance-fund.ts";
import { testTokenAbi } from "../../../oracle/chain/abi/test-token.ts";
import type { MandateAddresses } from "../../../oracle/chain/mandate-reader.ts";
import { black76 } from "../../../oracle/math/black76.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import type { HedgeKeys } from "../../../oracle/pipeline/hedging/hedge-keys.ts";
import { type MandateLook, tendMandate } from "../../../oracle/pipeline/hedging/mandate-desk.ts";
import type { FundExposure } from "../../../oracle/scoring/fund-exposure.ts";
import { createKeyQueue } from "../../../oracle/submission/key-queue.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";

const UNIT = 1_000_000n;
const SPOT = 50_000;
const HALF_BAND = 0.05;
const FUND_SETTINGS = {
  coolDownSec: 777_600,
  exitWindowSec: 86_400,
  settlementWindowSec: 0,
  utilisationBps: 5_000,
  seriesCapBps: 1_000,
};
const TERMS = {
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

function sender(name: string) {
  return { account: privateKeyToAccount(keccak256(stringToHex(name))), queue: createKeyQueue() };
}
const KEYS: HedgeKeys = { hedger: sender("hedger"), reporter: sender("reporter") };

/** A band of fixed width around the delta. */
const HEDGER: Hedger = {
  identity: null,
  reason: "artefact-missing",
  knowledge: { forecast: true, surface: true },
  bands: async (requests) =>
    requests.map(({ delta }) => ({ lower: delta - HALF_BAND, upper: delta + HALF_BAND, fallback: null })),
  close: async () => {},
};

function exposure(size: number): FundExposure {
  const terms = { strike: 48_000, impliedVol: 0.6, tenorYears: 20 / 365 };
  const { delta } = black76({ kind: "put", forward: SPOT, ...terms });
  return { asset: "BTC", spot: SPOT, ...terms, size, deltaCoins: -delta * size };
}

async function deployMandate({ deploy, send, chain, ...ground }: OracleFixture): Promise<MandateAddresses> {
  const { vault, quote, priceGuard } = ground;
  const authority = await chain.reader.readContract({
    address: priceGuard,
    abi: authorityAbi,
    functionName: "authority",
  });
  const fund = await deploy("vault/InsuranceFund", [authority, vault, quote, FUND_SETTINGS, "Cover", "PC"]);
  const perpTerms = { costBps: 10, initialBps: 1_000, maintenanceBps: 500, penaltyBps: 100, fundingBpsPerDay: 0 };
  const venue = await deploy("local/TestPerp", [priceGuard, 1, quote, perpTerms]);
  const accounts = { hedger: KEYS.hedger.account.address, reporter: KEYS.reporter.account.address };
  const stands = { fund, venue, priceGuard, marketId: 1 };
  const mandate = await deploy("hedging/HedgeMandate", [authority, stands, { ...accounts, ...TERMS }]);
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

describe("tendMandate", function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let ground: OracleFixture;
  let addresses: MandateAddresses;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    ground = await deployOracle(anvil);
    addresses = await deployMandate(ground);
  });

  after(() => anvil.stop());

  async function look(exposures: readonly FundExposure[] | null, keys: HedgeKeys = KEYS): Promise<MandateLook> {
    // An observation counts once: each look has a second of its own.
    await pass(1);
    const { timestamp } = await ground.chain.reader.getBlock();
    const options = { ...addresses, chain: ground.chain, hedger: HEDGER, keys, decimals: 6 };
    return await tendMandate(options, { exposures, observedSec: Number(timestamp), spot: SPOT });
  }

  async function pass(seconds: number): Promise<void> {
    await ground.control("evm_increaseTime", [seconds]);
    await ground.control("evm_mine", []);
  }

  async function asDao(functionName: string, args: readonly unknown[] = []): Promise<void> {
    const abi: Abi = hedgeMandateAbi;
    await ground.send(addresses.mandate, abi, functionName, args);
  }

  it("error: delta-unknown reports and trades nothing", async () => {
    const { refusals, hasReported, tradedCoins, netDeltaCoins } = await look(null);
    assert.deepEqual(
      { refusals, hasReported, tradedCoins, netDeltaCoins },
      {
        refusals: ["delta-unknown"],
        hasReported: false,
        tradedCoins: 0,
        netDeltaCoins: null,
      },
    );
  });

  it("error: the chain's refusals are named, and stop nothing else", async () => {
    const { refusals, tradedCoins, state } = await look([exposure(2)], {
      hedger: KEYS.reporter,
      reporter: KEYS.hedger,
    });
    assert.deepEqual(refusals, ["MandateNotAllowed", "MandateNotAllowed", "MandateNotAllowed"]);
    assert.equal(tradedCoins, 0);
    assert.equal(state.positionE8, 0n);
  });

  it("default: reports, posts a quarter, and trades to the edge of the band", async () => {
    const done = await look([exposure(2)]);
    const delta = exposure(2).deltaCoins;
    assert.deepEqual(done.refusals, []);
    assert.equal(done.hasReported, true);
    assert.ok(Math.abs((done.netDeltaCoins ?? 0) - delta) < 1e-12);
    assert.ok(Math.abs(done.tradedCoins + delta - 2 * HALF_BAND) < 1e-7);
    assert.equal(Number(done.state.positionE8) / 1e8, done.tradedCoins);
    const margin = Number(done.state.used.netMargin) / 1e6;
    assert.ok(Math.abs(margin - (-done.tradedCoins * SPOT) / 4) < 2, `${margin}`);
  });

  it("behavior: inside the band nothing is traded, and the target is followed", async () => {
    const { refusals, hasReported, action } = await look([exposure(2)]);
    assert.deepEqual({ refusals, hasReported, action }, { refusals: ["inside-band"], hasReported: true, action: null });
  });

  it("behavior: a cool-down is the chain's to refuse; shrinking does not wait for it", async () => {
    const grown = await look([exposure(3)]);
    assert.deepEqual(grown.refusals, ["MandateCoolingDown"]);
    const before = Number(grown.state.positionE8) / 1e8;
    const shrunk = await look([exposure(1)]);
    assert.deepEqual(shrunk.refusals, []);
    assert.ok(shrunk.tradedCoins > 0 && Number(shrunk.state.positionE8) / 1e8 > before);
  });

  it("behavior: in a pause the target goes on being reported", async () => {
    await asDao("pause");
    const { refusals, hasReported, action } = await look([exposure(2)]);
    assert.deepEqual({ refusals, hasReported, action }, { refusals: ["paused"], hasReported: true, action: null });
    await asDao("resume");
  });

  it("behavior: size and turnover end at the caps of the mandate", async () => {
    await pass(TERMS.coolDownSec);
    const { state, refusals } = await look([exposure(40)]);
    assert.ok(state.positionE8 >= -TERMS.maxSizeE8);
    assert.ok(refusals.length <= 1 && state.used.netMargin <= TERMS.maxMargin);
  });

  it("behavior: after the end the position is closed and everything comes home, known delta or not", async () => {
    await asDao("endMandate");
    const { state, refusals } = await look(null);
    assert.deepEqual(refusals, ["ended"]);
    assert.equal(state.positionE8, 0n);
    assert.ok(state.equity < UNIT);
    assert.ok(state.idle > 49_000n * UNIT);
  });
});
