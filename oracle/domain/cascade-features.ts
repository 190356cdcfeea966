/** What the surrogate of the cascade's fixed point reads: every input may only raise the further fall. */

/** Log falls at which the forced sales so far are read. */
export const SOLD_KNOTS = [0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.35] as const;

/**
 * Inputs in the order of the network: the shock (log fall); minus the logarithms of the depth within 2 and 5 % over that within
 * 1 %; the further fall after one and after two rounds of selling; ln(1 + forced sales so far over the depth within 1 %) at each knot.
 */
export const CASCADE_FEATURES = [
  "shock",
  "thinnessAt2",
  "thinnessAt5",
  "oneRound",
  "twoRounds",
  ...SOLD_KNOTS.map((knot) => `soldAt${knot}` as const),
] as const;
