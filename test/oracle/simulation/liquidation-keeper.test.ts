/** The liquidation keeper on anvil: what it does about a flag that has lapsed, and about a position that cools off. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, zeroAddress } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { createSourcePositions } from "../../../oracle/ingestion/sources/source-positions.ts";
import { judgePositions, treatPosition } from "../../../oracle/simulation/agents/liquidation-keeper.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";

const FEED_ABI: Abi = phasedTestFeedAbi;
const E8 = 100_000_000n;
const MARKET = { marketId: 1, asset: "BTC", baseDecimals: 8, quoteDecimals: 6 } as const;
/** Of the fixture's vault. */
const [COOL_OFF_SEC, FLAG_LIFE_SEC] = [300, 86_400];

describe("treatPosition", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let feed: Address;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    const guard = { address: fixture.priceGuard, abi: priceGuardAbi } as const;
    ({ feed } = await fixture.chain.reader.readContract({ ...guard, functionName: "feedConfig", args: [1] }));
    // Struck 20 % above spot and covered to 0.4 coins: unhealthy, but not insolvent, at 90 000.
    await openCall(60_000n, (4n * E8) / 10n);
    await push(90_000n);
  });
  after(async () => await anvil.stop());

  async function push(usd: bigint): Promise<void> {
    const { timestamp } = await fixture.chain.reader.getBlock();
    await fixture.send(feed, FEED_ABI, "push", [usd * E8, timestamp]);
  }

  async function openCall(strikeUsd: bigint, collateral: bigint): Promise<void> {
    const { vault, account, chain } = fixture;
    const expiry = Math.ceil((GENESIS_SEC + 30 * 86_400) / 86_400) * 86_400 + 28_800;
    const args = [1, strikeUsd * E8, expiry, false] as const;
    const contract = { address: vault, abi: optionVaultAbi } as const;
    const seriesId = await chain.reader.readContract({ ...contract, functionName: "seriesIdOf", args });
    await fixture.send(vault, optionVaultAbi, "open", [seriesId, E8, collateral, account.address]);
  }

  async function later(seconds: number): Promise<void> {
    await fixture.control("evm_increaseTime", [seconds]);
    await fixture.control("evm_mine", []);
    await push(90_000n);
  }

  /** One look; `flaggedAtSec` is that after it. */
  async function look() {
    const { chain, oracle, vault, account, base, quote } = fixture;
    const positions = createSourcePositions({
      ...{ chain, oracle, source: vault, sourceIndex: 0, fromBlock: 0n },
      markets: new Map([[MARKET.marketId, MARKET]]),
      store: { load: async () => null, save: async () => {} },
    });
    const read = async () => await positions.readAt(await createOracleReader(chain, fixture).anchor());
    const unused = { loans: zeroAddress, token: zeroAddress, settlementOracle: zeroAddress };
    const [keeper, deployer] = [account.address, account.address];
    const input = {
      client: createLocalClient(anvil.rpcUrl),
      actors: { deployer, keeper, transmitters: [], holders: [], writers: [] },
      contracts: { ...unused, oracle, vault, markets: [{ ...MARKET, base, quote, feed }], funds: [], hedges: [] },
      markets: new Map(),
      atSec: GENESIS_SEC,
    };
    const [judged] = await judgePositions(input, (await read()).positions);
    assert.ok(judged !== undefined);
    const action = await treatPosition(input, judged);
    return { action, flaggedAtSec: (await read()).positions[0]?.flaggedAtSec ?? null };
  }

  it("behavior: flags at once, then waits while the position cools off", async () => {
    assert.equal((await look()).action, "flagged");
    assert.equal((await look()).action, "none");
  });

  it("behavior: leaves it where no market says what the longs are worth", async () => {
    await later(COOL_OFF_SEC + 1);
    assert.equal((await look()).action, "unwanted");
  });

  it("error: a flag that has lapsed is set anew, and the next look finds an auction", async () => {
    await later(FLAG_LIFE_SEC + 1);
    const { action, flaggedAtSec } = await look();
    assert.equal(action, "flagged");
    assert.ok(flaggedAtSec !== null && flaggedAtSec > GENESIS_SEC + FLAG_LIFE_SEC);
    assert.equal((await look()).action, "unwanted");
  });
});
