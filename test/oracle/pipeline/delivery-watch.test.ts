/** Held reports and breaker from the real contracts to the API: every fate, a reorg, an RPC that fails. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import type { Abi } from "viem";
import { z } from "zod";
import { DeliverySchema } from "../../../oracle/api/contract/delivery.ts";
import { type ApiServer, createApiServer } from "../../../oracle/api/server.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { createHeldReportLog } from "../../../oracle/chain/held-reports.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { BREAKER_MODES } from "../../../oracle/domain/breaker.ts";
import type { QuorumReport } from "../../../oracle/domain/report.ts";
import { createDeliveryWatch, type DeliveryWatch } from "../../../oracle/pipeline/local/delivery-watch.ts";
import { createLiveState } from "../../../oracle/pipeline/local/live-state.ts";
import { createRunMetrics } from "../../../oracle/pipeline/local/run-metrics.ts";
import { findReport } from "../../../oracle/pipeline/local/submission-desk.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { submitArguments } from "../../../oracle/submission/encode.ts";
import { SIGNERS, WIDE_LIMITS } from "../chain/oracle-fixture.ts";
import { type OpenedDesk, openDesk, openWatchBed, type WatchBed } from "./watch-bed.ts";

const TEST_MS = 120_000;
const ORACLE_ABI: Abi = riskOracleAbi;
const ADDRESSES = SIGNERS.map(({ address }) => address);
const HELD_SEC = 3_600;
/** The fixture's reports have four entries, of which three are of open positions. */
const ENTRIES = 4;
const TIGHTENED = 3;
/** Far fewer than lie between the held reports. */
const FEW_BLOCKS = 3n;

describe("createDeliveryWatch", function () {
  this.timeout(TEST_MS);
  let bed: WatchBed;
  let desk: OpenedDesk;
  let watch: DeliveryWatch;
  let api: ApiServer;
  const warnings: string[] = [];

  before(async () => {
    bed = await openWatchBed();
    desk = await openDesk(bed);
    // Whatever tightens two entries is held; the window has room for all.
    await call("setDeliveryLimits", [{ ...WIDE_LIMITS, heldSec: HELD_SEC, reportTightened: 1 }]);
    const { chain, shared, metrics } = desk.world;
    const state = createLiveState("test");
    const count = createRunMetrics(metrics);
    const write = (line: string) => void warnings.push(z.object({ what: z.string() }).parse(JSON.parse(line)).what);
    watch = createDeliveryWatch({
      reader: createOracleReader(chain, bed.fixture),
      held: createHeldReportLog({ chain, oracle: bed.fixture.oracle, fromBlock: 0n }),
      entriesOf: async (digest) => (await findReport(shared, digest))?.bundle.entries.length ?? null,
      show: (delivery) => {
        state.setDelivery(delivery);
        count.delivery(delivery);
      },
      logger: createLogger({ level: "warn", destination: { write } }),
    });
    api = await createApiServer({ view: state, metrics: metrics.registry, pageDir: null });
  });
  beforeEach(() => {
    warnings.length = 0;
  });
  after(async () => {
    await api?.close();
    await desk?.close();
    await bed?.close();
  });

  const call = async (name: string, args: readonly unknown[]) =>
    await bed.fixture.send(bed.fixture.oracle, ORACLE_ABI, name, args);
  const later = async (seconds: number) => {
    await bed.fixture.control("evm_increaseTime", [seconds]);
    await bed.mine(1);
  };
  const nowSec = async () => Number((await bed.fixture.chain.reader.getBlock()).timestamp);
  const seen = async () => {
    await watch.look();
    return DeliverySchema.parse((await api.inject("/v1/delivery")).json());
  };
  const metric = async (name: string) => {
    const { body } = await api.inject("/metrics");
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(body)?.[1]);
  };
  const hold = async (): Promise<QuorumReport> => {
    const quorum = await bed.quorumReport(3_500);
    assert.equal((await desk.submitOne(quorum))?.state, "held");
    return quorum;
  };

  it("error: an RPC that fails makes the breaker unknown, keeps what was held, and is told once", async () => {
    await hold();
    const before = await seen();
    bed.proxy.become("refuse");
    await watch.look();
    const after = await seen();
    bed.proxy.become("pass");
    assert.deepEqual([after.breaker.mode, after.breaker.reason, after.breaker.readAtSec], ["UNKNOWN", null, null]);
    assert.deepEqual([after.heldReports, after.heldReadAtSec], [before.heldReports, before.heldReadAtSec]);
    assert.equal(await metric('plimsoll_breaker_mode\\{mode="UNKNOWN"\\}'), 1);
    assert.equal(await metric('plimsoll_breaker_mode\\{mode="NORMAL"\\}'), 0);
    assert.deepEqual(warnings, ["head"]);
    assert.equal((await seen()).breaker.mode, "NORMAL");
    assert.deepEqual(watch.takeChanges(), ["breaker UNKNOWN", "breaker NORMAL"]);
  });

  it("default: a held report is listed with its effect, its entries and its last second", async () => {
    const { digest, bundle } = await hold();
    const heldAtSec = await nowSec();
    const [newest] = (await seen()).heldReports;
    assert.ok(newest !== undefined);
    const { tighteningBps, transactionHash, ...rest } = newest;
    assert.deepEqual(rest, {
      digest,
      epoch: bundle.report.epoch.toString(),
      chunkIndex: 0,
      heldAtSec,
      releasableUntilSec: heldAtSec + HELD_SEC,
      decidedAtSec: null,
      state: "waiting",
      entries: ENTRIES,
      tightened: TIGHTENED,
    });
    assert.ok(tighteningBps > 0 && /^0x[0-9a-f]{64}$/.test(transactionHash));
    assert.equal(await metric("plimsoll_held_reports"), (await seen()).heldReports.length);
  });

  it("default: released, discarded, expired; only what waits is counted", async () => {
    const [released, discarded, expired] = [await hold(), await hold(), await hold()];
    const [report, , entries, quantiles] = submitArguments(released, ADDRESSES);
    await call("discardHeld", [discarded.digest]);
    const discardedAtSec = await nowSec();
    await call("releaseHeld", [report, entries, quantiles]);
    const releasedAtSec = await nowSec();
    await later(HELD_SEC + 1);
    const { heldReports } = await seen();
    const fate = ({ digest }: QuorumReport) => {
      const row = heldReports.find((one) => one.digest === digest);
      return [row?.state, row?.decidedAtSec];
    };
    assert.deepEqual(fate(released), ["released", releasedAtSec]);
    assert.deepEqual(fate(discarded), ["discarded", discardedAtSec]);
    assert.deepEqual(fate(expired), ["expired", null]);
    assert.equal(await metric("plimsoll_held_reports"), 0);
    const epochs = heldReports.map(({ epoch }) => Number(epoch));
    assert.deepEqual(
      epochs,
      epochs.toSorted((left, right) => right - left),
    );
  });

  it("behavior: what a reorg takes away is listed no more", async () => {
    // Tightens again: the release above has applied 3 500.
    const quorum = await bed.quorumReport(4_500);
    assert.equal((await desk.submitOne(quorum))?.state, "held");
    const isListed = async () => (await seen()).heldReports.some(({ digest }) => digest === quorum.digest);
    assert.equal(await isListed(), true);
    await bed.reorg(1);
    assert.equal(await isListed(), false);
  });

  it("behavior: who begins later, with more blocks behind him than one request may have, finds the same", async () => {
    const known = (await seen()).heldReports;
    const { chain, oracle } = bed.fixture;
    const late = createHeldReportLog({ chain, oracle, fromBlock: 0n, blocksPerRequest: FEW_BLOCKS });
    const found = await late.readTo(await createOracleReader(chain, bed.fixture).anchor());
    assert.ok(known.length > TIGHTENED);
    assert.deepEqual(
      found.map(({ digest, heldAtSec, decidedAtSec }) => ({ digest, heldAtSec, decidedAtSec })),
      known.map(({ digest, heldAtSec, decidedAtSec }) => ({ digest, heldAtSec, decidedAtSec })).toReversed(),
    );
  });

  it("default: a trip shows with its reason in words, as a change only once, and in the metrics", async () => {
    watch.takeChanges();
    await call("tripBreaker", [BREAKER_MODES.indexOf("HALTED"), 0]);
    const sinceSec = await nowSec();
    await watch.look();
    const { breaker } = await seen();
    assert.deepEqual(breaker, {
      mode: "HALTED",
      reason: "GUARDIAN",
      meaning: "Halted: no report is applied, and the values in force are frozen.",
      cause: "a decision of the guardian or the DAO",
      sinceSec,
      readAtSec: sinceSec,
    });
    assert.deepEqual((await api.inject("/readyz")).json().breaker, breaker);
    assert.equal(await metric('plimsoll_breaker_mode\\{mode="HALTED"\\}'), 1);
    assert.deepEqual(watch.takeChanges(), ["breaker HALTED: a decision of the guardian or the DAO"]);
  });
});
