/** How far a requirement swings: a panel of standing options scored through time, by the measures of margin supervisors. */
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { OptionKind, Position } from "../../../oracle/domain/positions.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { BPS, SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import type { ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import { openPosition } from "./drawn-positions.ts";
import { OPEN_CLASSES } from "./open-class.ts";

/** Options whose moneyness and tenor stay the same: what a writer who rolls them sees of the requirement. */
const PANEL = [
  { kind: "put", logMoneyness: -0.1, tenorDays: 14 },
  { kind: "put", logMoneyness: 0, tenorDays: 30 },
  { kind: "call", logMoneyness: 0.1, tenorDays: 14 },
  { kind: "call", logMoneyness: 0, tenorDays: 30 },
] as const satisfies readonly {
  readonly kind: OptionKind;
  readonly logMoneyness: number;
  readonly tenorDays: number;
}[];
const PANEL_NOTIONAL_USD = 50_000;

/** Two months around each crash, reported apart where the window holds them. */
const EPISODES: readonly { readonly name: string; readonly from: string; readonly to: string }[] = [
  { name: "2022-06", from: "2022-05-15", to: "2022-07-15" },
  { name: "2022-11", from: "2022-10-15", to: "2022-12-15" },
  { name: "2024-08", from: "2024-07-05", to: "2024-09-05" },
];

/** Requirement of one panel option of one asset through time. */
export interface PanelSeries {
  readonly asset: AssetSymbol;
  readonly option: number;
  readonly atSec: number[];
  readonly rho: number[];
}

/** Swings of a requirement; each is the mean over the panel. */
export interface Swings {
  /** Mean ρ, share of L − I. */
  readonly meanRho: number;
  /** Highest over lowest ρ. */
  readonly peakToTrough: number;
  /** Largest ρ over the ρ of 1, 5 and 30 days before. */
  readonly rise1d: number;
  readonly rise5d: number;
  readonly rise30d: number;
}

/** Follows the panel under one set of settings. */
export interface PanelFollower {
  observe(snapshot: MarketSnapshot, predictions: ReadonlyMap<AssetSymbol, AssetPrediction>): Promise<void>;
  /** Swings over everything observed and inside of each crash; a crash without two observations is left out. */
  report(): Readonly<Record<string, Swings>>;
}

/** Creates a follower of the given assets. */
export function followPanel(assets: readonly AssetSymbol[], settings: ScoringSettings): PanelFollower {
  const series = assets.flatMap((asset) =>
    PANEL.map((_, option): PanelSeries => ({ asset, option, atSec: [], rho: [] })),
  );
  return {
    observe: async (snapshot, predictions) => {
      const present = series.filter(({ asset }) => predictions.has(asset) && snapshot.assets.has(asset));
      const positions = present.map(({ asset, option }, index) => panelPosition(snapshot, { asset, option, index }));
      const input = { positions, snapshot, predictions, classes: OPEN_CLASSES, lastGood: new Map() };
      const { scores } = scorePositions({ ...input, atSec: snapshot.atSec }, settings);
      present.forEach(({ atSec, rho }, index) => {
        atSec.push(snapshot.atSec);
        rho.push((scores[index]?.rhoBps ?? Number.NaN) / BPS);
      });
    },
    report: () => {
      const spans = EPISODES.map(({ name, from, to }) => [name, cut(series, secOf(from), secOf(to))] as const);
      const named = [["window", series] as const, ...spans];
      return Object.fromEntries(
        named
          .filter(([, members]) => members.some(({ rho }) => rho.length > 1))
          .map(([name, members]) => [name, swingsOf(members)]),
      );
    },
  };
}

function panelPosition(
  snapshot: MarketSnapshot,
  { asset, option, index }: { readonly asset: AssetSymbol; readonly option: number; readonly index: number },
): Position {
  const { kind, ...terms } = PANEL[option] ?? PANEL[0];
  const spot = snapshot.assets.get(asset)?.spot ?? Number.NaN;
  const at = { asset, kind, spot, atSec: snapshot.atSec };
  return openPosition(at, { ...terms, id: BigInt(index + 1), notionalUsd: PANEL_NOTIONAL_USD });
}

function cut(series: readonly PanelSeries[], fromSec: number, toSec: number): readonly PanelSeries[] {
  return series.map(({ asset, option, atSec, rho }) => {
    const kept = [...atSec.keys()].filter((place) => (atSec[place] ?? 0) >= fromSec && (atSec[place] ?? 0) < toSec);
    const pick = (values: readonly number[]): number[] => kept.map((place) => values[place] ?? Number.NaN);
    return { asset, option, atSec: pick(atSec), rho: pick(rho) };
  });
}

/** Swings of a panel; empty series count nowhere. */
export function swingsOf(series: readonly PanelSeries[]): Swings {
  const members = series.filter(({ rho }) => rho.length > 0);
  const average = (of: (member: PanelSeries) => number): number => mean(members.map(of));
  return {
    meanRho: average(({ rho }) => mean(rho)),
    peakToTrough: average(({ rho }) => Math.max(...rho) / Math.min(...rho)),
    rise1d: average((member) => largestRise(member, 1)),
    rise5d: average((member) => largestRise(member, 5)),
    rise30d: average((member) => largestRise(member, 30)),
  };
}

/** Largest ratio of a ρ to the last one at least `days` before it; 1 where nothing lies so far apart. */
function largestRise({ atSec, rho }: PanelSeries, days: number): number {
  let [before, largest] = [0, 1];
  atSec.forEach((timeSec, place) => {
    const limitSec = timeSec - days * SECONDS_PER_DAY;
    while ((atSec[before + 1] ?? Number.POSITIVE_INFINITY) <= limitSec) before += 1;
    if ((atSec[before] ?? Number.POSITIVE_INFINITY) > limitSec) return;
    largest = Math.max(largest, (rho[place] ?? Number.NaN) / (rho[before] ?? Number.NaN));
  });
  return largest;
}

function secOf(day: string): number {
  const msPerSecond = 1_000;
  return Date.parse(`${day}T00:00:00Z`) / msPerSecond;
}
