/** Gas of a push report: 100 entries, three signatures, keys that were updated before, on the in-process chain. */
import { keccak256, stringToHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { signCompact } from "../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../oracle/chain/typed-data.ts";
import type { QuorumReport, ReportBundle, RiskEntry } from "../../oracle/domain/report.ts";
import type { ClassQuantile } from "../../oracle/domain/score.ts";
import { createCloser } from "../../oracle/platform/closer.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import { encodeClassQuantiles, encodeEntries } from "../../oracle/rules/report-codec.ts";
import { unpackRiskWord } from "../../oracle/rules/risk-word.ts";
import { advanceChainTo, confirm } from "../../oracle/simulation/agents/local-world.ts";
import { submitArguments } from "../../oracle/submission/encode.ts";
import { readOutcomes } from "../../oracle/submission/read-outcomes.ts";
import { BENCH_CHAIN_ID, BENCH_THRESHOLD, type BenchGround, openBenchGround } from "./bench-ground.ts";
import { planBenchPositions } from "./position-plan.ts";
import { type BenchResult, judge, rounded } from "./result.ts";

const ENTRIES = 100;
/** Two strikes × two expiries of one asset lie in four risk classes. */
const MONEYNESS = { put: [1, 0.85], call: [] } as const;
const TENOR_DAYS = [5, 20] as const;
const CLASSES = 4;
const LIMIT_GAS = 10_500;
/** Beyond the delays of both lanes. */
const STEP_SEC = 3_600;
const REPORT_LIFE_SEC = 300;

/** Runs the benchmark: gas of the whole transaction, divided by its entries. */
export async function benchReportGas(): Promise<BenchResult> {
  const closer = createCloser(createLogger({ level: "error" }));
  try {
    const ground = await openBenchGround({
      closer,
      plan: ({ spot, ...facts }) =>
        planBenchPositions({
          ...facts,
          spot: new Map([...spot].slice(0, 1)),
          positions: ENTRIES,
          moneyness: MONEYNESS,
          tenorDays: TENOR_DAYS,
        }),
    });
    return await measure(ground);
  } finally {
    await closer.close();
  }
}

async function measure(ground: BenchGround): Promise<BenchResult> {
  const first = await submit(ground, 0, true);
  const withQuantiles = await submit(ground, 1, true);
  const withoutQuantiles = await submit(ground, 2, false);
  return judge(
    rounded(withQuantiles.gasPerEntry),
    { limit: LIMIT_GAS, unit: "gas/entry", passes: "at-most" },
    {
      entries: ENTRIES,
      signatures: BENCH_THRESHOLD,
      classes: withQuantiles.classes,
      classQuantiles: CLASSES,
      withoutQuantiles: rounded(withoutQuantiles.gasPerEntry),
      firstReport: rounded(first.gasPerEntry),
      tightened: withQuantiles.tightened,
      loosened: withQuantiles.loosened,
    },
  );
}

interface SubmittedReport {
  readonly gasPerEntry: number;
  readonly classes: number;
  readonly tightened: number;
  readonly loosened: number;
}

/** Submits update `step` of every position; each value differs from the one before. */
async function submit(ground: BenchGround, step: number, withQuantiles: boolean): Promise<SubmittedReport> {
  const { oracle } = ground.oracleContracts;
  await advanceChainTo(ground.client, ground.startSec + (step + 1) * STEP_SEC);
  const { entries, classIds } = await entriesOf(ground, step);
  const classQuantiles = withQuantiles ? classIds.map((classId) => quantileOf(classId, step)) : [];
  const quorum = await signReport(ground, entries, classQuantiles);
  const [transmitter] = ground.keys;
  if (transmitter === undefined) throw new RangeError("The ground has no operators.");
  const signers = ground.keys.map(({ signer }) => signer);
  const hash = await ground.chain.signer(privateKeyToAccount(transmitter.transmitterKey)).writeContract({
    address: oracle,
    abi: riskOracleAbi,
    functionName: "submitReport",
    args: submitArguments(quorum, signers),
  });
  const receipt = await confirm(ground.client, hash, "submit a report");
  const outcomes = readOutcomes(receipt.logs, oracle, quorum.digest)?.entries ?? [];
  const count = (name: string) => outcomes.filter((outcome) => outcome === name).length;
  const [tightened, loosened] = [count("APPLIED_TIGHTENED"), count("APPLIED_LOOSENED")];
  if (tightened + loosened !== ENTRIES)
    throw new RangeError(`Entries were skipped: ${[...new Set(outcomes)].join(", ")}.`);
  return { gasPerEntry: Number(receipt.gasUsed) / ENTRIES, classes: classIds.length, tightened, loosened };
}

/** Half of the positions tighten and half loosen, inside every step. */
async function entriesOf(ground: BenchGround, step: number) {
  const ids = Array.from({ length: ENTRIES }, (_, index) => BigInt(index + 1));
  const words = await ground.reader.positionWords(0, ids, await ground.reader.anchor());
  const states = words.map(unpackRiskWord);
  const entries = states.map(({ epoch }, index): RiskEntry => {
    const move = step * (index % 2 === 0 ? 1 : -1);
    return {
      sourceIndex: 0,
      positionId: BigInt(index + 1),
      epoch,
      rhoBps: 2_000 + index + 101 * move,
      piBps: 300 + 7 * move,
      score: 250 + step,
    };
  });
  const classIds = [...new Set(states.map(({ classId }) => classId))].sort((left, right) => left - right);
  if (classIds.length !== CLASSES) throw new RangeError(`${classIds.length} classes instead of ${CLASSES}.`);
  return { entries, classIds };
}

function quantileOf(classId: number, step: number): ClassQuantile {
  return { classId, rhoBps: 2_200 + 50 * step, piBps: 320 + step };
}

async function signReport(
  ground: BenchGround,
  entries: readonly RiskEntry[],
  classQuantiles: readonly ClassQuantile[],
): Promise<QuorumReport> {
  const anchor = await ground.reader.anchor();
  const report: ReportBundle["report"] = {
    epoch: anchor.blockNumber,
    signerSetVersion: (await ground.reader.signerSet(anchor)).version,
    observedAt: anchor.timestampSec,
    validUntil: anchor.timestampSec + REPORT_LIFE_SEC,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: keccak256(encodeEntries(entries)),
    classQuantilesHash: keccak256(encodeClassQuantiles(classQuantiles)),
    positionsRoot: zeroHash,
    bundleHash: ground.bundleHash,
    evidenceHash: keccak256(stringToHex("bench")),
    dispersionBps: 12,
  };
  const digest = reportDigest(report, { chainId: BENCH_CHAIN_ID, oracle: ground.oracleContracts.oracle });
  const slot = { configDigest: await ground.reader.configDigest(anchor), epoch: report.epoch };
  const attestations = await Promise.all(
    ground.keys.slice(0, BENCH_THRESHOLD).map(async ({ signer, signerKey }) => {
      const signature = await signCompact(privateKeyToAccount(signerKey), digest);
      return { slot, digest, operator: signer, signature };
    }),
  );
  return {
    bundle: { report, entries, classQuantiles, leftOut: [], leftOutQuantiles: [], evidence: [] },
    digest,
    attestations,
  };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchReportGas())}\n`);
