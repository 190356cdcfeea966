/** The page and a wallet on a live chain with the whole deployment: values are read there, and a proposal is sent there. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { createOracleReader } from "../../oracle/chain/oracle-reader.ts";
import type { GovernanceReport } from "../../oracle/domain/governance.ts";
import { createGovernanceWatch } from "../../oracle/pipeline/governance/governance-watch.ts";
import { networkFacts } from "../helpers/changing-trail.ts";
import { positionRow } from "../helpers/changing-view.ts";
import { type DeployedDao, deployDao } from "../helpers/deployed-dao.ts";
import { openPut } from "../helpers/open-put.ts";
import { usePage } from "../helpers/page-bed.ts";

const DEPLOY_MS = 120_000;
const CLASS = 122;
const SPOT_E8 = 6_000_000_000_000n;
const COLLATERAL = 40_000_000_000n;

describe("the page on a live chain", function () {
  this.timeout(DEPLOY_MS);
  const bed = usePage();
  let dao: DeployedDao;

  before(async () => {
    dao = await deployDao();
    await openPut(dao, SPOT_E8, COLLATERAL);
    await dao.control.setBalance({ address: dao.holder, value: 10n ** 20n });
  });
  after(() => dao.stop());

  /** Hands the page's questions to the chain, as the holder of the votes. */
  async function wallet(call: unknown): Promise<unknown> {
    assert.ok(typeof call === "object" && call !== null && "method" in call);
    if (call.method === "eth_requestAccounts") return [dao.holder];
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, params: [], ...call });
    const headers = { "content-type": "application/json" };
    const answer: unknown = await (await fetch(dao.anvil.rpcUrl, { method: "POST", headers, body })).json();
    assert.ok(typeof answer === "object" && answer !== null);
    if ("result" in answer) return answer.result;
    throw new Error(JSON.stringify(answer));
  }

  function network() {
    const contracts = { oracle: dao.at("riskOracle"), vault: dao.at("vault"), governor: dao.at("governor") };
    return networkFacts({ chainId: dao.anvil.chainId, contracts });
  }

  const result = (text: string | RegExp) => bed.page.locator(".result", { hasText: text }).waitFor();

  it("default: values are those that the contract says, and others are named", async () => {
    const source = dao.at("vault");
    const oracle = { address: dao.at("riskOracle"), abi: riskOracleAbi } as const;
    const said = await dao.control.readContract({ ...oracle, functionName: "tryGetParams", args: [source, 1n] });
    const { rhoBps, rhoTargetBps, piBps, score } = said;
    const row = positionRow({ source, id: "1", rhoBps, rhoTargetBps, piBps, score });
    await bed.open({ positions: [row] }, { at: `#/position/${source}/1`, trail: { network: network() }, wallet });
    await bed.page.getByRole("button", { name: "Check on chain" }).click();
    await result("The chain says the same");
    bed.view.set({ positions: [{ ...row, piBps: piBps + 1 }] });
    await bed.refreshNow();
    await bed.page
      .locator("dd", { hasText: `${((piBps + 1) / 100).toFixed(1)} %` })
      .first()
      .waitFor();
    await bed.page.getByRole("button", { name: "Check on chain" }).click();
    await result(`The chain differs: π ${piBps} instead of ${piBps + 1}.`);
    bed.forgiveFailedRequests();
  });

  it("default: a proposal that the holder sends from the page is the governor's, and the page shows it", async () => {
    const oracle = { address: dao.at("riskOracle"), abi: riskOracleAbi } as const;
    const bounds = await dao.control.readContract({ ...oracle, functionName: "riskClass", args: [CLASS] });
    const floor = bounds.rhoFloorBps + 100;
    const classes = { readAtSec: 1, classes: [{ classId: CLASS, bounds }] };
    const at = `#/governance?class=${CLASS}&rhoFloorBps=${floor}&title=From%20the%20page`;
    await bed.open({}, { at, trail: { network: network(), classes }, wallet });
    await bed.page.getByText("Narrows only: the short delay of the timelock holds.").waitFor();
    await bed.page.getByRole("button", { name: "Propose from the wallet" }).click();
    await result(/Sent in transaction 0x[0-9a-f]{64}/);
    const shown: GovernanceReport[] = [];
    const reader = createOracleReader(dao.chain, {
      oracle: dao.at("riskOracle"),
      signerRegistry: dao.at("signerRegistry"),
    });
    const watch = createGovernanceWatch({
      ...{
        chain: dao.chain,
        reader,
        at: dao.at,
        fromBlock: 0n,
        logger: { warn: (fields: unknown) => assert.fail(JSON.stringify(fields)) },
      },
      show: (report) => shown.push(report),
    });
    await watch.look();
    const [report] = shown;
    const [proposal] = report?.proposals ?? [];
    assert.ok(report !== undefined && proposal !== undefined, "the governor has no proposal");
    assert.deepEqual(
      [proposal.proposer, proposal.description, proposal.state],
      [dao.holder, "From the page", "pending"],
    );
    assert.deepEqual(proposal.calls[0]?.changes, [{ field: "rhoFloorBps", from: bounds.rhoFloorBps, to: floor }]);
    bed.view.set({ governance: report });
    await bed.refreshNow();
    await bed.page.locator('.proposal[data-state="pending"] h4', { hasText: "From the page" }).waitFor();
    bed.forgiveFailedRequests();
  });
});
