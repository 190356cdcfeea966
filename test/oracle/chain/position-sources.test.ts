/**
 * Positions of several sources on anvil: the real vault, the real loan market, and one that misbehaves in every way. Given
 * what it does wrong, then the others' positions are read all the same, and the reject says how many and why.
 */
import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "mocha";
import { type Abi, encodeFunctionData, getAddress, type Hex, toFunctionSelector } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { type ChainClient, connectChain, isTransportFailure } from "../../../oracle/chain/client.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { CursorState, CursorStore } from "../../../oracle/ingestion/sources/position-cursor.ts";
import {
  createPositionSources,
  type PositionSourcesOptions,
  type PositionsReading,
} from "../../../oracle/ingestion/sources/position-sources.ts";
import type { PositionView } from "../../../oracle/ingestion/sources/source-calls.ts";
import { encodeSeriesId } from "../../../oracle/rules/series-id.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { answering, ENDLESS, ONE_WORD, REVERTING, SLOW } from "../../helpers/scripted-source.ts";
import { deployLoans, loanSeries, takeLoan } from "./loans-fixture.ts";
import { CLASS_ID, deployOracle, GENESIS_SEC, type OracleFixture } from "./oracle-fixture.ts";

const ORACLE_ABI: Abi = riskOracleAbi;
const MARKETS = new Map([[1, { asset: "BTC", baseDecimals: 8, quoteDecimals: 6 }]]);
const HOSTILE: Address = "0x00000000000000000000000000000000C0FFEE01";
const RICH = "0xde0b6b3a7640000";
const FAR_SEC = GENESIS_SEC + 200 * 86_400;
const UNKNOWN_BITS = 1n << 200n;
const DESCRIBE = toFunctionSelector("describePositions(uint256[])").slice(2);

describe("createPositionSources", () => {
  let anvil: Anvil;
  let fixture: OracleFixture;
  let loans: Address;
  let good: PositionView;
  let proxy: Server | null = null;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    await fixture.openCall(55_000n);
    loans = await deployLoans(fixture);
    await takeLoan(fixture, loans);
    const seriesId = await loanSeries(fixture);
    const owner = fixture.account.address;
    const state = { classId: CLASS_ID, epoch: 1, flaggedAt: 0, active: true };
    good = { owner, seriesId, sizeE8: 50_000_000n, collateral: 1_000_000n, ...state };
  });
  after(async () => {
    proxy?.close();
    await anvil.stop();
  });

  function options(
    stores = new Map<string, CursorStore>(),
    chain: ChainClient = fixture.chain,
  ): PositionSourcesOptions {
    const reader = createOracleReader(chain, fixture);
    return {
      chain,
      oracle: fixture.oracle,
      fromBlock: 0n,
      markets: MARKETS,
      listSources: async (anchor) => await reader.sources(anchor),
      storeOf: (source) => {
        const store = stores.get(source) ?? memoryStore();
        stores.set(source, store);
        return store;
      },
    };
  }

  async function head() {
    return await createOracleReader(fixture.chain, fixture).anchor();
  }

  async function readWith(code: Hex): Promise<PositionsReading> {
    await fixture.control("anvil_setCode", [HOSTILE, code]);
    await fixture.control("evm_mine", []);
    return await createPositionSources(options()).readAt(await head());
  }

  /** Registers the hostile source and two positions of it; without code an address is an account that can send. */
  async function registerHostile(): Promise<void> {
    await fixture.send(fixture.oracle, ORACLE_ABI, "registerSource", [HOSTILE]);
    await fixture.control("anvil_setBalance", [HOSTILE, RICH]);
    await fixture.control("anvil_impersonateAccount", [HOSTILE]);
    for (const id of [1n, 2n]) {
      const data = encodeFunctionData({ abi: ORACLE_ABI, functionName: "registerPosition", args: [id, CLASS_ID] });
      await fixture.control("eth_sendTransaction", [{ from: HOSTILE, to: fixture.oracle, data }]);
    }
  }

  it("default: positions of vault and loan market, each with its source, equal ids apart", async () => {
    const { positions, rejected, sourceCount } = await createPositionSources(options()).readAt(await head());
    assert.deepEqual(
      positions.map(({ source, sourceIndex, id, kind }) => [source, sourceIndex, id, kind]),
      [
        [getAddress(fixture.vault), 0, 1n, "call"],
        [getAddress(loans), 1, 1n, "put"],
      ],
    );
    assert.deepEqual([rejected, sourceCount], [[], 2]);
    const [, loan] = positions;
    assert.deepEqual([loan?.strike, loan?.size, loan?.collateralPerContract], [45_000, 1, 30_000]);
  });

  it("behavior: a source that is registered meanwhile is read without a restart", async () => {
    const reader = createPositionSources(options());
    assert.equal((await reader.readAt(await head())).sourceCount, 2);
    await registerHostile();
    await fixture.control("anvil_setCode", [HOSTILE, answering(2n, [good, { ...good, sizeE8: 1n }])]);
    await fixture.control("evm_mine", []);
    const { positions, rejected, sourceCount } = await reader.readAt(await head());
    assert.deepEqual([sourceCount, rejected], [3, []]);
    assert.deepEqual(
      positions.map(({ sourceIndex, id, sizeE8 }) => [sourceIndex, id, sizeE8]),
      [
        [0, 1n, 100_000_000n],
        [1, 1n, 100_000_000n],
        [2, 1n, 50_000_000n],
        [2, 2n, 1n],
      ],
    );
  });

  const series = (change: Partial<Parameters<typeof encodeSeriesId>[0]>) =>
    encodeSeriesId({ marketId: 1, strikeE8: 1n, expirySec: GENESIS_SEC + 86_400, isPut: true, ...change });
  const faults: readonly (readonly [string, () => Hex, Readonly<Record<string, number>>])[] = [
    ["reverts", () => REVERTING, { "source-unreadable": 2 }],
    ["uses up its gas", () => ENDLESS, { "source-unreadable": 2 }],
    ["needs more gas than it is given", () => SLOW, { "source-unreadable": 2 }],
    ["answers with a number", () => ONE_WORD, { "source-nonsense": 2 }],
    ["has no code", () => "0x", { "source-nonsense": 2 }],
    ["describes fewer than asked", () => answering(2n, [good]), { "source-nonsense": 2 }],
    ["describes more than asked", () => answering(2n, [good, good, good]), { "source-nonsense": 2 }],
    ["claims more than it registered", () => answering(5n, [good, good]), { "source-incomplete": 2 }],
    ["claims fewer than it registered", () => answering(1n, [good, good]), { "source-incomplete": 2 }],
    [
      "names no series and a market that nobody knows",
      () => answering(2n, [viewWith({ seriesId: UNKNOWN_BITS }), viewWith({ seriesId: series({ marketId: 9 }) })]),
      { "series-invalid": 1, "market-unknown": 1 },
    ],
    [
      "names a strike of zero and an expiry too far away",
      () =>
        answering(2n, [
          viewWith({ seriesId: series({ strikeE8: 0n }) }),
          viewWith({ seriesId: series({ expirySec: FAR_SEC }) }),
        ]),
      { "series-invalid": 2 },
    ],
    [
      "calls an empty position active",
      () => answering(2n, [viewWith({ sizeE8: 0n }), viewWith({ active: false })]),
      { "size-zero": 1 },
    ],
  ];

  function viewWith(change: Partial<PositionView>): PositionView {
    return { ...good, ...change };
  }

  for (const [what, code, expected] of faults) {
    it(`behavior: a source that ${what} stops no other`, async () => {
      const { positions, rejected } = await readWith(code());
      assert.deepEqual(
        positions.map(({ sourceIndex, id }) => [sourceIndex, id]),
        [
          [0, 1n],
          [1, 1n],
        ],
      );
      assert.deepEqual(Object.fromEntries(rejected.map(({ reason, count }) => [reason, count])), expected);
      assert.ok(rejected.every(({ source }) => source === HOSTILE));
    });
  }

  it("behavior: the good position of a source is taken beside its bad one", async () => {
    const { positions, rejected } = await readWith(answering(2n, [good, viewWith({ seriesId: UNKNOWN_BITS })]));
    assert.deepEqual(
      positions.filter(({ sourceIndex }) => sourceIndex === 2).map(({ id }) => id),
      [1n],
    );
    assert.deepEqual(rejected, [{ source: HOSTILE, reason: "series-invalid", count: 1 }]);
  });

  it("behavior: after a restart every source goes on from its own cursor", async () => {
    const stores = new Map<string, CursorStore>();
    await fixture.control("anvil_setCode", [HOSTILE, answering(2n, [good, good])]);
    const before = await createPositionSources(options(stores)).readAt(await head());
    assert.equal(stores.size, 3);
    await fixture.control("evm_mine", []);
    const anchor = await head();
    // Reading from the newest block only, nothing but the kept cursors can know the positions.
    const restarted = createPositionSources({ ...options(stores), fromBlock: anchor.blockNumber });
    assert.deepEqual(await restarted.readAt(anchor), before);
    const forgetful = createPositionSources({ ...options(), fromBlock: anchor.blockNumber });
    assert.deepEqual((await forgetful.readAt(anchor)).positions, []);
  });

  it("error: a dead line is the line's fault, not the source's", async () => {
    const chain = await lineThatOnDescribing(async (response) => void response.writeHead(503).end());
    const reader = createPositionSources(options(undefined, chain));
    await assert.rejects(reader.readAt(await head()), isTransportFailure);
  });

  it("error: ANCHOR_NOT_CANONICAL for a block that has left the chain", async () => {
    const anchor = { ...(await head()), blockHash: `0x${"12".repeat(32)}` } as const;
    const listSources = async () => [fixture.vault];
    const reader = createPositionSources({ ...options(), listSources });
    await assert.rejects(reader.readAt(anchor), (error) => hasCode(error, "ANCHOR_NOT_CANONICAL"));
  });

  it("error: ANCHOR_NOT_CANONICAL when the block leaves the chain while positions are described", async () => {
    const chain = await lineThatOnDescribing(async (response, forward) => {
      await fixture.control("anvil_rollback", [1]);
      await fixture.control("anvil_mine", [2]);
      response.end(await forward());
    });
    await fixture.control("evm_mine", []);
    const reader = createPositionSources(options(undefined, chain));
    await assert.rejects(reader.readAt(await head()), (error) => hasCode(error, "ANCHOR_NOT_CANONICAL"));
  });

  /** An RPC in front of anvil that does something of its own when positions are to be described. */
  async function lineThatOnDescribing(
    act: (response: ServerResponse, forward: () => Promise<string>) => Promise<void>,
  ): Promise<ChainClient> {
    proxy?.close();
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const headers = { "content-type": "application/json" };
      const forward = async () => await (await fetch(anvil.rpcUrl, { method: "POST", body, headers })).text();
      response.setHeader("content-type", "application/json");
      if (body.includes(DESCRIBE)) await act(response, forward);
      else response.end(await forward());
    });
    proxy = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return await connectChain({ rpcUrl: `http://127.0.0.1:${port}`, chainId: anvil.chainId, retries: 0 });
  }
});

function memoryStore(): CursorStore {
  let state: CursorState | null = null;
  return {
    load: async () => state,
    save: async (next) => {
      state = next;
    },
  };
}
