/** Explains the scores of one asset's positions: exact Shapley values over groups of inputs, checked, with counterfactuals. */
import type { Outcome } from "../../domain/errors.ts";
import type {
  Counterfactual,
  ExplainedNumbers,
  ExplanationFault,
  Meaning,
  MeaningShare,
  PositionExplanation,
  ReferenceState,
} from "../../domain/explanation.ts";
import { BPS, type Hex } from "../../domain/units.ts";
import { shapleyValues } from "../../math/shapley.ts";
import { type AssetContext, assetContext } from "../asset-context.ts";
import type { ScoringSettings } from "../scoring-settings.ts";
import { type CoalitionTable, coalitionTables, numbersOf, scoreVariants } from "./coalition-values.ts";
import { counterfactualsOf } from "./counterfactuals.ts";
import type { ExplainedAsset, ExplainedPosition } from "./explained-case.ts";
import { percent } from "./figures.ts";
import { reasonText } from "./reason-texts.ts";
import { activeMeanings, isScorableAsset, type ScorableAsset, withReference } from "./reference-asset.ts";
import { REFERENCE_NOTIONAL_USD, REFERENCE_TENOR_DAYS } from "./reference-position.ts";
import { type SourceMix, sourceShares } from "./source-shares.ts";

/** Version of the format, and of every rule that an explanation is computed by. */
export const EXPLANATION_FORMAT = 1;

/** A position with what was committed to and signed for it. */
export interface ExplainedCase {
  readonly explained: ExplainedPosition;
  readonly inputsHash: Hex;
  /** As this operator has signed it. */
  readonly signed: ExplainedNumbers;
}

/** What the explanations of one asset are made of. */
export interface ExplanationInput {
  readonly asset: ExplainedAsset;
  readonly cases: readonly ExplainedCase[];
  readonly settings: ScoringSettings;
  /** Sources of the learned tail by the network's own attributions, `put` and `call`; spot alone without. */
  readonly tailMixes?: Readonly<Record<"put" | "call", SourceMix>>;
}

/** Greatest |sum − difference| that is shown, basis points and points. */
export const COMPLETENESS_TOLERANCE = 1e-9;

/**
 * Explains every position against the reference: a small at-the-money position on a usual day, or the class default where
 * there is no market or no model to score with.
 *
 * @returns one outcome a position, in order: `incomplete` when the shares do not sum to the difference within 1e-9,
 *   `not-the-signed-score` when the inputs do not give the signed numbers, `not-scored` for one that is no longer live.
 */
export function explainPositions(input: ExplanationInput): readonly Outcome<PositionExplanation, ExplanationFault>[] {
  const { asset, cases, settings } = input;
  if (!isScorableAsset(asset)) return againstClassDefault(input);
  const context = contextOf(asset, cases, settings);
  if (context === null) return againstClassDefault(input);
  const meanings = activeMeanings(asset, settings);
  const positions = cases.map(({ explained }) => explained);
  const tables = coalitionTables({ asset, positions, meanings, settings });
  const usual = contextOf(withReference(asset, new Set(), settings), cases, settings);
  const counterfactuals = counterfactualsOf(asset, cases, settings);
  return cases.map((one, place) => {
    const table = tables[place] ?? [];
    const shares = meaningShares(meanings, table).map((share) => ({
      ...share,
      text: reasonText(share.meaning, { asset, explained: one.explained, context, usual }, share),
    }));
    const tailMix = input.tailMixes?.[one.explained.position.kind];
    return checked(one, {
      asset,
      reference: { kind: "usual-day", text: REFERENCE_TEXT, ...numbersAt(table, 0) },
      found: numbersAt(table, table.length - 1),
      shares,
      sources: sourceShares(shares, { asset, context, ...(tailMix === undefined ? {} : { tailMix }) }),
      counterfactuals: [...(counterfactuals[place] ?? []), ...withoutDoubt(meanings, table)],
    });
  });
}

const REFERENCE_TEXT = `A fully ordinary case: ${REFERENCE_NOTIONAL_USD} USD at the money with ${REFERENCE_TENOR_DAYS} days to go and the class default of collateral, on a usual day of the last 30.`;

function contextOf(
  asset: ScorableAsset,
  cases: readonly ExplainedCase[],
  settings: ScoringSettings,
): AssetContext | null {
  const name = cases[0]?.explained.position.asset ?? "";
  const { atSec, doubts, market, prediction } = asset;
  const snapshot = { atSec, doubts, assets: new Map([[name, market]]) };
  return assetContext(name, { snapshot, predictions: new Map([[name, prediction]]), atSec, settings });
}

type NamedShares = Omit<MeaningShare, "text">;

function meaningShares(meanings: readonly Meaning[], table: CoalitionTable): readonly NamedShares[] {
  const sharesOf = (name: keyof ExplainedNumbers): Float64Array =>
    shapleyValues(meanings.length, (coalition) => table[coalition]?.[name] ?? Number.NaN);
  const [rho, pi, score] = [sharesOf("rhoBps"), sharesOf("piBps"), sharesOf("score")];
  return meanings
    .map((meaning, place) => ({
      meaning,
      rhoBps: rho[place] ?? Number.NaN,
      piBps: pi[place] ?? Number.NaN,
      score: score[place] ?? Number.NaN,
    }))
    .sort((left, right) => Math.abs(right.rhoBps) - Math.abs(left.rhoBps));
}

function numbersAt(table: CoalitionTable, coalition: number): ExplainedNumbers {
  return table[coalition] ?? { rhoBps: Number.NaN, piBps: Number.NaN, score: Number.NaN };
}

/** All groups but doubt as they are: already scored. */
function withoutDoubt(meanings: readonly Meaning[], table: CoalitionTable): readonly Counterfactual[] {
  const place = meanings.indexOf("doubt");
  if (place < 0) return [];
  const { rhoBps } = numbersAt(table, table.length - 1 - (1 << place));
  const text = `ρ would be ${percent(rhoBps / BPS)} if nothing were in doubt.`;
  return [{ kind: "no-doubt", changedTo: 1, result: rhoBps, text }];
}

interface Findings {
  readonly asset: ExplainedAsset;
  readonly reference: ReferenceState;
  /** What the inputs give. */
  readonly found: ExplainedNumbers;
  readonly shares: readonly MeaningShare[];
  readonly sources: PositionExplanation["sources"];
  readonly counterfactuals: readonly Counterfactual[];
}

const NUMBERS = ["rhoBps", "piBps", "score"] as const satisfies readonly (keyof ExplainedNumbers)[];

function checked(
  { explained: { position }, inputsHash, signed }: ExplainedCase,
  { asset, reference, found, shares, sources, counterfactuals }: Findings,
): Outcome<PositionExplanation, ExplanationFault> {
  if (!NUMBERS.every((name) => Number.isFinite(found[name]))) return { ok: false, reason: "not-scored" };
  if (!NUMBERS.every((name) => found[name] === signed[name])) return { ok: false, reason: "not-the-signed-score" };
  const sums = (parts: readonly ExplainedNumbers[], name: keyof ExplainedNumbers): number =>
    parts.reduce((sum, part) => sum + part[name], 0);
  const gaps = [shares, sources].flatMap((parts) =>
    NUMBERS.map((name) => Math.abs(sums(parts, name) - (signed[name] - reference[name]))),
  );
  const completenessGap = Math.max(...gaps);
  if (!(completenessGap <= COMPLETENESS_TOLERANCE)) return { ok: false, reason: "incomplete" };
  return {
    ok: true,
    value: {
      ...{ format: EXPLANATION_FORMAT, source: position.source, id: position.id.toString(), asset: position.asset },
      ...{ atSec: asset.atSec, inputsHash, signed: numbersOnly(signed), reference, meanings: shares, sources },
      ...{ completenessGap, counterfactuals },
    },
  };
}

function numbersOnly({ rhoBps, piBps, score }: ExplainedNumbers): ExplainedNumbers {
  return { rhoBps, piBps, score };
}

const CLASS_DEFAULT_TEXT = "The class default: what is in force without any report.";

/** Without a market or a model nothing can be said of groups: all of the difference is doubt. */
function againstClassDefault({
  asset,
  cases,
  settings,
}: ExplanationInput): readonly Outcome<PositionExplanation, ExplanationFault>[] {
  const positions = cases.map(({ explained }) => explained);
  const variants = positions.map(({ position, ownerSize, seriesSize }) => ({
    position,
    sizes: { ownerSize, seriesSize },
  }));
  const scores = scoreVariants(asset, { positions, variants, settings });
  return cases.map((one, place) => {
    const { rhoDefaultBps, piDefaultBps } = one.explained.riskClass;
    const reference = { rhoBps: rhoDefaultBps, piBps: piDefaultBps, score: 0 };
    const found = numbersOf(scores[place]);
    const difference = {
      rhoBps: found.rhoBps - reference.rhoBps,
      piBps: found.piBps - reference.piBps,
      score: found.score - reference.score,
    };
    const text =
      "There is no usable market or prediction: nothing is known of the asset, and the conservative values serve.";
    return checked(one, {
      asset,
      found,
      reference: { kind: "class-default", text: CLASS_DEFAULT_TEXT, ...reference },
      shares: [{ meaning: "doubt", text, ...difference }],
      sources: [{ source: "spot", ...difference }],
      counterfactuals: [],
    });
  });
}
