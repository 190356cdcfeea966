/** The knob of a policy that just keeps a stated breach rate on the evaluated window. */

/** A policy on a window of `count` pairs. */
export interface KnobPolicy {
  readonly count: number;
  /** Whether the pair at a place is breached at a knob: once it is not, it is not at any greater knob. */
  readonly isBreached: (place: number, knob: number) => boolean;
}

const GREATEST_KNOB = 1e6;
/** Relative precision of a knob. */
const KNOB_TOLERANCE = 1e-7;

/**
 * Smallest knob at which at most a share `rate` of the pairs is breached; 1e6 or more where even that has more.
 *
 * Pairs that are breached at the upper end of the bracket, or not at its lower end, are settled and not asked again.
 */
export function knobAtBreachRate({ count, isBreached }: KnobPolicy, rate: number): number {
  const allowed = Math.floor(rate * count);
  let [low, high] = [0, 1];
  let open = Array.from({ length: count }, (_, place) => place);
  let breachedAtHigh = open.filter((place) => isBreached(place, high));
  while (breachedAtHigh.length > allowed && high < GREATEST_KNOB) {
    [low, high] = [high, 2 * high];
    open = breachedAtHigh;
    breachedAtHigh = open.filter((place) => isBreached(place, high));
  }
  let settled = breachedAtHigh.length;
  const sure = new Set(breachedAtHigh);
  open = open.filter((place) => !sure.has(place));
  while (high - low > KNOB_TOLERANCE * high) {
    const middle = (low + high) / 2;
    const breached = open.filter((place) => isBreached(place, middle));
    if (settled + breached.length > allowed) {
      low = middle;
      open = breached;
    } else {
      high = middle;
      settled += breached.length;
      const gone = new Set(breached);
      open = open.filter((place) => !gone.has(place));
    }
  }
  return high;
}
