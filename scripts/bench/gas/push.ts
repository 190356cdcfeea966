/** Gas of reports: per entry by their length, and of one that is refused. */
import { advanceChainTo } from "../../../oracle/simulation/agents/local-world.ts";
import type { BenchGround } from "../bench-ground.ts";
import { applyReport, refuseReport } from "./reports.ts";

/** Low enough that a thousand first scores stay below the effect cap of the local deployment. */
const FIRST = { rhoBps: 1_600, piBps: 300 } as const;
const STEP = { rhoBps: 50, piBps: 5 } as const;
/** Beyond the delays of both lanes. */
const STEP_SEC = 3_600;

/** Rows of this part. */
export interface PushGas {
  readonly push: Readonly<Record<number, number>>;
  readonly reject: number;
}

/** Measures reports of `sizes` entries on a ground with as many positions as the greatest has. First scores fill lanes that were zero: they come before. */
export async function measurePush(ground: BenchGround, sizes: readonly number[]): Promise<PushGas> {
  const most = ground.positions;
  const submit = async (count: number, step: number): Promise<number> => {
    const { timestamp } = await ground.client.getBlock();
    await advanceChainTo(ground.client, Number(timestamp) + STEP_SEC);
    const ids = Array.from({ length: count }, (_, index) => BigInt(index + 1));
    const [rhoBps, piBps] = [FIRST.rhoBps + step * STEP.rhoBps, FIRST.piBps + step * STEP.piBps];
    return await applyReport(ground, { ids, rhoBps, piBps });
  };
  await submit(most, 0);
  const push: Record<number, number> = {};
  for (const [index, size] of sizes.entries()) push[size] = Math.round((await submit(size, index + 1)) / size);
  const reject = await refuseReport(ground, { ids: [1n], ...FIRST, header: { epoch: 1n } });
  return { push, reject };
}
