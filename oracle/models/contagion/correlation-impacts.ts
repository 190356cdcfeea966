/** From correlations to impacts: the share of an asset's variance that it has in common with another. */

/** Below, a correlation of 30 days says nothing; as in the crash graph. */
const LEAST_CORRELATION = 0.2;

/**
 * Impact of row on column: `ρ² / max(1, Σ_j ρ²)` over the column's correlations that pass the limit. No cause is claimed.
 *
 * @param correlations symmetric with a diagonal of 1. `[n × n]`
 * @returns the diagonal is 0. `[n × n]`
 */
export function correlationImpacts(correlations: Float64Array): Float64Array {
  const count = Math.round(Math.sqrt(correlations.length));
  const squares = correlations.map((value, place) => {
    const isOwn = Math.floor(place / count) === place % count;
    return isOwn || !(value >= LEAST_CORRELATION) ? 0 : value * value;
  });
  const totals = new Float64Array(count);
  squares.forEach((square, place) => {
    totals[place % count] = (totals[place % count] ?? 0) + square;
  });
  return squares.map((square, place) => square / Math.max(1, totals[place % count] ?? 0));
}
