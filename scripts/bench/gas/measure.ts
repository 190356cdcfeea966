/** Gas of every entry point on the deployed system: IR build, EDR, three of five signatures, all guards on. */
import { createCloser } from "../../../oracle/platform/closer.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { type BenchGround, openBenchGround } from "../bench-ground.ts";
import { planBenchPositions } from "../position-plan.ts";
import type { GasFigures } from "./limits.ts";
import { measureProofGas } from "./proofs.ts";
import { measurePush } from "./push.ts";
import { measureRead } from "./read.ts";
import { measureSettle } from "./settle.ts";
import { measureSurplus } from "./surplus.ts";
import { measureVault } from "./vault.ts";
import { openVaultGround } from "./vault-ground.ts";

const SIGNERS = 5;
/** Numbers of entries of a report that are measured. */
export const PUSH_SIZES: readonly number[] = [1, 10, 100, 1_000];
/** Two strikes × two expiries of one asset lie in four risk classes. */
const MONEYNESS = { put: [1, 0.85], call: [] } as const;
const TENOR_DAYS = [5, 20] as const;
const E8 = 100_000_000;

/** Runs a measurement on a fresh deployment with `positions` open positions. */
async function onGround<Result>(
  positions: number,
  measure: (ground: BenchGround, spotE8: bigint) => Promise<Result>,
): Promise<Result> {
  const closer = createCloser(createLogger({ level: "error" }));
  let spotE8 = 0n;
  try {
    const ground = await openBenchGround({
      closer,
      operators: SIGNERS,
      plan: ({ spot, ...facts }) => {
        const [first] = spot;
        if (first === undefined) throw new RangeError("The market has no asset.");
        spotE8 = BigInt(Math.round(first[1] * E8));
        const plan = { ...facts, positions, moneyness: MONEYNESS, tenorDays: TENOR_DAYS };
        return planBenchPositions({ ...plan, spot: new Map([first]) });
      },
    });
    return await measure(ground, spotE8);
  } finally {
    await closer.close();
  }
}

/** All rows, in the order of the issue, then those that it does not name; reports of `sizes` entries. */
export async function measureAll(sizes: readonly number[]): Promise<GasFigures> {
  const oracle = await onGround(Math.max(...sizes), async (ground) => ({
    ...(await measurePush(ground, sizes)),
    ...(await measureRead(ground)),
  }));
  const vault = await onGround(0, async (ground, spotE8) => {
    const vaultGround = await openVaultGround(ground, spotE8);
    return { ...(await measureVault(vaultGround)), ...(await measureSettle(vaultGround)) };
  });
  const surplus = await onGround(
    0,
    async (ground, spotE8) => await measureSurplus(await openVaultGround(ground, spotE8)),
  );
  const { root, applyProof } = await measureProofGas();
  const { push, read, reject, consumerRead } = oracle;
  const { open, addCollateral, close, flag, liquidate, settlePrice, settle, redeem } = vault;
  const before = { push, root, applyProof: { ...applyProof }, read, reject, open, addCollateral, close, flag };
  return { ...before, liquidate, settlePrice, settle, redeem, consumerRead, ...surplus };
}
