/** Gas to send a call with: what it was estimated at, and a margin for what happens before it is included. */

/** State may change between estimate and inclusion: one more entry may be written. Percent. */
const GAS_MARGIN_PERCENT = 120n;
const PERCENT = 100n;

/** The estimate with its margin, gas. */
export function withGasMargin(estimate: bigint): bigint {
  return (estimate * GAS_MARGIN_PERCENT) / PERCENT;
}
