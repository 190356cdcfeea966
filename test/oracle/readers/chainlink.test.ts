/** Rounds of a price feed with phases on anvil: bad answers by name, every round once, over a change of phase and a reorganisation. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { privateKeyToAccount } from "viem/accounts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { type ChainlinkOptions, createChainlinkRounds } from "../../../oracle/ingestion/providers/chainlink-rounds.ts";
import type { Provider } from "../../../oracle/ingestion/providers/provider.ts";
import { ANVIL_KEY, type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { createDeployer } from "../chain/oracle-fixture.ts";

const DECIMALS = 8;
const usd = (price: number): bigint => BigInt(Math.round(price * 10 ** DECIMALS));

describe("createChainlinkRounds", () => {
  const owner = privateKeyToAccount(ANVIL_KEY);
  let anvil: Anvil;
  let chain: ChainClient;
  let feed: Address;
  let startSec: number;
  let snapshot: unknown;
  const control = async (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    await chain.reader.transport.request({ method, params });
  const send = async (name: string, args: readonly unknown[]): Promise<void> =>
    await createDeployer(chain, owner).send(feed, phasedTestFeedAbi, name, args);

  before(async () => {
    anvil = await startAnvil();
    chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, retries: 0, pollingIntervalMs: 20 });
    feed = await createDeployer(chain, owner).deploy("local/PhasedTestFeed", [DECIMALS, "BTC / USD", owner.address]);
    startSec = Number((await chain.reader.getBlock()).timestamp) - 1_000;
  });
  after(async () => await anvil.stop());
  beforeEach(async () => {
    snapshot = await control("evm_snapshot");
  });
  afterEach(async () => void (await control("evm_revert", [snapshot])));

  const provider = (change: Partial<ChainlinkOptions> = {}): Provider =>
    createChainlinkRounds({
      ...{ id: "chainlink-test", everySec: 60, asset: "BTC", feed, decimals: DECIMALS, heartbeatSec: 3_600 },
      ...{ confirmations: 0, maxLagSec: 600, connect: async () => chain },
      ...change,
    });
  const ask = async (asked: Provider) => await asked.ask(Number((await chain.reader.getBlock()).timestamp));
  const read = async (asked: Provider) => {
    const said = await ask(asked);
    assert.ok(said.ok, said.ok ? "" : said.detail);
    return said.value.map((event) =>
      event.kind === "feed-round" ? [event.phase, event.round, event.price, event.sourceTimeSec - startSec] : [],
    );
  };

  it("error: FEED_DECIMALS_WRONG, FEED_ANSWER_INVALID without an answer, for one that is not positive, and of the future", async () => {
    const failureOf = async (asked: Provider): Promise<string> => {
      const said = await ask(asked);
      return said.ok ? "ok" : (said.detail?.split(":")[0] ?? "");
    };
    assert.equal(await failureOf(provider({ decimals: 18 })), "FEED_DECIMALS_WRONG");
    assert.equal(await failureOf(provider()), "FEED_ANSWER_INVALID");
    await send("push", [0n, BigInt(startSec)]);
    assert.equal(await failureOf(provider()), "FEED_ANSWER_INVALID");
    await send("push", [usd(100), BigInt(startSec + 1_000_000)]);
    assert.equal(await failureOf(provider()), "FEED_ANSWER_INVALID");
    const none = await ask(provider({ feed: owner.address }));
    assert.ok(!none.ok && none.reason === "malformed");
  });

  it("default: every round once, the earlier ones of the phase first", async () => {
    const asked = provider();
    await send("pushMany", [[usd(100), usd(101), usd(99.5)], [0, 10, 20].map((sec) => BigInt(startSec + sec))]);
    assert.deepEqual(await read(asked), [
      [1, 1, 100, 0],
      [1, 2, 101, 10],
      [1, 3, 99.5, 20],
    ]);
    await send("push", [usd(98), BigInt(startSec + 30)]);
    assert.deepEqual(await read(asked), [[1, 4, 98, 30]]);
  });

  it("behavior: after a change of phase its rounds are told, and after a reorganisation those of the new branch", async () => {
    const asked = provider();
    await send("push", [usd(100), BigInt(startSec)]);
    await read(asked);
    await send("startPhase", []);
    await send("push", [usd(97), BigInt(startSec + 40)]);
    assert.deepEqual(await read(asked), [[2, 1, 97, 40]]);
    const undo = await control("evm_snapshot");
    await send("push", [usd(50), BigInt(startSec + 50)]);
    assert.deepEqual(await read(asked), [[2, 2, 50, 50]]);
    await control("evm_revert", [undo]);
    await send("push", [usd(96), BigInt(startSec + 60)]);
    assert.deepEqual((await read(asked)).at(-1), [2, 2, 96, 60]);
  });
});
