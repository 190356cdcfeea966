/** Evaluation of the pricing network: against its teacher, on hidden quotes of real chains, and how fast it calibrates. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_YEAR } from "../../oracle/domain/units.ts";
import { quantile } from "../../oracle/math/statistics.ts";
import { calibrate } from "../../oracle/models/deep-pricer/calibrate.ts";
import { type CubePricer, pricerByDifferences } from "../../oracle/models/deep-pricer/cube-pricer.ts";
import { cubeParameters } from "../../oracle/models/deep-pricer/pricer-layout.ts";
import { createPricerPredictor } from "../../oracle/models/deep-pricer/pricer-predictor.ts";
import { cleanChain, type SliceQuotes } from "../../oracle/models/surface/clean-chain.ts";
import { fitSurface } from "../../oracle/models/surface/fit-surface.ts";
import { teacherSurface } from "../../oracle/training/deep-pricer/teacher-cells.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { type ChainSnapshot, readOptionChains } from "../data/option-chains.ts";
import { drawnErrors } from "./deep-pricer/drawn-errors.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";
import { type HiddenStrikes, hideStrikes, priceAt, surfaceVols } from "./surface/left-out-quotes.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts/deep-pricer");
/** design/models.md §3, row `deep-pricer`. */
const LIMITS = { errorPoints: 0.1, inside: 0.624, timesFaster: 100 };
/** Without --from the last fifth of the span is judged. */
const FIRST_SHARE = 0.8;
/** Snapshots judged at most, evenly spaced, and those of them that the teacher calibrates too. */
const JUDGED = 120;
const TEACHER_CHAINS = 4;
/** The network is timed over several rounds: one takes too little time to be told from what else the process does. */
const NETWORK_REPEATS = 5;
const MICROSECONDS_PER_MS = 1_000;
const VOL_POINTS = 100;

/** What one snapshot says. */
interface JudgedChain {
  readonly asset: string;
  readonly quotes: number;
  readonly inside: number;
  readonly surfaceInside: number;
  readonly iterations: number;
  readonly cube: Float64Array;
  readonly chain: readonly SliceQuotes[];
}

/**
 * Calibrates chains with 30 % of their strikes hidden.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`, `EVALUATE_NO_WINDOW` without a usable snapshot, and those of the reader.
 */
export async function evaluateDeepPricer({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const opened = await createPricerPredictor(ARTEFACT);
  if (!opened.ok) throw refusedArtefact(ARTEFACT, opened.reason);
  const { price, errorPoints, close } = opened.value;
  const all = [...readOptionChains(paths).values()].flat().sort((left, right) => left.atSec - right.atSec);
  const startSec = fromSec ?? startOf(all);
  const chosen = evenly(all.filter(({ atSec }) => atSec >= startSec));
  const judged: JudgedChain[] = [];
  for (const snapshot of chosen) {
    const found = await judgeChain(price, snapshot);
    if (found !== null) judged.push(found);
  }
  if (judged.length === 0) throw noWindow(startSec);
  const speed = await teacherSpeed(price, judged);
  const served = await servedErrors(price, judged);
  const drawn = await drawnErrors(price);
  await close();
  const share = (field: "inside" | "surfaceInside"): number => sum(judged, field) / sum(judged, "quotes");
  return {
    model: "deep-pricer",
    window: { from: isoTime(startSec), to: isoTime(chosen.at(-1)?.atSec ?? null) },
    metrics: {
      againstTeacher: { drawn: { ...drawn }, calibrated: served, drawnAtTraining: { ...errorPoints } },
      leftOut: byAsset(judged, "inside"),
      calibration: { ...speed, iterations: sum(judged, "iterations") / judged.length, chains: judged.length },
    },
    baselines: { surface: { leftOut: byAsset(judged, "surfaceInside"), inside: share("surfaceInside") } },
    targets: {
      teacherErrorMedianPoints: atMost(drawn.median, LIMITS.errorPoints),
      inside: atLeast(share("inside"), LIMITS.inside),
      timesFasterThanTeacher: atLeast(speed.timesFaster, LIMITS.timesFaster),
    },
  };
}

function startOf(snapshots: readonly ChainSnapshot[]): number {
  const [first = Number.NaN, last = Number.NaN] = [snapshots[0]?.atSec, snapshots.at(-1)?.atSec];
  return first + FIRST_SHARE * (last - first);
}

function evenly(snapshots: readonly ChainSnapshot[]): readonly ChainSnapshot[] {
  const step = Math.max(1, snapshots.length / JUDGED);
  return Array.from(
    { length: Math.min(JUDGED, snapshots.length) },
    (_, place) => snapshots[Math.floor(place * step)],
  ).filter((snapshot) => snapshot !== undefined);
}

async function judgeChain(price: CubePricer, snapshot: ChainSnapshot): Promise<JudgedChain | null> {
  const hidden = hideStrikes(snapshot);
  const chain = cleanChain(hidden.kept, snapshot.atSec);
  const surface = fitSurface(chain);
  if (surface === null || hidden.judged.length === 0) return null;
  const found = await calibrate(price, chain);
  if (found === null) return null;
  const { asset, atSec } = snapshot;
  const ratio = new Map(chain.map(({ expirySec, forwardRatio }) => [expirySec, forwardRatio]));
  const places = placesOf(hidden, ratio, atSec);
  const { vols } = await price(places)(found.cube);
  return {
    asset,
    quotes: hidden.judged.length,
    inside: countInside(hidden, places, vols),
    surfaceInside: countInside(hidden, places, surfaceVols(surface.slices, places)),
    iterations: found.iterations,
    cube: found.cube,
    chain,
  };
}

type Places = ReturnType<typeof placesOf>;

function placesOf({ judged }: HiddenStrikes, ratio: ReadonlyMap<number, number>, atSec: number) {
  return judged.map(({ strike, future, expirySec }) => ({
    tenorYears: (expirySec - atSec) / SECONDS_PER_YEAR,
    logMoneyness: Math.log(strike / (future * (ratio.get(expirySec) ?? 1))),
  }));
}

function countInside({ judged }: HiddenStrikes, places: Places, vols: Float64Array): number {
  return judged.filter(({ kind, bid, ask }, index) => {
    const place = places[index];
    if (place === undefined) return false;
    const value = priceAt({ kind, ...place, impliedVol: vols[index] ?? Number.NaN });
    return value >= (bid ?? Number.NaN) && value <= (ask ?? Number.NaN);
  }).length;
}

/** The same calibration with the teacher in the network's place, on a few of the chains. */
async function teacherSpeed(price: CubePricer, judged: readonly JudgedChain[]) {
  const teacher = pricerByDifferences((cube, places) => teacherSurface(cubeParameters(cube), places));
  const step = Math.max(1, Math.floor(judged.length / TEACHER_CHAINS));
  const chosen = judged.filter((_, place) => place % step === 0).slice(0, TEACHER_CHAINS);
  const byTeacher = await timedCalibrations(teacher, chosen);
  const byNetwork = await timedCalibrations(price, Array.from({ length: NETWORK_REPEATS }, () => chosen).flat());
  return {
    networkMs: byNetwork.ms,
    teacherMs: byTeacher.ms,
    timesFaster: byTeacher.ms / byNetwork.ms,
    teacherIterations: byTeacher.iterations,
  };
}

/** Mean processor time and iterations of calibrations. */
async function timedCalibrations(pricer: CubePricer, chosen: readonly JudgedChain[]) {
  const before = process.cpuUsage();
  let iterations = 0;
  for (const { chain } of chosen) iterations += (await calibrate(pricer, chain))?.iterations ?? 0;
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / MICROSECONDS_PER_MS / chosen.length, iterations: iterations / chosen.length };
}

/** Differences to the teacher at the quotes of calibrated chains, volatility points: what a user of the network sees. */
async function servedErrors(price: CubePricer, judged: readonly JudgedChain[]): Promise<Metrics> {
  const errors: number[] = [];
  for (const { cube, chain } of evenSample(judged)) {
    const places = chain.flatMap(({ tenorYears, points }) =>
      points.map(({ logMoneyness }) => ({ tenorYears, logMoneyness })),
    );
    const { vols } = await price(places)(cube);
    const exact = teacherSurface(cubeParameters(cube), places);
    exact.forEach((vol, place) => {
      if (Number.isFinite(vol)) errors.push(VOL_POINTS * Math.abs(vol - (vols[place] ?? Number.NaN)));
    });
  }
  return { median: quantile(errors, 0.5), p95: quantile(errors, 0.95), p99: quantile(errors, 0.99) };
}

function evenSample(judged: readonly JudgedChain[]): readonly JudgedChain[] {
  const every = 5;
  return judged.filter((_, place) => place % every === 0);
}

function byAsset(judged: readonly JudgedChain[], field: "inside" | "surfaceInside"): readonly Metrics[] {
  return [...new Set(judged.map(({ asset }) => asset))].map((asset) => {
    const own = judged.filter((entry) => entry.asset === asset);
    return { asset, snapshots: own.length, quotes: sum(own, "quotes"), inside: sum(own, field) / sum(own, "quotes") };
  });
}

type Countable = "inside" | "surfaceInside" | "quotes" | "iterations";

function sum(judged: readonly JudgedChain[], field: Countable): number {
  return judged.reduce((total, entry) => total + entry[field], 0);
}

function noWindow(startSec: number): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No chain from ${isoTime(startSec) ?? "the start"} on has an expiry with five usable quotes.`,
    remedy: "Give an earlier --from, or chains with bids and asks.",
    context: { startSec },
  });
}
