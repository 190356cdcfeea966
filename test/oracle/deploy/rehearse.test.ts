/** An upgrade of rule engine and verifier: parts that are refused, a rehearsal that finds what changes, one that finds nothing. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { encodeFunctionData, type Hex } from "viem";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import { proposeCommand } from "../../../oracle/cli/propose.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { classesOf } from "../../../scripts/deploy/deployment-config.ts";
import { planUpgrade, type UpgradeParts } from "../../../scripts/deploy/propose/plan-upgrade.ts";
import { controlChain, type DevelopmentChain } from "../../../scripts/deploy/rehearse/development-chain.ts";
import { rehearsalText } from "../../../scripts/deploy/rehearse/rehearsal-text.ts";
import { type RehearsalInput, rehearseUpgrade } from "../../../scripts/deploy/rehearse/rehearse-upgrade.ts";
import { DEPLOYER, type DeployedDao, deployDao, STRANGER } from "../../helpers/deployed-dao.ts";
import { deployArtifact } from "../../helpers/stand-ins.ts";

const DEPLOY_MS = 180_000;
/** Answers every call with one word: zero, one, the greatest. */
const ANSWERS_ZERO: Hex = "0x60205ff3";
const ANSWERS_ONE: Hex = "0x60015f5260205ff3";
const ANSWERS_GREATEST: Hex = "0x5f195f5260205ff3";
const BARE: Address = "0x00000000000000000000000000000000000ba4e0";

describe("upgrade of rule engine and verifier", function () {
  this.timeout(DEPLOY_MS);
  let dao: DeployedDao;
  let dev: DevelopmentChain;
  let snapshot: Hex;

  before(async () => {
    dao = await deployDao();
    dev = await controlChain(dao.chain, dao.at);
    snapshot = await dao.control.snapshot();
  });

  beforeEach(async () => {
    await dao.control.revert({ id: snapshot });
    snapshot = await dao.control.snapshot();
  });

  after(() => dao.stop());

  const deploy = async (name: string, args: readonly unknown[]): Promise<Address> =>
    await deployArtifact(dev, name, args);

  async function registry(change: Partial<Record<"authority" | "overlapSec" | "signers" | "threshold", unknown>> = {}) {
    const { config, parties, at } = dao;
    const live = {
      authority: at("accessManager"),
      overlapSec: config.oracle.signerOverlapSec,
      signers: parties.signers,
      threshold: config.operators.threshold,
    };
    return await deploy("SignerRegistry", Object.values({ ...live, ...change }));
  }

  /** Name of the error that the oracle answers a call of the DAO with, after the vote and the delay. */
  async function refusal(functionName: "setRuleEngine" | "setVerifier", part: Address): Promise<string | undefined> {
    const { at, send, skip, config, control } = dao;
    const target = at("riskOracle");
    const data = encodeFunctionData({ abi: riskOracleAbi, functionName, args: [part] });
    const manager = { abi: plimsollAccessManagerAbi } as const;
    const schedule = encodeFunctionData({ ...manager, functionName: "schedule", args: [target, data, 0] });
    await send(at("governor"), at("accessManager"), schedule);
    await skip(config.governance.wideningDelaySec);
    const execute = encodeFunctionData({ ...manager, functionName: "execute", args: [target, data] });
    const call = { account: at("governor"), to: at("accessManager"), data: execute };
    return await control.call(call).then(
      () => undefined,
      (error: unknown) => revertOf(error)?.code,
    );
  }

  function input(change: Partial<RehearsalInput> = {}): RehearsalInput {
    const { chain, config, parties, outputs } = dao;
    return { dev, verification: { reader: chain.reader, config, parties, ...outputs }, ...change };
  }

  it("error: PROPOSAL_FLAG_INVALID for an address without its checksum", async () => {
    for (const flag of ["--engine", "--verifier"]) {
      const flags = ["--network", "anvil", flag, STRANGER.toLowerCase()];
      const proposed = proposeCommand().parseAsync(flags, { from: "user" });
      await assert.rejects(proposed, (error) => hasCode(error, "PROPOSAL_FLAG_INVALID"));
    }
  });

  it("error: UPGRADE_ENGINE_REFUSED without code, without a version, with the live one", async () => {
    await dao.control.setCode({ address: BARE, bytecode: ANSWERS_ZERO });
    for (const engine of [STRANGER, BARE, dao.at("priceGuard"), dao.at("ruleEngine")]) {
      await assert.rejects(planUpgrade({ engine }, dao), (error) => hasCode(error, "UPGRADE_ENGINE_REFUSED"), engine);
    }
  });

  it("error: UPGRADE_VERIFIER_REFUSED without code, the live one, other signers, threshold, overlap, authority", async () => {
    const { parties, at, config } = dao;
    await dao.control.setCode({ address: BARE, bytecode: ANSWERS_ONE });
    const refused = [
      ...[STRANGER, BARE, at("priceGuard"), at("signerRegistry")],
      await registry({ signers: [...parties.signers].reverse() }),
      await registry({ threshold: config.operators.threshold + 1 }),
      await registry({ overlapSec: 1 }),
      await registry({ authority: DEPLOYER }),
    ];
    for (const verifier of refused) {
      const planned = planUpgrade({ verifier }, dao);
      await assert.rejects(planned, (error) => hasCode(error, "UPGRADE_VERIFIER_REFUSED"), verifier);
    }
  });

  it("error: the oracle itself refuses parts that are none", async () => {
    const { control, at } = dao;
    const refused = "OracleWiringRefused";
    assert.equal(await refusal("setRuleEngine", STRANGER), refused);
    assert.equal(await refusal("setRuleEngine", at("signerRegistry")), refused);
    for (const [index, bytecode] of [ANSWERS_ZERO, ANSWERS_ONE, ANSWERS_GREATEST].entries()) {
      const address: Address = `0x${BARE.slice(2, -1)}${index}`;
      await control.setCode({ address, bytecode });
      assert.equal(await refusal("setRuleEngine", address), refused);
      // The second answers every quorum, the empty one included, with success.
      assert.equal(await refusal("setVerifier", address), refused);
    }
    assert.equal(await refusal("setVerifier", STRANGER), refused);
    assert.equal(await refusal("setVerifier", at("ruleEngine")), refused);
  });

  it("error: a registry without keys, with a minority as threshold or none is never created", async () => {
    for (const change of [{ signers: [] }, { threshold: 0 }, { threshold: 2 }]) {
      await assert.rejects(registry(change), (error) => hasCode(error, "REHEARSAL_CALL_FAILED"));
    }
  });

  it("error: nobody but the DAO switches, the guardian and the deployer included", async () => {
    const engine = await deploy("RenumberedEngine", [dao.at("ruleEngine")]);
    const parts = { engine, verifier: await registry() };
    for (const from of [STRANGER, DEPLOYER, dao.parties.guardian, dao.holder, dao.at("accessManager")]) {
      for (const [functionName, part] of [
        ["setRuleEngine", parts.engine],
        ["setVerifier", parts.verifier],
      ] as const) {
        const call = { to: dao.at("riskOracle"), abi: riskOracleAbi, functionName, args: [part] };
        assert.deepEqual(await dev.simulate(from, call), { refusal: "AccessManagedUnauthorized" }, from);
      }
    }
  });

  it("error: REHEARSAL_NODE_REFUSED, REHEARSAL_NO_VOTER, and the chain stays as it was", async () => {
    const { verification } = input();
    const { config, parties } = verification;
    const mainnet = { ...config, chain: { ...config.chain, kind: "mainnet" as const } };
    await assert.rejects(rehearseUpgrade(input({ verification: { ...verification, config: mainnet } })), (error) =>
      hasCode(error, "REHEARSAL_NODE_REFUSED"),
    );
    const block = await dao.control.getBlock();
    const existing = { ...parties, token: { kind: "existing" as const, address: dao.at("votesToken") } };
    await assert.rejects(rehearseUpgrade(input({ verification: { ...verification, parties: existing } })), (error) =>
      hasCode(error, "REHEARSAL_NO_VOTER"),
    );
    assert.equal((await dao.control.getBlock()).hash, block.hash);
  });

  it("default: the switch keeps every value, and afterwards the chain is what it was", async () => {
    const block = await dao.control.getBlock();
    const rehearsal = await rehearseUpgrade(input());
    assert.equal(rehearsal.pass, true, rehearsalText(rehearsal));
    assert.equal(rehearsal.delaySec, dao.config.governance.wideningDelaySec);
    // A put and a call in every market, and a loan: the local deployment has a second source.
    assert.equal(rehearsal.positions, 2 * dao.config.markets.length + 1);
    assert.deepEqual(
      rehearsal.moments.map(({ groups }) => groups.map(({ compared }) => compared > 0)),
      Array.from({ length: 3 }, () => Array.from({ length: 10 }, () => true)),
    );
    const [now] = rehearsal.moments;
    const classes = dao.config.markets.flatMap((_, index) => classesOf(dao.config, index + 1));
    const compared = new Map(now?.groups.map((group) => [group.name, group.compared]));
    assert.ok((compared.get("classes") ?? 0) > 20 * classes.length);
    assert.ok((compared.get("positions") ?? 0) >= 13 * rehearsal.positions);
    assert.match(rehearsalText(rehearsal), /0 differ; 13 checks\nrehearsed: the upgrade keeps every value$/);
    assert.equal((await dao.control.getBlock()).hash, block.hash);
    await dao.control.mine({ blocks: 1 });
    assert.ok((await dao.control.getBlock()).timestamp - block.timestamp < 3_600n);
  });

  it("behavior: what else the proposal changes is found, by name, at every moment", async () => {
    const [first] = classesOf(dao.config, 1);
    assert.ok(first);
    const { classId } = first;
    const args = [classId, { ...first.riskClass, betaBps: first.riskClass.betaBps + 100 }];
    const further = [
      { target: dao.at("riskOracle"), abi: riskOracleAbi, functionName: "setRiskClass", args, title: "more" },
    ];
    const rehearsal = await rehearseUpgrade(input({ further }));
    assert.equal(rehearsal.pass, false);
    for (const { groups } of rehearsal.moments) {
      const found = groups.flatMap(({ differences }) => differences.map(({ subject }) => subject));
      assert.ok(found.includes(`classes.class ${classId}.bounds.betaBps`));
      assert.ok(found.includes(`classes.class ${classId}.opening`));
      assert.ok(found.includes("delivery.boundsVersion"));
      assert.ok(found.includes(`review.riskOracle.class ${classId}.betaBps`));
      assert.ok(found.every((subject) => !subject.startsWith("positions.")));
    }
    assert.match(rehearsalText(rehearsal), /rehearsal FAILED$/);
  });

  it("behavior: parts that work otherwise than the planned ones are found by what is tried", async () => {
    const { config, at } = dao;
    const set = [STRANGER, DEPLOYER, dao.holder, dao.parties.guardian];
    const foreign = await registry({ signers: set, threshold: config.operators.threshold });
    const oracle = { target: at("riskOracle"), abi: riskOracleAbi };
    const further = [{ ...oracle, functionName: "setVerifier", args: [foreign], title: "another" }];
    const { checks, moments, pass } = await rehearseUpgrade(input({ further }));
    assert.equal(pass, false);
    const failed = checks.filter(({ expected, found }) => expected !== found).map(({ what }) => what);
    assert.deepEqual(failed, [
      "the verifier in force",
      "ρ that a report for the new verifier sets",
      "a signer that the guardian removes from the new verifier",
    ]);
    assert.ok(
      moments.every(({ groups }) => groups.some(({ name, differences }) => name === "signers" && differences[0])),
    );
  });

  it("behavior: either part alone is planned alone; the verifier brings its roles", async () => {
    const parts: UpgradeParts = {
      engine: await deploy("RenumberedEngine", [dao.at("ruleEngine")]),
      verifier: await registry(),
    };
    const names = async (wanted: UpgradeParts) =>
      (await planUpgrade(wanted, dao)).map(({ functionName }) => functionName);
    assert.deepEqual(await names({}), []);
    assert.deepEqual(await names({ engine: parts.engine }), ["setRuleEngine"]);
    const roles = ["setTargetFunctionRole", "setTargetFunctionRole"];
    assert.deepEqual(await names({ verifier: parts.verifier }), [...roles, "setVerifier"]);
    assert.deepEqual(await names(parts), ["setRuleEngine", ...roles, "setVerifier"]);
  });
});
