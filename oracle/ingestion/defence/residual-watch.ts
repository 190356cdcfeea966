/** Watches each source's distance from the others for a lasting lean to one side: a slow ramp shows here before it is an outlier. */
import { createPageHinkley, type PageHinkley } from "../../math/drift/page-hinkley.ts";

/** Watch of one feature. */
export interface ResidualWatch {
  /**
   * Takes a round's signed distances, in tolerances of the feature.
   *
   * @returns sources whose alarm has not yet lapsed.
   */
  add(residuals: ReadonlyMap<string, number>): ReadonlySet<string>;
}

/** In tolerances: a lean of a fifth is let pass, two tolerances of excess in sum give the alarm. */
const OPTIONS = { tolerance: 0.2, threshold: 2, minValues: 30 } as const;
/** Rounds for which an alarm holds. */
const HOLD_ROUNDS = 30;

interface Watched {
  readonly rising: PageHinkley;
  readonly falling: PageHinkley;
  roundsLeft: number;
}

/** Creates a watch that has seen nothing. */
export function createResidualWatch(): ResidualWatch {
  const sources = new Map<string, Watched>();
  const watchedOf = (id: string): Watched => {
    const known = sources.get(id);
    if (known !== undefined) return known;
    const fresh = { rising: createPageHinkley(OPTIONS), falling: createPageHinkley(OPTIONS), roundsLeft: 0 };
    sources.set(id, fresh);
    return fresh;
  };
  return {
    add: (residuals) => {
      for (const [id, residual] of residuals) {
        const watched = watchedOf(id);
        const isUp = watched.rising.add(residual).alarm;
        const isDown = watched.falling.add(-residual).alarm;
        watched.roundsLeft = isUp || isDown ? HOLD_ROUNDS : Math.max(0, watched.roundsLeft - 1);
      }
      return new Set([...sources].filter(([, { roundsLeft }]) => roundsLeft > 0).map(([id]) => id));
    },
  };
}
