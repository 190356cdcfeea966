/** The page and a wallet (EIP-1193): values checked on chain, a proposal built in the browser, and everything that a wallet may refuse. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { decodeFunctionData, encodeFunctionResult, type Hex } from "viem";
import { z } from "zod";
import { plimsollGovernorAbi } from "../../oracle/chain/abi/plimsoll-governor.ts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { boundsOf, VIEW_CLASS } from "../helpers/changing-trail.ts";
import { VIEW_SOURCE } from "../helpers/changing-view.ts";
import { type OpenOptions, usePage } from "../helpers/page-bed.ts";
import { ALL_PAGES, FULL_TRAIL, FULL_VIEW } from "../helpers/page-content.ts";

const CHAIN = "0x7a69";
const ACCOUNT = "0x00000000000000000000000000000000000000e1";
const Sent = z.array(z.object({ from: z.string(), to: z.string(), data: z.string() }));
const PARAMS = {
  rhoBps: 2_000,
  rhoTargetBps: 2_610,
  rhoInitialBps: 3_000,
  piBps: 705,
  score: 231,
  classId: VIEW_CLASS,
};

/** What the oracle would answer, in its own encoding. */
function chainAnswer(fields: Partial<typeof PARAMS> = {}): Hex {
  const result = { ...PARAMS, epoch: 1, observedAt: 1, validUntil: 2, status: 2, ...fields };
  return encodeFunctionResult({ abi: riskOracleAbi, functionName: "tryGetParams", result });
}

/** A wallet that answers from a table and keeps what it was asked to send; `null` makes it refuse as a user would. */
function walletScript(answers: Readonly<Record<string, unknown>>): string {
  return `window.sent = []; window.ethereum = { request: async ({ method, params }) => {
    const answer = ${JSON.stringify(answers)}[method];
    if (method === "eth_sendTransaction") window.sent.push(params[0]);
    if (answer === null) throw { code: 4001, message: "the user said no" };
    return answer;
  } };`;
}

const GOVERNANCE = `${ALL_PAGES.governance}?class=${VIEW_CLASS}`;
const ANSWERS = { eth_chainId: CHAIN, eth_requestAccounts: [ACCOUNT], eth_sendTransaction: "0xfeed" };

describe("the page with a wallet", () => {
  const bed = usePage();
  const openWith = async (answers: Readonly<Record<string, unknown>>, options: OpenOptions) =>
    await bed.open(FULL_VIEW, { trail: FULL_TRAIL, script: walletScript(answers), ...options });
  const result = (text: string | RegExp) => bed.page.locator(".result", { hasText: text }).waitFor();

  it("error: a wallet on another chain, and one that answers nonsense", async () => {
    await openWith({ eth_chainId: "0x1" }, { at: ALL_PAGES.position });
    await bed.page.getByRole("button", { name: "Check on chain" }).click();
    await result("the wallet is on chain 1, the oracle on chain 31337");
    assert.equal(await bed.page.locator(".result.low").count(), 1);
  });

  it("error: values that differ from the chain's are named", async () => {
    await openWith(
      { ...ANSWERS, eth_call: chainAnswer({ piBps: 700, rhoTargetBps: 9_000 }) },
      { at: ALL_PAGES.position },
    );
    await bed.page.getByRole("button", { name: "Check on chain" }).click();
    await result("The chain differs: target ρ 9000 instead of 2610, π 700 instead of 705.");
  });

  it("default: the oracle says the same", async () => {
    await openWith({ ...ANSWERS, eth_call: chainAnswer() }, { at: ALL_PAGES.position });
    await bed.page.getByRole("button", { name: "Check on chain" }).click();
    await result("The chain says the same: ρ 20.0 % → 26.1 %, π 7.0 %, score 231.");
  });

  it("error: bounds that contradict themselves cannot be proposed, and unchanged ones need not be", async () => {
    await openWith(ANSWERS, { at: `${GOVERNANCE}&rhoFloorBps=12000` });
    await bed.page
      .getByText(
        "Cannot be proposed: ρ floor above ρ ceiling, ρ default outside floor and ceiling, ρ initial outside floor and ceiling.",
      )
      .waitFor();
    assert.equal(await bed.page.locator("#send-proposal").count(), 0);
    await bed.page.getByRole("button", { name: "Back to the present bounds" }).click();
    await bed.page.getByText("Nothing is changed.").waitFor();
  });

  it("error: a user who refuses has sent nothing", async () => {
    await openWith({ ...ANSWERS, eth_sendTransaction: null }, { at: `${GOVERNANCE}&rhoFloorBps=400` });
    await bed.page.getByRole("button", { name: "Propose from the wallet" }).click();
    await result("the user said no");
  });

  it("default: a narrowing is typed in, replayed, and goes to the governor as the contracts read it", async () => {
    await openWith(ANSWERS, { at: GOVERNANCE });
    await bed.page.getByLabel("ρ floor").fill("1700");
    await bed.page.keyboard.press("Enter");
    await bed.page.getByText("Narrows only: the short delay of the timelock holds.").waitFor();
    assert.match(bed.page.url(), /class=141&rhoFloorBps=1700$/);
    assert.match(await bed.text("#replay-section"), /1 positions, 48 points over 47 h\. Less than the 90 days/);
    await bed.page.getByRole("button", { name: "Propose from the wallet" }).click();
    await result("Sent in transaction 0xfeed.");
    const [sent] = Sent.parse(await bed.page.evaluate("window.sent"));
    assert.deepEqual([sent?.from, sent?.to], [ACCOUNT, VIEW_SOURCE]);
    const propose = decodeFunctionData({ abi: plimsollGovernorAbi, data: hex(sent?.data) });
    assert.equal(propose.functionName, "propose");
    const [targets, values, calls, description] = z
      .tuple([z.array(z.string()), z.array(z.bigint()), z.array(z.string()), z.string()])
      .parse(propose.args);
    assert.deepEqual(
      [targets.map((one) => one.toLowerCase()), values, description],
      [[VIEW_SOURCE], [0n], "Class 141: ρ floor"],
    );
    const call = decodeFunctionData({ abi: riskOracleAbi, data: hex(calls[0]) });
    assert.deepEqual(
      [call.functionName, call.args],
      ["narrowRiskClass", [VIEW_CLASS, boundsOf({ rhoFloorBps: 1_700 })]],
    );
  });

  it("behavior: a widening takes the function with the long delay", async () => {
    await openWith(ANSWERS, { at: `${GOVERNANCE}&loosen.stepBps=900&title=Quicker` });
    await bed.page.getByText("Widens (lane.stepBps): the long delay of the timelock holds.").waitFor();
    const call = decodeFunctionData({ abi: riskOracleAbi, data: hex(await bed.text("#calldata")) });
    assert.equal(call.functionName, "setRiskClass");
    assert.equal(await bed.page.getByLabel("Description").inputValue(), "Quicker");
  });
});

function hex(text: string | undefined): Hex {
  return `0x${(text ?? "").replace(/^0x/, "")}`;
}
