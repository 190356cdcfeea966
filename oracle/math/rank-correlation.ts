/** Spearman's rank correlation. */
import { mean } from "./statistics.ts";

/** Correlation of the ranks of two equally long lists, equal values sharing their mean rank; NaN where one does not vary. */
export function rankCorrelation(left: readonly number[], right: readonly number[]): number {
  const [first, second] = [ranks(left), ranks(right)];
  const [firstMean, secondMean] = [mean(first), mean(second)];
  let [product, firstSquares, secondSquares] = [0, 0, 0];
  first.forEach((rank, place) => {
    const [a, b] = [rank - firstMean, (second[place] ?? Number.NaN) - secondMean];
    product += a * b;
    firstSquares += a * a;
    secondSquares += b * b;
  });
  return product / Math.sqrt(firstSquares * secondSquares);
}

function ranks(values: readonly number[]): readonly number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const found = Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let place = from; place < to; place += 1) found[order[place] ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}
