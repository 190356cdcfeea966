/** A reader checks a proof of the API against real contracts: whatever is altered is noticed, what was signed is proven. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { Registry } from "prom-client";
import { type ChainTrust, checkProof, type Proof } from "../../../oracle/api/client/check-proof.ts";
import { createClient } from "../../../oracle/api/client/create-client.ts";
import { readChainTrust } from "../../../oracle/api/client/read-chain-trust.ts";
import { ROUTES } from "../../../oracle/api/contract/route-catalogue.ts";
import { type RunningApi, startApi } from "../../../oracle/api/server.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createReportArchive } from "../../../oracle/pipeline/local/report-archive.ts";
import { recordFate, slotOf } from "../../../oracle/pipeline/local/report-fate.ts";
import { encodeQuorum } from "../../../oracle/pipeline/quorum-codec.ts";
import { lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../../oracle/platform/database/database.ts";
import { openSharedStore } from "../../../oracle/platform/database/store.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { createKeyQueue } from "../../../oracle/submission/key-queue.ts";
import { submitReport } from "../../../oracle/submission/transmit.ts";
import { startAnvil } from "../../helpers/anvil.ts";
import { createChangingView, positionRow } from "../../helpers/changing-view.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { deployOracle, GENESIS_SEC, SIGNERS } from "../chain/oracle-fixture.ts";
import { quorumMaker } from "../submission/quorum-fixture.ts";

describe("GET /v1/positions/{id}/proof", function () {
  this.timeout(120_000);
  let api: RunningApi;
  let proof: Proof;
  let trust: ChainTrust;
  const closers: (() => unknown)[] = [];

  before(async () => {
    const anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    closers.push(() => anvil.stop());
    const fixture = await deployOracle(anvil);
    for (const strike of [55_000n, 60_000n, 65_000n]) await fixture.openCall(strike);
    const quorum = await quorumMaker(fixture)(2_600);
    const result = await submitReport({
      ...{ quorum, signers: SIGNERS.map(({ address }) => address), chain: fixture.chain, oracle: fixture.oracle },
      ...{ account: fixture.account, queue: createKeyQueue(), receiptTimeoutMs: 10_000 },
      ledger: { find: async () => null, save: async () => undefined },
    });
    assert.equal(result.state, "accepted");
    const folder = temporaryFolder();
    const lock = lockDataDir(folder.path);
    const database = await openDatabase({ url: null, lock, logger: createLogger({ level: "silent" }) });
    closers.push(
      () => folder.remove(),
      () => lock.release(),
      () => database.close(),
    );
    const shared = await openSharedStore(database.pool);
    const { observedAt } = quorum.bundle.report;
    const kept = {
      slot: slotOf(quorum),
      digest: quorum.digest,
      payload: encodeQuorum(quorum),
      observedAtSec: observedAt,
    };
    await shared.saveReport(kept);
    await recordFate({ shared, onReport: () => undefined }, quorum, result);
    const archive = createReportArchive(shared, { chainId: fixture.chain.chainId, oracle: fixture.oracle });
    const view = createChangingView({ archive, positions: [positionRow({ id: "1" }), positionRow({ id: "99" })] });
    api = await startApi({ view, metrics: new Registry(), pageDir: null }, { host: "127.0.0.1", port: 0 });
    closers.push(() => api.close());
    proof = await createClient({ baseUrl: api.url }).ask(ROUTES.proof, { params: { id: "1" } });
    trust = await readChainTrust(fixture.chain.reader, fixture.oracle, BigInt(proof.blockNumber));
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });

  it("error: PROOF_UNKNOWN for a position without a report, and before the first one", async () => {
    const client = createClient({ baseUrl: api.url });
    const unknown = (error: unknown) => hasCode(error, "PROOF_UNKNOWN");
    await assert.rejects(client.ask(ROUTES.proof, { params: { id: "99" } }), unknown);
    for (const asOf of ["block:1", String(GENESIS_SEC - 1)]) {
      await assert.rejects(client.ask(ROUTES.proof, { params: { id: "1" }, query: { asOf } }), unknown);
      assert.deepEqual(await client.ask(ROUTES.reports, { query: { asOf } }), []);
    }
  });

  it("behavior: whatever is altered is noticed, and which part it was", async () => {
    const [first, ...others] = proof.signatures;
    assert.ok(first !== undefined);
    const foreign = SIGNERS.map(({ address }) => address).filter((address) => address !== first.operator);
    const cases: readonly (readonly [string, Partial<Proof>, Partial<ChainTrust>])[] = [
      ["other-chain", { chainId: 1 }, {}],
      ["other-chain", {}, { oracle: trust.signers[0] ?? trust.oracle }],
      ["other-signer-set", {}, { signerSetVersion: 2 }],
      ["entries-altered", { entries: `${proof.entries.slice(0, -1)}0` }, {}],
      ["entry-missing", { positionId: "4000" }, {}],
      ["entry-altered", { entry: { ...proof.entry, rhoBps: proof.entry.rhoBps - 1 } }, {}],
      ["signature-invalid", { signatures: [{ ...first, signature: "0x00" }, ...others] }, {}],
      ["signer-unknown", {}, { signers: foreign }],
      ["signer-unknown", { report: { ...proof.report, dispersionBps: proof.report.dispersionBps + 1 } }, {}],
      ["no-quorum", { signatures: [first, first, first] }, {}],
    ];
    for (const [fault, altered, other] of cases) {
      const outcome = await checkProof({ ...proof, ...altered }, { ...trust, ...other });
      assert.equal(outcome.ok ? "proven" : outcome.reason, fault);
    }
  });

  it("default: what a quorum has signed and the chain has taken is proven, now and as of its own block", async () => {
    const outcome = await checkProof(proof, trust);
    assert.ok(outcome.ok);
    assert.ok(outcome.value.length >= trust.threshold);
    assert.deepEqual([proof.entry.rhoBps, proof.outcome.startsWith("APPLIED")], [2_600, true]);
    const client = createClient({ baseUrl: api.url });
    const asOf = `block:${proof.blockNumber}`;
    assert.deepEqual(await client.ask(ROUTES.proof, { params: { id: "1" }, query: { asOf } }), proof);
    const [report] = await client.ask(ROUTES.reports, { query: { asOf } });
    assert.deepEqual([report?.state, report?.epoch], ["accepted", proof.report.epoch]);
  });
});
