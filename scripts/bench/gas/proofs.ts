/** Gas of publishing a root and of applying one proof, whole transactions in steady state with 3-of-5 signatures. */
import { bytesToHex } from "viem";
import { proofOf } from "../../../oracle/chain/merkle-tree.ts";
import { buildPositionTree } from "../../../oracle/chain/position-tree.ts";
import { encodeEntries } from "../../../oracle/rules/report-codec.ts";
import { type OracleGround, openOracleGround, pushReport, signedReport } from "./oracle-ground.ts";

/** What {@link measureProofGas} found. */
export interface ProofGas {
  /** Publishing a root, with nothing else in the report. */
  readonly root: number;
  /** Applying one tightening with its proof, by the depth of the tree. */
  readonly applyProof: Readonly<Record<string, number>>;
}

/** Depths of trees that are measured: 16, 128, 1 024 and 131 072 positions. */
export const PROOF_DEPTHS = [4, 7, 10, 17] as const;

const FIRST_RHO_BPS = 2_000;
const STEP_BPS = 100;
const LANE_DELAY_SEC = 2_600;
const ROOT_SEC = 3_600;
/** Roots that the oracle keeps; each place is used once before anything is measured. */
const PLACES = 4;

/** Measures everything on one fresh chain. */
export async function measureProofGas(depths: readonly number[] = PROOF_DEPTHS): Promise<ProofGas> {
  const ground = await openOracleGround({ positions: 1, classes: 1 });
  await pushReport(ground, 1, FIRST_RHO_BPS);
  for (let place = 0; place < PLACES; place += 1) await publish(ground, { depth: 1, rhoBps: FIRST_RHO_BPS, place });
  const applyProof: Record<string, number> = {};
  let root = 0;
  for (const [index, depth] of depths.entries()) {
    await ground.testClient.increaseTime({ seconds: LANE_DELAY_SEC });
    await ground.testClient.mine({ blocks: 1 });
    const rhoBps = FIRST_RHO_BPS + STEP_BPS * (index + 1);
    const { gas, prove } = await publish(ground, { depth, rhoBps, place: index % PLACES });
    root = Math.max(root, gas);
    applyProof[depth] = await prove();
  }
  return { root, applyProof };
}

interface TreeWish {
  readonly depth: number;
  readonly rhoBps: number;
  /** Where the oracle will keep the root. */
  readonly place: number;
}

async function publish(ground: OracleGround, { depth, rhoBps, place }: TreeWish) {
  const { oracle, client, testClient } = ground;
  await testClient.mine({ blocks: 1 });
  const epoch = (await oracle.read.lastEpoch()) + 1n;
  const entries = Array.from({ length: 2 ** depth }, (_, index) => ({
    sourceIndex: 0,
    positionId: BigInt(index + 1),
    epoch: 1,
    rhoBps,
    piBps: 500,
    score: 200,
  }));
  const tree = buildPositionTree(epoch, entries);
  const args = await signedReport(ground, { ids: [], rhoBps, header: { epoch, positionsRoot: tree.root } });
  const gasOf = async (hash: `0x${string}`) => Number((await client.getTransactionReceipt({ hash })).gasUsed);
  const gas = await gasOf(await oracle.write.submitReport(args));
  const { observedAt } = args[0];
  const header = { epoch, observedAt, expiresAt: observedAt + ROOT_SEC, place };
  const entry = bytesToHex(encodeEntries(entries.slice(0, 1)));
  return {
    gas,
    prove: async () => {
      const used = await gasOf(await oracle.write.applyProofs([header, entry, [[...proofOf(tree, 0)]]]));
      const { rhoTargetBps } = await oracle.read.getParams([ground.owner, 1n]);
      if (rhoTargetBps !== rhoBps) throw new RangeError(`The proof moved ρ to ${rhoTargetBps}, not ${rhoBps}.`);
      return used;
    },
  };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await measureProofGas())}\n`);
