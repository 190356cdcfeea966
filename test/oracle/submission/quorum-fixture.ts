/** Reports over three open positions of the fixture's vault, signed by its signers, for tests that bring them on chain. */
import assert from "node:assert/strict";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { createOracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import { aggregate } from "../../../oracle/consensus/aggregate.ts";
import { digestOf } from "../../../oracle/consensus/observe.ts";
import type { Anchor, QuorumReport, RiskReport, RoundSlot } from "../../../oracle/domain/report.ts";
import { type OracleFixture, SIGNERS } from "../chain/oracle-fixture.ts";
import { BUNDLE, observationOf, signWithoutGuard } from "../consensus/cluster.ts";

/** What is unusual about a report. */
export interface QuorumChange {
  readonly change?: Partial<RiskReport>;
  /** Indices of the signers; three of the four by default. */
  readonly by?: readonly number[];
}

/** Mines a block and makes a report that is anchored at it. */
export type QuorumMaker = (rhoBps: number, unusual?: QuorumChange) => Promise<QuorumReport>;

/** Epoch of a position that was just opened. */
const FIRST_EPOCH = 1;

/** Makes reports on a fixture's chain. */
export function quorumMaker(fixture: OracleFixture): QuorumMaker {
  return async (rhoBps, { change = {}, by = [0, 1, 3] } = {}) => {
    await fixture.control("evm_mine", []);
    const reader = createOracleReader(fixture.chain, fixture);
    const anchor = await reader.anchor();
    const slot = { configDigest: await reader.configDigest(anchor), epoch: anchor.blockNumber };
    const bundle = await bundleAt(anchor, slot, rhoBps);
    const report = { ...bundle.report, ...change };
    const digest = reportDigest(report, { chainId: fixture.chain.chainId, oracle: fixture.oracle });
    const attestations = await Promise.all(
      by.map(async (index) => {
        const signer = SIGNERS[index];
        assert.ok(signer !== undefined);
        return { slot, digest, operator: signer.address, signature: await signCompact(signer, digest) };
      }),
    );
    return { bundle: { ...bundle, report }, digest, attestations };
  };
}

async function bundleAt(anchor: Anchor, slot: RoundSlot, rhoBps: number) {
  const voices = await Promise.all(
    SIGNERS.map(async ({ address }, index) => {
      const base = observationOf(address, rhoBps, 4);
      const entries = base.entries.map((entry) => ({ ...entry, epoch: FIRST_EPOCH, piBps: 300 }));
      const observation = { ...base, slot, anchor, entries, classQuantiles: [{ classId: 1, rhoBps, piBps: 300 }] };
      return { ...(await signWithoutGuard(index, observation)), digest: digestOf(observation) };
    }),
  );
  const rules = {
    positionEpoch: () => FIRST_EPOCH,
    clampEntry: <Entry>(entry: Entry) => ({ ok: true, value: entry }) as const,
    clampQuantile: <Quantile>(quantile: Quantile) => ({ ok: true, value: quantile }) as const,
  };
  const view = { slot, anchor, bundleHash: BUNDLE, signerSetVersion: 1, reportLifeSec: 600, rules };
  const result = aggregate(voices, view, { f: 1 });
  assert.ok(result.ok);
  return result.value;
}
