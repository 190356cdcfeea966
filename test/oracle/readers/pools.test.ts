/** Pools of Uniswap v2 and v3, the real contracts on anvil: what may not be believed, depth against swaps, flow, blocks, reorganisations. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import type { PoolState } from "../../../oracle/domain/chain-signals.ts";
import type { Provider } from "../../../oracle/ingestion/providers/provider.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { startRpcProxy } from "../../helpers/rpc-proxy.ts";
import { FEE_SHARE, type PoolBed, poolBed, START_USD } from "./pool-bed.ts";

/** Relative difference that rounding to a millionth of a dollar and to 96 digits leaves of amounts of millions. */
const TOLERANCE = 1e-9;

function assertClose(actual: number | null | undefined, expected: number, tolerance = TOLERANCE): void {
  assert.ok(Math.abs((actual ?? Number.NaN) / expected - 1) <= tolerance, `${actual} instead of ${expected}`);
}

describe("createPoolProvider", () => {
  let anvil: Anvil;
  let bed: PoolBed;
  let snapshot: unknown;

  before(async () => {
    anvil = await startAnvil();
    bed = await poolBed(anvil);
  });
  after(async () => await anvil.stop());
  beforeEach(async () => {
    snapshot = await bed.control("evm_snapshot", []);
  });
  afterEach(async () => void (await bed.control("evm_revert", [snapshot])));

  async function failureOf(provider: Provider): Promise<string> {
    const said = await provider.ask(await bed.nowSec());
    return said.ok ? "ok" : `${said.reason} ${said.detail?.split(":")[0] ?? ""}`;
  }

  it("error: POOL_UNREADABLE, POOL_TOKEN_FOREIGN, POOL_DECIMALS_WRONG, POOL_UNINITIALISED are said by name", async () => {
    const { coin, trader, v2, unused } = bed;
    assert.equal(await failureOf(bed.provider({ pool: trader })), "malformed POOL_UNREADABLE");
    assert.equal(await failureOf(bed.provider({ pool: coin })), "malformed POOL_UNREADABLE");
    assert.equal(await failureOf(bed.provider({ coin: trader })), "malformed POOL_TOKEN_FOREIGN");
    assert.equal(await failureOf(bed.provider({ coinDecimals: 6 })), "malformed POOL_DECIMALS_WRONG");
    assert.equal(await failureOf(bed.provider({ quoteDecimals: 18 })), "malformed POOL_DECIMALS_WRONG");
    assert.equal(await failureOf(bed.provider({ pool: unused })), "malformed POOL_UNINITIALISED");
    assert.match(await failureOf(bed.provider({ pool: v2, protocol: "uniswap-v3" })), /^malformed/);
  });

  it("error: an RPC that is away, lags, or gives a part of the logs tells nothing", async () => {
    assert.equal(await failureOf(bed.provider({}, "http://127.0.0.1:9")), "unreachable RPC_UNREACHABLE");
    const late = await bed.provider({ maxLagSec: 60 }).ask((await bed.nowSec()) + 61);
    assert.ok(!late.ok && late.reason === "stale" && late.detail?.startsWith("CHAIN_LAGS"));
    const proxy = await startRpcProxy(anvil.rpcUrl);
    const provider = bed.provider({}, proxy.rpcUrl);
    assert.ok((await provider.ask(await bed.nowSec())).ok);
    await bed.tradeTo(2_010);
    proxy.rewrite("eth_getLogs", () => []);
    assert.equal(await failureOf(provider), "malformed LOGS_INCONSISTENT");
    proxy.rewrite("eth_getLogs", (logs) =>
      Array.isArray(logs) ? logs.map((log) => ({ ...log, address: bed.coin })) : logs,
    );
    assert.equal(await failureOf(provider), "malformed LOGS_INCONSISTENT");
    proxy.rewrite("eth_getLogs", (logs) => logs);
    const said = await provider.ask(await bed.nowSec());
    assert.ok(
      said.ok && said.value[0]?.kind === "pool" && said.value[0].swaps === 1,
      "what was not believed is asked for again",
    );
    await proxy.stop();
  });

  it("default: depth of v3 at 1, 2 and 5 % is what a swap to that price exchanges, over ticks", async () => {
    // Off the even start, so that no band begins at a tick.
    await bed.tradeTo(2_003.7);
    const state = await bed.read(bed.provider());
    assertClose(state.price, 2_003.7, 1e-12);
    for (const [bands, sign] of [
      [state.bids, -1],
      [state.asks, 1],
    ] as const) {
      for (const { distance, notionalUsd, averagePrice } of bands) {
        const { coins, dollars } = await bed.quoteTo(state.price * (1 + sign * distance));
        // The fee is taken from what is paid in, and is no part of depth.
        const [netCoins, netDollars] =
          sign > 0 ? [-coins, dollars * (1 - FEE_SHARE)] : [coins * (1 - FEE_SHARE), -dollars];
        assertClose(notionalUsd, netDollars);
        assertClose(averagePrice, netDollars / netCoins);
      }
    }
    assert.deepEqual(
      state.bids.map(({ distance }) => distance),
      [0.01, 0.02, 0.05],
    );
  });

  it("default: depth of v2 is that of its product, swapped out of the pair itself", async () => {
    const provider = bed.provider({ protocol: "uniswap-v2", pool: bed.v2 });
    const state = await bed.read(provider);
    assertClose(state.price, START_USD, 1e-12);
    assertClose(state.asks[0]?.notionalUsd, 2_000_000 * (Math.sqrt(1.01) - 1));
    assertClose(state.bids[2]?.notionalUsd, 2_000_000 * (1 - Math.sqrt(0.95)));
    const coins = 1_000 * (1 - 1 / Math.sqrt(1.01));
    assertClose(state.asks[0]?.averagePrice, (2_000_000 * (Math.sqrt(1.01) - 1)) / coins);
    // Its fee of 0.3 % stays in the pair, which the next look counts as depth.
    const paid = ((state.asks[0]?.notionalUsd ?? 0) / 0.997) * 1.000001;
    await bed.buyFromPair(BigInt(Math.floor(coins * 1e12)) * 10n ** 6n, BigInt(Math.ceil(paid * 1e6)));
    const moved = await bed.read(provider);
    assert.ok(moved.price > START_USD * 1.01 && moved.price < START_USD * 1.0101);
    assert.deepEqual([moved.swaps, moved.sellCoins], [1, 0]);
    assertClose(moved.buyCoins, coins, 1e-8);
  });

  it("default: flow of the window by side, mean price over its span, and prices of the last blocks", async () => {
    await bed.control("evm_increaseTime", [100]);
    await bed.tradeTo(2_010);
    await bed.control("evm_increaseTime", [29]);
    await bed.tradeTo(2_000);
    const state = await bed.read(bed.provider());
    assert.equal(state.swaps, 2);
    assertClose(state.buyCoins * (1 - FEE_SHARE), state.sellCoins * (1 - FEE_SHARE) ** 2, 1e-3);
    // 30 of the 60 seconds at each price, by whole ticks.
    assertClose(state.twap, Math.sqrt(2_000 * 2_010), 2e-4);
    const last = state.blockPrices.slice(-3).map(({ price }) => Math.round(price));
    assert.deepEqual(last, [2_000, 2_010, 2_000]);
    assert.equal(state.blockPrices.at(-1)?.block, state.block);
  });

  it("behavior: a mean over more than the pool remembers is not told; that of v2 begins with its second look", async () => {
    assert.equal((await bed.read(bed.provider({ twapSec: 86_400 }))).twap, null);
    const pair = bed.provider({ protocol: "uniswap-v2", pool: bed.v2 });
    assert.equal((await bed.read(pair)).twap, null);
    await bed.control("evm_increaseTime", [60]);
    await bed.control("evm_mine", []);
    assertClose((await bed.read(pair)).twap, START_USD);
  });

  it("behavior: what a reorganisation has undone is taken back", async () => {
    const provider = bed.provider();
    const inner = await bed.control("evm_snapshot", []);
    await bed.tradeTo(2_010);
    assert.equal((await bed.read(provider)).swaps, 1);
    await bed.control("evm_revert", [inner]);
    for (let block = 0; block < 3; block += 1) await bed.control("evm_mine", []);
    const after = await bed.read(provider);
    assert.deepEqual([after.swaps, Math.round(after.price)], [0, START_USD]);
    await bed.tradeTo(1_990);
    assert.equal((await bed.read(provider)).swaps, 1);
  });

  it("behavior: blocks without confirmations, and before the window, do not count", async () => {
    await bed.tradeTo(2_010);
    await bed.tradeTo(2_020);
    const states = async (change: Parameters<PoolBed["provider"]>[0]): Promise<PoolState> =>
      await bed.read(bed.provider(change));
    assert.deepEqual([(await states({ confirmations: 1 })).swaps, (await states({ windowBlocks: 1 })).swaps], [1, 1]);
    assert.equal(Math.round((await states({ confirmations: 1 })).price), 2_010);
  });
});
