/** The keeper of the loan market on anvil: it leaves alone what is healthy, insolvent or does not pay, and ends the rest. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, zeroAddress } from "viem";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { createSourcePositions } from "../../../oracle/ingestion/sources/source-positions.ts";
import { isEndable, judgeLoans, treatLoan } from "../../../oracle/simulation/agents/loan-keeper.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { sampleMarket } from "../../../scripts/bench/scoring-input.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployLoans, takeLoan } from "../chain/loans-fixture.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";

const FEED_ABI: Abi = phasedTestFeedAbi;
const E8 = 100_000_000n;
const MARKET = { marketId: 1, asset: "BTC", baseDecimals: 8, quoteDecimals: 6 } as const;

describe("treatLoan", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let loans: Address;
  let feed: Address;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    loans = await deployLoans(fixture);
    await takeLoan(fixture, loans);
    const guard = { address: fixture.priceGuard, abi: priceGuardAbi } as const;
    ({ feed } = await fixture.chain.reader.readContract({ ...guard, functionName: "feedConfig", args: [1] }));
  });
  after(async () => await anvil.stop());

  /** One look with `chainUsd` on chain and `marketUsd` in the replayed market. */
  async function look(chainUsd: bigint, marketUsd: number | null) {
    const { chain, oracle, account, base, quote } = fixture;
    const { timestamp } = await chain.reader.getBlock();
    await fixture.send(feed, FEED_ABI, "push", [chainUsd * E8, timestamp]);
    const anchor = await createOracleReader(chain, fixture).anchor();
    const { marketId, ...asset } = MARKET;
    const { positions } = await createSourcePositions({
      chain,
      oracle,
      source: loans,
      sourceIndex: 1,
      fromBlock: 0n,
      markets: new Map([[marketId, asset]]),
      store: { load: async () => null, save: async () => {} },
    }).readAt(anchor);
    const market = { ...MARKET, base, quote, feed };
    const unused = { vault: zeroAddress, token: zeroAddress, settlementOracle: zeroAddress };
    const [keeper, deployer] = [account.address, account.address];
    const input = {
      client: createLocalClient(anvil.rpcUrl),
      actors: { deployer, keeper, transmitters: [], holders: [], writers: [] },
      contracts: { ...unused, oracle, loans, markets: [market], funds: [], hedges: [] },
      loans,
      markets: new Map(marketUsd === null ? [] : [["BTC", { ...sampleMarket("BTC"), spot: marketUsd }]]),
      atSec: anchor.timestampSec,
    };
    const [judged] = await judgeLoans(input, positions);
    assert.ok(judged !== undefined);
    return { action: await treatLoan(input, judged), endable: isEndable(judged, anchor.timestampSec) };
  }

  it("behavior: a healthy loan is left alone", async () => {
    assert.deepEqual(await look(50_000n, 50_000), { action: { kind: "none" }, endable: false });
  });

  it("behavior: a loan without equity is left to expiry", async () => {
    assert.deepEqual(await look(14_000n, 14_000), { action: { kind: "insolvent" }, endable: true });
  });

  it("behavior: nobody buys coins for more than they fetch, or without a price", async () => {
    // Unhealthy below 21 428; the coin costs 21 000 less 3 %, or 20 370.
    assert.deepEqual(await look(21_000n, 20_400), { action: { kind: "unwanted" }, endable: true });
    assert.deepEqual(await look(21_000n, null), { action: { kind: "unwanted" }, endable: true });
  });

  it("default: ends the loan where that pays, without a loss of the lenders", async () => {
    assert.deepEqual(await look(21_000n, 20_410), { action: { kind: "liquidated", shortfall: 0n }, endable: true });
  });
});
