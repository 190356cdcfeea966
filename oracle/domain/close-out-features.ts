/** What the close-out student reads and says: names, order and allowed direction of its inputs, levels of its outputs. */

/** Levels of the expected shortfall that teacher and student state, ascending: the mean of the worst 1 − level of paths. */
export const SHORTFALL_LEVELS = [0.95, 0.975, 0.99] as const;

/**
 * Borders of the strata into which the worst moves of a path law are cut, shares of the paths: the mean move of each stratum
 * is what the student knows of the law. Each level of {@link SHORTFALL_LEVELS} ends at a border.
 */
export const MOVE_STRATA = [0, 0.001, 0.004, 0.01, 0.025, 0.05] as const;

/** Tenors shorter than this many horizons are not the student's: time value then changes along the path. */
export const LEAST_TENOR_IN_HORIZONS = 4;

/**
 * Inputs in order. `rising` ones are non-decreasing functions of volatility (realised and implied), size, horizon and lost
 * depth, so a network that only rises in them rises in all of these; `free` ones depend on none of them.
 */
export const CLOSE_OUT_FEATURES = [
  { name: "quadratureAt95", direction: "rising" },
  { name: "quadratureAt97.5", direction: "rising" },
  { name: "quadratureAt99", direction: "rising" },
  { name: "lossAtWorst", direction: "rising" },
  { name: "lossWithVolShock", direction: "rising" },
  { name: "lossWithVolShockAtEdge", direction: "rising" },
  { name: "lossAtVolShock", direction: "rising" },
  { name: "intrinsicAtWorst", direction: "rising" },
  { name: "intrinsicAtTail", direction: "rising" },
  { name: "costNow", direction: "rising" },
  { name: "costAtTail", direction: "rising" },
  { name: "costAtWorst", direction: "rising" },
  { name: "moveAtTail", direction: "rising" },
  { name: "moveAtWorst", direction: "rising" },
  { name: "impliedDeviation", direction: "rising" },
  { name: "hours", direction: "rising" },
  { name: "isCall", direction: "free" },
  { name: "gap", direction: "free" },
  { name: "tenor", direction: "free" },
] as const satisfies readonly { readonly name: string; readonly direction: "rising" | "free" }[];
