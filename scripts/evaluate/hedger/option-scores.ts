/** Scores of real option paths: the network's band against net delta with the best fixed band in hindsight. */
import type { InferenceSession } from "onnxruntime-node";
import { createRng } from "../../../oracle/math/rng.ts";
import { tailLoss } from "../../../oracle/models/hedger/hedge-results.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { blockBootstrap } from "../../../oracle/training/evaluate/block-bootstrap.ts";
import { readOptionChains } from "../../data/option-chains.ts";
import { type EpisodePolicy, episodeWealth, netDeltaBand, networkBand, servedBand } from "./hedge-episodes.ts";
import { type OptionEpisode, optionEpisodes } from "./option-episodes.ts";

/** The network as it is, and the service around it. */
export interface JudgedHedger {
  readonly session: InferenceSession;
  readonly hedger: Hedger;
}

/** One asset at one cost; losses in coins over the deviation of the sale. */
export interface OptionScores {
  readonly asset: string;
  readonly cost: number;
  readonly episodes: number;
  readonly toSec: number;
  readonly network: number;
  readonly netDelta: number;
  readonly bestBand: number;
  readonly bestWidth: number;
  readonly ratioToBestBand: number;
  /** The guarded service, and its ratio. */
  readonly served: number;
  readonly servedRatio: number;
  /** 95 % block-bootstrap intervals of both ratios by day of sale; the band's width is chosen anew in each draw. */
  readonly ratioInterval: readonly number[];
  readonly servedInterval: readonly number[];
}

const WIDTHS = [0, 0.01, 0.02, 0.05, 0.1] as const;
/** Half spread with fee of a liquid perpetual, and of a thin market. */
const COSTS = [5e-4, 2e-3] as const;
const BLOCK_DAYS = 10;
const DRAWS = 200;
const LEVEL = 0.95;

/**
 * Scores every asset whose chains have options to follow.
 *
 * @throws PlimsollError those of the reader.
 */
export async function optionScores(
  judged: JudgedHedger,
  paths: readonly string[],
  fromSec: number,
): Promise<readonly OptionScores[]> {
  const scores: OptionScores[] = [];
  for (const [asset, snapshots] of readOptionChains(paths)) {
    const episodes = optionEpisodes(snapshots, fromSec);
    if (episodes.length === 0) continue;
    for (const cost of COSTS) scores.push({ asset, ...(await scoreAt(judged, episodes, cost)) });
  }
  return scores;
}

async function scoreAt(
  { session, hedger }: JudgedHedger,
  episodes: readonly OptionEpisode[],
  cost: number,
): Promise<Omit<OptionScores, "asset">> {
  const wealth = (policy: EpisodePolicy): Promise<Float64Array> => episodeWealth(episodes, policy, cost);
  const network = await wealth(networkBand(session, hedger.knowledge));
  const served = await wealth(servedBand(hedger));
  const bands: Float64Array[] = [];
  for (const width of WIDTHS) bands.push(await wealth(netDeltaBand(width)));
  const losses = bands.map(tailLoss);
  const bestBand = Math.min(...losses);
  return {
    cost,
    episodes: episodes.length,
    toSec: Math.max(...episodes.map(({ steps }) => steps.at(-1)?.atSec ?? 0)),
    network: tailLoss(network),
    netDelta: losses[0] ?? Number.NaN,
    bestBand,
    bestWidth: WIDTHS[losses.indexOf(bestBand)] ?? Number.NaN,
    ratioToBestBand: tailLoss(network) / bestBand,
    served: tailLoss(served),
    servedRatio: tailLoss(served) / bestBand,
    ratioInterval: [...ratioInterval(episodes, network, bands)],
    servedInterval: [...ratioInterval(episodes, served, bands)],
  };
}

function ratioInterval(
  episodes: readonly OptionEpisode[],
  judged: Float64Array,
  bands: readonly Float64Array[],
): readonly [number, number] {
  const sales = new Map<number, number[]>();
  episodes.forEach(({ steps }, place) => {
    const day = steps[0]?.atSec ?? 0;
    sales.set(day, [...(sales.get(day) ?? []), place]);
  });
  const days = [...sales.values()];
  const ratio = (drawn: Int32Array): number => {
    const places = Array.from(drawn, (day) => days[day] ?? []).flat();
    const lossOf = (wealth: Float64Array): number => tailLoss(Float64Array.from(places, (place) => wealth[place] ?? 0));
    return lossOf(judged) / Math.min(...bands.map(lossOf));
  };
  const rng = createRng("option-paths");
  return blockBootstrap(days.length, ratio, { blockSteps: BLOCK_DAYS, draws: DRAWS, level: LEVEL, rng });
}
