/** Kills the main job with SIGKILL ten times, at any stage, with anvil as the chain: it always goes on, and never signs twice. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { type Address, createPublicClient, http, isAddress } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { z } from "zod";
import { positionSourceAbi } from "../../oracle/chain/abi/position-source.ts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { type GuardRecord, parseGuard } from "../../oracle/consensus/guard-record.ts";
import type { Hex } from "../../oracle/domain/units.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { findDeployment } from "../helpers/find-deployment.ts";
import { locksIn, type MainJobEnd, runMainJob, startMainJob, summaryOf } from "../helpers/main-job.ts";
import { readDatabase } from "../helpers/read-database.ts";
import { type CheckedSummary, RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 600_000;
const OPERATORS = 4;
/** More than all kills together get through. */
const MANY_ROUNDS = 150;
/** Rounds of the last start, which nobody kills. */
const LAST_ROUNDS = 3;
/** Start of the simulated market; rounds are an hour apart. */
const START_SEC = Date.UTC(2026, 0, 5) / 1_000;
const STEP_SEC = 3_600;
/** Half a day before the simulator's start: deployment and set-up need time of the chain. */
const GENESIS_SEC = Date.UTC(2026, 0, 4, 12) / 1_000;
const ANVIL_FLAGS = ["--timestamp", String(GENESIS_SEC), "--accounts", "20"];
/** Line after which a random pause begins, and the longest pause, milliseconds. */
const STAGES = [
  { after: /^deploying/, pauseMs: 2_500 },
  { after: /^\[/, pauseMs: 1_500 },
  { after: /^opening/, pauseMs: 800 },
  { after: /^starting/, pauseMs: 6_000 },
  { after: /^\[/, pauseMs: 1_500 },
  { after: /^compiling/, pauseMs: 3_000 },
  { after: /^\[/, pauseMs: 1_500 },
  { after: /^deploying/, pauseMs: 1_500 },
  { after: /^\[/, pauseMs: 1_500 },
  { after: /^starting/, pauseMs: 8_000 },
] as const;

interface KeptReport {
  readonly epoch: string;
  readonly digest: string;
  readonly state: string;
}

function guardRecords(dataDir: string, operator: number): readonly GuardRecord[] {
  const folder = join(dataDir, "operators", String(operator));
  const key = z.custom<Hex>((value) => /^0x[0-9a-f]{64}$/.test(String(value)));
  const signer = privateKeyToAddress(key.parse(readFileSync(join(folder, "signer.key"), "utf8")));
  const guard = parseGuard(readFileSync(join(folder, "signing-guard"), "latin1"), signer);
  assert.ok(guard.ok);
  return guard.records;
}

describe("the main job, killed with SIGKILL and started again on the same chain and folder", function () {
  this.timeout(TEST_MS);
  let anvil: Anvil;
  let folder: TemporaryFolder;
  let summary: CheckedSummary;
  let addresses: Readonly<Record<string, Address>>;
  const broken: MainJobEnd[] = [];

  before(async () => {
    anvil = await startAnvil(ANVIL_FLAGS);
    folder = temporaryFolder();
    const run = (rounds: number) => ({
      flags: ["--rpc-url", anvil.rpcUrl, "--data-dir", folder.path, "--rounds", String(rounds)],
    });
    const rng = createRng("plimsoll-kill-test-1");
    for (const stage of STAGES) {
      const job = startMainJob(run(MANY_ROUNDS));
      await Promise.race([job.line(stage.after), job.ended]);
      await pause(rng.uniform() * stage.pauseMs);
      job.child.kill("SIGKILL");
      broken.push(await job.ended);
    }
    const { timestamp } = await createPublicClient({ transport: http(anvil.rpcUrl) }).getBlock();
    const roundsPassed = Math.floor((Number(timestamp) - START_SEC) / STEP_SEC);
    summary = RUN_SUMMARY_SCHEMA.parse(summaryOf(await runMainJob(run(roundsPassed + LAST_ROUNDS))));
    addresses = findDeployment(folder.path);
  });

  after(async () => {
    await anvil?.stop();
    folder?.remove();
  });

  it("behavior: every start ran until it was killed, none ended with an error", () => {
    assert.deepEqual(
      broken.filter(({ signal }) => signal !== "SIGKILL").map(({ stderr }) => stderr),
      [],
    );
    assert.equal(broken.length, STAGES.length);
    assert.deepEqual(locksIn(folder.path), []);
  });

  it("behavior: the last start ran the remaining rounds without a rejected report", () => {
    assert.equal(summary.rounds, LAST_ROUNDS);
    assert.equal(summary.roundsWithQuorum + summary.vetoed, summary.rounds);
    assert.equal(summary.reports.accepted, summary.reports.signed);
    assert.equal(summary.reports.rejected, 0);
  });

  it("behavior: no operator ever promised two digests for one slot and kind", () => {
    for (let operator = 0; operator < OPERATORS; operator += 1) {
      const promised = new Map<string, string>();
      const records = guardRecords(folder.path, operator);
      assert.ok(records.length > 0);
      for (const { kind, configDigest, epoch, digest } of records) {
        const slot = `${kind}:${configDigest}:${epoch}`;
        assert.equal(promised.get(slot) ?? digest, digest, slot);
        promised.set(slot, digest);
      }
    }
  });

  it("behavior: every planned position was opened exactly once", async () => {
    const client = createPublicClient({ transport: http(anvil.rpcUrl) });
    const counts = await Promise.all(
      ["vault", "loans"].map(async (name) => {
        const source = { address: pick(addresses, name), abi: positionSourceAbi } as const;
        return await client.readContract({ ...source, functionName: "positionCount" });
      }),
    );
    assert.ok(counts.every((count) => count > 0n));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0n),
      BigInt(summary.positions),
    );
  });

  it("behavior: the chain accepted no epoch twice, and the reports table says the same as the chain", async () => {
    const client = createPublicClient({ transport: http(anvil.rpcUrl) });
    const events = await client.getContractEvents({
      address: pick(addresses, "riskOracle"),
      abi: riskOracleAbi,
      eventName: "ReportAccepted",
      fromBlock: 0n,
      strict: true,
    });
    const onChain = events.map(({ args }) => `${args.epoch} ${args.digest}`);
    assert.equal(new Set(events.map(({ args }) => args.epoch)).size, events.length);
    const kept = await readDatabase(folder.path, async (pool) => {
      const { rows } = await pool.query<KeptReport>("SELECT epoch, digest, state FROM plimsoll.reports ORDER BY epoch");
      return rows;
    });
    assert.deepEqual(
      kept.filter(({ state }) => state === "pending"),
      [],
    );
    const accepted = kept.filter(({ state }) => state === "accepted").map(({ epoch, digest }) => `${epoch} ${digest}`);
    assert.deepEqual(accepted, onChain);
  });
});

function pick(addresses: Readonly<Record<string, Address>>, name: string): Address {
  const address = addresses[name];
  assert.ok(address !== undefined && isAddress(address), `no contract ${name}`);
  return address;
}
