/** Joint price and volatility paths in 5-minute steps: stochastic volatility, self-exciting jumps, scripted phases. */
import type { AssetSymbol } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import { type AssetParameters, DYNAMICS } from "./simulator-parameters.ts";
import type { Phase } from "./simulator-scenarios.ts";

/** Length of one step, seconds. */
export const STEP_SEC = 300;
/** Share of its own random move that a scripted phase keeps. */
const CHANCE_KEPT = 0.25;
/** Share of a move in waves that falls evenly over the phase. */
const EVEN_SHARE = 0.3;
/** Waves: place within the phase (0…1), share of the rest, and width (standard deviation) in seconds. */
const WAVES = [
  { place: 0.2, share: 0.25 },
  { place: 0.5, share: 0.5 },
  { place: 0.8, share: 0.25 },
] as const;
const WAVE_WIDTH_SEC = 1_500;

/** What is simulated. */
export interface PathOptions {
  readonly rng: Rng;
  readonly assets: ReadonlyMap<AssetSymbol, AssetParameters>;
  /** Start of the history and start of the script, seconds; both whole hours. */
  readonly historyFromSec: number;
  readonly fromSec: number;
  readonly script: readonly Phase[];
}

/** Path of one asset. Arrays have length `n` steps. */
export interface AssetPath {
  /** Price at the end of each step, USD. */
  readonly price: Float64Array;
  /** Volatility during each step relative to the usual one. */
  readonly volMultiple: Float64Array;
}

/** Simulates all assets together; the price at `fromSec` is each asset's start price. */
export function simulatePaths(options: PathOptions): ReadonlyMap<AssetSymbol, AssetPath> {
  const historySteps = Math.round((options.fromSec - options.historyFromSec) / STEP_SEC);
  const levels = phaseLevels(options.script, historySteps);
  const common = simulateCommon(options, levels);
  const paths = new Map<AssetSymbol, AssetPath>();
  for (const [asset, parameters] of options.assets) {
    const shocks = assetShocks(common, parameters, options.rng.fork(asset));
    applyScript(shocks, { script: options.script, beta: parameters.beta, historySteps });
    paths.set(asset, { price: toPrices(shocks, parameters.startPrice, historySteps), volMultiple: common.volMultiple });
  }
  return paths;
}

/** What all assets share. Arrays have length `n` steps. */
interface CommonState {
  readonly volMultiple: Float64Array;
  readonly shock: Float64Array;
  /** Sum of the jump sizes of the step, in units of one hour's standard deviation; 0 for none. */
  readonly jump: Float64Array;
}

function phaseLevels(script: readonly Phase[], historySteps: number): Float64Array {
  const phases = script.flatMap(({ hours, volMultiple }) =>
    new Array<number>((hours * SECONDS_PER_HOUR) / STEP_SEC).fill(volMultiple),
  );
  return Float64Array.from([...new Array<number>(historySteps).fill(1), ...phases]);
}

function simulateCommon(options: PathOptions, levels: Float64Array): CommonState {
  const rng = options.rng.fork("common");
  const { slow, fast, leverage } = DYNAMICS;
  const length = levels.length;
  const state = {
    volMultiple: new Float64Array(length),
    shock: new Float64Array(length),
    jump: new Float64Array(length),
  };
  const [slowKept, fastKept] = [kept(slow.halfLifeSec), kept(fast.halfLifeSec)];
  let slowLevel = slow.sd * rng.normal();
  let fastLevel = fast.sd * rng.normal();
  let excitement = 0;
  for (let step = 0; step < length; step += 1) {
    const shock = rng.normal();
    state.shock[step] = shock;
    const volMultiple = Math.exp(slowLevel + fastLevel) * intraday(options.historyFromSec + step * STEP_SEC);
    state.volMultiple[step] = volMultiple * (levels[step] ?? 1);
    const jumps = jumpStep(rng, excitement);
    state.jump[step] = jumps.size;
    excitement = jumps.excitement;
    slowLevel = slowKept * slowLevel + slow.sd * Math.sqrt(1 - slowKept ** 2) * rng.normal();
    const fastShock = leverage * shock + Math.sqrt(1 - leverage ** 2) * rng.normal();
    fastLevel = fastKept * fastLevel + fast.sd * Math.sqrt(1 - fastKept ** 2) * fastShock;
  }
  return state;
}

/** Hawkes process with exponential decay: each jump raises the rate so that it has `branching` offspring on average. */
function jumpStep(rng: Rng, excitementPerDay: number): { readonly size: number; readonly excitement: number } {
  const { jumpsPerDay, branching, excitementHalfLifeSec, jumpScale, jumpMean } = DYNAMICS;
  const ratePerDay = jumpsPerDay * (1 - branching) + excitementPerDay;
  const hasJump = rng.uniform() < (ratePerDay * STEP_SEC) / SECONDS_PER_DAY;
  const decayed = excitementPerDay * kept(excitementHalfLifeSec);
  if (!hasJump) return { size: 0, excitement: decayed };
  const decayPerDay = (Math.LN2 * SECONDS_PER_DAY) / excitementHalfLifeSec;
  return { size: jumpMean + jumpScale * rng.normal(), excitement: decayed + branching * decayPerDay };
}

function kept(halfLifeSec: number): number {
  return 2 ** (-STEP_SEC / halfLifeSec);
}

function intraday(timeSec: number): number {
  const { intradayAmplitude, intradayPeakSec } = DYNAMICS;
  return 1 + intradayAmplitude * Math.cos((2 * Math.PI * (timeSec - intradayPeakSec)) / SECONDS_PER_DAY);
}

function assetShocks(common: CommonState, parameters: AssetParameters, rng: Rng): Float64Array {
  const loading = Math.sqrt(DYNAMICS.correlation);
  const own = Math.sqrt(1 - DYNAMICS.correlation);
  const stepSd = parameters.vol * Math.sqrt(STEP_SEC / SECONDS_PER_YEAR);
  const hourSd = parameters.vol * Math.sqrt(SECONDS_PER_HOUR / SECONDS_PER_YEAR);
  return common.shock.map((shock, step) => {
    const diffusion = stepSd * (loading * shock + own * rng.normal());
    return (common.volMultiple[step] ?? 1) * (diffusion + hourSd * (common.jump[step] ?? 0));
  });
}

interface ScriptOptions {
  readonly script: readonly Phase[];
  readonly beta: number;
  readonly historySteps: number;
}

/** Tilts each phase so that its move is the scripted one plus a quarter of what chance brought. Works in place. */
function applyScript(shocks: Float64Array, { script, beta, historySteps }: ScriptOptions): void {
  let start = historySteps;
  for (const phase of script) {
    const steps = (phase.hours * SECONDS_PER_HOUR) / STEP_SEC;
    const part = shocks.subarray(start, start + steps);
    const chance = part.reduce((sum, value) => sum + value, 0);
    const tilt = beta * phase.logMove - (1 - CHANCE_KEPT) * chance;
    courseWeights(phase.course, steps).forEach((weight, step) => {
      part[step] = (part[step] ?? 0) + tilt * weight;
    });
    start += steps;
  }
}

/** Weights of the steps of a phase, summing to 1. */
function courseWeights(course: Phase["course"], steps: number): Float64Array {
  const even = new Float64Array(steps).fill(1 / steps);
  if (course === "even") return even;
  const wave = new Float64Array(steps);
  for (const { place, share } of WAVES) {
    const bump = wave.map((_value, step) =>
      Math.exp(-0.5 * (((step - place * steps) * STEP_SEC) / WAVE_WIDTH_SEC) ** 2),
    );
    const total = bump.reduce((sum, value) => sum + value, 0);
    bump.forEach((value, step) => {
      wave[step] = (wave[step] ?? 0) + (share * value) / total;
    });
  }
  return wave.map((value, step) => EVEN_SHARE * (even[step] ?? 0) + (1 - EVEN_SHARE) * value);
}

/** Prices whose value at the end of the history is the start price. */
function toPrices(shocks: Float64Array, startPrice: number, historySteps: number): Float64Array {
  const logs = new Float64Array(shocks.length);
  let level = 0;
  shocks.forEach((shock, step) => {
    level += shock;
    logs[step] = level;
  });
  const base = logs[historySteps - 1] ?? 0;
  return logs.map((value) => startPrice * Math.exp(value - base));
}
