/** Measures the surface's fit: slices a second of one core, and a slice against SciPy's least squares on the same quotes in the same run. */
import { z } from "zod";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { ChainQuote } from "../../../oracle/domain/option-chain.ts";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { sviVariance } from "../../../oracle/math/svi.ts";
import { cleanChain, type SliceQuotes } from "../../../oracle/models/surface/clean-chain.ts";
import { FIT_SETTINGS, fitSlice, outOfTheMoneyPrice } from "../../../oracle/models/surface/fit-slice.ts";
import { FREE_STRENGTH, fitSurface } from "../../../oracle/models/surface/fit-surface.ts";
import { SVI_POINT_SIZE, sliceOf, USUAL_SMILE } from "../../../oracle/models/surface/svi-point.ts";
import { readOptionChains } from "../../data/option-chains.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import type { BenchRequest } from "../run-benchmarks.ts";
import { NOT_STARTED, PYTHON, runPeer } from "./python-peer.ts";

/** Slices a second of one core (issue "Options", Speed). */
const LIMIT = 100;
const CHAINS = 40;
const MICROSECONDS = 1e6;
const MS_PER_SECOND = 1_000;
const DAYS = [1, 2, 3, 7, 14, 30, 60, 90, 180, 270];
const STRIKES = 45;
const TICK = 1e-4;

const peerSchema = z.object({ version: z.string(), seconds: z.number(), costs: z.array(z.number()) });

/**
 * Times whole surfaces and single slices; without SciPy the comparison is left out, which is said on stderr.
 *
 * @throws PlimsollError `BENCH_PEER` when SciPy is there and its program fails.
 */
export async function benchSurfaceFit({ data }: BenchRequest): Promise<BenchResult> {
  const chains = data.length > 0 ? recordedChains(data) : simulatedChains();
  chains.slice(0, 2).forEach(fitSurface);
  const surfaces = timed(() => chains.reduce((sum, chain) => sum + (fitSurface(chain)?.slices.length ?? 0), 0));
  const slices = chains.flat().filter(({ points }) => points.length >= SVI_POINT_SIZE);
  const single = timed(() => slices.map((quotes) => fitSlice(freeTask(quotes), USUAL_SMILE)).length);
  const ours = (MS_PER_SECOND * single.seconds) / single.count;
  const peer = await askSciPy(slices);
  return judge(
    surfaces.count / surfaces.seconds,
    { limit: LIMIT, unit: "slices/s a core, arbitrage-free", passes: "at-least" },
    {
      sliceMs: rounded(ours),
      scipySliceMs: peer === null ? null : rounded((MS_PER_SECOND * peer.seconds) / slices.length),
      timesFasterThanSciPy: peer === null ? null : rounded((MS_PER_SECOND * peer.seconds) / slices.length / ours),
      scipy: peer?.version ?? null,
      slices: slices.length,
      quotes: data.length > 0 ? "recorded" : "simulated",
    },
  );
}

type Chain = readonly SliceQuotes[];

function timed(run: () => number): { readonly count: number; readonly seconds: number } {
  const before = process.cpuUsage();
  const count = run();
  const { user, system } = process.cpuUsage(before);
  return { count, seconds: (user + system) / MICROSECONDS };
}

/** The scale of both programs is the same number: half the root of the tenor. */
function freeTask(quotes: SliceQuotes) {
  const scale = scaleOf(quotes);
  return { quotes, scale, prior: USUAL_SMILE, strength: FREE_STRENGTH, below: null, above: null, penalty: 0 };
}

function scaleOf({ tenorYears }: SliceQuotes): number {
  return Math.sqrt(tenorYears) / 2;
}

async function askSciPy(slices: readonly SliceQuotes[]): Promise<z.infer<typeof peerSchema> | null> {
  const answer = await runPeer("surface-fit.py", {
    start: [...USUAL_SMILE],
    strengths: Array.from(USUAL_SMILE, (_, index) => FREE_STRENGTH * (index === 0 ? FIT_SETTINGS.levelShare : 1)),
    floor: FIT_SETTINGS.halfSpreadFloor,
    temper: FIT_SETTINGS.temper,
    slices: slices.map((quotes) => ({
      scale: scaleOf(quotes),
      logMoneyness: quotes.points.map(({ logMoneyness }) => logMoneyness),
      price: quotes.points.map(({ price }) => price),
      halfSpread: quotes.points.map(({ halfSpread }) => halfSpread),
    })),
  });
  if (answer.ok) return peerSchema.parse(JSON.parse(answer.text));
  const isMissing = answer.code === NOT_STARTED || answer.complaint.startsWith("ModuleNotFoundError");
  if (!isMissing) throw peerFault(answer.complaint);
  process.stderr.write(`SKIPPED: no comparison with SciPy (${answer.complaint}); install Debian's python3-scipy.\n`);
  return null;
}

function peerFault(complaint: string): PlimsollError<"BENCH_PEER"> {
  return new PlimsollError({
    code: "BENCH_PEER",
    problem: `The SciPy peer of surface-fit ended with "${complaint}".`,
    remedy: "Run it alone to see why, or leave this benchmark out by --only.",
    context: { python: PYTHON },
  });
}

/** Evenly spaced snapshots of the recorded chains. */
function recordedChains(data: readonly string[]): readonly Chain[] {
  const snapshots = [...readOptionChains(data).values()].flat();
  const step = Math.max(1, Math.floor(snapshots.length / CHAINS));
  return snapshots
    .filter((_, place) => place % step === 0)
    .slice(0, CHAINS)
    .map(({ quotes, atSec }) => cleanChain(quotes, atSec));
}

function simulatedChains(): readonly Chain[] {
  return Array.from({ length: CHAINS }, (_, seed) => cleanChain(simulatedQuotes(`chain-${seed}`), 0));
}

function simulatedQuotes(seed: string): readonly ChainQuote[] {
  const rng = createRng(seed);
  return DAYS.flatMap((days) => {
    const scale = (0.45 + 0.1 * rng.uniform()) * Math.sqrt(days / 365);
    const slice = sliceOf(
      USUAL_SMILE.map((value) => value + 0.1 * rng.normal()),
      scale,
    );
    return Array.from({ length: STRIKES }, (): ChainQuote => {
      const logMoneyness = scale * (5 * rng.uniform() - 2.5);
      const isCall = logMoneyness >= 0;
      const deviation = Math.sqrt(sviVariance(slice, logMoneyness));
      const middle = outOfTheMoneyPrice({ logMoneyness, deviation, isCall }) / TICK + rng.normal();
      return {
        kind: isCall ? "call" : "put",
        strike: Math.exp(logMoneyness),
        expirySec: days * SECONDS_PER_DAY,
        bid: TICK * Math.max(0, Math.floor(middle - 2)),
        ask: TICK * Math.max(1, Math.ceil(middle + 2)),
        future: 1,
      };
    });
  });
}
