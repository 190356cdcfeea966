/** A deployment read back: nothing differs, and whatever is changed on chain is found by name. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { encodeFunctionData, type Hex } from "viem";
import { classRatioFeedAbi } from "../../../oracle/chain/abi/class-ratio-feed.ts";
import { hedgeMandateAbi } from "../../../oracle/chain/abi/hedge-mandate.ts";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../../oracle/chain/abi/signer-registry.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { classesOf } from "../../../scripts/deploy/deployment-config.ts";
import { ROLE_IDS, selectorOf } from "../../../scripts/deploy/roles.ts";
import { verifyDeployment } from "../../../scripts/deploy/verify/verify.ts";
import { asGovernor, type DeployedDao, deployDao, STRANGER } from "../../helpers/deployed-dao.ts";

const DEPLOY_MS = 120_000;
const OTHER_BUNDLE: Hex = `0x${"c1".repeat(32)}`;

describe("verify", function () {
  this.timeout(DEPLOY_MS);
  let dao: DeployedDao;
  let snapshot: Hex;

  before(async () => {
    dao = await deployDao();
    snapshot = await dao.control.snapshot();
  });

  beforeEach(async () => {
    await dao.control.revert({ id: snapshot });
    snapshot = await dao.control.snapshot();
  });

  after(() => dao.stop());

  async function subjects(overrides: Partial<Parameters<typeof verifyDeployment>[0]> = {}): Promise<readonly string[]> {
    const { chain, config, parties, outputs } = dao;
    const input = { reader: chain.reader, config, parties, ...outputs, ...overrides };
    return (await verifyDeployment(input)).map(({ subject }) => subject);
  }

  it("default: a fresh deployment is as reviewed", async () => {
    assert.deepEqual(await subjects(), []);
  });

  it("behavior: one changed bound is named, with both values", async () => {
    const [first] = classesOf(dao.config, 1);
    assert.ok(first);
    const changed = { ...first.riskClass, betaBps: first.riskClass.betaBps + 1 };
    const data = encodeFunctionData({
      abi: riskOracleAbi,
      functionName: "setRiskClass",
      args: [first.classId, changed],
    });
    await asGovernor(dao, dao.at("riskOracle"), data);
    const { chain, config, parties, outputs } = dao;
    const differences = await verifyDeployment({ reader: chain.reader, config, parties, ...outputs });
    const subject = `riskOracle.class ${first.classId}.betaBps`;
    const { betaBps } = first.riskClass;
    assert.deepEqual(differences, [{ subject, expected: String(betaBps), actual: String(betaBps + 1) }]);
  });

  it("behavior: other limits of the funds, another share, bounty or sequencer are found", async () => {
    const { config } = dao;
    const fund = { ...config.fund, feeBps: config.fund.feeBps + 1, seriesCapBps: config.fund.seriesCapBps - 1 };
    const settlement = { ...config.settlement, quoteBounty: "1" };
    const prices = { ...config.prices, sequencer: { feed: STRANGER, graceSec: 3_600, maxAgeSec: 0 } };
    const found = await subjects({ config: { ...config, fund, settlement, prices } });
    assert.deepEqual(found, [
      "priceGuard.sequencer.feed",
      "priceGuard.sequencer.graceSec",
      ...["vault.fund of quote.feeBps", "vault.fund of quote.settleBounty", "fundquote.settings.seriesCapBps"],
      ...["vault.fund of baseBTC.feeBps", "fundbaseBTC.settings.seriesCapBps"],
      ...["vault.fund of baseETH.feeBps", "fundbaseETH.settings.seriesCapBps"],
      ...["sentinel.sequencerFeed", "sentinel.sequencerGraceSec"],
    ]);
  });

  it("behavior: another cap, valve, delivery limit or heartbeat is found", async () => {
    const { config } = dao;
    const [bitcoin, ...others] = config.markets;
    assert.ok(bitcoin);
    const puts = { ...bitcoin.caps.puts, maxSizeE8: "1", maxCollateral: "2" };
    const markets = [{ ...bitcoin, caps: { ...bitcoin.caps, puts } }, ...others];
    const delivery = { ...config.delivery, violations: config.delivery.violations + 1 };
    const valves = { ...config.valves, windowSec: config.valves.windowSec + 1 };
    const oracle = { ...config.oracle, heartbeatSec: config.oracle.heartbeatSec + 1 };
    assert.deepEqual([...(await subjects({ config: { ...config, markets, delivery, valves, oracle } }))].sort(), [
      "riskOracle.deliveryLimits.violations",
      "sentinel.heartbeatSec",
      "vault.market 1.puts.caps.maxCollateral",
      "vault.market 1.puts.caps.maxSizeE8",
      "vault.market 1.valves.windowSec",
      "vault.market 2.valves.windowSec",
    ]);
  });

  it("behavior: other terms of a hedging mandate, and a pause, are found", async () => {
    const mandate = dao.at("hedgeBTC");
    const terms = await dao.chain.reader.readContract({
      address: mandate,
      abi: hedgeMandateAbi,
      functionName: "terms",
    });
    const args = [{ ...terms, hedger: STRANGER, slippageBps: terms.slippageBps + 1 }] as const;
    await asGovernor(dao, mandate, encodeFunctionData({ abi: hedgeMandateAbi, functionName: "setTerms", args }));
    const pause = encodeFunctionData({ abi: hedgeMandateAbi, functionName: "pause" });
    await dao.send(dao.parties.guardian, mandate, pause);
    assert.deepEqual(await subjects(), ["hedgeBTC.terms.hedger", "hedgeBTC.terms.slippageBps", "hedgeBTC.isPaused"]);
  });

  it("behavior: another sentinel and guardian at the oracle are found", async () => {
    const data = encodeFunctionData({ abi: riskOracleAbi, functionName: "setWatch", args: [STRANGER, STRANGER] });
    await asGovernor(dao, dao.at("riskOracle"), data);
    assert.deepEqual(await subjects(), ["riskOracle.guardian", "riskOracle.sentinel"]);
  });

  it("behavior: feeds of class ratios are there before their first answer; swapped, of another class or foreign ones are found", async () => {
    const { addresses } = dao.outputs;
    const [penalty, collateral] = [dao.at("classFeed121penalty"), dao.at("classFeed121collateral")];
    const call = { address: collateral, abi: classRatioFeedAbi, functionName: "latestRoundData" } as const;
    await assert.rejects(dao.control.readContract(call), (error) => revertOf(error)?.code === "RatioFeedNoData");
    const swapped = { ...addresses, classFeed121collateral: penalty, classFeed221penalty: penalty };
    assert.deepEqual(await subjects({ addresses: swapped }), [
      "classFeed121collateral.showsPenalty",
      "classFeed121collateral.description",
      "classFeed221penalty.classId",
      "classFeed221penalty.description",
    ]);
    const other = { ...addresses, classFeed121collateral: dao.at("feedBTC") };
    assert.deepEqual(await subjects({ addresses: other }), ["classFeed121collateral.code"]);
  });

  it("behavior: foreign code of both extensions, settings, engine and sentinel is found", async () => {
    const names = ["ruleEngine", "riskOracleExtension", "vaultExtension", "vaultSettings", "sentinel"];
    for (const name of names) await dao.control.setCode({ address: dao.at(name), bytecode: "0x00" });
    assert.deepEqual(
      await subjects(),
      names.map((name) => `${name}.code`),
    );
  });

  it("behavior: a class too many, another market, another model and a lost signer are found", async () => {
    const [first] = classesOf(dao.config, 1);
    assert.ok(first);
    const added = encodeFunctionData({
      abi: riskOracleAbi,
      functionName: "setRiskClass",
      args: [7, first.riskClass],
    });
    await asGovernor(dao, dao.at("riskOracle"), added);
    const allow = encodeFunctionData({
      abi: riskOracleAbi,
      functionName: "setModelAllowed",
      args: [OTHER_BUNDLE, true],
    });
    await asGovernor(dao, dao.at("riskOracle"), allow);
    const stop = encodeFunctionData({ abi: optionVaultAbi, functionName: "updateMarket", args: [1, false, 1n, 1n] });
    await asGovernor(dao, dao.at("vault"), stop);
    const [signer] = dao.parties.signers;
    assert.ok(signer);
    const removal = encodeFunctionData({ abi: signerRegistryAbi, functionName: "removeSigner", args: [signer] });
    await dao.send(dao.parties.guardian, dao.at("signerRegistry"), removal);
    assert.deepEqual([...(await subjects())].sort(), [
      "riskOracle.classIds",
      "riskOracle.models",
      "signerRegistry.signers",
      "vault.market 1.live",
      "vault.market 1.minBase",
      "vault.market 1.minQuote",
    ]);
  });

  it("behavior: a second guardian, a moved function, a closed and an abdicated one are found", async () => {
    const abi = plimsollAccessManagerAbi;
    const models = dao.at("riskOracle");
    const selectors = [selectorOf(riskOracleAbi, "setModelAllowed")];
    const calls = [
      encodeFunctionData({ abi, functionName: "grantRole", args: [ROLE_IDS.GUARDIAN, STRANGER, 0] }),
      encodeFunctionData({ abi, functionName: "setTargetFunctionRole", args: [models, selectors, ROLE_IDS.GUARDIAN] }),
      encodeFunctionData({ abi, functionName: "setTargetClosed", args: [dao.at("vault"), true] }),
      encodeFunctionData({ abi, functionName: "abdicate", args: [models, selectors] }),
    ];
    for (const data of calls) await asGovernor(dao, dao.at("accessManager"), data);
    assert.deepEqual([...(await subjects())].sort(), [
      "accessManager.GUARDIAN.members",
      "riskOracle.setModelAllowed.abdicated",
      "riskOracle.setModelAllowed.role",
      "vault.closed",
    ]);
  });

  it("behavior: foreign code is found, and then nothing else is asked of it", async () => {
    const code = await dao.control.getCode({ address: dao.at("priceGuard") });
    assert.ok(code);
    const patched: Hex = `0x${code.slice(2, -2)}${code.endsWith("00") ? "01" : "00"}`;
    await dao.control.setCode({ address: dao.at("priceGuard"), bytecode: patched });
    assert.deepEqual(await subjects(), ["priceGuard.code"]);
    await dao.control.setCode({ address: dao.at("priceGuard"), bytecode: "0x" });
    assert.deepEqual(await subjects(), ["priceGuard.code"]);
  });

  it("behavior: other reviewed files than the chain's are found", async () => {
    const governance = { ...dao.config.governance, quorumPercent: 5, narrowingDelaySec: 7_200 };
    const config = { ...dao.config, governance };
    assert.deepEqual([...(await subjects({ config }))].sort(), [
      "accessManager.NARROWING.delaySec",
      "governor.baseDelaySeconds",
      "governor.quorumNumerator",
    ]);
    const parties = { ...dao.parties, guardian: STRANGER };
    assert.deepEqual([...(await subjects({ parties }))].sort(), [
      "accessManager.GUARDIAN.active",
      "accessManager.GUARDIAN.members",
      "governor.proposalGuardian",
      "riskOracle.guardian",
    ]);
  });

  it("error: DEPLOYMENT_INCOMPLETE when the outputs lack a contract", async () => {
    const { vault: _, ...addresses } = dao.outputs.addresses;
    await assert.rejects(subjects({ addresses }), (error) => hasCode(error, "DEPLOYMENT_INCOMPLETE"));
  });
});
