/** Views of the real vault's positions on anvil: what is asked again, and what is not. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "mocha";
import { type Abi, toFunctionSelector } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { createPositionViews } from "../../../oracle/ingestion/sources/position-views.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "./oracle-fixture.ts";

const VAULT_ABI: Abi = optionVaultAbi;
const DESCRIBE = toFunctionSelector("describePositions(uint256[])").slice(2);
/** Hexadecimal digits of a word. */
const WORD_DIGITS = 64;
const IDS = [1n, 2n, 3n];

describe("createPositionViews", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let proxy: Server;
  let chain: ChainClient;
  /** How many positions each call asked to describe. */
  let described: number[] = [];
  /** How many such calls each request to the RPC held. */
  let callsAtOnce: number[] = [];
  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    for (const strike of [55_000n, 60_000n, 65_000n]) await fixture.openCall(strike);
    proxy = await startProxy();
    const address = proxy.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    chain = await connectChain({ rpcUrl: `http://127.0.0.1:${port}`, chainId: anvil.chainId, retries: 0 });
  });
  after(async () => {
    proxy.close();
    await anvil.stop();
  });
  beforeEach(() => {
    described = [];
    callsAtOnce = [];
  });

  async function startProxy(): Promise<Server> {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const calls = [...body.matchAll(new RegExp(`0x${DESCRIBE}([0-9a-f]*)`, "g"))];
      callsAtOnce.push(calls.length);
      for (const [, calldata = ""] of calls) {
        // The first two words are the list's offset and length.
        described.push(calldata.length / WORD_DIGITS - 2);
      }
      response.setHeader("content-type", "application/json");
      const headers = { "content-type": "application/json" };
      response.end(await (await fetch(anvil.rpcUrl, { method: "POST", body, headers })).text());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  async function head() {
    return await createOracleReader(fixture.chain, fixture).anchor();
  }

  function views() {
    return createPositionViews({ chain, source: fixture.vault });
  }

  it("default: describes every position once, and none again while no event names one", async () => {
    const reader = views();
    const first = await reader.readAt(IDS, await head());
    assert.deepEqual(described, [3]);
    assert.deepEqual([...first.keys()], IDS);
    await fixture.control("evm_mine", []);
    assert.deepEqual(await reader.readAt(IDS, await head()), first);
    assert.deepEqual(described, [3]);
  });

  it("behavior: describes anew what an event names and what is new, and forgets what is not asked for", async () => {
    const reader = views();
    await reader.readAt([1n, 2n], await head());
    await fixture.send(fixture.vault, VAULT_ABI, "close", [2n, 50_000_000n, 0n]);
    const later = await reader.readAt(IDS, await head());
    assert.deepEqual(described, [2, 2]);
    assert.deepEqual([later.get(2n)?.sizeE8, later.get(3n)?.sizeE8], [50_000_000n, 100_000_000n]);
    assert.deepEqual([...(await reader.readAt([3n], await head())).keys()], [3n]);
    await reader.readAt([1n, 3n], await head());
    assert.deepEqual(described, [2, 2, 1]);
  });

  it("behavior: asks for very many positions in parts, few of them at once", async () => {
    const many = Array.from({ length: 950 }, (_, place) => IDS[place % IDS.length] ?? 1n);
    await views().readAt(many, await head());
    assert.deepEqual(described, [...Array.from({ length: 9 }, () => 100), 50]);
    assert.deepEqual(callsAtOnce, [4, 4, 2]);
  });

  it("behavior: describes everything for an older anchor, and again after half an hour", async () => {
    const reader = views();
    const older = await head();
    await fixture.control("evm_mine", []);
    await reader.readAt(IDS, await head());
    await reader.readAt(IDS, older);
    assert.deepEqual(described, [3, 3]);
    await fixture.control("evm_increaseTime", [1_800]);
    await fixture.control("evm_mine", []);
    await reader.readAt(IDS, await head());
    assert.deepEqual(described, [3, 3, 3]);
  });

  it("behavior: describes everything after a reorganisation, although the new branch names nothing", async () => {
    const reader = views();
    const before = await reader.readAt(IDS, await head());
    await fixture.send(fixture.vault, VAULT_ABI, "close", [3n, 50_000_000n, 0n]);
    assert.equal((await reader.readAt(IDS, await head())).get(3n)?.sizeE8, 50_000_000n);
    await fixture.control("anvil_rollback", [1]);
    await fixture.control("anvil_mine", [2]);
    assert.deepEqual(await reader.readAt(IDS, await head()), before);
    assert.deepEqual(described, [3, 1, 3]);
  });
});
