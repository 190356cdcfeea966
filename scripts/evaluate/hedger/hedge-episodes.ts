/** Hedges real option episodes in coin with inverse futures: the network's band against net delta with fixed bands. */
import type { InferenceSession } from "onnxruntime-node";
import type { HedgeRequest, Knowledge } from "../../../oracle/models/hedger/hedge-features.ts";
import { callValue } from "../../../oracle/models/hedger/hedge-paths.ts";
import { limitedTrade } from "../../../oracle/models/hedger/hedge-results.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { NO_CAUTION, networkBands } from "../../../oracle/models/hedger/network-bands.ts";
import type { EpisodeStep, OptionEpisode } from "./option-episodes.ts";

/** Band of the call-equivalent hedge of one episode before a decision, coins of the linear hedge. */
export type EpisodePolicy = (states: readonly EpisodeState[]) => Promise<readonly (readonly [number, number])[]>;

/** Where an episode stands before a decision. */
export interface EpisodeState {
  readonly episode: OptionEpisode;
  readonly step: EpisodeStep;
  readonly cost: number;
  /** Call-equivalent coins held of the linear hedge. */
  readonly held: number;
  /** Gains less costs less rise of value, deviations of the start. */
  readonly result: number;
}

/** Decisions of training are a day apart, and a month of them at most. */
const GREATEST_STEPS = 30;
const HOURS_A_STEP = 24;
const SECONDS_PER_HOUR = 3_600;

/** Net delta ± a constant. */
export function netDeltaBand(width: number): EpisodePolicy {
  return async (states) =>
    states.map(({ episode, step }) => {
      const { delta } = callValue(step.future, episode.strike, step.deviation);
      return [delta - width, delta + width];
    });
}

/** The network's band as it is. @param knowledge what it was trained with. */
export function networkBand(session: InferenceSession, knowledge: Knowledge): EpisodePolicy {
  return async (states) =>
    (await networkBands(session, states.map(requestOf), { knowledge, reading: NO_CAUTION })).bands;
}

/** The service's band. */
export function servedBand(hedger: Hedger): EpisodePolicy {
  return async (states) => {
    const bands = await hedger.bands(states.map(requestOf));
    return bands.map(({ lower, upper }) => [lower, upper]);
  };
}

function requestOf({ episode, step, cost, held, result }: EpisodeState): HedgeRequest {
  const left = (episode.expirySec - step.atSec) / SECONDS_PER_HOUR / HOURS_A_STEP;
  return {
    spotOverStrike: step.future / episode.strike,
    deviation: step.deviation,
    stepsLeft: Math.min(left, GREATEST_STEPS),
    delta: callValue(step.future, episode.strike, step.deviation).delta,
    cost,
    forecastRatio: step.forecastRatio,
    levelRatio: step.impliedVol / (episode.steps[0]?.impliedVol ?? step.impliedVol),
    gas: 0,
    limit: 1,
    held,
    result,
  };
}

/**
 * Wealth of each episode at its end, coins over the deviation of the start: premium, gains of the inverse futures, costs,
 * closing, and the option bought back at its mark.
 *
 * A band of the linear hedge is one of the coin-settled hedge less the mark (net delta), and a put's less one coin more.
 */
export async function episodeWealth(
  episodes: readonly OptionEpisode[],
  policy: EpisodePolicy,
  cost: number,
): Promise<Float64Array> {
  const books = episodes.map((episode) => ({
    episode,
    held: 0,
    gain: 0,
    unit: episode.steps[0]?.deviation ?? Number.NaN,
  }));
  const longest = Math.max(...episodes.map(({ steps }) => steps.length));
  for (let place = 0; place + 1 < longest; place += 1) {
    const acting = books.filter(({ episode }) => place + 1 < episode.steps.length);
    const bands = await policy(acting.map((book) => stateOf(book, place, cost)));
    acting.forEach((book, row) => {
      const [step, next] = [book.episode.steps[place], book.episode.steps[place + 1]];
      const [lower, upper] = bands[row] ?? [Number.NaN, Number.NaN];
      if (step === undefined || next === undefined) return;
      const offset = offsetOf(book.episode, step);
      const trade = limitedTrade(book.held, [lower - offset, upper - offset], Number.POSITIVE_INFINITY);
      book.held += trade;
      book.gain += book.held * (1 - step.future / next.future) - cost * Math.abs(trade);
    });
  }
  return Float64Array.from(books, ({ episode, held, gain, unit }) => {
    const [first, last] = [episode.steps[0]?.mark ?? Number.NaN, episode.steps.at(-1)?.mark ?? Number.NaN];
    return (first - last + gain - cost * Math.abs(held)) / unit;
  });
}

/** What the call-equivalent linear hedge has more than the coin-settled hedge of the option. */
function offsetOf({ kind }: OptionEpisode, { mark }: EpisodeStep): number {
  return kind === "call" ? mark : mark + 1;
}

interface Book {
  readonly episode: OptionEpisode;
  readonly held: number;
  readonly gain: number;
  readonly unit: number;
}

function stateOf({ episode, held, gain, unit }: Book, place: number, cost: number): EpisodeState {
  const step = episode.steps[place] ?? episode.steps[0];
  if (step === undefined) throw new RangeError("an episode has no steps");
  const rise = step.mark - (episode.steps[0]?.mark ?? step.mark);
  return { episode, step, cost, held: held + offsetOf(episode, step), result: (gain - rise) / unit };
}
