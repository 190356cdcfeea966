/** The main job as a program would use it: one JSON object, nothing left behind, the same again the next time. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { isAddress } from "viem";
import { z } from "zod";
import { locksIn, runMainJob, summaryOf } from "../helpers/main-job.ts";
import { readDatabase } from "../helpers/read-database.ts";
import { type CheckedSummary, RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const ROUNDS = 3;
const OPERATORS = 4;
const RUN_MS = 240_000;
const addressesSchema = z.record(
  z.string(),
  z.string().refine((value) => isAddress(value)),
);

interface FinishedRun {
  readonly summary: CheckedSummary;
  readonly addresses: Readonly<Record<string, string>>;
}

async function run(dataDir: string): Promise<FinishedRun> {
  const end = await runMainJob({ flags: ["--rounds", String(ROUNDS), "--data-dir", dataDir] });
  const summary = RUN_SUMMARY_SCHEMA.parse(summaryOf(end));
  const file = join(dataDir, "deployments/in-process/addresses.json");
  return { summary, addresses: addressesSchema.parse(JSON.parse(readFileSync(file, "utf8"))) };
}

describe("start --json", function () {
  this.timeout(RUN_MS);
  let folder: TemporaryFolder;
  let first: FinishedRun;

  before(async () => {
    folder = temporaryFolder();
    first = await run(folder.path);
  });

  after(() => folder.remove());

  it("default: the figures of a quiet run add up", () => {
    const { summary } = first;
    assert.equal(summary.rounds, ROUNDS);
    assert.equal(summary.operators, OPERATORS);
    assert.equal(summary.threshold, 3);
    assert.equal(summary.observations, ROUNDS * OPERATORS);
    assert.equal(summary.roundsWithQuorum + summary.vetoed, summary.rounds);
    assert.deepEqual(summary.reports, { signed: ROUNDS, accepted: ROUNDS, held: 0, rejected: 0 });
    assert.ok(summary.positions >= 24);
    assert.equal(summary.sources, 2);
    assert.ok(summary.loans.opened >= 4);
    assert.equal(summary.vault.opened + summary.loans.opened, summary.positions);
    assert.equal(summary.entries.applied, ROUNDS * summary.positions);
    assert.ok(summary.ingestion.accepted > 0);
    assert.equal(summary.hedge.reports, ROUNDS * summary.hedge.mandates.length);
    assert.deepEqual(
      summary.hedge.mandates.map(({ asset }) => asset),
      ["BTC", "ETH"],
    );
    for (const { netDeltaCoins, equityUsd, idleUsd } of summary.hedge.mandates) {
      assert.ok(netDeltaCoins !== null && netDeltaCoins >= 0);
      // Capital, less what a few trades have cost.
      assert.ok(equityUsd + idleUsd > 49_900 && equityUsd + idleUsd < 50_100);
    }
  });

  it("behavior: no lock is left in the data folder", () => {
    assert.deepEqual(locksIn(folder.path), []);
  });

  it("behavior: the operators' observations of a round differ, and its report is one", async () => {
    const rounds = await readDatabase(folder.path, async (pool) => {
      const seen = new Map<string, { readonly digests: Set<string>; readonly entries: Set<string> }>();
      for (let index = 0; index < OPERATORS; index += 1) {
        const { rows } = await pool.query(`SELECT epoch, digest, payload FROM operator_${index}.observations`);
        for (const row of rows) {
          const round = seen.get(row.epoch) ?? { digests: new Set(), entries: new Set() };
          round.digests.add(row.digest);
          round.entries.add(JSON.stringify(row.payload.entries));
          seen.set(row.epoch, round);
        }
      }
      const reports = await pool.query("SELECT epoch, state FROM plimsoll.reports ORDER BY epoch");
      return { seen, reports: reports.rows };
    });
    assert.deepEqual(
      rounds.reports.map(({ epoch, state }) => [epoch, state]),
      [...rounds.seen.keys()].sort().map((epoch) => [epoch, "accepted"]),
    );
    for (const { digests, entries } of rounds.seen.values()) {
      assert.equal(digests.size, OPERATORS);
      // Not only the names in the observations differ: so do the scores, by each operator's noise and delay.
      assert.equal(entries.size, OPERATORS);
    }
  });

  it("behavior: the chain applied entries of both sources, in every round, for every position", async () => {
    const { summary } = first;
    const bySource = await readDatabase(folder.path, async (pool) => {
      const { rows } = await pool.query(
        "SELECT source_index, outcome, count(*)::int AS entries FROM plimsoll.entry_outcomes GROUP BY 1, 2",
      );
      return rows;
    });
    const applied = (index: number) =>
      bySource
        .filter(({ source_index, outcome }) => source_index === index && /^APPLIED|^REFRESHED/.test(outcome))
        .reduce((sum, { entries }) => sum + entries, 0);
    assert.equal(applied(0), ROUNDS * summary.vault.opened);
    assert.equal(applied(1), ROUNDS * summary.loans.opened);
  });

  it("behavior: a second start on the same data folder runs all its rounds, at the same addresses", async () => {
    const second = await run(folder.path);
    assert.deepEqual(second.addresses, first.addresses);
    assert.deepEqual(second.summary.reports, first.summary.reports);
    assert.equal(second.summary.observations, first.summary.observations);
  });

  it("behavior: a fresh run elsewhere deploys to the same addresses", async () => {
    const elsewhere = temporaryFolder();
    try {
      const fresh = await run(elsewhere.path);
      assert.deepEqual(fresh.addresses, first.addresses);
      assert.equal(fresh.summary.roundsWithQuorum, ROUNDS);
    } finally {
      elsewhere.remove();
    }
  });
});
