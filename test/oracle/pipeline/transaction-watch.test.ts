/** The watch over a report's transaction: until it is final, through RPC failures and restarts. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { FINALITY_BLOCKS, type OpenedDesk, openDesk, openWatchBed, type WatchBed } from "./watch-bed.ts";

const TEST_MS = 120_000;
/** More than the attempts that a job of this queue has. */
const MANY_FAILURES = 15;
const UNKNOWN = `0x${"12".repeat(32)}`;

describe("openTransactionWatch", function () {
  this.timeout(TEST_MS);
  let bed: WatchBed;
  let desk: OpenedDesk;

  before(async () => {
    bed = await openWatchBed();
    desk = await openDesk(bed);
  });
  afterEach(async () => await desk.settle());
  after(async () => {
    await desk?.close();
    await bed?.close();
  });

  it("error: QUEUE_JOB_INVALID for a hash that is none; a report that nobody knows is not watched", async () => {
    const queue = desk.world.queues.queue("tx-watch");
    for (const transactionHash of ["", "0x12", `${UNKNOWN}00`]) {
      await assert.rejects(queue.add({ digest: UNKNOWN, transactionHash }), (error) =>
        hasCode(error, "QUEUE_JOB_INVALID"),
      );
    }
    await queue.add({ digest: UNKNOWN, transactionHash: UNKNOWN });
    await desk.drained();
    assert.deepEqual(desk.world.outcomes, []);
  });

  it("default: a transaction is final when enough blocks followed it, and its job is done", async () => {
    const quorum = await desk.submit();
    await bed.mine(FINALITY_BLOCKS);
    await desk.world.until(() => desk.world.outcomes.includes("final"));
    await desk.drained();
    const { transactionHash } = await desk.record(quorum);
    const { state, tx_hash, is_final } = await desk.row(quorum);
    assert.deepEqual([state, tx_hash, is_final], ["accepted", transactionHash, true]);
    assert.deepEqual(desk.world.outcomes, ["final"]);
    const metrics = await desk.world.metrics.registry.metrics();
    assert.match(metrics, /plimsoll_transactions_total\{outcome="final"\} 1/);
  });

  it("behavior: one block less is not enough, however often it is looked at", async () => {
    const quorum = await desk.submit();
    await bed.mine(FINALITY_BLOCKS - 1);
    // More looks than a job has attempts, had they used them up.
    await desk.looks(MANY_FAILURES);
    assert.deepEqual(desk.world.outcomes, []);
    assert.equal(await desk.world.queues.queue("tx-watch").depth(), 1);
    assert.equal((await desk.row(quorum)).is_final, false);
  });

  it("behavior: watching twice is watching once", async () => {
    const quorum = await desk.submit();
    const queue = desk.world.queues.queue("tx-watch");
    const { transactionHash } = await desk.record(quorum);
    for (let time = 0; time < 3; time += 1) await queue.add({ digest: quorum.digest, transactionHash });
    assert.equal(await queue.depth(), 1);
    await bed.mine(FINALITY_BLOCKS);
    await desk.drained();
    await queue.add({ digest: quorum.digest, transactionHash });
    await desk.drained();
    assert.deepEqual(desk.world.outcomes, ["final"]);
  });

  it("behavior: an RPC that stays away is asked again and again, and nothing is concluded from its silence", async () => {
    const quorum = await desk.submit();
    bed.proxy.become("refuse");
    await desk.world.until(() => desk.world.warnings.length >= MANY_FAILURES);
    assert.deepEqual(desk.world.outcomes, []);
    assert.equal((await desk.row(quorum)).state, "accepted");
    await bed.mine(FINALITY_BLOCKS);
    bed.proxy.become("pass");
    await desk.world.until(() => desk.world.outcomes.includes("final"));
    assert.deepEqual(desk.world.outcomes, ["final"]);
    assert.ok(desk.world.warnings.every((line) => line.startsWith("could not look")));
  });

  it("behavior: several transactions that are not final yet keep nobody waiting, not even the next start", async () => {
    const quorums = [];
    // More than are looked at at a time.
    for (let count = 0; count < 6; count += 1) quorums.push(await desk.submit());
    await desk.restart();
    const latest = await desk.submit();
    assert.equal((await desk.row(latest)).state, "accepted");
    await bed.mine(FINALITY_BLOCKS);
    await desk.drained();
    for (const quorum of [...quorums, latest]) assert.equal((await desk.row(quorum)).is_final, true);
  });

  it("behavior: after a restart with an empty queue the transactions that are not final are watched again", async () => {
    const done = await desk.submit();
    await bed.mine(FINALITY_BLOCKS);
    await desk.drained();
    const open = await desk.submit();
    await desk.restart("moved");
    await bed.mine(FINALITY_BLOCKS);
    await desk.world.until(() => desk.world.outcomes.includes("final"));
    await desk.drained();
    // Only the one that was not final before.
    assert.deepEqual(desk.world.outcomes, ["final"]);
    assert.deepEqual([(await desk.row(done)).is_final, (await desk.row(open)).is_final], [true, true]);
  });

  it("behavior: a transaction that waits to be mined again does not hold the next start up", async () => {
    const quorum = await desk.submit();
    await bed.fixture.control("evm_setAutomine", [false]);
    await bed.reorg(1);
    await desk.world.until(() => desk.world.outcomes.includes("resubmitted"));
    const said = desk.world.warnings.length;
    await desk.looks(2);
    assert.equal(desk.world.warnings.length, said);
    assert.deepEqual((await desk.row(quorum)).state, "pending");
    const outcomesOf = desk.world.shared.db.selectFrom("entry_outcomes").select("outcome");
    const { epoch } = quorum.bundle.report;
    assert.deepEqual(await outcomesOf.where("epoch", "=", String(epoch)).execute(), []);
    assert.deepEqual(desk.world.outcomes, ["reorged", "resubmitted"]);
    await desk.restart();
    await bed.fixture.control("evm_setAutomine", [true]);
    await bed.mine(1 + FINALITY_BLOCKS);
    await desk.world.until(() => desk.world.outcomes.includes("final"));
    // The earlier process has counted the reorg.
    assert.deepEqual(desk.world.outcomes, ["final"]);
    assert.equal((await desk.row(quorum)).state, "accepted");
  });
});
