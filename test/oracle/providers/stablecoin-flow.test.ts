/** Flows of stablecoins, from transfers on anvil. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { Provider } from "../../../oracle/ingestion/providers/provider.ts";
import { createStablecoinFlow, type Stablecoin } from "../../../oracle/ingestion/providers/stablecoin-flow.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { ANVIL_KEY, type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { startRpcProxy } from "../../helpers/rpc-proxy.ts";
import { createDeployer } from "../chain/oracle-fixture.ts";

const ABI: Abi = parseAbi(["function mint(address, uint256)", "function transfer(address, uint256)"]);
const PEOPLE: readonly [Address, Address] = [
  "0x00000000000000000000000000000000000000a1",
  "0x00000000000000000000000000000000000000a2",
];

describe("createStablecoinFlow", () => {
  const owner = privateKeyToAccount(ANVIL_KEY);
  let anvil: Anvil;
  let chain: ChainClient;
  let usd6: Stablecoin;
  let usd18: Stablecoin;
  const send = async ({ address }: Stablecoin, functionName: string, to: Address, amount: bigint): Promise<void> => {
    const client = createLocalClient(anvil.rpcUrl);
    const hash = await client.writeContract({ address, abi: ABI, functionName, args: [to, amount], account: owner });
    await client.waitForTransactionReceipt({ hash });
  };
  const provider = (tokens: readonly Stablecoin[], windowBlocks: number, rpcUrl = anvil.rpcUrl) =>
    createStablecoinFlow({
      id: "stablecoins-test",
      connect: async () => await connectChain({ rpcUrl, chainId: anvil.chainId, retries: 0, pollingIntervalMs: 20 }),
      tokens,
      assets: ["BTC"],
      everySec: 60,
      windowBlocks,
      confirmations: 0,
      maxLagSec: 600,
      largeTokens: 200,
    });
  const nowSec = async (): Promise<number> => Number((await chain.reader.getBlock()).timestamp);
  const ask = async (asked: Provider): Promise<Readonly<Record<string, number>>> => {
    const said = await asked.ask(await nowSec());
    assert.ok(said.ok, said.ok ? "" : said.detail);
    return Object.fromEntries(said.value.map((event) => (event.kind === "signal" ? [event.name, event.value] : [])));
  };
  const read = async (tokens: readonly Stablecoin[], windowBlocks: number) => await ask(provider(tokens, windowBlocks));
  /** Hours from the first block of a window to the newest one. */
  const hoursOf = async (windowBlocks: number): Promise<number> => {
    const head = await chain.reader.getBlock();
    const first = head.number >= BigInt(windowBlocks) ? head.number - BigInt(windowBlocks) + 1n : 0n;
    const { timestamp } = await chain.reader.getBlock({ blockNumber: first });
    return Math.max(1, Number(head.timestamp - timestamp)) / 3_600;
  };

  before(async () => {
    anvil = await startAnvil();
    chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, retries: 0, pollingIntervalMs: 20 });
    const { deploy } = createDeployer(chain, owner);
    const token = async (decimals: number) =>
      await deploy("local/TestToken", ["Dollar", "USD", decimals, owner.address]);
    usd6 = { address: await token(6), decimals: 6 };
    usd18 = { address: await token(18), decimals: 18 };
    await send(usd6, "mint", owner.address, 1_000_000_000n);
    await send(usd18, "mint", owner.address, 3_000n * 10n ** 18n);
    await send(usd6, "transfer", PEOPLE[0], 250_000_000n);
    await send(usd18, "transfer", PEOPLE[1], 150n * 10n ** 18n);
  });
  after(async () => await anvil.stop());

  it("error: unreachable without an RPC, malformed for an address without a token and for wrong decimals", async () => {
    const away = await provider([usd6], 10, "http://127.0.0.1:9").ask(1);
    assert.ok(!away.ok && away.reason === "unreachable");
    const wrong = await provider([{ address: PEOPLE[0], decimals: 6 }], 10).ask(1);
    assert.ok(!wrong.ok && wrong.reason === "malformed");
    const scaled = await provider([{ ...usd6, decimals: 18 }], 10).ask(1);
    assert.ok(!scaled.ok && scaled.detail?.startsWith("TOKEN_DECIMALS_WRONG"));
  });

  it("error: LOGS_INCONSISTENT when the supply changed by what no log tells; read again whole afterwards", async () => {
    const proxy = await startRpcProxy(anvil.rpcUrl);
    const asked = provider([usd6], 100, proxy.rpcUrl);
    await ask(asked);
    const undo = await chain.reader.transport.request({ method: "evm_snapshot" });
    await send(usd6, "mint", owner.address, 5_000_000n);
    proxy.rewrite("eth_getLogs", () => []);
    const said = await asked.ask(await nowSec());
    assert.ok(!said.ok && said.reason === "malformed" && said.detail?.startsWith("LOGS_INCONSISTENT"));
    proxy.rewrite("eth_getLogs", (logs) => logs);
    assert.equal((await ask(asked))["stablecoin-supply"], 1_005);
    await chain.reader.transport.request({ method: "evm_revert", params: [undo] });
    assert.equal((await ask(asked))["stablecoin-supply"], 1_000, "what was taken back is no contradiction");
    await proxy.stop();
  });

  it("default: supply, velocity an hour, large transfers, creation and net issue of tokens of different decimals", async () => {
    const said = await read([usd6, usd18], 100);
    const { "stablecoin-velocity": velocity, ...others } = said;
    assert.deepEqual(others, {
      "stablecoin-supply": 4_000,
      "stablecoin-created": 1,
      "stablecoin-destroyed": 0,
      "stablecoin-net-issue": 1,
      "stablecoin-large-share": 250 / 400,
    });
    assert.ok(Math.abs((velocity ?? 0) * 4_000 * (await hoursOf(100)) - 400) < 1e-6);
  });

  it("behavior: what lies before the window is not counted", async () => {
    const said = await read([usd6, usd18], 1);
    assert.equal(said["stablecoin-net-issue"], 0);
    assert.equal(said["stablecoin-large-share"], 0);
    assert.ok(Math.abs((said["stablecoin-velocity"] ?? 0) * 4_000 * (await hoursOf(1)) - 150) < 1e-6);
  });

  it("behavior: without any supply only the supply is told", async () => {
    const { deploy } = createDeployer(chain, owner);
    const address = await deploy("local/TestToken", ["Empty", "USD", 6, owner.address]);
    assert.deepEqual(await read([{ address, decimals: 6 }], 10), { "stablecoin-supply": 0 });
  });
});
