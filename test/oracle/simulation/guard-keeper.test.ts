/** The keeper of the guards on anvil: it pays only for calls that move something, and moves each guard once. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { type Abi, zeroAddress } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { BREAKER_MODES } from "../../../oracle/domain/breaker.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { type GuardKeeperInput, watchGuards } from "../../../oracle/simulation/agents/guard-keeper.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";

const ORACLE_ABI: Abi = riskOracleAbi;
const FEED_ABI: Abi = phasedTestFeedAbi;
const E8 = 100_000_000n;
const HEARTBEAT_SEC = 6 * 3_600;
/** Age at which the fixture's price guard takes a price for stale. */
const PRICE_AGE_SEC = 86_400;
const CAUTION_SEC = 6 * 3_600;
const GRACE_SEC = 60;
const TIGHTEN_ONLY = BREAKER_MODES.indexOf("TIGHTEN_ONLY");
const NOTHING = { done: [], refused: [] };

describe("watchGuards", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let input: GuardKeeperInput;
  let sentinel: Address;
  let feed: Address;
  let snapshot: unknown;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    const { oracle, vault, priceGuard, base, quote } = fixture;
    const guard = { address: priceGuard, abi: priceGuardAbi } as const;
    ({ feed } = await fixture.chain.reader.readContract({ ...guard, functionName: "feedConfig", args: [1] }));
    sentinel = await deploySentinel(zeroAddress);
    const client = createLocalClient(anvil.rpcUrl);
    const keeper = (await client.getAddresses()).at(-1);
    assert.ok(keeper !== undefined);
    const market = { marketId: 1, asset: "BTC", base, baseDecimals: 8, quote, quoteDecimals: 6, feed };
    input = { client, actors: { keeper }, contracts: { oracle, vault, markets: [market] }, cautionBy: null };
  });
  after(async () => await anvil.stop());
  beforeEach(async () => {
    snapshot = await fixture.control("evm_snapshot", []);
  });
  afterEach(async () => void (await fixture.control("evm_revert", [snapshot])));

  async function deploySentinel(sequencerFeed: Address): Promise<Address> {
    const { oracle, priceGuard } = fixture;
    const config = { oracle, priceGuard, sequencerFeed, sequencerGraceSec: GRACE_SEC, heartbeatSec: HEARTBEAT_SEC };
    return await fixture.deploy("oracle/OracleSentinel", [config]);
  }
  const name = async (watcher: Address) =>
    await fixture.send(fixture.oracle, ORACLE_ABI, "setWatch", [fixture.account.address, watcher]);
  const trip = async () => await fixture.send(fixture.oracle, ORACLE_ABI, "tripBreaker", [TIGHTEN_ONLY, 0]);
  const later = async (seconds: number) => {
    await fixture.control("evm_increaseTime", [seconds]);
    await fixture.control("evm_mine", []);
  };
  const pushPrice = async (to = feed, answer = 50_000n * E8) => {
    const { timestamp } = await fixture.chain.reader.getBlock();
    await fixture.send(to, FEED_ABI, "push", [answer, timestamp]);
  };
  const breaker = async () => {
    const reader = createOracleReader(fixture.chain, fixture);
    return await reader.breaker(await reader.anchor());
  };
  const sent = async () => await input.client.getTransactionCount({ address: input.actors.keeper });
  const cautionUntil = async () => {
    const contract = { address: fixture.vault, abi: optionVaultAbi } as const;
    return (await input.client.readContract({ ...contract, functionName: "pauseState" })).cautionUntil;
  };

  it("error: an RPC that does not answer is thrown, never taken for a quiet chain", async () => {
    await assert.rejects(watchGuards({ ...input, client: createLocalClient("http://127.0.0.1:9") }));
  });

  it("error: a sentinel that is none refuses every call and costs nothing", async () => {
    await name(fixture.priceGuard);
    const before = await sent();
    const { done, refused } = await watchGuards(input);
    assert.deepEqual(done, []);
    assert.deepEqual(
      refused.map(({ call }) => call),
      ["pokePrice", "pokeSequencer", "pokeHeartbeat"],
    );
    assert.equal(await sent(), before);
  });

  it("behavior: no sentinel is named: causes that hold move nothing", async () => {
    await later(PRICE_AGE_SEC + 1);
    assert.deepEqual(await watchGuards(input), NOTHING);
    assert.equal((await breaker()).mode, "NORMAL");
  });

  it("behavior: nothing holds, nothing is sent", async () => {
    await name(sentinel);
    await pushPrice();
    const before = await sent();
    assert.deepEqual(await watchGuards(input), NOTHING);
    assert.deepEqual([await sent(), await cautionUntil()], [before, 0]);
  });

  it("default: a stale price trips the breaker once, and the vault follows once", async () => {
    await name(sentinel);
    await later(PRICE_AGE_SEC + 1);
    const before = await sent();
    assert.deepEqual(await watchGuards(input), { done: ["pokePrice", "followBreaker"], refused: [] });
    const { mode, reason, sinceSec } = await breaker();
    assert.deepEqual([mode, reason], ["TIGHTEN_ONLY", "PRICE_FEED"]);
    assert.ok((await cautionUntil()) >= sinceSec + CAUTION_SEC);
    assert.deepEqual(await watchGuards(input), NOTHING);
    assert.equal(await sent(), before + 2);
  });

  it("default: no report for longer than the heartbeat, with a good price", async () => {
    await name(sentinel);
    await later(HEARTBEAT_SEC + 1);
    await pushPrice();
    assert.deepEqual((await watchGuards(input)).done, ["pokeHeartbeat", "followBreaker"]);
    assert.equal((await breaker()).reason, "HEARTBEAT");
  });

  it("default: a sequencer that is down", async () => {
    const uptime = await fixture.deploy("local/PhasedTestFeed", [0, "sequencer uptime", fixture.account.address]);
    await pushPrice(uptime, 1n);
    await name(await deploySentinel(uptime));
    await pushPrice();
    assert.deepEqual((await watchGuards(input)).done, ["pokeSequencer", "followBreaker"]);
    assert.equal((await breaker()).reason, "SEQUENCER");
  });

  it("behavior: the vault follows the guardian's trip, and again when its caution has ended", async () => {
    await trip();
    assert.deepEqual((await watchGuards(input)).done, ["followBreaker"]);
    assert.deepEqual(await watchGuards(input), NOTHING);
    await later(CAUTION_SEC + 1);
    assert.deepEqual((await watchGuards(input)).done, ["followBreaker"]);
    assert.deepEqual(await watchGuards(input), NOTHING);
  });

  it("error: whoever is no guardian cannot call for caution, and pays nothing", async () => {
    const before = await sent();
    const { done, refused } = await watchGuards({ ...input, cautionBy: input.actors.keeper });
    assert.deepEqual([done, refused], [[], [{ call: "tripBreaker", reason: "RiskOracleNotWatch" }]]);
    assert.equal(await sent(), before);
  });

  it("default: on a call for caution the guardian lets requirements only tighten, once", async () => {
    await name(zeroAddress);
    const called = { ...input, cautionBy: fixture.account.address };
    assert.deepEqual(await watchGuards(called), { done: ["tripBreaker", "followBreaker"], refused: [] });
    const { mode, reason } = await breaker();
    assert.deepEqual([mode, reason], ["TIGHTEN_ONLY", "GUARDIAN"]);
    assert.deepEqual(await watchGuards(called), NOTHING);
  });

  it("behavior: a vault that the guardian has made cautious for longer is left alone", async () => {
    await fixture.send(fixture.vault, optionVaultAbi, "beginCaution", [86_400]);
    await trip();
    assert.deepEqual(await watchGuards(input), NOTHING);
  });
});
