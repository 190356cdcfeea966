/** Reasons in words: each group of inputs with its figures, its units, and what it moves ρ by. */
import { doubtText, type ExplainedNumbers, type Meaning } from "../../domain/explanation.ts";
import { type Position, payoffBounds, tenorYears } from "../../domain/positions.ts";
import { BPS, SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { AssetContext } from "../asset-context.ts";
import { unitDepth } from "../depth-curve.ts";
import { seriesVol } from "../series-vol.ts";
import { annualisedVol } from "../vol-surface.ts";
import type { ExplainedPosition } from "./explained-case.ts";
import { figure, percent, signedFigure } from "./figures.ts";
import type { ScorableAsset } from "./reference-asset.ts";
import { REFERENCE_NOTIONAL_USD, REFERENCE_TENOR_DAYS } from "./reference-position.ts";

/** What the sentences name. */
export interface ReasonGround {
  readonly asset: ScorableAsset;
  readonly explained: ExplainedPosition;
  /** The asset as it was scored, and with the reference's inputs. */
  readonly context: AssetContext | null;
  readonly usual: AssetContext | null;
}

/** A sentence for each group: its figures now against the reference's, and what they move ρ and score by. */
export function reasonText(meaning: Meaning, ground: ReasonGround, { rhoBps, score }: ExplainedNumbers): string {
  const points = Math.abs(score) < LEAST_POINTS ? "" : `, ${signedFigure(score)} points of score`;
  return `${TEXTS[meaning](ground)}: ${signedFigure(rhoBps)} bp of ρ${points}.`;
}

/** A smaller share of the score is not told. */
const LEAST_POINTS = 0.5;

const TEXTS: Readonly<Record<Meaning, (ground: ReasonGround) => string>> = {
  volatility: ({ asset: { prediction, usualVol } }) =>
    `The volatility forecast is ${percent(annualisedVol(prediction.volatility))} a year, that of a usual day of the last 30 ${
      usualVol === null ? "is not known" : percent(usualVol)
    }`,
  "implied-vol": impliedText,
  tails: ({ asset: { prediction }, explained: { position } }) => {
    const table = position.kind === "put" ? prediction.quantiles.fall : prediction.quantiles.rise;
    const worst = table[DAY_HORIZON]?.[NINETY_NINE] ?? Number.NaN;
    return `The worst ${position.kind === "put" ? "fall" : "rise"} of 24 h that one day in a hundred exceeds is learned as ${percent(worst)}, and shocks are as fat-tailed as they were, instead of normal`;
  },
  depth: ({ context, usual, explained: { position } }) => {
    const depth = (one: AssetContext | null) => (one === null ? Number.NaN : unitDepth(one.terms[position.kind].curve));
    return `Within 1 % of the price ${figure(depth(context))} USD can be ${position.kind === "put" ? "sold" : "bought"}, usually ${figure(depth(usual))}`;
  },
  series: ({ explained: { position }, asset }) => {
    const days = (tenorYears(position, asset.atSec) * SECONDS_PER_YEAR) / SECONDS_PER_DAY;
    const distance = position.strike / asset.market.spot - 1;
    return `The strike ${figure(position.strike)} USD is ${percent(Math.abs(distance))} ${distance < 0 ? "below" : "above"} spot with ${figure(days)} days to go, instead of at the money with ${REFERENCE_TENOR_DAYS}`;
  },
  size: ({ explained: { position }, asset }) =>
    `${figure(position.size)} contracts, ${figure(position.size * asset.market.spot)} USD, instead of ${REFERENCE_NOTIONAL_USD} USD`,
  collateral: ({ explained: { position, riskClass }, asset }) =>
    `Collateral covers ${bufferText(position, asset.market.spot)} of what may be lost beyond intrinsic value, the class default is ${percent(riskClass.rhoDefaultBps / BPS)}`,
  contagion: ({ asset }) => `Forced selling and contagion: exposure to other assets ${percent(asset.exposure)}`,
  doubt: ({ asset: { doubts } }) =>
    doubts.length === 0
      ? "A model has failed or fallen back"
      : `Data or models are in doubt, ${doubts.map(doubtText).join(", ")}`,
};

/** Places in the tables of `QuantilePrediction`: 24 h, and 99 %. */
const DAY_HORIZON = 2;
const NINETY_NINE = 5;

function impliedText({ context, usual, explained: { position }, asset: { atSec } }: ReasonGround): string {
  const level = (one: AssetContext | null) => (one === null ? Number.NaN : seriesVol(position, one, atSec).impliedVol);
  const origin = context === null ? "model" : seriesVol(position, context, atSec).source;
  return `Options of this strike are valued at ${percent(level(context))} a year (${ORIGINS[origin]}), on a usual day at ${percent(level(usual))}`;
}

const ORIGINS = {
  quotes: "option quotes",
  "quotes-and-rules": "option quotes and the rules without them",
  "volatility-index": "volatility index",
  model: "volatility model",
} as const;

function bufferText(position: Position, spot: number): string {
  const { intrinsic, maxLoss } = payoffBounds(position, spot);
  return percent((position.collateralPerContract - intrinsic) / (maxLoss - intrinsic));
}
