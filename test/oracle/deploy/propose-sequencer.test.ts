/** A new uptime feed of the sequencer, from the wanted file through vote and delay to the prices that it stops. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { getAddress, zeroAddress } from "viem";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { readLiveState } from "../../../oracle/pipeline/governance/live-positions.ts";
import type { DeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { planConfig } from "../../../scripts/deploy/propose/plan-changes.ts";
import { requestedCall } from "../../../scripts/deploy/propose/requested-calls.ts";
import { controlChain, type DevelopmentChain } from "../../../scripts/deploy/rehearse/development-chain.ts";
import { gatherVotes, queueProposal } from "../../../scripts/deploy/rehearse/pass-proposal.ts";
import { pushRehearsalPrices } from "../../../scripts/deploy/rehearse/rehearsal-positions.ts";
import { verifyDeployment } from "../../../scripts/deploy/verify/verify.ts";
import { type DeployedDao, deployDao } from "../../helpers/deployed-dao.ts";
import { deployArtifact } from "../../helpers/stand-ins.ts";

const DEPLOY_MS = 120_000;
const GRACE_SEC = 600;
const [UP, DOWN] = [0n, 1n];

describe("proposal of a sequencer feed", function () {
  this.timeout(DEPLOY_MS);
  let dao: DeployedDao;
  let dev: DevelopmentChain;
  let uptime: Address;
  let wanted: DeploymentConfig;

  before(async () => {
    dao = await deployDao();
    dev = await controlChain(dao.chain, dao.at);
    uptime = await deployArtifact(dev, "PhasedTestFeed", [0, "L2 sequencer uptime", dev.deployer]);
    const sequencer = { feed: uptime, graceSec: GRACE_SEC, maxAgeSec: 0 };
    wanted = { ...dao.config, prices: { ...dao.config.prices, sequencer } };
  });

  after(() => dao.stop());

  async function status(answer: bigint): Promise<void> {
    const args = [answer, await dev.now()];
    await dev.send(dev.deployer, { to: uptime, abi: phasedTestFeedAbi, functionName: "push", args });
  }

  const guard = () => ({ address: dao.at("priceGuard"), abi: priceGuardAbi }) as const;

  async function spot(): Promise<string> {
    const read = dao.control.readContract({ ...guard(), functionName: "spotE8", args: [1] });
    return await read.then(
      () => "price",
      (error: unknown) => revertOf(error)?.code ?? "",
    );
  }

  /** Everything in which the chain differs from a file, and a sentinel that goes by the same feed. */
  async function pass(config: DeploymentConfig): Promise<Address> {
    const { chain, at, parties } = dao;
    const { classes } = await readLiveState(chain, at);
    const sequencer = config.prices.sequencer ?? { feed: zeroAddress, graceSec: 0 };
    const sentinel = await deployArtifact(dev, "OracleSentinel", [
      {
        oracle: at("riskOracle"),
        priceGuard: at("priceGuard"),
        sequencerFeed: sequencer.feed,
        sequencerGraceSec: sequencer.graceSec,
        heartbeatSec: config.oracle.heartbeatSec,
      },
    ]);
    const planned = await planConfig(config, { chain, at, classes });
    assert.deepEqual(
      planned.map(({ functionName }) => functionName),
      ["setSequencer"],
    );
    const watch = requestedCall("riskOracle.setWatch", JSON.stringify([parties.guardian, sentinel]), {
      ...{ chain, at, classes },
    });
    const electorate = await gatherVotes(dev, parties, dao.config);
    const title = `sequencer ${sequencer.feed}`;
    const queued = await queueProposal(dev, [...planned, watch], { ...electorate, title });
    assert.deepEqual(await dev.simulate(dev.deployer, queued.execution), { refusal: "GovernorUnmetDelay" });
    await dev.send(dev.deployer, queued.execution, queued.etaSec);
    return sentinel;
  }

  async function differences(config: DeploymentConfig, sentinel: Address): Promise<readonly string[]> {
    const { chain, parties, outputs } = dao;
    const addresses = { ...outputs.addresses, sentinel };
    const found = await verifyDeployment({ reader: chain.reader, config, parties, ...outputs, addresses });
    return found.map(({ subject }) => subject);
  }

  it("default: voted, waited for and executed, the feed decides about prices, and verify finds what was wanted", async () => {
    await status(DOWN);
    await pushRehearsalPrices(dev, dao.config);
    assert.equal(await spot(), "price");
    const sentinel = await pass(wanted);
    const { feed, graceSec } = await dao.control.readContract({ ...guard(), functionName: "sequencer" });
    assert.deepEqual([getAddress(feed), graceSec], [getAddress(uptime), GRACE_SEC]);
    await pushRehearsalPrices(dev, dao.config);
    assert.equal(await spot(), "PriceSequencerDown");
    await status(UP);
    assert.equal(await spot(), "PriceSequencerGrace");
    await dev.mineAt((await dev.now()) + GRACE_SEC);
    assert.equal(await spot(), "price");
    assert.deepEqual(await differences(wanted, sentinel), []);
    assert.deepEqual(await differences(wanted, dao.at("sentinel")), [
      ...["riskOracle.sentinel", "sentinel.sequencerFeed", "sentinel.sequencerGraceSec"],
    ]);
  });

  it("behavior: taking the feed away is a proposal like any other", async () => {
    await status(DOWN);
    await pushRehearsalPrices(dev, dao.config);
    assert.equal(await spot(), "PriceSequencerDown");
    const sentinel = await pass(dao.config);
    await pushRehearsalPrices(dev, dao.config);
    assert.equal(await spot(), "price");
    assert.deepEqual(await differences(dao.config, sentinel), []);
  });
});
