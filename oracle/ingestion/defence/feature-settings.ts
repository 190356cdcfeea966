/** How readings of each feature are compared, with the reasons for the numbers. */
import type { ComparedFeature } from "../../domain/feed-verdict.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { CentreSettings } from "./robust-centre.ts";

/** Settings of one feature. Values are compared on a scale: logarithms of what is positive, funding as it is. */
export interface FeatureSettings {
  readonly scale: "log" | "linear";
  readonly centre: CentreSettings;
  /** Move of one reading within an hour that is a departure when others stay; grows with the root of the time. */
  readonly departurePerHour: number;
  /** The least departure, however short the time. */
  readonly leastDeparture: number;
  /** Oldest acceptable reading by its own clock, seconds. */
  readonly maxAgeSec: number;
  /** Age at which the weight of a reading has halved, seconds. */
  readonly halfLifeSec: number;
  /** Whether a reading that stands still while others move is stuck. */
  readonly mustMove: boolean;
}

/** How far a source's clock may run ahead, seconds. */
export const CLOCK_AHEAD_SEC = 5;
/** A known source that has been silent for so long is no longer expected. */
export const FORGET_SEC = SECONDS_PER_DAY;
/** Unchanged readings in a row: five had precision 1 on the depth fault of 2025-10-10. */
export const STUCK_ROUNDS = 5;
/** Readings in a row that repeat an earlier run, and how far back runs are looked for. */
export const REPLAY_RUN = 5;
/** Readings remembered of each source. */
export const HISTORY_LENGTH = 128;
/** Share of the votes that must agree: with fewer than a third against it no two centres can both be agreed. */
export const QUORUM_SHARE = 2 / 3;
/** Reputation gained a round by a reading that agrees, of what is missing to 1: restored by half in 69 rounds. */
export const REPUTATION_GAIN = 0.01;
/** Factor on the reputation of one that does not. */
export const REPUTATION_LOSS = 0.25;
/** A source is never forgotten for ever. */
export const LEAST_REPUTATION = 0.02;
/** Below it an agreeing source is used with its small weight, and said to be on probation. */
export const GOOD_REPUTATION = 0.5;
/** Rounds in which a departed source must agree before it votes again. */
export const RETURN_ROUNDS = 12;
/** Decades by which a wrong unit is looked for. */
export const UNIT_DECADES = [-3, -2, -1, 1, 2, 3] as const;

/** Distance from a power of ten within which a reading is in that unit: a factor of 1.8 up or down. */
export const UNIT_WIDTH_DECADES = 0.25;

/** Settings by feature. */
export const FEATURE_SETTINGS: Readonly<Record<ComparedFeature, FeatureSettings>> = {
  price: {
    scale: "log",
    // Venues stand 6 bp (deviation) apart: four of them; while they disagree, twice that and no more.
    centre: { floor: 0.0025, ceiling: 0.005 },
    // Six deviations of an hour at 90 % annual volatility.
    departurePerHour: 0.06,
    leastDeparture: 0.01,
    maxAgeSec: 300,
    halfLifeSec: 60,
    mustMove: true,
  },
  depth: {
    scale: "log",
    // Books of two venues differ by a factor; what is compared is each against its own past.
    centre: { floor: 0.7, ceiling: 1.4 },
    departurePerHour: 2.3,
    leastDeparture: 1.4,
    maxAgeSec: 300,
    halfLifeSec: 60,
    mustMove: true,
  },
  funding: {
    scale: "linear",
    // Rates of venues differ by 1 to 2 bp per 8 h in calm markets.
    centre: { floor: 0.0005, ceiling: 0.002 },
    departurePerHour: 0.003,
    leastDeparture: 0.001,
    maxAgeSec: 12 * SECONDS_PER_HOUR,
    halfLifeSec: 4 * SECONDS_PER_HOUR,
    mustMove: false,
  },
  "implied-vol": {
    scale: "log",
    centre: { floor: 0.05, ceiling: 0.15 },
    departurePerHour: 0.3,
    leastDeparture: 0.1,
    maxAgeSec: 2 * SECONDS_PER_DAY,
    halfLifeSec: 12 * SECONDS_PER_HOUR,
    mustMove: false,
  },
};
