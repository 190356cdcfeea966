/** Positions of the real vault by cursor on anvil: opening, closing, reorganisations, range limits, restarts. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, it } from "mocha";
import { type Abi, encodeAbiParameters, toFunctionSelector } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { connectChain } from "../../../oracle/chain/client.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Anchor } from "../../../oracle/domain/report.ts";
import type { CursorState, CursorStore } from "../../../oracle/ingestion/sources/position-cursor.ts";
import {
  createSourcePositions,
  type SourcePositions,
  type SourcePositionsOptions,
} from "../../../oracle/ingestion/sources/source-positions.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "./oracle-fixture.ts";

const VAULT_ABI: Abi = optionVaultAbi;
const DESCRIBE = toFunctionSelector("describePositions(uint256[])").slice(2);
const MARKETS = new Map([[1, { asset: "BTC", baseDecimals: 8, quoteDecimals: 6 }]]);

function memoryStore(): CursorStore & { state: CursorState | null } {
  const store: CursorStore & { state: CursorState | null } = {
    state: null,
    load: async () => store.state,
    save: async (state) => {
      store.state = state;
    },
  };
  return store;
}

describe("createSourcePositions", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let proxy: Server | null = null;
  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    await fixture.openCall(55_000n);
    await fixture.openCall(60_000n);
  });
  after(async () => await anvil.stop());
  afterEach(() => {
    proxy?.close();
    proxy = null;
  });

  function options(further: Partial<SourcePositionsOptions> = {}): SourcePositionsOptions {
    const { chain, oracle, vault: source } = fixture;
    return { chain, oracle, source, sourceIndex: 0, fromBlock: 0n, markets: MARKETS, store: memoryStore(), ...further };
  }

  async function openIds(reader: SourcePositions, anchor: Anchor) {
    return (await reader.readAt(anchor)).positions.map(({ id }) => id);
  }

  async function head() {
    return await createOracleReader(fixture.chain, fixture).anchor();
  }

  /** An RPC in front of anvil that refuses log ranges above `maxRange`, as public providers do. */
  async function limitedChain(maxRange: bigint, seen: bigint[]) {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const calls: unknown = JSON.parse(body);
      const range = logRange(Array.isArray(calls) ? calls[0] : calls);
      if (range !== null) seen.push(range);
      response.setHeader("content-type", "application/json");
      response.end(range !== null && range > maxRange ? refusal(calls) : await forward(anvil.rpcUrl, body));
    });
    return await connect(server);
  }

  /** The calldata of every request to describe positions. */
  async function watchedChain(described: string[]) {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      for (const [, calldata = ""] of body.matchAll(new RegExp(`0x${DESCRIBE}([0-9a-f]*)`, "g")))
        described.push(calldata);
      response.setHeader("content-type", "application/json");
      response.end(await forward(anvil.rpcUrl, body));
    });
    return await connect(server);
  }

  async function connect(server: Server) {
    proxy = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return await connectChain({ rpcUrl: `http://127.0.0.1:${port}`, chainId: anvil.chainId, retries: 0 });
  }

  it("behavior: nothing is taken when the cursor begins after the first positions", async () => {
    const anchor = await head();
    const late = createSourcePositions(options({ fromBlock: anchor.blockNumber }));
    const { positions, rejected } = await late.readAt(anchor);
    assert.deepEqual(positions, []);
    assert.deepEqual(rejected, [{ source: fixture.vault, reason: "source-incomplete", count: 1 }]);
  });

  it("behavior: positions of a market that is not configured are left out, and said", async () => {
    const reader = createSourcePositions(options({ markets: new Map() }));
    const { positions, rejected } = await reader.readAt(await head());
    assert.deepEqual(positions, []);
    assert.deepEqual(rejected, [{ source: fixture.vault, reason: "market-unknown", count: 2 }]);
  });

  it("error: ANCHOR_NOT_CANONICAL for a block that is not on the chain", async () => {
    const anchor = { ...(await head()), blockHash: `0x${"12".repeat(32)}` } as const;
    const reader = createSourcePositions(options());
    await assert.rejects(reader.readAt(anchor), (error) => hasCode(error, "ANCHOR_NOT_CANONICAL"));
  });

  it("error: LOG_RANGE_REFUSED when even one block is refused", async () => {
    const chain = await limitedChain(0n, []);
    const reader = createSourcePositions(options({ chain }));
    await assert.rejects(reader.readAt(await head()), (error) => hasCode(error, "LOG_RANGE_REFUSED"));
  });

  it("default: the fields of an open position", async () => {
    const { positions, rejected } = await createSourcePositions(options()).readAt(await head());
    assert.deepEqual(rejected, []);
    const [first] = positions;
    assert.ok(first !== undefined);
    assert.deepEqual(
      [first.id, first.asset, first.kind, first.strike, first.size, first.collateralPerContract, first.flaggedAtSec],
      [1n, "BTC", "call", 55_000, 1, 1, null],
    );
    assert.deepEqual([first.owner, first.source, first.classId], [fixture.account.address, fixture.vault, 1]);
    assert.equal(first.sourceIndex, 0);
    assert.deepEqual([first.epoch, first.sizeE8, first.collateralUnits], [1, 100_000_000n, 100_000_000n]);
    assert.equal(first.expirySec % 86_400, 28_800);
  });

  it("behavior: reads on after a restart, sees closings, and still answers for an older anchor", async () => {
    const store = memoryStore();
    const before = await head();
    assert.equal((await openIds(createSourcePositions(options({ store })), before)).length, 2);
    await fixture.openCall(70_000n);
    await fixture.send(fixture.vault, VAULT_ABI, "close", [3n, 100_000_000n, 0n]);
    await fixture.openCall(71_000n);
    const restarted = createSourcePositions(options({ store }));
    assert.deepEqual(await openIds(restarted, await head()), [1n, 2n, 4n]);
    assert.deepEqual(await openIds(restarted, before), [1n, 2n]);
  });

  it("behavior: what has ended is never described again, not even after a restart", async () => {
    const store = memoryStore();
    const before = await head();
    await openIds(createSourcePositions(options({ store })), before);
    const retired = store.state?.lives.flatMap(({ id, retiredAt }) => (retiredAt === null ? [] : [[id, retiredAt]]));
    assert.deepEqual(retired, [[3n, before.blockNumber]]);
    const described: string[] = [];
    const chain = await watchedChain(described);
    await fixture.control("evm_mine", []);
    const restarted = createSourcePositions(options({ store, chain }));
    assert.deepEqual(await openIds(restarted, await head()), [1n, 2n, 4n]);
    assert.deepEqual(described, [encodeAbiParameters([{ type: "uint256[]" }], [[1n, 2n, 4n]]).slice(2)]);
    await fixture.control("anvil_rollback", [1]);
  });

  it("behavior: halves the range until the RPC answers", async () => {
    const seen: bigint[] = [];
    const chain = await limitedChain(4n, seen);
    const reader = createSourcePositions(options({ chain, maxBlockRange: 16n }));
    assert.deepEqual(await openIds(reader, await head()), [1n, 2n, 4n]);
    assert.deepEqual(seen.slice(0, 3), [16n, 8n, 4n]);
  });

  it("behavior: a reorganisation rolls back to the common ancestor and reads the new branch", async () => {
    const store = memoryStore();
    const reader = createSourcePositions(options({ store }));
    await reader.readAt(await head());
    await fixture.openCall(80_000n);
    await fixture.send(fixture.vault, VAULT_ABI, "close", [2n, 100_000_000n, 0n]);
    const orphan = await head();
    assert.deepEqual(await openIds(reader, orphan), [1n, 4n, 5n]);
    assert.equal(store.state?.lives.find(({ id }) => id === 2n)?.retiredAt, orphan.blockNumber);
    await fixture.control("anvil_rollback", [2]);
    await fixture.control("evm_mine", []);
    assert.deepEqual(await openIds(reader, await head()), [1n, 2n, 4n]);
    await fixture.openCall(90_000n);
    await fixture.control("evm_mine", []);
    const { positions } = await reader.readAt(await head());
    assert.deepEqual(positions.map(({ id, strike }) => [id, strike]).at(-1), [5n, 90_000]);
    await assert.rejects(reader.readAt(orphan), (error) => hasCode(error, "ANCHOR_NOT_CANONICAL"));
  });
});

const JSON_TYPE = { "content-type": "application/json" };

async function forward(rpcUrl: string, body: string): Promise<string> {
  return await (await fetch(rpcUrl, { method: "POST", body, headers: JSON_TYPE })).text();
}

/** Error of a provider whose limit a request exceeds (EIP-1474), alone or as a batch of one. */
function refusal(calls: unknown): string {
  const error = { jsonrpc: "2.0", id: idOf(calls), error: { code: -32_005, message: "range too wide" } };
  return JSON.stringify(Array.isArray(calls) ? [error] : error);
}

function idOf(calls: unknown): unknown {
  const call: unknown = Array.isArray(calls) ? calls[0] : calls;
  return typeof call === "object" && call !== null ? Reflect.get(call, "id") : null;
}

/** Number of blocks that an `eth_getLogs` call spans, or `null` for another call. */
function logRange(call: unknown): bigint | null {
  if (typeof call !== "object" || call === null || Reflect.get(call, "method") !== "eth_getLogs") return null;
  const params: unknown = Reflect.get(call, "params");
  const filter: unknown = Array.isArray(params) ? params[0] : null;
  if (typeof filter !== "object" || filter === null) return null;
  return BigInt(String(Reflect.get(filter, "toBlock"))) - BigInt(String(Reflect.get(filter, "fromBlock"))) + 1n;
}
