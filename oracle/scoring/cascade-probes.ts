/** The surrogate's inputs from a book of positions, a depth curve and a shock. */
import { CASCADE_FEATURES, SOLD_KNOTS } from "../domain/cascade-features.ts";
import { type AgentBook, soldAt } from "./agent-book.ts";
import { type DepthCurve, depthLeft, depthWithin, marginalDistance, unitDepth } from "./depth-curve.ts";

/** Distances whose depth tells the shape of the book beyond the first percent. */
const SHAPE_DISTANCES = [0.02, 0.05] as const;

/** Writes one row of inputs. `[CASCADE_FEATURES.length]` from `at` */
export function writeCascadeFeatures(
  { book, curve, shock }: { readonly book: AgentBook; readonly curve: DepthCurve; readonly shock: number },
  row: Float32Array,
  at = 0,
): void {
  const unit = unitDepth(curve);
  const roundOf = (fall: number): number => -Math.log1p(-marginalDistance(curve, soldAt(book, fall) / depthLeft(fall)));
  const oneRound = roundOf(shock);
  row[at] = shock;
  SHAPE_DISTANCES.forEach((distance, place) => {
    row[at + 1 + place] = -Math.log(depthWithin(curve, distance) / unit);
  });
  row[at + 1 + SHAPE_DISTANCES.length] = oneRound;
  row[at + 2 + SHAPE_DISTANCES.length] = roundOf(shock + oneRound);
  const first = CASCADE_FEATURES.length - SOLD_KNOTS.length;
  SOLD_KNOTS.forEach((knot, place) => {
    row[at + first + place] = Math.log1p(soldAt(book, knot) / unit);
  });
}
