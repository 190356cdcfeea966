/** The DAO of a local run on a whole deployment: what is shown at every stage, and the demonstration from proposal to effect. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { encodeFunctionData, type Hex, keccak256, stringToHex } from "viem";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import { createOracleReader, type OracleReader } from "../../../oracle/chain/oracle-reader.ts";
import type { GovernanceReport } from "../../../oracle/domain/governance.ts";
import { createLocalDao, type LocalDao } from "../../../oracle/pipeline/governance/local-dao.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { type DeployedDao, deployDao } from "../../helpers/deployed-dao.ts";
import { openPut } from "../../helpers/open-put.ts";

const DEPLOY_MS = 120_000;
const SPOT_E8 = 6_000_000_000_000n;
const COLLATERAL = 40_000_000_000n;

describe("createLocalDao", function () {
  this.timeout(DEPLOY_MS);
  let deployed: DeployedDao;
  let snapshot: Hex;
  let reader: OracleReader;
  let shown: GovernanceReport | null;
  let warnings: number;

  before(async () => {
    deployed = await deployDao();
    await openPut(deployed, SPOT_E8, COLLATERAL);
    await deployed.control.setBalance({ address: deployed.holder, value: 10n ** 20n });
    reader = createOracleReader(deployed.chain, {
      oracle: deployed.at("riskOracle"),
      signerRegistry: deployed.at("signerRegistry"),
    });
    snapshot = await deployed.control.snapshot();
  });
  beforeEach(async () => {
    await deployed.control.revert({ id: snapshot });
    snapshot = await deployed.control.snapshot();
    shown = null;
    warnings = 0;
  });
  after(() => deployed.stop());

  function open(isDemo: boolean, over: Partial<OracleReader> = {}): LocalDao {
    const { chain, at, holder, anvil } = deployed;
    return createLocalDao({
      ...{ chain, isDemo, place: { at, holder }, client: createLocalClient(anvil.rpcUrl) },
      reader: { ...reader, ...over },
      show: (report) => {
        shown = report;
      },
      logger: {
        warn: () => {
          warnings += 1;
        },
      },
    });
  }

  function seen(): GovernanceReport {
    assert.ok(shown !== null, "nothing was shown");
    return shown;
  }

  async function proposeRaw(calldata: Hex, description: string): Promise<void> {
    const args = [[deployed.at("riskOracle")], [0n], [calldata], description] as const;
    const data = encodeFunctionData({ abi: plimsollGovernorAbi, functionName: "propose", args });
    await deployed.send(deployed.holder, deployed.at("governor"), data);
  }

  it("error: a chain that cannot be read is logged once, and what was known stays", async () => {
    let fails = false;
    const dao = open(false, {
      anchor: async () => {
        if (fails) throw new Error("gone");
        return await reader.anchor();
      },
    });
    await dao.look();
    const known = seen();
    fails = true;
    await dao.look();
    await dao.look();
    assert.equal(warnings, 1);
    assert.equal(seen(), known);
  });

  it("behavior: without a demonstration nothing is sent; before any proposal the bounds alone are shown", async () => {
    const dao = open(false);
    assert.deepEqual(await dao.step(), []);
    await dao.look();
    assert.deepEqual(seen().proposals, []);
    assert.equal(seen().classes.length, 30);
    const floor = seen().classes.find(({ classId }) => classId === 122)?.bounds.rhoFloorBps;
    assert.equal(floor, 300);
  });

  it("behavior: foreign and broken call data are shown as they are, without an effect; a cancelled proposal is cancelled", async () => {
    const dao = open(false);
    await proposeRaw("0xdeadbeef", "foreign");
    await dao.look();
    const [proposal] = seen().proposals;
    assert.deepEqual(proposal?.calls[0], {
      ...{ target: deployed.at("riskOracle"), functionName: null, calldata: "0xdeadbeef", classId: null, changes: [] },
    });
    assert.deepEqual([proposal?.state, proposal?.effect, proposal?.quorum], ["pending", null, null]);
    const args = [[deployed.at("riskOracle")], [0n], ["0xdeadbeef"], keccak256(stringToHex("foreign"))] as const;
    const cancel = encodeFunctionData({ abi: plimsollGovernorAbi, functionName: "cancel", args });
    await deployed.send(deployed.parties.guardian, deployed.at("governor"), cancel);
    await dao.look();
    assert.equal(seen().proposals[0]?.state, "canceled");
  });

  it("default: proposed, voted, held by the timelock, executed; the parameter moves and the report says from where", async () => {
    const dao = open(true);
    const { governance } = deployed.config;
    const step = async () => (await dao.step()).map((event) => event.replaceAll(/\d{8}…/g, "N"));
    const stage = () => {
      const [proposal] = seen().proposals;
      return { state: proposal?.state, isJudged: proposal?.effect !== null, votes: proposal?.votes.for };
    };
    const [proposed] = await step();
    assert.match(proposed ?? "", /^DAO: proposed "Raise the floor of class 122 from 300 to \d+ bps"$/);
    assert.deepEqual(stage(), { state: "pending", isJudged: true, votes: 0 });
    assert.deepEqual(await step(), []);
    await deployed.skip(governance.votingDelaySec + 1);
    assert.deepEqual(await step(), ["DAO: voted for proposal N"]);
    assert.deepEqual(stage(), { state: "active", isJudged: true, votes: 10_000_000 });
    await deployed.skip(governance.votingPeriodSec + 1);
    assert.deepEqual(await step(), ["DAO: proposal N succeeded, queued; the timelock holds it for 3600 s"]);
    assert.deepEqual(await step(), []);
    await deployed.skip(governance.narrowingDelaySec);
    const [executed, moved] = await step();
    assert.equal(executed, "DAO: proposal N executed");
    assert.match(moved ?? "", /^DAO: class 122 moved: ρ floor 300 → \d+ bps$/);
    assert.deepEqual(await step(), []);
    await dao.look();
    const [proposal] = seen().proposals;
    const [change] = proposal?.calls[0]?.changes ?? [];
    assert.equal(proposal?.state, "executed");
    assert.ok(proposal.executedAtSec !== null && proposal.executedIn !== null && proposal.effect === null);
    assert.deepEqual([change?.field, change?.from], ["rhoFloorBps", 300]);
    const bounds = seen().classes.find(({ classId }) => classId === 122)?.bounds;
    assert.equal(bounds?.rhoFloorBps, change?.to);
  });
});
