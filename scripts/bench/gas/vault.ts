/** Gas of the life of a position up to its liquidation. */

import { applyReport } from "./reports.ts";
import type { VaultGround } from "./vault-ground.ts";
import { openPut, priceAt, putSeries, vaultGas } from "./vault-ground.ts";

const E8 = 100_000_000n;
const LATER_SEC = 600;
const SCORED = { rhoBps: 2_500, piBps: 400 } as const;

/** Rows of this part. */
export interface VaultGas {
  readonly open: { readonly first: number; readonly next: number };
  readonly addCollateral: number;
  readonly close: { readonly full: number; readonly partial: number };
  readonly flag: number;
  readonly liquidate: { readonly burn: number; readonly takeover: number };
}

/** Measures calls of a writer who also holds the longs that he closes with, and a liquidation by their holder. */
export async function measureVault(vault: VaultGround): Promise<VaultGas> {
  const { ground, writer, holder } = vault;
  const near = await putSeries(vault, 98n);
  const first = await openPut(vault, { seriesId: near, holder });
  const next = await openPut(vault, { seriesId: near, holder });
  await openPut(vault, { seriesId: near, holder: writer });
  const own = await openPut(vault, { seriesId: near, holder: writer });
  const other = await openPut(vault, { seriesId: near, holder });
  const ids = [first.id, next.id, own.id, other.id];
  await applyReport(ground, { ids, ...SCORED });
  const byWriter = (args: readonly unknown[]) => ({ args, account: writer });
  const addCollateral = await vaultGas(vault, "addCollateral", byWriter([first.id, E8 / 100n]));
  const partial = await vaultGas(vault, "close", byWriter([own.id, E8 / 2n, own.collateral / 2n]));
  const full = await vaultGas(vault, "close", byWriter([own.id, E8 / 2n, 0n]));
  const { timestamp } = await ground.client.getBlock();
  const flaggedAt = Number(timestamp) + LATER_SEC;
  await priceAt(vault, flaggedAt, 76n);
  // The first flag of a window begins its counters anew: the steady state begins after it.
  await vaultGas(vault, "flag", { args: [other.id], account: holder });
  const flag = await vaultGas(vault, "flag", { args: [next.id], account: holder });
  await priceAt(vault, flaggedAt + LATER_SEC, 76n);
  const burn = await vaultGas(vault, "liquidate", { args: [next.id, E8 / 10n, 0n, "0x"], account: holder });
  const order = {
    positionId: other.id,
    maxSizeE8: E8 / 10n,
    minOut: 0n,
    maxTopUp: 2n ** 127n,
    intoId: 0n,
    data: "0x",
  } as const;
  const takeover = await vaultGas(vault, "takeOver", { args: [order], account: writerOf(ground, 1) });
  return {
    open: { first: first.gas, next: next.gas },
    addCollateral,
    close: { full, partial },
    flag,
    liquidate: { burn, takeover },
  };
}

/** A writer besides the one whose positions are liquidated. */
function writerOf({ actors }: VaultGround["ground"], index: number): `0x${string}` {
  const writer = actors.writers[index];
  if (writer === undefined) throw new RangeError(`There is no writer ${index}.`);
  return writer;
}
