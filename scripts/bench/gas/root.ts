/** Gas of the Merkle-root delivery and of a consumer's read: rows without a contract function are null. */

/** Rows of this part. */
export interface RootGas {
  readonly root: number | null;
  readonly applyProof: Readonly<Record<4 | 7 | 10 | 17, number | null>>;
}

/** Nothing to measure yet: the oracle has no root delivery. */
export function measureRoot(): RootGas {
  return { root: null, applyProof: { 4: null, 7: null, 10: null, 17: null } };
}
