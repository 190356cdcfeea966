/** Corrected p-values of many tests at once (Holm 1979): the chance of one false finding among all stays at the level. */

/** Holm-adjusted p-values, in the order given; NaN stays NaN and does not count. */
export function holmAdjust(pValues: readonly number[]): readonly number[] {
  const order = pValues.flatMap((value, index) => (Number.isNaN(value) ? [] : [{ value, index }]));
  order.sort((left, right) => left.value - right.value);
  const adjusted = pValues.map(() => Number.NaN);
  let highest = 0;
  order.forEach(({ value, index }, rank) => {
    highest = Math.max(highest, Math.min(1, value * (order.length - rank)));
    adjusted[index] = highest;
  });
  return adjusted;
}
