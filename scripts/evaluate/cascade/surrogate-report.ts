/** Judges the shipped surrogate of the cascade's fixed point on books that it has not seen, beside two rounds of selling. */
import { CASCADE_FEATURES } from "../../../oracle/domain/cascade-features.ts";
import type { CascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { drawCascades } from "../../../oracle/training/cascade/draw-cascades.ts";
import { type SurrogateErrors, surrogateErrors } from "../../../oracle/training/cascade/fit-surrogate.ts";

const BOOKS = 8_000;
/** Neither training nor its report drew from it. */
const SEED = "evaluate-cascade-surrogate-1";
const TWO_ROUNDS = CASCADE_FEATURES.indexOf("twoRounds");

/** Errors of the further fall against the fixed point, log points. */
export interface SurrogateReport {
  readonly books: number;
  readonly surrogate: SurrogateErrors;
  readonly twoRounds: SurrogateErrors;
}

/** The report; `null` where the artefact does not serve. */
export async function surrogateReport({
  extraFalls,
}: Pick<CascadePredictor, "extraFalls">): Promise<SurrogateReport | null> {
  const drawn = drawCascades(BOOKS, SEED);
  const found = await extraFalls(drawn.features);
  if (found === null) return null;
  const width = CASCADE_FEATURES.length;
  const plain = Float32Array.from({ length: BOOKS }, (_, row) => drawn.features[row * width + TWO_ROUNDS] ?? 0);
  return { books: BOOKS, surrogate: surrogateErrors(found, drawn), twoRounds: surrogateErrors(plain, drawn) };
}
