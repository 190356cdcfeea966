/** Stands for the scoring in a replay: gives out what was asked for when the history was made, put inside the bounds of now. */
import type { RiskClass } from "../../domain/risk-class.ts";
import type { PositionScore } from "../../domain/score.ts";
import { BPS } from "../../domain/units.ts";
import { boundPair, classOf } from "../../scoring/class-bounds.ts";
import { classQuantiles } from "../../scoring/class-quantiles.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import type { ScoredParty, VaultScorer } from "../vault/vault-scorer.ts";
import type { AskedScore } from "./recorded-week.ts";

/** Everything that was asked, by hour and place of the short. */
export type AskedBook = ReadonlyMap<number, ReadonlyMap<number, AskedScore>>;

/** The book of what was asked. */
export function askedBook(asked: readonly AskedScore[]): AskedBook {
  const book = new Map<number, Map<number, AskedScore>>();
  for (const score of asked) {
    const hour = book.get(score.hourSec) ?? new Map<number, AskedScore>();
    book.set(score.hourSec, hour.set(score.index, score));
  }
  return book;
}

const SOURCE = `0x${"0".repeat(39)}1` as const;
const SCORE_SCALE = 100;

/** A scorer of one vault under some bounds. Sizes that a liquidation has made smaller are scored as they were planned. */
export function createRecordedScorer(book: AskedBook, classes: ReadonlyMap<number, RiskClass>): VaultScorer {
  let party: ScoredParty | null = null;
  return {
    nextSource: () => SOURCE,
    enlist: (enlisted) => {
      party = enlisted;
    },
    scoresOf: (_, timeSec) => {
      const hour = book.get(timeSec);
      if (party === null || hour === undefined) return [];
      return party.positions().flatMap((position): readonly PositionScore[] => {
        const asked = hour.get(Number(position.id));
        if (asked === undefined || position.expirySec <= timeSec) return [];
        const { source, id, epoch, classId } = position;
        const ratios = { rho: asked.rhoBps / BPS, pi: asked.piBps / BPS };
        return [
          {
            ...{ source, id, epoch, classId, ...boundPair(ratios, classOf(classes, classId)), score: asked.score },
            ...{ probabilityOfDefault: 10 ** (-asked.score / SCORE_SCALE), reasons: [], fallbacks: [] },
            // Nothing that replays reads these: a number that is none would show.
            ...{ optionValue: Number.NaN, closeOutCost: Number.NaN },
          },
        ];
      });
    },
    quote: () => null,
    quantiles: (weighed) => classQuantiles(weighed, DEFAULT_SCORING_SETTINGS.classQuantile),
  };
}

/** Bounds that clip nothing, for what is asked to be recorded as it is; defaults stay, which doubt falls back to. */
export function openBounds(riskClass: RiskClass): RiskClass {
  return { ...riskClass, rhoFloorBps: 1, rhoCeilingBps: BPS, piFloorBps: 0, piCapBps: BPS, deltaBps: 0 };
}
