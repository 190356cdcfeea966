/** What tests of the watch share: contracts on a chain that can be reorganised, an RPC that can fail, a desk. */
import assert from "node:assert/strict";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import type { QuorumReport } from "../../../oracle/domain/report.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import { operatorLedgerStore } from "../../../oracle/pipeline/local/ledger-store.ts";
import type { SubmissionDesk } from "../../../oracle/pipeline/local/submission-desk.ts";
import type { SubmissionResult } from "../../../oracle/submission/confirm.ts";
import type { SubmissionRecord } from "../../../oracle/submission/ledger.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { type RpcProxy, startRpcProxy } from "../../helpers/rpc-proxy.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";
import { type QuorumMaker, quorumMaker } from "../submission/quorum-fixture.ts";
import { type DeskWorld, openWorld, TRANSMITTERS, type WorldOptions } from "./desk-world.ts";

/** Blocks after which a transaction is final in these tests. */
export const FINALITY_BLOCKS = 10;
/** Longer than a report of the fixture is valid, seconds. */
export const BEYOND_VALIDITY_SEC = 900;
/** A look reads the report at most twice, counts two outcomes and logs two lines; the world notices each of these. */
const SIGNS_OF_A_LOOK = 6;
const BALANCE_WEI = "0x56bc75e2d63100000";

/** Chain and contracts of a test file. */
export interface WatchBed {
  readonly fixture: OracleFixture;
  /** Worlds reach the chain through it; the bed itself does not. */
  readonly proxy: RpcProxy;
  readonly quorumReport: QuorumMaker;
  worldOptions(dataDir: string, scope?: string): WorldOptions;
  mine(blocks: number): Promise<void>;
  /** Replaces the newest blocks by as many others; each transaction goes into the new block of its index. */
  reorg(depth: number, transactions?: readonly (readonly [Hex, number])[]): Promise<void>;
  setBalance(address: Address, wei: Hex): Promise<void>;
  /** Epoch of the newest report on chain. */
  lastEpoch(): Promise<bigint>;
  close(): Promise<void>;
}

/** Starts the chain and deploys the contracts. */
export async function openWatchBed(): Promise<WatchBed> {
  const anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
  const proxy = await startRpcProxy(anvil.rpcUrl);
  const fixture = await deployOracle(anvil);
  for (const strike of [55_000n, 60_000n, 65_000n]) await fixture.openCall(strike);
  const setBalance = async (address: Address, wei: Hex) =>
    void (await fixture.control("anvil_setBalance", [address, wei]));
  for (const address of TRANSMITTERS) await setBalance(address, BALANCE_WEI);
  const reader = createOracleReader(fixture.chain, fixture);
  const configDigest = await reader.configDigest(await reader.anchor());
  const place = { rpcUrl: proxy.rpcUrl, chainId: anvil.chainId, oracle: fixture.oracle, configDigest };
  const contract = { address: fixture.oracle, abi: riskOracleAbi } as const;
  return {
    fixture,
    proxy,
    quorumReport: quorumMaker(fixture),
    worldOptions: (dataDir, scope = "") => ({ ...place, dataDir, scope, finalityBlocks: FINALITY_BLOCKS }),
    mine: async (blocks) => void (await fixture.control("anvil_mine", [`0x${blocks.toString(16)}`])),
    // Half-way through, the chain is shorter: nobody shall see that.
    reorg: (depth, transactions = []) =>
      proxy.refuseDuring(() => fixture.control("anvil_reorg", [depth, transactions])),
    setBalance,
    lastEpoch: () => fixture.chain.reader.readContract({ ...contract, functionName: "lastEpoch" }),
    close: async () => await closeAll(proxy, anvil),
  };
}

async function closeAll(proxy: RpcProxy, anvil: Anvil): Promise<void> {
  await proxy.stop();
  await anvil.stop();
}

/** A desk with a data folder of its own. */
export interface OpenedDesk {
  readonly world: DeskWorld;
  /** Makes a new report and brings it on chain. */
  submit(): Promise<QuorumReport>;
  submitOne(quorum: QuorumReport): Promise<SubmissionResult | null>;
  row(quorum: QuorumReport): Promise<Readonly<Record<"state" | "tx_hash" | "block_hash" | "is_final", unknown>>>;
  /** The signed transaction that the ledger has for a report. */
  record(quorum: QuorumReport): Promise<SubmissionRecord>;
  /** Resolves when at least so many looks have begun and ended. */
  looks(count: number): Promise<void>;
  /** Resolves when no transaction is watched any more. */
  drained(): Promise<void>;
  /** Makes everything final and forgets what was seen, so that the next test begins anew. */
  settle(): Promise<void>;
  /** Ends, keeps the folder, and opens again; queues of another scope are empty ones. */
  restart(scope?: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a desk on a bed, on a new data folder or on one that an earlier process has left; closing it removes the folder. */
export async function openDesk(bed: WatchBed, folder = temporaryFolder()): Promise<OpenedDesk> {
  let world = await openWorld(bed.worldOptions(folder.path));
  let desk: SubmissionDesk = await world.openDesk();
  return {
    get world() {
      return world;
    },
    submit: async () => {
      const quorum = await bed.quorumReport(3_500);
      assert.equal((await desk.submit(quorum))?.state, "accepted");
      return quorum;
    },
    submitOne: (quorum) => desk.submit(quorum),
    row: (quorum) => readRow(world, quorum),
    record: (quorum) => readRecord(world, quorum),
    looks: (count) => untilLooks(world, count),
    drained: () => untilDrained(world),
    settle: () => settle(bed, world),
    restart: async (scope = "") => {
      await world.close();
      world = await openWorld(bed.worldOptions(folder.path, scope));
      desk = await world.openDesk();
    },
    close: async () => {
      await world.close();
      folder.remove();
    },
  };
}

async function readRow({ shared }: DeskWorld, { digest }: QuorumReport) {
  const reports = shared.db.selectFrom("reports").select(["state", "tx_hash", "block_hash", "is_final"]);
  return await reports.where("digest", "=", digest).executeTakeFirstOrThrow();
}

async function readRecord({ options }: DeskWorld, { digest, bundle }: QuorumReport): Promise<SubmissionRecord> {
  const store = options.stores[Number(bundle.report.epoch % BigInt(TRANSMITTERS.length))];
  assert.ok(store !== undefined);
  const record = await operatorLedgerStore(store).find(digest);
  assert.ok(record !== null);
  return record;
}

async function untilLooks(world: DeskWorld, count: number): Promise<void> {
  let left = (count + 1) * SIGNS_OF_A_LOOK;
  await world.until(() => {
    left -= 1;
    return left < 0;
  });
}

async function untilDrained({ queues }: DeskWorld): Promise<void> {
  while ((await queues.queue("tx-watch").depth()) > 0) await new Promise((done) => setImmediate(done));
}

async function settle(bed: WatchBed, world: DeskWorld): Promise<void> {
  bed.proxy.become("pass");
  await bed.fixture.control("evm_setAutomine", [true]);
  // What the chain has refused is watched until it expires.
  await bed.fixture.control("evm_increaseTime", [BEYOND_VALIDITY_SEC]);
  await bed.mine(2 * FINALITY_BLOCKS);
  await untilDrained(world);
  world.forget();
}
