/** A first reading of many accounts that breaks off: what it has read stays, and the next goes on there. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { encodeAbiParameters, encodeEventTopics, HttpRequestError, pad, toHex } from "viem";
import { compoundV3Events } from "../../../oracle/chain/lending/compound-v3-abi.ts";
import { createLendingMarket } from "../../../oracle/ingestion/sources/lending/lending-market.ts";
import { keptStore, USDC, WETH } from "./lending-bed.ts";
import { BLOCK_HASH, doorOf, MADE_MARKET } from "./made-chain.ts";

const ACCOUNTS = 120;
const E8 = 10n ** 8n;
const anchor = { blockNumber: 1n, blockHash: BLOCK_HASH, timestampSec: 10_000 };
const accountOf = (place: number) => pad(toHex(place + 1), { size: 20 });

function collateralOf(place: number) {
  const args = { from: accountOf(place), dst: accountOf(place), asset: WETH } as const;
  return {
    ...{ address: MADE_MARKET, blockHash: BLOCK_HASH, blockNumber: "0x1", transactionHash: BLOCK_HASH },
    ...{ transactionIndex: "0x0", logIndex: toHex(place), removed: false },
    topics: encodeEventTopics({ abi: compoundV3Events, eventName: "SupplyCollateral", args }),
    data: encodeAbiParameters([{ type: "uint256" }], [1n]),
  };
}

describe("createLendingMarket, a first reading of many accounts", () => {
  it("behavior: accounts that were read before the line died are not read again", async () => {
    const asked = new Map<string, number>();
    let isDead = true;
    const last = accountOf(ACCOUNTS - 1);
    const answers = {
      baseToken: () => USDC,
      baseTokenPriceFeed: () => USDC,
      baseScale: () => 10n ** 6n,
      numAssets: () => 1,
      getAssetInfo: () => ({
        ...{ offset: 0, asset: WETH, priceFeed: WETH, scale: 10n ** 18n, borrowCollateralFactor: 8n * 10n ** 17n },
        ...{ liquidateCollateralFactor: 85n * 10n ** 16n, liquidationFactor: 9n * 10n ** 17n, supplyCap: 1n },
      }),
      getPrice: () => E8,
      borrowBalanceOf: (account: unknown) => {
        const key = String(account).toLowerCase();
        if (isDead && key === last) throw new HttpRequestError({ url: "http://127.0.0.1", status: 503 });
        asked.set(key, (asked.get(key) ?? 0) + 1);
        return 10n ** 6n;
      },
      collateralBalanceOf: () => 10n ** 18n,
    };
    const logs = Array.from({ length: ACCOUNTS }, (_, place) => collateralOf(place));
    const { chain, settings } = doorOf("compound-v3", answers, logs);
    const clock = { nowSec: () => 0, nowMs: () => 0 };
    const reader = createLendingMarket({
      chain,
      settings: { ...settings, maxAccounts: 200 },
      store: keptStore(),
      clock,
    });
    await assert.rejects(reader.readAt(anchor));
    isDead = false;
    const { accounts, rejected } = await reader.readAt(anchor);
    assert.deepEqual([accounts.length, rejected], [ACCOUNTS, []]);
    // All batches but the one in which the line died.
    assert.ok([...asked].filter(([, times]) => times > 1).length < 50);
    assert.equal(asked.get(accountOf(0)), 1);
  });
});
