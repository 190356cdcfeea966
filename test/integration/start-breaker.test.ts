/** The main job while the guardian moves the breaker: the vault follows, HALTED withholds reports, the API stays fresh. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { DeliverySchema } from "../../oracle/api/contract/delivery.ts";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { BREAKER_MODES, type BreakerMode } from "../../oracle/domain/breaker.ts";
import type { Address } from "../../oracle/domain/units.ts";
import { createLocalClient, type LocalClient } from "../../oracle/simulation/agents/local-world.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { findDeployment } from "../helpers/find-deployment.ts";
import { type MainJob, startMainJob, summaryOf } from "../helpers/main-job.ts";
import { RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 300_000;
/** More than the test waits for. */
const MANY_ROUNDS = 150;
const GENESIS_SEC = Date.UTC(2026, 0, 4, 12) / 1_000;
/** Guardian of `deployments/local/parties.json`: an account of anvil's own. */
const GUARDIAN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
/** Of `followBreaker`, seconds. */
const CAUTION_SEC = 6 * 3_600;
const REJECTED = 'plimsoll_reports_total\\{outcome="rejected"\\}';
const OK = 200;

const positions = z.object({
  marketTimeSec: z.number(),
  positions: z.array(z.object({ status: z.string(), updatedAtSec: z.number() })),
});

describe("start, with a guardian", function () {
  this.timeout(TEST_MS);
  let anvil: Anvil;
  let folder: TemporaryFolder;
  let job: MainJob;
  let url: string;
  let client: LocalClient;
  let contracts: { readonly oracle: Address; readonly vault: Address };

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC), "--accounts", "20"]);
    folder = temporaryFolder();
    const flags = [
      "--serve",
      "--no-history",
      "--port",
      "0",
      "--rounds",
      String(MANY_ROUNDS),
      "--data-dir",
      folder.path,
    ];
    job = startMainJob({ flags: [...flags, "--rpc-url", anvil.rpcUrl] });
    url = (await job.line(/^serving (http:\S+)/))[1] ?? "";
    await job.line(/^\[ *1\//);
    client = createLocalClient(anvil.rpcUrl);
    const addresses = findDeployment(folder.path);
    contracts = { oracle: addresses.riskOracle ?? "0x", vault: addresses.vault ?? "0x" };
  });
  after(async () => {
    job?.child.kill("SIGKILL");
    await anvil?.stop();
    folder?.remove();
  });

  const json = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    assert.equal(response.status, OK);
    return await response.json();
  };
  const delivery = async () => DeliverySchema.parse(await json("/v1/delivery"));
  const metric = async (line: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`^${line} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
  };
  const trip = async (mode: BreakerMode) => {
    const call = {
      address: contracts.oracle,
      abi: riskOracleAbi,
      functionName: "tripBreaker",
      account: GUARDIAN,
    } as const;
    const hash = await client.writeContract({ ...call, args: [BREAKER_MODES.indexOf(mode), 0] });
    assert.equal((await client.waitForTransactionReceipt({ hash })).status, "success");
  };
  const lastEpoch = async () =>
    await client.readContract({ address: contracts.oracle, abi: riskOracleAbi, functionName: "lastEpoch" });

  it("default: NORMAL: reports are accepted, and no keeper touches a guard", async () => {
    assert.equal((await delivery()).breaker.mode, "NORMAL");
    assert.ok((await metric('plimsoll_reports_total\\{outcome="accepted"\\}')) > 0);
    assert.equal(await metric('plimsoll_guard_calls_total\\{call="followBreaker"\\}'), 0);
  });

  it("default: TIGHTEN_ONLY: the vault becomes cautious once, loosenings are left out, reports go on", async () => {
    const before = await lastEpoch();
    await trip("TIGHTEN_ONLY");
    await job.line(/keeper called followBreaker/);
    const contract = { address: contracts.vault, abi: optionVaultAbi } as const;
    const { cautionUntil } = await client.readContract({ ...contract, functionName: "pauseState" });
    const [, epoch = "0"] = await job.line(/report (\d+) accepted, \d+ entries, left out \d+ loosenings/);
    assert.ok(BigInt(epoch) > before);
    assert.ok((await metric('plimsoll_loosenings_left_out_total\\{reason="GUARDIAN"\\}')) > 0);
    assert.ok((await metric('plimsoll_guard_calls_total\\{call="followBreaker"\\}')) > 0);
    const { breaker } = await delivery();
    assert.ok(breaker.sinceSec !== null && cautionUntil >= breaker.sinceSec + CAUTION_SEC);
    assert.deepEqual([breaker.mode, breaker.cause], ["TIGHTEN_ONLY", "a decision of the guardian or the DAO"]);
  });

  it("default: HALTED: nothing is sent, round after round, and what the API shows stays fresh and ready", async () => {
    await trip("HALTED");
    const [, first = ""] = await job.line(/^\[ *(\d+)\/.*no report: halted/);
    const [before, refused] = [await lastEpoch(), await metric(REJECTED)];
    const { marketTimeSec } = positions.parse(await json("/v1/positions"));
    await job.line(new RegExp(`^\\[ *${Number(first) + 2}/.*no report: halted`));
    assert.equal(await lastEpoch(), before);
    const shown = positions.parse(await json("/v1/positions"));
    assert.ok(shown.marketTimeSec > marketTimeSec);
    assert.ok(shown.positions.some(({ updatedAtSec }) => updatedAtSec === shown.marketTimeSec));
    assert.ok((await metric('plimsoll_rounds_withheld_total\\{reason="halted"\\}')) >= 2);
    // The one report that was under way when the guardian acted may have been refused, without cost; no other is sent.
    assert.ok(refused <= 1);
    assert.equal(await metric(REJECTED), refused);
    assert.equal((await delivery()).breaker.mode, "HALTED");
    assert.equal(z.object({ status: z.string() }).parse(await json("/readyz")).status, "ok");
  });

  it("behavior: the run still ends with a summary", async () => {
    job.child.kill("SIGTERM");
    const { rounds, roundsWithQuorum, reports, vetoed } = RUN_SUMMARY_SCHEMA.parse(summaryOf(await job.ended));
    assert.ok(rounds > roundsWithQuorum && vetoed === 0);
    assert.equal(reports.accepted + reports.rejected, roundsWithQuorum);
    assert.ok(reports.rejected <= 1);
  });
});
