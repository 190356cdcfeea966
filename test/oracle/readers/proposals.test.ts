/** Changes that other protocols prepare: OpenZeppelin's own timelock on anvil, events of the others as they emit them, and the doubt that follows. */
import assert from "node:assert/strict";
import timelockArtifact from "@openzeppelin/contracts/build/contracts/TimelockController.json" with { type: "json" };
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import {
  type Abi,
  concatHex,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  numberToHex,
  parseAbi,
  size,
  zeroHash,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import {
  configuratorEvents,
  governorEvents,
  payloadEvents,
  timelockEvents,
} from "../../../oracle/chain/governance/governance-events-abi.ts";
import { riskCallsAbi } from "../../../oracle/chain/governance/risk-calls-abi.ts";
import type { ParameterProposal } from "../../../oracle/domain/chain-signals.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import { createProposalProvider } from "../../../oracle/ingestion/providers/proposals/proposal-provider.ts";
import { touchedBy } from "../../../oracle/ingestion/providers/proposals/risk-calls.ts";
import { ANVIL_KEY, type Anvil, startAnvil } from "../../helpers/anvil.ts";

const WETH: Address = "0x00000000000000000000000000000000000000e1";
const WBTC: Address = "0x00000000000000000000000000000000000000b1";
const OTHER: Address = "0x00000000000000000000000000000000000000c1";
const SPEAKER: Address = "0x0000000000000000000000000000000000005ea1";
const TOKENS = { ETH: [WETH], BTC: [WBTC] };
const DELAY_SEC = 600;
const hexSchema = z.custom<Hex>((value) => typeof value === "string");
const TIMELOCK = z.object({ abi: z.custom<Abi>(Array.isArray), bytecode: hexSchema }).parse(timelockArtifact);
const threshold = (token: Address): Hex =>
  encodeFunctionData({ abi: riskCallsAbi, functionName: "configureReserveAsCollateral", args: [token, 1n, 2n, 3n] });
const call = (data: Hex, signature = "", isDelegated = false) => touchedBy({ data, signature, isDelegated }, TOKENS);
const bare = (data: Hex): Hex => `0x${data.slice(10)}`;

describe("touchedBy", () => {
  it("error: what cannot be read may touch everything", () => {
    const all = ["ETH", "BTC"];
    assert.deepEqual(
      call(threshold(WETH).slice(0, 40) as Hex).map(({ asset, parameter }) => [asset, parameter]),
      all.map((asset) => [asset, "unreadable"]),
    );
    assert.deepEqual(
      call("0x61461954").map(({ asset }) => asset),
      all,
      "execute()",
    );
    assert.deepEqual(
      call("0x12345678", "", true).map(({ asset }) => asset),
      all,
      "code of the target",
    );
  });

  it("default: parameter and assets of a call, named in the data or beside it; other tokens and calls touch nothing", () => {
    const eth = [{ asset: "ETH", parameter: "threshold", call: "configureReserveAsCollateral" }];
    assert.deepEqual(call(threshold(WETH)), eth);
    assert.deepEqual(call(bare(threshold(WETH)), "configureReserveAsCollateral(address,uint256,uint256,uint256)"), eth);
    assert.deepEqual(call(threshold(OTHER)), []);
    assert.deepEqual(
      call(encodeFunctionData({ abi: parseAbi(["function transfer(address, uint256)"]), args: [WETH, 1n] })),
      [],
    );
    const sources = encodeFunctionData({
      abi: riskCallsAbi,
      functionName: "setAssetSources",
      args: [
        [OTHER, WBTC],
        [OTHER, OTHER],
      ],
    });
    assert.deepEqual(call(sources), [{ asset: "BTC", parameter: "price-source", call: "setAssetSources" }]);
    const whole = encodeFunctionData({ abi: riskCallsAbi, functionName: "_setCloseFactor", args: [1n] });
    assert.deepEqual(
      call(whole).map(({ asset }) => asset),
      ["ETH", "BTC"],
    );
    const comet = encodeFunctionData({
      abi: riskCallsAbi,
      functionName: "updateAssetSupplyCap",
      args: [WBTC, WETH, 1n],
    });
    assert.deepEqual(
      call(comet).map(({ asset, parameter }) => [asset, parameter]),
      [["ETH", "cap"]],
    );
  });
});

describe("createProposalProvider", () => {
  const owner = privateKeyToAccount(ANVIL_KEY);
  let anvil: Anvil;
  let chain: ChainClient;
  let timelock: Address;
  let snapshot: unknown;
  const control = async (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    await chain.reader.transport.request({ method, params });
  const settle = async (hash: Hex): Promise<void> => {
    const { status } = await chain.reader.waitForTransactionReceipt({ hash });
    assert.equal(status, "success");
  };

  before(async () => {
    anvil = await startAnvil();
    chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, retries: 0, pollingIntervalMs: 20 });
    const args = [BigInt(DELAY_SEC), [owner.address], [owner.address], owner.address];
    const hash = await chain.signer(owner).deployContract({ ...TIMELOCK, args });
    timelock = (await chain.reader.waitForTransactionReceipt({ hash })).contractAddress ?? "0x";
  });
  after(async () => await anvil.stop());
  beforeEach(async () => {
    snapshot = await control("evm_snapshot");
  });
  afterEach(async () => void (await control("evm_revert", [snapshot])));

  type Form = Parameters<typeof createProposalProvider>[0]["form"];
  const provider = (form: Form, address: Address = SPEAKER, windowBlocks = 1_000) =>
    createProposalProvider({
      ...{ id: "proposals-test", everySec: 60, form, address, tokens: TOKENS, windowBlocks },
      ...{ confirmations: 0, maxLagSec: 6_000, connect: async () => chain },
    });
  const nowSec = async (): Promise<number> => Number((await chain.reader.getBlock()).timestamp);
  const read = async (asked: ReturnType<typeof provider>): Promise<readonly ParameterProposal[]> => {
    const said = await asked.ask(await nowSec());
    assert.ok(said.ok, said.ok ? "" : said.detail);
    return said.value.flatMap((event) => (event.kind === "proposal" ? event : []));
  };
  const shown = (proposals: readonly ParameterProposal[]) =>
    proposals.map(({ asset, stage, parameter }) => `${asset} ${stage} ${parameter}`);

  /** Makes the contract at {@link SPEAKER} emit one event, byte for byte as another protocol does. */
  async function speak(abi: Abi, eventName: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    const item = abi.find((one) => one.type === "event" && one.name === eventName);
    assert.ok(item?.type === "event");
    const topics = encodeEventTopics({ abi, eventName, args }).map((topic) => z.string().parse(topic) as Hex);
    const plain = item.inputs.filter(({ indexed }) => indexed !== true);
    const data = encodeAbiParameters(
      plain,
      plain.map(({ name }) => args[name ?? ""]),
    );
    const length = numberToHex(size(data), { size: 2 });
    const head = (offset: number): Hex =>
      concatHex([
        ...["0x61" as const, length, "0x61" as const, numberToHex(offset, { size: 2 }), "0x600039" as const],
        ...topics.toReversed().flatMap((topic) => ["0x7f" as const, topic]),
        ...["0x61" as const, length, "0x6000" as const, numberToHex(0xa0 + topics.length), "0x00" as const],
      ]);
    await control("anvil_setCode", [SPEAKER, concatHex([head(size(head(0))), data])]);
    await settle(await chain.signer(owner).sendTransaction({ to: SPEAKER }));
  }

  async function lock(functionName: string, args: readonly unknown[]): Promise<void> {
    await settle(
      await chain.signer(owner).writeContract({ address: timelock, abi: TIMELOCK.abi, functionName, args: [...args] }),
    );
  }

  it("default: OpenZeppelin's timelock, queued with its time, cancelled, and carried out", async () => {
    const asked = provider("timelock", timelock);
    const operation = (salt: number) => [owner.address, 0n, threshold(WETH), zeroHash, numberToHex(salt, { size: 32 })];
    await lock("schedule", [...operation(1), BigInt(DELAY_SEC)]);
    const [queued, ...rest] = await read(asked);
    assert.deepEqual(rest, []);
    assert.deepEqual(shown(queued === undefined ? [] : [queued]), ["ETH queued threshold"]);
    assert.equal(queued?.executableSec, (await nowSec()) + DELAY_SEC);
    await lock("cancel", [queued?.proposalId]);
    assert.deepEqual(shown(await read(asked)), ["ETH cancelled threshold"]);
    await lock("schedule", [...operation(2), BigInt(DELAY_SEC)]);
    await control("evm_increaseTime", [DELAY_SEC]);
    await lock("execute", operation(2));
    assert.deepEqual(shown(await read(asked)), ["ETH cancelled threshold", "ETH executed threshold"]);
  });

  it("default: a governor of Compound's, whose calls name their function beside the data", async () => {
    const created = {
      ...{
        proposalId: 7n,
        proposer: owner.address,
        targets: [OTHER, OTHER],
        values: [0n, 0n],
        voteStart: 1n,
        voteEnd: 2n,
      },
      ...{ signatures: ["configureReserveAsCollateral(address,uint256,uint256,uint256)", ""], description: "x" },
      calldatas: [bare(threshold(WBTC)), "0x12345678"],
    };
    await speak(governorEvents, "ProposalCreated", created);
    assert.deepEqual(shown(await read(provider("governor"))), ["BTC proposed threshold"]);
    await speak(governorEvents, "ProposalQueued", { proposalId: 7n, etaSeconds: 2_000_000_000n });
    const [queued] = await read(provider("governor"));
    assert.deepEqual([queued?.stage, queued?.executableSec], ["queued", 2_000_000_000]);
    await speak(governorEvents, "ProposalExecuted", { proposalId: 7n });
    assert.deepEqual(shown(await read(provider("governor"))), ["BTC executed threshold"]);
  });

  it("default: Compound's timelock, Aave's payloads and Aave's configurator", async () => {
    const queued = { txHash: numberToHex(5, { size: 32 }), target: OTHER, value: 0n, eta: 2_000_000_000n };
    await speak(timelockEvents, "QueueTransaction", { ...queued, signature: "", data: threshold(WETH) });
    assert.deepEqual(shown(await read(provider("timelock"))), ["ETH queued threshold"]);
    const action = {
      target: OTHER,
      withDelegateCall: true,
      accessLevel: 1,
      value: 0n,
      signature: "execute()",
      callData: "0x",
    };
    const payload = { payloadId: 9, creator: owner.address, maximumAccessLevelRequired: 1, actions: [action] };
    await speak(payloadEvents, "PayloadCreated", payload);
    await speak(payloadEvents, "PayloadQueued", { payloadId: 9 });
    assert.deepEqual(shown(await read(provider("aave-payloads"))), ["ETH queued unreadable", "BTC queued unreadable"]);
    const changed = { asset: WETH, ltv: 1n, liquidationThreshold: 2n, liquidationBonus: 3n };
    await speak(configuratorEvents, "CollateralConfigurationChanged", changed);
    assert.deepEqual(shown(await read(provider("aave-configurator"))), ["ETH executed threshold"]);
  });

  it("behavior: an announcement before the window leaves what is touched unknown, and so everything", async () => {
    await speak(governorEvents, "ProposalQueued", { proposalId: 8n, etaSeconds: 2_000_000_000n });
    assert.deepEqual(shown(await read(provider("governor"))), ["ETH queued unreadable", "BTC queued unreadable"]);
  });
});
