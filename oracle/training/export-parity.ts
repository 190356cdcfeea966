/** The last gate before an artefact is written: the exported network must say what a plain pass in float64 says. */
import { PlimsollError } from "../domain/errors.ts";

/** Largest absolute difference, in the unit of the output: float32 against float64 (design/models.md). */
export const EXPORT_PARITY_LIMIT = 1e-5;

/**
 * Largest absolute difference of both passes.
 *
 * @param compare the two files to look into where they differ.
 * @throws PlimsollError `EXPORT_PARITY` above the limit, and where either pass gives no number or too few.
 */
export function exportParity(exported: ArrayLike<number>, plain: Float64Array, compare: string): number {
  const parity = plain.reduce(
    (worst, value, place) => Math.max(worst, Math.abs(value - (exported[place] ?? Number.NaN))),
    0,
  );
  if (parity <= EXPORT_PARITY_LIMIT) return parity;
  throw new PlimsollError({
    code: "EXPORT_PARITY",
    problem: `The exported model differs by ${parity} from the plain pass; the limit is ${EXPORT_PARITY_LIMIT}.`,
    remedy: `Do not ship it: compare ${compare}.`,
    context: { parity, limit: EXPORT_PARITY_LIMIT },
  });
}
