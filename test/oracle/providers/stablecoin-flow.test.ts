/** Flows of stablecoins, from transfers on anvil. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { createStablecoinFlow, type Stablecoin } from "../../../oracle/ingestion/providers/stablecoin-flow.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { ANVIL_KEY, type Anvil, startAnvil } from "../../helpers/anvil.ts";
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
    });
  const read = async (tokens: readonly Stablecoin[], windowBlocks: number) => {
    const said = await provider(tokens, windowBlocks).ask(Number.MAX_SAFE_INTEGER);
    assert.ok(said.ok);
    return Object.fromEntries(said.value.map((event) => (event.kind === "signal" ? [event.name, event.value] : [])));
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

  it("error: unreachable without an RPC, malformed for an address without a token", async () => {
    const away = await provider([usd6], 10, "http://127.0.0.1:9").ask(1);
    assert.ok(!away.ok && away.reason === "unreachable");
    const wrong = await provider([{ address: PEOPLE[0], decimals: 6 }], 10).ask(1);
    assert.ok(!wrong.ok && wrong.reason === "malformed");
  });

  it("default: supply, velocity and net issue of tokens of different decimals", async () => {
    assert.deepEqual(await read([usd6, usd18], 100), {
      "stablecoin-supply": 4_000,
      "stablecoin-velocity": 400 / 4_000,
      "stablecoin-net-issue": 1,
    });
  });

  it("behavior: what lies before the window is not counted", async () => {
    assert.deepEqual(await read([usd6, usd18], 1), {
      "stablecoin-supply": 4_000,
      "stablecoin-velocity": 150 / 4_000,
      "stablecoin-net-issue": 0,
    });
  });

  it("behavior: without any supply only the supply is told", async () => {
    const { deploy } = createDeployer(chain, owner);
    const address = await deploy("local/TestToken", ["Empty", "USD", 6, owner.address]);
    assert.deepEqual(await read([{ address, decimals: 6 }], 10), { "stablecoin-supply": 0 });
  });
});
