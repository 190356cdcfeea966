/** One operator under every mode of the breaker, on the real contracts: what it signs, what it leaves out, what it only scores. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Abi, bytesToHex, keccak256, toBytes, zeroHash } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { createOracleReader, type OracleReader, toBreaker } from "../../../oracle/chain/oracle-reader.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import { aggregate } from "../../../oracle/consensus/aggregate.ts";
import { digestOf } from "../../../oracle/consensus/observe.ts";
import { BREAKER_MODES, type BreakerMode } from "../../../oracle/domain/breaker.ts";
import type { Anchor, Observation, QuorumReport, ReportBundle, RiskEntry } from "../../../oracle/domain/report.ts";
import { createSurfaceTracker } from "../../../oracle/models/surface/surface-tracker.ts";
import { installedModels } from "../../../oracle/pipeline/installed-models.ts";
import { type ChainState, createChainStateReader } from "../../../oracle/pipeline/operator/chain-state.ts";
import type { Operator } from "../../../oracle/pipeline/operator/operator.ts";
import { runRound } from "../../../oracle/pipeline/operator/round.ts";
import { type Closer, createCloser } from "../../../oracle/platform/closer.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { decodeOutcomes } from "../../../oracle/rules/entry-outcome.ts";
import { encodeEntries } from "../../../oracle/rules/report-codec.ts";
import { submitArguments } from "../../../oracle/submission/encode.ts";
import { readOutcomes } from "../../../oracle/submission/read-outcomes.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { CLASS_ID, deployOracle, GENESIS_SEC, type OracleFixture, SIGNERS } from "../chain/oracle-fixture.ts";
import { signWithoutGuard } from "../consensus/cluster.ts";
import { openLoneOperator } from "./lone-operator.ts";
import { quotedMarket } from "./quoted-market.ts";

const TEST_MS = 120_000;
const ARTIFACTS_DIR = join(import.meta.dirname, "../../../oracle/models/artifacts");
const ORACLE_ABI: Abi = riskOracleAbi;
const STRIKES = [55_000n, 60_000n, 65_000n, 70_000n];
const POSITIONS = STRIKES.length;
/** Longer than the delays of both lanes. */
const LANES_OPEN_SEC = 400;
const FIRST = { epoch: 1, rhoBps: 2_000, piBps: 300, score: 200 };
const CHANGED = "the breaker has changed";
const UNREADABLE = "the breaker cannot be read: nothing is signed";

type Wish = Pick<RiskEntry, "rhoBps" | "piBps">;

describe("an operator's round under the breaker", function () {
  this.timeout(TEST_MS);
  let anvil: Anvil;
  let fixture: OracleFixture;
  let folder: TemporaryFolder;
  let closer: Closer;
  let operator: Operator;
  let reader: OracleReader;
  const warnings: string[] = [];

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    fixture = await deployOracle(anvil);
    for (const strike of STRIKES) await fixture.openCall(strike);
    const { bundleHash } = await installedModels(ARTIFACTS_DIR);
    await fixture.send(fixture.oracle, ORACLE_ABI, "setModelAllowed", [bundleHash, true]);
    reader = createOracleReader(fixture.chain, fixture);
    folder = temporaryFolder();
    const write = (line: string) => void warnings.push(String(JSON.parse(line).msg));
    const logger = createLogger({ level: "warn", destination: { write } });
    closer = createCloser(logger);
    operator = await openLoneOperator({
      folder: folder.path,
      anvil,
      contracts: fixture,
      artifactsDir: ARTIFACTS_DIR,
      logger,
      closer,
    });
    await submit(await report(Array.from({ length: POSITIONS }, () => FIRST)));
  });
  after(async () => {
    await closer?.close();
    folder?.remove();
    await anvil?.stop();
  });

  const nextAnchor = async (seconds = LANES_OPEN_SEC): Promise<Anchor> => {
    await fixture.control("evm_increaseTime", [seconds]);
    await fixture.control("evm_mine", []);
    return await reader.anchor();
  };
  const trip = async (mode: BreakerMode) =>
    await fixture.send(fixture.oracle, ORACLE_ABI, "tripBreaker", [BREAKER_MODES.indexOf(mode), 0]);
  const rearm = async () => await fixture.send(fixture.oracle, ORACLE_ABI, "rearmBreaker", [0]);

  /** Everyone wishes the same; the report is what this operator's view of the chain leaves of it. */
  async function report(wishes: readonly Wish[], quantile: Wish = FIRST) {
    const anchor = await nextAnchor();
    const { positions } = await operator.flow.positions.readAt(anchor);
    const state = await operator.flow.chainState.readAt(anchor, positions);
    const voices = await Promise.all(SIGNERS.map((_, index) => voiceOf(index, state, { wishes, quantile })));
    const bundle = aggregate(voices, state.view, { f: 1 });
    assert.ok(bundle.ok, bundle.ok ? "" : bundle.reason);
    return bundle.value;
  }

  async function submit(bundle: ReportBundle) {
    const digest = reportDigest(bundle.report, { chainId: anvil.chainId, oracle: fixture.oracle });
    const configDigest = await reader.configDigest(await reader.anchor());
    const slot = { configDigest, epoch: bundle.report.epoch };
    const attestations = await Promise.all(
      SIGNERS.slice(0, 3).map(async (signer) => {
        return { slot, digest, operator: signer.address, signature: await signCompact(signer, digest) };
      }),
    );
    const quorum: QuorumReport = { bundle, digest, attestations };
    const args = submitArguments(
      quorum,
      SIGNERS.map(({ address }) => address),
    );
    const wallet = fixture.chain.signer(fixture.account);
    const call = { address: fixture.oracle, abi: riskOracleAbi, functionName: "submitReport", args } as const;
    const hash = await wallet.writeContract(call);
    const receipt = await fixture.chain.reader.waitForTransactionReceipt({ hash });
    return readOutcomes(receipt.logs, fixture.oracle, digest);
  }

  /** What the chain would make of entries in the next block. */
  async function preview({ report: header }: ReportBundle, entries: readonly RiskEntry[]) {
    const args = [header, bytesToHex(encodeEntries(entries))] as const;
    const contract = { address: fixture.oracle, abi: riskOracleAbi } as const;
    const [outcomes] = await fixture.chain.reader.readContract({ ...contract, functionName: "previewEntries", args });
    return decodeOutcomes(toBytes(outcomes));
  }

  it("error: a breaker that cannot be read closes the round: scored, nothing signed, told once", async () => {
    // The vault has no breaker: a real refusal of a real contract.
    const elsewhere = createOracleReader(fixture.chain, { ...fixture, oracle: fixture.vault });
    const chainState = createChainStateReader({
      reader: { ...reader, breaker: elsewhere.breaker },
      bundleHash: operator.bundleHash,
    });
    warnings.length = 0;
    for (let round = 0; round < 2; round += 1) {
      const anchor = await nextAnchor();
      const result = await runRound(anchor, { ...operator.flow, chainState });
      assert.deepEqual(
        [result.quorum, result.reason, result.withheld],
        [null, "breaker-unreadable", "breaker-unreadable"],
      );
      assert.deepEqual([result.scores.length, result.observed, result.breaker.ok], [POSITIONS, true, false]);
      await assertUnsigned(anchor);
    }
    assert.deepEqual(warnings, [UNREADABLE]);
  });

  it("behavior: a chain that reaches the node sets ρ: dearer quotes raise it, and without any the rules serve", async () => {
    const chainState = createChainStateReader({
      reader: { ...reader, breaker: async () => toNewer() },
      bundleHash: operator.bundleHash,
    });
    const anchor = await nextAnchor();
    const roundAt = async (vol: number | null) => {
      const flow = { market: quotedMarket(anchor.timestampSec, vol), surfaces: createSurfaceTracker() };
      const { scores, greeks, surfaces } = await runRound(anchor, { ...operator.flow, chainState, ...flow });
      const [source] = greeks.positions.map(({ sensitivities }) => sensitivities?.volSource);
      return { rho: scores.map(({ rhoBps }) => rhoBps), source, isServed: surfaces.map(({ reading }) => reading.ok) };
    };
    const [none, cheap, dear] = [await roundAt(null), await roundAt(0.5), await roundAt(1.2)];
    assert.deepEqual([none.source, cheap.source, dear.source], ["model", "quotes", "quotes"]);
    assert.deepEqual([none.isServed, cheap.isServed], [[false], [true]]);
    assert.ok(
      dear.rho.every((rho, place) => rho > (cheap.rho[place] ?? Number.NaN)),
      `${dear.rho} ${cheap.rho}`,
    );
    assert.notDeepEqual(cheap.rho, none.rho);
  });

  it("error: a mode that this version does not know is unreadable", async () => {
    const newer = { ...reader, breaker: async () => toNewer() };
    const chainState = createChainStateReader({ reader: newer, bundleHash: operator.bundleHash });
    const { withheld } = await runRound(await nextAnchor(), { ...operator.flow, chainState });
    assert.equal(withheld, "breaker-unreadable");
  });

  it("default: NORMAL: the round ends with a report", async () => {
    warnings.length = 0;
    const result = await runRound(await nextAnchor(), operator.flow);
    assert.equal(result.quorum?.bundle.entries.length, POSITIONS);
    assert.deepEqual([result.withheld, result.looseningsLeftOut], [null, 0]);
    assert.deepEqual(warnings, [CHANGED]);
  });

  it("default: TIGHTEN_ONLY: of a mixed report exactly what the chain would skip is left out, the rest is applied", async () => {
    await trip("TIGHTEN_ONLY");
    const wishes = [
      { rhoBps: 2_400, piBps: 300 },
      { rhoBps: 1_800, piBps: 300 },
      { rhoBps: 2_000, piBps: 300 },
      { rhoBps: 2_000, piBps: 250 },
    ];
    const bundle = await report(wishes, { rhoBps: 1_900, piBps: 300 });
    const ids = (entries: readonly RiskEntry[]) => entries.map(({ positionId }) => positionId);
    assert.deepEqual(ids(bundle.entries), [1n, 3n]);
    assert.deepEqual(
      bundle.leftOut.map(({ entry, reason }) => [entry.positionId, reason]),
      [
        [2n, "LOOSENING_PAUSED"],
        [4n, "LOOSENING_PAUSED"],
      ],
    );
    assert.deepEqual(
      bundle.leftOutQuantiles.map(({ quantile, reason }) => [quantile.classId, reason]),
      [[CLASS_ID, "LOOSENING_PAUSED"]],
    );
    const all = wishes.map((wish, index) => ({ ...FIRST, ...wish, sourceIndex: 0, positionId: BigInt(index + 1) }));
    assert.deepEqual(await preview(bundle, all), [
      "APPLIED_TIGHTENED",
      "LOOSENING_PAUSED",
      "REFRESHED",
      "LOOSENING_PAUSED",
    ]);
    assert.deepEqual(await submit(bundle), {
      entries: ["APPLIED_TIGHTENED", "REFRESHED"],
      classQuantiles: [],
    });
  });

  it("behavior: TIGHTEN_ONLY: a round of this operator signs, and a change is told once", async () => {
    warnings.length = 0;
    for (let round = 0; round < 2; round += 1) {
      const { quorum, withheld, breaker } = await runRound(await nextAnchor(), operator.flow);
      assert.ok(quorum !== null && withheld === null && breaker.ok);
      assert.deepEqual([breaker.value.mode, breaker.value.reason], ["TIGHTEN_ONLY", "GUARDIAN"]);
    }
    assert.deepEqual(warnings, [CHANGED]);
  });

  it("default: HALTED: scores are fresh and kept, nothing is signed, and re-arming ends it", async () => {
    await trip("HALTED");
    warnings.length = 0;
    for (let round = 0; round < 2; round += 1) {
      const anchor = await nextAnchor();
      const result = await runRound(anchor, operator.flow);
      assert.deepEqual([result.quorum, result.reason, result.withheld], [null, "halted", "halted"]);
      assert.deepEqual([result.scores.length, result.observed], [POSITIONS, true]);
      const kept = operator.flow.store.db.selectFrom("observations").select("digest");
      const { digest } = await kept.where("epoch", "=", String(anchor.blockNumber)).executeTakeFirstOrThrow();
      assert.equal(digest, result.observationDigest);
      await assertUnsigned(anchor);
    }
    await rearm();
    const { quorum } = await runRound(await nextAnchor(), operator.flow);
    assert.ok(quorum !== null);
    assert.deepEqual(warnings, [CHANGED, CHANGED]);
  });

  /** The guard has promised no digest for the slot: any other is still free. */
  async function assertUnsigned(anchor: Anchor): Promise<void> {
    const slot = { configDigest: await reader.configDigest(anchor), epoch: anchor.blockNumber };
    for (const kind of ["observation", "report"] as const) {
      assert.deepEqual(operator.flow.deps.guard.authorise(slot, kind, keccak256("0x01")), { ok: true, value: "new" });
    }
  }
});

/** What {@link OracleReader.breaker} does with a number beyond its own. */
function toNewer() {
  return toBreaker({ mode: BREAKER_MODES.length, reason: 0, since: GENESIS_SEC });
}

async function voiceOf(
  index: number,
  { view }: ChainState,
  { wishes, quantile }: { readonly wishes: readonly Wish[]; readonly quantile: Wish },
) {
  const account = SIGNERS[index];
  assert.ok(account !== undefined);
  const observation: Observation = {
    slot: view.slot,
    operator: account.address,
    anchor: view.anchor,
    bundleHash: view.bundleHash,
    featureSchemaHash: keccak256("0x"),
    inputsRoot: zeroHash,
    fallbackBits: 0,
    oldestInputAgeSec: 30,
    entries: wishes.map((wish, place) => ({ ...FIRST, ...wish, sourceIndex: 0, positionId: BigInt(place + 1) })),
    classQuantiles: [{ classId: CLASS_ID, rhoBps: quantile.rhoBps, piBps: quantile.piBps }],
  };
  return { ...(await signWithoutGuard(index, observation)), digest: digestOf(observation) };
}
