/** Reports made in TypeScript against the deployed RiskOracle: equal digests, and what a push of 100 entries costs. */
import assert from "node:assert/strict";
import hre from "hardhat";
import { before, describe, it } from "mocha";
import { bytesToHex, concat, keccak256, numberToHex, toHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { signCompact } from "../../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../../oracle/chain/typed-data.ts";
import type { RiskReport } from "../../../oracle/domain/report.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { encodeEntries } from "../../../oracle/rules/report-codec.ts";
import { readOutcomes } from "../../../oracle/submission/read-outcomes.ts";

const REPORTS = 10_000;
/** Reports of one call. */
const DIGEST_BATCH = 500;
const ENTRIES = 100;
/** Distinct classes among the positions that are measured; each costs its report two cold words, about 63 gas an entry. */
const CLASSES = 4;
const MANY_CLASSES = 20;
/** Acceptance limit of issue 2. */
const MAX_GAS_PER_ENTRY = 10_500;
const BUNDLE = keccak256("0x01");
const OPERATORS = [1, 2, 3, 4].map((number) => privateKeyToAccount(numberToHex(number, { size: 32 })));

const CLASS: RiskClass = {
  rhoFloorBps: 300,
  rhoCeilingBps: 9_000,
  rhoDefaultBps: 3_000,
  rhoInitialBps: 3_000,
  piFloorBps: 50,
  piCapBps: 4_000,
  piDefaultBps: 1_000,
  deltaBps: 100,
  tighten: { stepBps: 300, driftBps: 2_000, delaySec: 300 },
  loosen: { stepBps: 150, driftBps: 800, delaySec: 3_600 },
  windowSec: 86_400,
  validitySec: 3_600,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 1_440,
  betaBps: 2_000,
  maxAboveOpenBps: 2_000,
  piStepBps: 100,
  active: true,
};

async function deploy() {
  const { viem } = await hre.network.create("local");
  const [wallet] = await viem.getWalletClients();
  assert.ok(wallet);
  const owner = wallet.account.address;
  const addresses = OPERATORS.map(({ address }) => address);
  const signers = await viem.deployContract("SignerRegistry", [owner, owner, 3_600, addresses, 3]);
  const engine = await viem.deployContract("RuleEngine");
  const models = await viem.deployContract("ModelRegistry", [owner]);
  const config = {
    owner,
    verifier: signers.address,
    engine: engine.address,
    models: models.address,
    deploymentSalt: zeroHash,
    maxArrivalAgeSec: 600,
  };
  const oracle = await viem.deployContract("RiskOracle", [config]);
  const harness = await viem.deployContract("DigestHarness");
  await models.write.setAllowed([BUNDLE, true]);
  await oracle.write.registerSource([owner]);
  return { oracle, harness, client: await viem.getPublicClient(), testClient: await viem.getTestClient() };
}

function randomReport(rng: Rng): RiskReport {
  const hash = () => keccak256(toHex(rng.integer(2 ** 32)));
  return {
    epoch: BigInt(rng.integer(2 ** 32)) * BigInt(rng.integer(2 ** 32)),
    signerSetVersion: rng.integer(2 ** 32),
    observedAt: rng.integer(2 ** 32),
    validUntil: rng.integer(2 ** 32) * 200,
    chunkIndex: rng.integer(65_536),
    chunkCount: rng.integer(65_536),
    entriesHash: hash(),
    classQuantilesHash: hash(),
    positionsRoot: hash(),
    bundleHash: hash(),
    evidenceHash: hash(),
    dispersionBps: rng.integer(65_536),
  };
}

describe("RiskOracle", () => {
  let deployed: Awaited<ReturnType<typeof deploy>>;
  before(async () => {
    deployed = await deploy();
  });

  it("behavior: the digest of a report is that of TypeScript", async () => {
    const { oracle, harness, client } = deployed;
    const domain = { chainId: await client.getChainId(), oracle: oracle.address };
    const rng = createRng("report-digests-1");
    for (let from = 0; from < REPORTS; from += DIGEST_BATCH) {
      const reports = Array.from({ length: DIGEST_BATCH }, () => randomReport(rng));
      const digests = await harness.read.digests([oracle.address, reports]);
      assert.deepEqual(
        digests,
        reports.map((report) => reportDigest(report, domain)),
      );
    }
  });

  it("behavior: 100 entries with 3 signatures cost at most 10 500 gas each, everything included", async () => {
    const few = await measure(CLASSES);
    const many = await measure(MANY_CLASSES);
    console.log(`        ${few} gas an entry with ${CLASSES} classes, ${many} with ${MANY_CLASSES}`);
    assert.ok(few <= MAX_GAS_PER_ENTRY);
  });
});

/** Gas an entry of a second report to the same positions (no word is zero before or after), all of them tightened. */
async function measure(classCount: number): Promise<number> {
  const deployed = await deploy();
  const { oracle, testClient } = deployed;
  for (let classId = 0; classId < classCount; classId += 1) await oracle.write.setRiskClass([classId, CLASS]);
  for (let id = 1; id <= ENTRIES; id += 1) await oracle.write.registerPosition([BigInt(id), id % classCount]);
  await push(deployed, { epoch: 1n, rhoBps: 2_000 });
  await testClient.increaseTime({ seconds: 400 });
  const gasUsed = await push(deployed, { epoch: 2n, rhoBps: 2_200 });
  assert.equal(await oracle.read.lastEpoch(), 2n);
  return Number(gasUsed) / ENTRIES;
}

/** Signs and submits a report that moves every position; returns the gas of the whole transaction. */
async function push(
  { oracle, client, testClient }: Awaited<ReturnType<typeof deploy>>,
  wish: { readonly epoch: bigint; readonly rhoBps: number },
): Promise<bigint> {
  await testClient.mine({ blocks: 1 });
  const now = Number((await client.getBlock()).timestamp);
  const entries = bytesToHex(
    encodeEntries(
      Array.from({ length: ENTRIES }, (_, index) => ({
        sourceIndex: 0,
        positionId: BigInt(index + 1),
        epoch: 1,
        rhoBps: wish.rhoBps + index,
        piBps: 500 + (index % 50),
        score: 200,
      })),
    ),
  );
  const report: RiskReport = {
    epoch: wish.epoch,
    signerSetVersion: 1,
    observedAt: now,
    validUntil: now + 600,
    chunkIndex: 0,
    chunkCount: 1,
    entriesHash: keccak256(entries),
    classQuantilesHash: keccak256("0x"),
    positionsRoot: zeroHash,
    bundleHash: BUNDLE,
    evidenceHash: keccak256("0x02"),
    dispersionBps: 10,
  };
  const digest = reportDigest(report, { chainId: await client.getChainId(), oracle: oracle.address });
  const signatures = concat(await Promise.all(OPERATORS.slice(0, 3).map((operator) => signCompact(operator, digest))));
  const hash = await oracle.write.submitReport([report, { signerBitmap: 7n, signatures }, entries, "0x"]);
  const receipt = await client.getTransactionReceipt({ hash });
  const { entries: outcomes } = readOutcomes(receipt.logs, oracle.address, digest) ?? { entries: [] };
  const expected = wish.epoch === 1n ? "APPLIED_LOOSENED" : "APPLIED_TIGHTENED";
  assert.deepEqual(outcomes, Array<string>(ENTRIES).fill(expected));
  return receipt.gasUsed;
}
