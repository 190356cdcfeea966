/** Ctrl-C at any moment stops the main job cleanly, and the next start works with everything it had. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { createRng } from "../../oracle/math/rng.ts";
import { locksIn, type MainJobEnd, runMainJob, startMainJob, summaryOf } from "../helpers/main-job.ts";
import { readDatabase } from "../helpers/read-database.ts";
import { RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 300_000;
const OPERATORS = [0, 1, 2, 3] as const;
const LONGEST_PAUSE_MS = 1_500;
/** Moments at which the four threads are between their first statement and their first message to a peer. */
const OPENING_PAUSES_MS = [100, 400, 800] as const;
const rng = createRng("plimsoll-signal-test-1");

/** Starts the job, waits for a line and a pause more, seeded unless given, and sends SIGINT. */
async function interrupt(dataDir: string, line: RegExp, waitMs?: number): Promise<MainJobEnd> {
  const job = startMainJob({ flags: ["--data-dir", dataDir, "--rounds", "40"] });
  await job.line(line);
  await pause(waitMs ?? rng.uniform() * LONGEST_PAUSE_MS);
  job.child.kill("SIGINT");
  return await job.ended;
}

function signersOf(dataDir: string): readonly string[] {
  return OPERATORS.map((index) => readFileSync(join(dataDir, "operators", String(index), "signer.key"), "utf8"));
}

function guardsOf(dataDir: string): readonly string[] {
  return OPERATORS.map((index) => readFileSync(join(dataDir, "operators", String(index), "signing-guard"), "latin1"));
}

describe("SIGINT", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;

  before(() => {
    folder = temporaryFolder();
  });

  after(() => folder.remove());

  for (const stage of ["compiling", "deploying", "opening", "starting"]) {
    it(`behavior: while ${stage} it ends with 0, says nothing, and leaves no lock`, async () => {
      assertQuietEnd(await interrupt(folder.path, new RegExp(`^${stage}`)));
    });
  }

  it("behavior: operators that are still opening are stopped before the database under them goes away", async () => {
    for (const waitMs of OPENING_PAUSES_MS) assertQuietEnd(await interrupt(folder.path, /^starting/, waitMs));
  });

  function assertQuietEnd(end: MainJobEnd): void {
    assert.equal(end.code, 0, end.stderr.join("\n"));
    assert.equal(end.stdout, "");
    assert.deepEqual(
      end.stderr.filter((text) => /error|warn/i.test(text)),
      [],
    );
    assert.deepEqual(locksIn(folder.path), []);
  }

  it("behavior: between rounds it finishes the one under way and sums up; the next start has lost nothing", async () => {
    const end = await interrupt(folder.path, /^\[ *2\//);
    const summary = RUN_SUMMARY_SCHEMA.parse(summaryOf(end));
    assert.ok(summary.rounds >= 2);
    assert.equal(summary.roundsWithQuorum + summary.vetoed, summary.rounds);
    assert.equal(summary.reports.accepted, summary.reports.signed);
    assert.deepEqual(locksIn(folder.path), []);
    const [signers, guards] = [signersOf(folder.path), guardsOf(folder.path)];
    const kept = await countObservations(folder.path);
    assert.deepEqual(kept, Array(OPERATORS.length).fill(summary.rounds));

    const next = await runMainJob({ flags: ["--data-dir", folder.path, "--rounds", "1"] });
    assert.equal(RUN_SUMMARY_SCHEMA.parse(summaryOf(next)).reports.accepted, 1);
    assert.deepEqual(signersOf(folder.path), signers);
    assert.deepEqual(await countObservations(folder.path), Array(OPERATORS.length).fill(summary.rounds + 1));
    assert.ok(guardsOf(folder.path).every((guard, index) => guard.startsWith(guards[index] ?? "?")));
  });
});

async function countObservations(dataDir: string): Promise<readonly number[]> {
  return await readDatabase(dataDir, async (pool) => {
    const counts: number[] = [];
    for (const index of OPERATORS) {
      const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM operator_${index}.observations`);
      counts.push(rows[0]?.n ?? 0);
    }
    return counts;
  });
}
