/** Gas of push reports, of their refusal and of reads, whole transactions in steady state with 3-of-5 signatures. */
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import { isSkip } from "../../../oracle/rules/entry-outcome.ts";
import { readOutcomes } from "../../../oracle/submission/read-outcomes.ts";
import { type ReadGas, readExecutionGas } from "./execution-gas.ts";
import { type OracleGround, openOracleGround, signedReport } from "./oracle-ground.ts";

/** Gas per entry of a report, by its number of entries. */
export type PushGas = Readonly<Record<string, number>>;

/** What {@link measureOracleGas} found; whole-transaction gas unless said otherwise. */
export interface OracleGas {
  /** Per entry, every one of them a tightening. */
  readonly push: PushGas;
  /** Per entry, every one of them the value in force. */
  readonly refresh: PushGas;
  /** A report refused for its epoch, and one refused for its age; no less than the calldata floor of EIP-7623. */
  readonly reject: { readonly epoch: number; readonly age: number };
  /** `maintenanceParams` of a fresh value that has arrived, and with cold storage while it ramps: execution inside the oracle. */
  readonly read: { readonly cold: number; readonly warm: number; readonly ramping: number };
  /** `getParams` likewise. */
  readonly readAll: ReadGas;
}

/** Numbers of entries that are measured. */
export const PUSH_SIZES = [1, 10, 100, 1_000] as const;

const CLASSES = 4;
const FIRST_RHO_BPS = 2_000;
const STEP_BPS = 100;
/** Beyond the delay of the lane, the grace and the ramp: every step starts from a value that has arrived. */
const LANE_DELAY_SEC = 2_600;

/** Measures everything on one fresh chain. */
export async function measureOracleGas(sizes: readonly number[] = PUSH_SIZES): Promise<OracleGas> {
  const most = Math.max(...sizes);
  const ground = await openOracleGround({ positions: most, classes: CLASSES });
  // First scores write lanes that were zero: the steady state begins after them.
  await pushReport(ground, most, FIRST_RHO_BPS);
  const push: Record<string, number> = {};
  const refresh: Record<string, number> = {};
  let rhoBps = FIRST_RHO_BPS;
  for (const size of sizes) {
    rhoBps += STEP_BPS;
    await ground.testClient.increaseTime({ seconds: LANE_DELAY_SEC });
    push[size] = (await pushReport(ground, size, rhoBps)) / size;
    refresh[size] = (await pushReport(ground, size, rhoBps)) / size;
    // Those that were not in the report catch up.
    if (size < most) await pushReport(ground, most, rhoBps);
  }
  return { push, refresh, reject: await measureReject(ground), ...(await measureReads(ground)) };
}

/** Submits a report for the first `size` positions; returns the gas of its transaction. */
export async function pushReport(ground: OracleGround, size: number, rhoBps: number): Promise<number> {
  const { oracle, client, testClient, chainId } = ground;
  await testClient.mine({ blocks: 1 });
  const ids = Array.from({ length: size }, (_, index) => index + 1);
  const args = await signedReport(ground, { ids, rhoBps });
  const hash = await oracle.write.submitReport(args);
  const { logs, gasUsed } = await client.getTransactionReceipt({ hash });
  const outcomes = readOutcomes(logs, oracle.address, reportDigest(args[0], { chainId, oracle: oracle.address }));
  const applied = outcomes?.entries.filter((outcome) => !isSkip(outcome));
  if (applied?.length !== size) throw new RangeError(`${applied?.length ?? 0} of ${size} entries were applied.`);
  return Number(gasUsed);
}

async function measureReject(ground: OracleGround): Promise<OracleGas["reject"]> {
  const lastEpoch = await ground.oracle.read.lastEpoch();
  const ids = [1];
  const rhoBps = FIRST_RHO_BPS;
  return {
    epoch: await refusedGas(ground, await signedReport(ground, { ids, rhoBps, header: { epoch: lastEpoch } })),
    age: await refusedGas(ground, await signedReport(ground, { ids, rhoBps, header: { observedAt: 1 } })),
  };
}

/** Gas of a transaction that reverts: sent with a limit, since it can not be estimated. */
async function refusedGas(ground: OracleGround, args: Awaited<ReturnType<typeof signedReport>>): Promise<number> {
  const { oracle, client, testClient } = ground;
  const before = await client.getBlockNumber();
  await oracle.write.submitReport(args, { gas: 1_000_000n }).catch(() => undefined);
  if ((await client.getBlockNumber()) === before) await testClient.mine({ blocks: 1 });
  const { gasUsed } = await client.getBlock();
  return Number(gasUsed);
}

/** Position 1 once it has arrived, then while a tightening ramps in. */
async function measureReads(ground: OracleGround): Promise<Pick<OracleGas, "read" | "readAll">> {
  const { oracle, owner, testClient } = ground;
  const { rhoTargetBps } = await oracle.read.getParams([owner, 1n]);
  await testClient.increaseTime({ seconds: LANE_DELAY_SEC });
  await pushReport(ground, 1, rhoTargetBps);
  const settled = await readExecutionGas(ground, "maintenance");
  const readAll = await readExecutionGas(ground, "all");
  await pushReport(ground, 1, rhoTargetBps + STEP_BPS);
  const ramping = await readExecutionGas(ground, "maintenance");
  return { read: { ...settled, ramping: ramping.cold }, readAll };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await measureOracleGas())}\n`);
