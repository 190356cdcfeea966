/** Proposals from their building to their effect, on a whole deployment with an open position. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { encodeFunctionData, type Hex } from "viem";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { readLiveState } from "../../../oracle/pipeline/governance/live-positions.ts";
import { marginUp, payoffAt } from "../../../oracle/rules/margin.ts";
import type { DeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { type PlanInput, planConfig } from "../../../scripts/deploy/propose/plan-changes.ts";
import { previewText } from "../../../scripts/deploy/propose/preview-text.ts";
import { type Proposal, previewProposal, sendProposal } from "../../../scripts/deploy/propose/proposal.ts";
import { requestedCall, requestedClass } from "../../../scripts/deploy/propose/requested-calls.ts";
import { verifyDeployment } from "../../../scripts/deploy/verify/verify.ts";
import {
  asGovernor,
  DEPLOYER,
  type DeployedDao,
  deployDao,
  governorArguments,
  voteAndQueue,
} from "../../helpers/deployed-dao.ts";
import { openPut } from "../../helpers/open-put.ts";

const DEPLOY_MS = 120_000;
const E8 = 100_000_000n;
const SPOT_E8 = 60_000n * E8;
const COLLATERAL = 40_000_000_000n;

describe("propose", function () {
  this.timeout(DEPLOY_MS);
  let dao: DeployedDao;
  let snapshot: Hex;

  before(async () => {
    dao = await deployDao();
    await openPut(dao, SPOT_E8, COLLATERAL);
    snapshot = await dao.control.snapshot();
  });

  beforeEach(async () => {
    await dao.control.revert({ id: snapshot });
    snapshot = await dao.control.snapshot();
  });

  after(() => dao.stop());

  async function input(): Promise<PlanInput & { readonly state: Awaited<ReturnType<typeof readLiveState>> }> {
    const { chain, at } = dao;
    const state = await readLiveState(chain, at);
    return { chain, at, state, classes: state.classes };
  }

  async function send(proposal: Proposal): Promise<void> {
    await dao.control.setBalance({ address: dao.holder, value: 10n ** 20n });
    await sendProposal(dao, proposal, { address: dao.holder, type: "json-rpc" });
  }

  function execution(proposal: Proposal): Hex {
    const args = governorArguments(proposal);
    return encodeFunctionData({ abi: plimsollGovernorAbi, functionName: "execute", args });
  }

  async function execute(proposal: Proposal): Promise<void> {
    await dao.send(DEPLOYER, dao.at("governor"), execution(proposal));
  }

  /** Name of the error that an execution now would end with. */
  async function refusalOf(proposal: Proposal): Promise<string | undefined> {
    const call = { account: DEPLOYER, to: dao.at("governor"), data: execution(proposal) };
    return await dao.control.call(call).then(
      () => undefined,
      (error: unknown) => revertOf(error)?.code,
    );
  }

  it("default: the effect is computed from the chain's own requirement", async () => {
    const from = await input();
    const calls = requestedClass(122, "rhoDefaultBps=2700", from);
    const { now, stale, unpriced } = await previewProposal(calls, "default", from);
    assert.deepEqual([now.positions, now.moved, unpriced], [1, [], []]);
    const { at, control } = dao;
    const args = [at("vault"), 1n] as const;
    const { rhoBps } = await control.readContract({
      address: at("riskOracle"),
      abi: riskOracleAbi,
      functionName: "getParams",
      args,
    });
    const payoff = payoffAt({ isPut: true, strikeE8: SPOT_E8, priceE8: SPOT_E8, decimals: 6 });
    const required = marginUp(payoff, E8, BigInt(rhoBps));
    assert.deepEqual(now.requirements, [{ token: at("quote"), before: required, after: required }]);
    assert.equal(stale.positions, 1);
  });

  it("behavior: narrowing is voted, waits the short delay and moves the parameter", async () => {
    const from = await input();
    const calls = requestedClass(122, "tighten.stepBps=500,rhoFloorBps=350", from);
    const { proposal, proposalId, delaySec } = await previewProposal(calls, "narrow", from);
    assert.equal(delaySec, dao.config.governance.narrowingDelaySec);
    await send(proposal);
    const waitSec = await voteAndQueue(dao, proposal, proposalId);
    assert.equal(waitSec, delaySec);
    assert.equal(await refusalOf(proposal), "GovernorUnmetDelay");
    await dao.skip(waitSec);
    await execute(proposal);
    const { chain, config, parties, outputs } = dao;
    const differences = await verifyDeployment({ reader: chain.reader, config, parties, ...outputs });
    assert.deepEqual(differences, [
      { subject: "riskOracle.class 122.tighten.stepBps", expected: "800", actual: "500" },
      { subject: "riskOracle.class 122.rhoFloorBps", expected: "300", actual: "350" },
    ]);
  });

  it("behavior: a wanted configuration becomes one proposal; widening waits the long delay", async () => {
    const { config } = dao;
    const classCommon = { ...config.classCommon, validitySec: 14_400 };
    const liquidation = { ...config.liquidation, orderlySec: 1_200 };
    const prices = { ...config.prices, maxAgeSec: 7_200 };
    const wanted = {
      ...config,
      classCommon,
      liquidation,
      prices,
      settlement: { ...config.settlement, maxDelaySec: 10_800 },
    };
    const from = await input();
    const calls = await planConfig(wanted, from);
    const { proposal, proposalId, delaySec } = await previewProposal(calls, "wanted", from);
    assert.equal(delaySec, config.governance.wideningDelaySec);
    assert.equal(calls.filter(({ functionName }) => functionName === "setRiskClass").length, 30);
    await send(proposal);
    const waitSec = await voteAndQueue(dao, proposal, proposalId);
    assert.equal(waitSec, delaySec);
    await dao.skip(waitSec);
    await execute(proposal);
    const { chain, parties, outputs } = dao;
    const input2 = { reader: chain.reader, config: wanted, parties, ...outputs };
    assert.deepEqual(await verifyDeployment(input2), []);
    assert.deepEqual(await planConfig(wanted, await input()), []);
  });

  it("behavior: a new limit of each kind is one call through the right function, with the effect on live positions", async () => {
    const { config } = dao;
    const { narrowingDelaySec, wideningDelaySec } = config.governance;
    const { delivery, fund, markets, valves, prices } = config;
    const withCaps = markets.map(sevenPuts);
    const sequencer = { feed: dao.at("feedBTC"), graceSec: 600, maxAgeSec: 86_400 };
    const wide = { ...delivery, coolDownSec: delivery.coolDownSec - 1 };
    const narrow = {
      ...delivery,
      reportTightened: delivery.reportTightened - 1,
      coolDownSec: delivery.coolDownSec + 1,
    };
    const kinds = [
      [{ delivery: narrow }, ["narrowDeliveryLimits"], narrowingDelaySec],
      [{ delivery: wide }, ["setDeliveryLimits"], wideningDelaySec],
      [{ delivery: { ...narrow, windowSec: 90_000 } }, ["setDeliveryLimits"], wideningDelaySec],
      [{ fund: { ...fund, seriesCapBps: 900 } }, ["setSettings", "setSettings", "setSettings"], wideningDelaySec],
      [{ fund: { ...fund, feeBps: 900 } }, ["setFund", "setFund", "setFund"], wideningDelaySec],
      [{ markets: withCaps }, ["setMarketCaps", "setMarketCaps"], wideningDelaySec],
      [{ valves: { ...valves, windowSec: 7_200 } }, ["setMarketValves", "setMarketValves"], wideningDelaySec],
      [{ prices: { ...prices, sequencer } }, ["setSequencer"], wideningDelaySec],
    ] as const;
    const from = await input();
    for (const [change, functions, delaySec] of kinds) {
      const calls = await planConfig({ ...config, ...change }, from);
      assert.deepEqual(
        calls.map(({ functionName }) => functionName),
        functions,
      );
      const preview = await previewProposal(calls, "limits", from);
      assert.equal(preview.delaySec, delaySec);
      assert.deepEqual([preview.now.positions, preview.now.moved], [1, []]);
    }
  });

  it("behavior: new limits of every kind, once executed, leave nothing to plan", async () => {
    const { config } = dao;
    const { delivery, fund, markets, valves } = config;
    const wanted = {
      ...config,
      delivery: { ...delivery, reportTightened: 900 },
      fund: { ...fund, feeBps: 900, seriesCapBps: 900 },
      valves: { ...valves, windowSec: 7_200 },
      markets: markets.map(sevenPuts),
    };
    const from = await input();
    const { proposal, proposalId } = await previewProposal(await planConfig(wanted, from), "limits", from);
    await send(proposal);
    await dao.skip(await voteAndQueue(dao, proposal, proposalId));
    await execute(proposal);
    const { chain, parties, outputs } = dao;
    assert.deepEqual(await verifyDeployment({ reader: chain.reader, config: wanted, parties, ...outputs }), []);
    assert.deepEqual(await planConfig(wanted, await input()), []);
  });

  it("behavior: what is queued, the guardian cancels, and it never runs", async () => {
    const from = await input();
    const calls = requestedClass(122, "tighten.stepBps=900", from);
    const { proposal, proposalId } = await previewProposal(calls, "widen", from);
    assert.equal(calls[0]?.functionName, "setRiskClass");
    await send(proposal);
    const waitSec = await voteAndQueue(dao, proposal, proposalId);
    const cancel = encodeFunctionData({
      abi: plimsollGovernorAbi,
      functionName: "cancel",
      args: governorArguments(proposal),
    });
    await assert.rejects(dao.send(DEPLOYER, dao.at("governor"), cancel));
    await dao.send(dao.parties.guardian, dao.at("governor"), cancel);
    await dao.skip(waitSec);
    assert.equal(await refusalOf(proposal), "GovernorUnexpectedProposalState");
    const args = [122] as const;
    const { tighten } = await dao.control.readContract({
      address: dao.at("riskOracle"),
      abi: riskOracleAbi,
      functionName: "riskClass",
      args,
    });
    assert.equal(tighten.stepBps, 800);
  });

  it("behavior: a position without a valid price is named, not passed over", async () => {
    await dao.skip(dao.config.prices.maxAgeSec + 1);
    const from = await input();
    const preview = await previewProposal(requestedClass(122, "betaBps=2500", from), "unpriced", from);
    assert.deepEqual([preview.unpriced, preview.now.positions], [[1n], 0]);
    assert.match(previewText(preview), /effect unknown, no valid price: positions 1/);
  });

  it("behavior: any function can be proposed, settings of the governor with the long delay", async () => {
    const from = await input();
    const preview = await previewProposal([requestedCall("governor.setVotingPeriod", "[7200]", from)], "vote", from);
    assert.equal(preview.delaySec, dao.config.governance.wideningDelaySec);
    const stop = await previewProposal([requestedCall("vault.stopMarket", "[1]", from)], "stop", from);
    assert.equal(stop.delaySec, dao.config.governance.narrowingDelaySec);
    const grant = requestedCall("accessManager.labelRole", '["9", "council"]', from);
    assert.equal((await previewProposal([grant], "label", from)).delaySec, dao.config.governance.wideningDelaySec);
  });

  it("error: nothing to do, unknown names, given-up functions, too few votes", async () => {
    const from = await input();
    const refusals = [
      ["PROPOSAL_EMPTY", () => previewProposal([], "", from)],
      ["PROPOSAL_FIELD_UNKNOWN", async () => requestedClass(122, "rhoFlorBps=1", from)],
      ["PROPOSAL_FIELD_UNKNOWN", async () => requestedClass(122, "rhoFloorBps=many", from)],
      ["PROPOSAL_FIELD_UNKNOWN", async () => requestedClass(9, "rhoFloorBps=1", from)],
      ["PROPOSAL_FIELD_UNKNOWN", async () => requestedCall("nothing.at", "[]", from)],
      ["FUNCTION_UNKNOWN", async () => requestedCall("vault.nothing", "[]", from)],
      ["PROPOSAL_ARGUMENTS_INVALID", async () => requestedCall("vault.stopMarket", "1", from)],
    ] as const;
    for (const [code, act] of refusals) await assert.rejects(act, (error) => hasCode(error, code), code);
    const closed = encodeFunctionData({
      abi: plimsollAccessManagerAbi,
      functionName: "setTargetClosed",
      args: [dao.at("vault"), true],
    });
    const { proposal } = await previewProposal([requestedCall("vault.stopMarket", "[1]", from)], "late", from);
    await assert.rejects(sendProposal(dao, proposal, { address: DEPLOYER, type: "json-rpc" }));
    await asGovernor(dao, dao.at("accessManager"), closed);
    await assert.rejects(previewProposal([requestedCall("vault.stopMarket", "[1]", from)], "stop", from), (error) =>
      hasCode(error, "PROPOSAL_NOT_PERMITTED"),
    );
  });
});

/** A market that takes at most seven puts of a series. */
function sevenPuts(market: DeploymentConfig["markets"][number]): DeploymentConfig["markets"][number] {
  return { ...market, caps: { ...market.caps, puts: { ...market.caps.puts, maxPositions: 7 } } };
}
