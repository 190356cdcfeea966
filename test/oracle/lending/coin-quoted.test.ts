/** A market of Compound v3 that lends a coin and prices in it, on anvil: its loans in dollars by the feed of its base token. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, parseAbi } from "viem";
import type { Address } from "../../../oracle/domain/units.ts";
import { leveredLoan } from "../../../oracle/scoring/agent-book.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { coins, type LendingBed, lendingBed, priceE8, readerOf, USDC, WETH, WSTETH } from "./lending-bed.ts";

const ABI: Abi = parseAbi([
  "function addAsset(address, uint64, uint64, uint64)",
  "function setPrice(address, uint256)",
  "function supply(address, uint256)",
  "function withdraw(address, uint256)",
  "function isLiquidatable(address) view returns (bool)",
  "function push(int192, uint64)",
]);
const E18 = 10n ** 18n;
const MAX_AGE_SEC = 600;

describe("createLendingMarkets, a market that prices in a coin", () => {
  let anvil: Anvil;
  let bed: LendingBed;
  let [owner, alice]: readonly Address[] = [];
  let [comet, feed]: readonly Address[] = [];
  const send = async (to: Address | undefined, as: Address | undefined, functionName: string, ...args: unknown[]) => {
    assert.ok(to !== undefined && as !== undefined);
    const client = createLocalClient(anvil.rpcUrl);
    const hash = await client.writeContract({ address: to, abi: ABI, functionName, args, account: as });
    assert.equal((await client.waitForTransactionReceipt({ hash })).status, "success");
  };
  const pushUsd = async (usd: number, ageSec = 0) =>
    await send(feed, owner, "push", priceE8(usd), BigInt((await bed.head()).timestampSec - ageSec));
  const read = async (quote: { readonly baseUsdFeed: Address; readonly maxAgeSec: number }) => {
    assert.ok(comet !== undefined);
    const settings = bed.settings("compound-v3", { address: comet, quote });
    return await readerOf(bed, [settings]).readAt(await bed.head());
  };

  before(async () => {
    anvil = await startAnvil();
    bed = await lendingBed(anvil);
    [owner, alice] = bed.people;
    comet = await bed.deploy("local/CometDouble", [WETH, E18]);
    feed = await bed.deploy("local/PhasedTestFeed", [8, "ETH / USD", owner]);
    // In ETH: a staked coin at 1.2, a dollar at 1/2 000.
    for (const [token, scale, price] of [
      [WSTETH, E18, 1.2],
      [USDC, 10n ** 6n, 0.0005],
    ] as const) {
      await send(comet, owner, "addAsset", token, scale, (9n * E18) / 10n, (95n * E18) / 100n);
      await send(comet, owner, "setPrice", token, priceE8(price));
    }
    await send(comet, owner, "setPrice", WETH, priceE8(1));
    await send(comet, alice, "supply", WSTETH, coins(10));
    await send(comet, alice, "supply", USDC, 4_000_000_000n);
    await send(comet, alice, "withdraw", WETH, coins(11));
  });
  after(async () => await anvil.stop());
  const feedOf = () => feed ?? assert.fail("no feed");

  it("error: LENDING_QUOTE_UNKNOWN, a market that is unreadable: without an answer, with one that is old or not positive", async () => {
    const faults = async (maxAgeSec: number) => {
      const { accounts, rejected } = await read({ baseUsdFeed: feedOf(), maxAgeSec });
      return [accounts.length, rejected[0]?.reason];
    };
    const unreadable = [0, "market-unreadable"];
    assert.deepEqual(await faults(MAX_AGE_SEC), unreadable);
    await pushUsd(2_000, MAX_AGE_SEC + 30);
    assert.deepEqual(await faults(MAX_AGE_SEC), unreadable);
    await pushUsd(0);
    assert.deepEqual(await faults(MAX_AGE_SEC), unreadable);
    const { rejected } = await read({ baseUsdFeed: USDC, maxAgeSec: MAX_AGE_SEC });
    assert.equal(rejected[0]?.reason, "market-unreadable");
  });

  it("default: collateral and debt in dollars; the debt moves with the coin too", async () => {
    await pushUsd(2_000);
    const { accounts, rejected } = await read({ baseUsdFeed: feedOf(), maxAgeSec: MAX_AGE_SEC });
    const [loan] = accounts;
    assert.ok(loan !== undefined && accounts.length === 1);
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      loan.collateral.map(({ asset, valueUsd, coinUsd }) => [asset, Math.round(valueUsd), Math.round(coinUsd)]),
      [
        ["ETH", 24_000, 2_000],
        [null, 4_000, 0],
      ],
    );
    assert.deepEqual(
      loan.debts.map(({ asset, valueUsd }) => [asset, Math.round(valueUsd)]),
      [["ETH", 22_000]],
    );
  });

  it("behavior: where the coin rises against the dollar the loan comes to its limit by the market's own rule, as the values say", async () => {
    // 0.9 · (12 + 4 000 / S) = 11: S = 18 000 — below it the dollars still carry the loan.
    const healthAt = async (usd: number) => {
      await pushUsd(usd);
      await send(comet, owner, "setPrice", USDC, priceE8(1 / usd));
      const [loan] = (await read({ baseUsdFeed: feedOf(), maxAgeSec: MAX_AGE_SEC })).accounts;
      assert.ok(loan !== undefined && alice !== undefined && comet !== undefined);
      const weighted = loan.collateral.reduce((sum, { valueUsd, threshold }) => sum + valueUsd * threshold, 0);
      const isLiquidatable = await bed.chain.reader.readContract({
        ...{ address: comet, abi: ABI, functionName: "isLiquidatable", args: [alice] },
      });
      assert.equal(isLiquidatable, weighted < (loan.debts[0]?.valueUsd ?? 0));
      return [isLiquidatable, leveredLoan(loan).length > 0];
    };
    assert.deepEqual(await healthAt(17_000), [false, false]);
    assert.deepEqual(await healthAt(19_000), [true, true]);
  });
});
