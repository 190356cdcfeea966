/** Readers of accounts and events against made answers: what the doubles on chain cannot be brought to say. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  type Abi,
  createPublicClient,
  custom,
  decodeFunctionData,
  defineChain,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionResult,
  type Hex,
} from "viem";
import { aaveV3DataAbi, aaveV3PoolAbi, aaveV3ProviderAbi } from "../../../oracle/chain/lending/aave-v3-abi.ts";
import { comptrollerAbi, cTokenAbi } from "../../../oracle/chain/lending/compound-v2-abi.ts";
import { compoundV3Abi, compoundV3Events } from "../../../oracle/chain/lending/compound-v3-abi.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { createAaveV3 } from "../../../oracle/ingestion/sources/lending/aave-v3.ts";
import { createCompoundV2 } from "../../../oracle/ingestion/sources/lending/compound-v2.ts";
import { createCompoundV3 } from "../../../oracle/ingestion/sources/lending/compound-v3.ts";
import type { LendingDoor, TokenTerms } from "../../../oracle/ingestion/sources/lending/lending-protocol.ts";
import type { LendingMarketSettings } from "../../../oracle/ingestion/sources/lending/lending-settings.ts";
import { USDC, WETH, WSTETH } from "./lending-bed.ts";

const MARKET: Address = "0x00000000000000000000000000000000000000a1";
const [ALICE, BOB]: readonly [Address, Address] = [
  "0x00000000000000000000000000000000000000A2",
  "0x00000000000000000000000000000000000000A3",
];
const HASH: Hex = `0x${"ab".repeat(32)}`;
const AT = { blockNumber: 1n, blockHash: HASH };

type Answers = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** A chain that answers calls of `abi` by the name of the function. */
function doorOf(
  protocol: LendingMarketSettings["protocol"],
  answers: Answers,
  logs: readonly object[] = [],
): LendingDoor {
  const abi: Abi = [
    ...aaveV3PoolAbi,
    ...aaveV3ProviderAbi,
    ...aaveV3DataAbi,
    ...comptrollerAbi,
    ...cTokenAbi,
    ...compoundV3Abi,
  ];
  const request = async ({ method, params }: { method: string; params?: readonly [{ readonly data: Hex }] }) => {
    if (method === "eth_getLogs") return logs;
    const { functionName, args = [] } = decodeFunctionData({ abi, data: params?.[0].data ?? "0x" });
    const result = answers[functionName]?.(...args);
    return encodeFunctionResult({ abi, functionName, result });
  };
  const chain = defineChain({
    id: 31_337,
    name: "made",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: ["http://127.0.0.1"] } },
  });
  const reader = createPublicClient({ chain, transport: custom({ request }, { retryCount: 0 }) });
  const signer = () => assert.fail("a reader signs nothing");
  const limits = { fromBlock: 0n, confirmations: 0, assets: { ETH: [WETH] }, largeUsd: 1, maxAccounts: 1 };
  return {
    chain: { rpcUrl: "", chainId: 31_337, reader, signer },
    settings: { protocol, address: MARKET, ...limits },
  };
}

const termsOf = (...tokens: readonly Address[]): ReadonlyMap<string, TokenTerms> =>
  new Map(tokens.map((token) => [token, { token, decimals: 18, threshold: 0.8, bonus: 1, priceFeed: MARKET }]));

describe("createAaveV3", () => {
  /** Reserves 0 (WETH), 1 (dropped), 2 (WSTETH) and 3 (USDC); an account with collateral of 2 and debt of 3. */
  const reserves = new Map<unknown, readonly [bigint, bigint]>([
    [WSTETH, [7n, 0n]],
    [USDC, [0n, 5n]],
  ]);
  const answers = (held: typeof reserves): Answers => ({
    ADDRESSES_PROVIDER: () => MARKET,
    getPoolDataProvider: () => MARKET,
    getPriceOracle: () => MARKET,
    getUserConfiguration: () => ({ data: (2n << 4n) | (1n << 6n) }),
    getUserEMode: () => 0n,
    getUserAccountData: () => [7n, 5n, 0n, 8_000n, 8_000n, 1n],
    getUserReserveData: (asset) => {
      const [supplied, debt] = held.get(String(asset).toLowerCase()) ?? [0n, 0n];
      return [supplied, 0n, debt, 0n, debt, 0n, 0n, 0, supplied > 0n];
    },
  });
  const terms = termsOf(WETH, WSTETH, USDC);

  it("error: LENDING_DEBT_UNSEEN where the pool knows of a debt and no reserve has it", async () => {
    const door = doorOf("aave-v3", answers(new Map([[WSTETH, [7n, 0n]]])));
    await assert.rejects(createAaveV3(door).readHoldings(ALICE, terms, AT), (error) =>
      hasCode(error, "LENDING_DEBT_UNSEEN"),
    );
  });

  it("behavior: a dropped reserve, which closes up the list but not the bits, hides neither debt nor collateral", async () => {
    const holdings = await createAaveV3(doorOf("aave-v3", answers(reserves))).readHoldings(ALICE, terms, AT);
    assert.deepEqual([...holdings.collateral], [[WSTETH, 7n]]);
    assert.deepEqual([...holdings.debts], [[USDC, 5n]]);
    assert.ok(holdings.mayOwe);
  });
});

describe("createCompoundV2", () => {
  const answers = (underlying: () => unknown): Answers => ({
    closeFactorMantissa: () => 5n * 10n ** 17n,
    getAllMarkets: () => [USDC],
    liquidationIncentiveMantissa: () => 10n ** 18n,
    oracle: () => MARKET,
    markets: () => [true, 0n, false],
    underlying,
    decimals: () => 6,
  });
  const decimals = async (underlying: () => unknown) => {
    const terms = await createCompoundV2(doorOf("compound-v2", answers(underlying))).readTerms(AT);
    return terms.get(USDC)?.decimals;
  };
  const refuse = (code: number, message: string) => () => {
    throw Object.assign(new Error(message), { code });
  };

  it("error: an RPC's refusal to answer is none of the market, and gives no decimals", async () => {
    await assert.rejects(decimals(refuse(-32_005, "limit exceeded")));
  });

  it("default: 18 decimals of the market that reverts, the token's own of others", async () => {
    assert.equal(await decimals(refuse(3, "execution reverted")), 18);
    assert.equal(await decimals(() => USDC), 6);
  });
});

describe("createCompoundV3", () => {
  it("behavior: who gets collateral may owe: base that is borrowed and transferred at once is in no event of the borrower", async () => {
    const log = (topics: readonly unknown[], amount: bigint) => ({
      ...{ address: MARKET, blockHash: HASH, blockNumber: "0x1", transactionHash: HASH, transactionIndex: "0x0" },
      ...{ logIndex: "0x0", removed: false, topics, data: encodeAbiParameters([{ type: "uint256" }], [amount]) },
    });
    const abi = compoundV3Events;
    const logs = [
      log(encodeEventTopics({ abi, eventName: "SupplyCollateral", args: { from: BOB, dst: ALICE, asset: WETH } }), 1n),
      log(encodeEventTopics({ abi, eventName: "TransferCollateral", args: { from: ALICE, to: BOB, asset: WETH } }), 1n),
    ];
    const reader = createCompoundV3(doorOf("compound-v3", { baseToken: () => USDC }, logs));
    const { actions } = await reader.readActions({ from: 1n, to: 1n });
    assert.deepEqual(
      actions.map(({ account, mayBorrow }) => [account, mayBorrow]),
      [
        [ALICE, true],
        [ALICE, false],
        [BOB, true],
      ],
    );
  });

  it("behavior: an account without debt is read on while it has collateral, and no longer", async () => {
    const mayOwe = async (debt: bigint, held: bigint) => {
      const answers = { baseToken: () => USDC, borrowBalanceOf: () => debt, collateralBalanceOf: () => held };
      const reader = createCompoundV3(doorOf("compound-v3", answers));
      return (await reader.readHoldings(ALICE, termsOf(USDC, WETH), AT)).mayOwe;
    };
    assert.deepEqual([await mayOwe(0n, 1n), await mayOwe(1n, 0n), await mayOwe(0n, 0n)], [true, true, false]);
  });
});
