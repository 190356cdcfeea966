/** Is the loss beyond the quantile as large as stated? Acerbi and Szekely 2014. */
import { requireForecast, type TailForecast, violationsOf } from "./tail-forecast.ts";

/** Both statistics are 0 in expectation when the forecast is right, negative when losses are larger than stated. */
export interface ShortfallTest {
  /** Z1: size of the violations alone; NaN without any. */
  readonly sizeOnly: number;
  /** Z2: number and size together; 1 without any violation. */
  readonly sizeAndCount: number;
}

/**
 * Z1 = 1 − Σ r·1/(N·e) and Z2 = 1 − Σ r·1/(T·level·e) with shortfall e < 0 in units of the return, N violations in T steps.
 * For returns near normal and 250 steps at 2.5 % Z2 below −0.7 is a violation at 5 % (table of the paper).
 *
 * @throws RangeError for a forecast that can not be tested, see `forecastFault`.
 */
export function shortfallTest(forecast: TailForecast): ShortfallTest {
  requireForecast(forecast);
  const hits = violationsOf(forecast);
  let sum = 0;
  let count = 0;
  for (const [step, hit] of hits.entries()) {
    if (hit === 0) continue;
    sum += (forecast.returns[step] ?? Number.NaN) / (forecast.shortfalls[step] ?? Number.NaN);
    count += 1;
  }
  const sizeOnly = count === 0 ? Number.NaN : 1 - sum / count;
  return { sizeOnly, sizeAndCount: 1 - sum / (hits.length * forecast.level) };
}
