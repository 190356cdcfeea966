/** A node that is killed while it watches a report's transaction: the next one goes on, even if a reorg came in between. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import type { QuorumReport } from "../../oracle/domain/report.ts";
import { encodeQuorum } from "../../oracle/pipeline/quorum-codec.ts";
import { encodeJson } from "../../oracle/platform/database/json.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import {
  FINALITY_BLOCKS,
  type OpenedDesk,
  openDesk,
  openWatchBed,
  type WatchBed,
} from "../oracle/pipeline/watch-bed.ts";

const CHILD = fileURLToPath(new URL("../helpers/watch-child.ts", import.meta.url));
/** A killed process holds its job for some seconds more. */
const TEST_MS = 180_000;

describe("a node killed while it watches a transaction", function () {
  this.timeout(TEST_MS);
  let bed: WatchBed;

  before(async () => {
    bed = await openWatchBed();
  });
  after(async () => await bed?.close());

  /** Starts a process that watches a report's transaction; resolves when the report is on chain. */
  async function startChild(dataDir: string, quorum: QuorumReport): Promise<ChildProcess> {
    const [options, report] = [join(dataDir, "options.json"), join(dataDir, "report.json")];
    writeFileSync(options, JSON.stringify(bed.worldOptions(dataDir)));
    writeFileSync(report, encodeJson(encodeQuorum(quorum)));
    const child = spawn(process.execPath, [CHILD, options, report], { stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(child.stdout);
    const [state] = await once(createInterface({ input: child.stdout }), "line");
    assert.equal(state, "accepted");
    return child;
  }

  async function killed(child: ChildProcess): Promise<void> {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  it("behavior: between two looks: the next start finds the reorg that came meanwhile", async () => {
    const folder = temporaryFolder();
    const quorum = await bed.quorumReport(3_500);
    await killed(await startChild(folder.path, quorum));
    await bed.reorg(1);
    const desk = await openDesk(bed, folder);
    await becomesFinal(desk, quorum);
    assert.deepEqual(desk.world.outcomes, ["reorged", "resubmitted", "final"]);
    await desk.close();
  });

  it("behavior: while it brings the report back: the next start is not held up, and does it", async () => {
    const folder = temporaryFolder();
    const quorum = await bed.quorumReport(3_500);
    const child = await startChild(folder.path, quorum);
    const sends = bed.proxy.holdFrom("eth_sendRawTransaction");
    await bed.reorg(1);
    await sends;
    await killed(child);
    bed.proxy.become("pass");
    const desk = await openDesk(bed, folder);
    // Its job still belongs to the dead process, yet the desk is open.
    assert.equal((await desk.row(quorum)).state, "pending");
    await becomesFinal(desk, quorum);
    // The dead process has counted the reorg.
    assert.deepEqual(desk.world.outcomes, ["resubmitted", "final"]);
    await desk.close();
  });

  async function becomesFinal(desk: OpenedDesk, quorum: QuorumReport): Promise<void> {
    await desk.world.until(() => desk.world.outcomes.includes("resubmitted"));
    await bed.mine(FINALITY_BLOCKS);
    await desk.drained();
    const { state, is_final } = await desk.row(quorum);
    assert.deepEqual([state, is_final], ["accepted", true]);
    assert.equal(await bed.lastEpoch(), quorum.bundle.report.epoch);
  }
});
