/** Time from an anchor to a quorum-signed report: four operators in threads, real sockets, guards and chain reads. */
import { availableParallelism, loadavg } from "node:os";
import { privateKeyToAccount } from "viem/accounts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import type { QuorumReport } from "../../oracle/domain/report.ts";
import { operatorSettings } from "../../oracle/pipeline/local/operator-fleet.ts";
import { type OperatorPool, startOperators } from "../../oracle/pipeline/operator/operator-pool.ts";
import { type Closer, createCloser } from "../../oracle/platform/closer.ts";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../oracle/platform/database/database.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import { advanceChainTo, confirm } from "../../oracle/simulation/agents/local-world.ts";
import { submitArguments } from "../../oracle/submission/encode.ts";
import {
  ARTIFACTS_DIR,
  BENCH_CHAIN_ID,
  BENCH_MARKET,
  BENCH_THRESHOLD,
  type BenchGround,
  openBenchGround,
} from "./bench-ground.ts";
import { BENCH_MONEYNESS, BENCH_TENOR_DAYS, planBenchPositions } from "./position-plan.ts";
import { type BenchResult, judge, percentile, rounded } from "./result.ts";

const POSITIONS = 1_000;
const LIMIT_MS = 500;
const WARM_UP_ROUNDS = 6;
const ROUNDS = 40;
/** After the full hour, when every operator has its bars; the next event is half an hour away. */
const FIRST_ANCHOR_SEC = 3_600 + 45;
/** Ethereum's block time: a new block whose market is the same. */
const BLOCK_SEC = 12;
const MEDIAN = 0.5;
const TAIL = 0.99;

/** Runs the benchmark. */
export async function benchQuorum(): Promise<BenchResult> {
  const logger = createLogger({ level: "error" });
  const closer = createCloser(logger);
  try {
    const ground = await openBenchGround({
      closer,
      plan: (facts) =>
        planBenchPositions({ ...facts, positions: POSITIONS, moneyness: BENCH_MONEYNESS, tenorDays: BENCH_TENOR_DAYS }),
    });
    return await measure(ground, await startFleet(ground, closer));
  } finally {
    await closer.close();
  }
}

async function startFleet(ground: BenchGround, closer: Closer): Promise<OperatorPool> {
  const lock = lockDataDir(ground.dataDir);
  closer.add("lock", () => lock.release());
  const database = await openDatabase({ url: null, lock, logger: createLogger({ level: "error" }) });
  closer.add("database", () => database.close());
  return await startOperators(
    operatorSettings({
      keys: ground.keys,
      f: 1,
      threshold: BENCH_THRESHOLD,
      lending: [],
      lendingBudgetMs: 3_000,
      caution: null,
      chain: { rpcUrl: ground.rpcUrl, chainId: BENCH_CHAIN_ID, fromBlock: 0n },
      oracleContracts: ground.oracleContracts,
      contracts: ground.contracts,
      market: BENCH_MARKET,
      seed: 7,
      artifactsDir: ARTIFACTS_DIR,
      openDatabase: () => database.openHandle(),
      logLevel: "error",
    }),
    closer,
  );
}

async function measure(ground: BenchGround, operators: OperatorPool): Promise<BenchResult> {
  const slowest: number[] = [];
  const fastest: number[] = [];
  const wall: number[] = [];
  let cpu = process.cpuUsage();
  let entries = 0;
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    if (round === WARM_UP_ROUNDS) cpu = process.cpuUsage();
    await advanceChainTo(ground.client, ground.startSec + FIRST_ANCHOR_SEC + round * BLOCK_SEC);
    const anchor = await ground.reader.anchor();
    const startedMs = performance.now();
    const results = await operators.round(anchor);
    const wallMs = performance.now() - startedMs;
    const quorum = results.map((result) => result.quorum);
    entries = requireQuorum(quorum).bundle.entries.length;
    // The first report is applied, so that the words of the measured rounds are those of scored positions.
    if (round === 0) await submit(ground, requireQuorum(quorum));
    if (round < WARM_UP_ROUNDS) continue;
    wall.push(wallMs);
    slowest.push(Math.max(...results.map(({ durationMs }) => durationMs)));
    fastest.push(Math.min(...results.map(({ durationMs }) => durationMs)));
  }
  const used = process.cpuUsage(cpu);
  const details = { positions: ground.positions, rounds: ROUNDS, entries, operators: ground.keys.length };
  return judge(
    percentile(slowest, MEDIAN),
    { limit: LIMIT_MS, unit: "ms", passes: "at-most" },
    {
      p99: rounded(percentile(slowest, TAIL)),
      fastestOperatorP50: rounded(percentile(fastest, MEDIAN)),
      wallP50: rounded(percentile(wall, MEDIAN)),
      cpuMsPerRound: rounded((used.user + used.system) / 1_000 / ROUNDS),
      cores: availableParallelism(),
      // Wall time suffers from neighbours: more than the cores means that others were waiting too.
      loadAverage: rounded(loadavg()[0] ?? Number.NaN),
      ...details,
    },
  );
}

function requireQuorum(reports: readonly (QuorumReport | null)[]): QuorumReport {
  const [first] = reports;
  if (first === null || first === undefined || reports.includes(null)) {
    throw new RangeError("A measured round ended without a quorum at every operator.");
  }
  return first;
}

async function submit(ground: BenchGround, quorum: QuorumReport): Promise<void> {
  const signers = ground.keys.map(({ signer }) => signer);
  const [transmitter] = ground.keys;
  if (transmitter === undefined) throw new RangeError("The ground has no operators.");
  const hash = await ground.chain.signer(privateKeyToAccount(transmitter.transmitterKey)).writeContract({
    address: ground.oracleContracts.oracle,
    abi: riskOracleAbi,
    functionName: "submitReport",
    args: submitArguments(quorum, signers),
  });
  await confirm(ground.client, hash, "submit the first report");
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchQuorum())}\n`);
