/** Gas of a writer who has his short's score marked, takes surplus out by it a day later, and has the short moved to another class. */
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { applyReport } from "./reports.ts";
import type { VaultGround } from "./vault-ground.ts";
import { openPut, priceAt, putSeries, vaultGas } from "./vault-ground.ts";

/** `VaultOpening.MARK_WAIT_SEC` and a little more. */
const WAIT_SEC = 20 * SECONDS_PER_HOUR + 600;
const LATER_SEC = 60;
/** Late enough that the short stays in its class of tenor until then. */
const EXPIRES_LATER_SEC = 2 * SECONDS_PER_DAY;
const SCORED = { rhoBps: 1_100, piBps: 400 } as const;

/** Rows of this part. */
export interface SurplusGas {
  readonly markScored: number;
  readonly removeCollateral: number;
  readonly reclassify: number;
}

/** Measures the three calls on one short whose score asks for less than its class. */
export async function measureSurplus(vault: VaultGround): Promise<SurplusGas> {
  const { ground, writer, holder } = vault;
  const seriesId = await putSeries({ ...vault, expirySec: vault.expirySec + EXPIRES_LATER_SEC }, 98n);
  const { id } = await openPut(vault, { seriesId, holder });
  // A score counts if it was observed after the opening.
  await ground.client.increaseTime({ seconds: LATER_SEC });
  await ground.client.mine({ blocks: 1 });
  await applyReport(ground, { ids: [id], ...SCORED });
  const byWriter = (args: readonly unknown[]) => ({ args, account: writer });
  const markScored = await vaultGas(vault, "markScored", byWriter([id]));
  const { timestamp } = await ground.client.getBlock();
  await priceAt(vault, Number(timestamp) + WAIT_SEC, 100n);
  await applyReport(ground, { ids: [id], ...SCORED });
  const read = { address: ground.contracts.vault, abi: optionVaultAbi } as const;
  const [surplus] = await ground.client.readContract({ ...read, functionName: "surplusOf", args: [id] });
  const removeCollateral = await vaultGas(vault, "removeCollateral", byWriter([id, surplus, writer]));
  // In the money by a tenth: another class.
  await priceAt(vault, Number(timestamp) + WAIT_SEC + SECONDS_PER_HOUR, 88n);
  const reclassify = await vaultGas(vault, "reclassify", byWriter([id]));
  return { markScored, removeCollateral, reclassify };
}
