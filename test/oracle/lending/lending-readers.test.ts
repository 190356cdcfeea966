/** Readers of accounts and events against made answers: what the doubles on chain cannot be brought to say. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { encodeAbiParameters, encodeEventTopics, HttpRequestError } from "viem";
import { compoundV3Events } from "../../../oracle/chain/lending/compound-v3-abi.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { createAaveV3 } from "../../../oracle/ingestion/sources/lending/aave-v3.ts";
import { createCompoundV2 } from "../../../oracle/ingestion/sources/lending/compound-v2.ts";
import { createCompoundV3 } from "../../../oracle/ingestion/sources/lending/compound-v3.ts";
import type { LendingProtocol, TokenTerms } from "../../../oracle/ingestion/sources/lending/lending-protocol.ts";
import { USDC, WETH, WSTETH } from "./lending-bed.ts";
import { type Answers, BLOCK_HASH, doorOf, MADE_MARKET } from "./made-chain.ts";

const [ALICE, BOB]: readonly [Address, Address] = [
  "0x00000000000000000000000000000000000000A2",
  "0x00000000000000000000000000000000000000A3",
];
const AT = { blockNumber: 1n, blockHash: BLOCK_HASH, timestampSec: 1 };

const termsOf = (...tokens: readonly Address[]): ReadonlyMap<string, TokenTerms> =>
  new Map(tokens.map((token) => [token, { token, decimals: 18, threshold: 0.8, bonus: 1, priceFeed: MADE_MARKET }]));

describe("createAaveV3", () => {
  /** Reserves 0 (WETH), 1 (dropped), 2 (WSTETH) and 3 (USDC); an account with collateral of 2 and debt of 3. */
  const reserves = new Map<unknown, readonly [bigint, bigint]>([
    [WSTETH, [7n, 0n]],
    [USDC, [0n, 5n]],
  ]);
  const answers = (held: typeof reserves): Answers => ({
    ADDRESSES_PROVIDER: () => MADE_MARKET,
    getPoolDataProvider: () => MADE_MARKET,
    getPriceOracle: () => MADE_MARKET,
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

describe("prices of tokens", () => {
  /** Each token is its own feed. */
  const terms = new Map(
    [WETH, WSTETH, USDC].map((token): [string, TokenTerms] => [
      token,
      { token, decimals: 18, threshold: 0.8, bonus: 1, priceFeed: token },
    ]),
  );
  const reverted = () => Object.assign(new Error("execution reverted"), { code: 3 });
  const unreachable = () => new HttpRequestError({ url: "http://127.0.0.1", status: 503 });
  type Ask = (silent: ReadonlySet<string>, fault: () => Error) => Promise<ReadonlyMap<string, number>>;
  const asking =
    (create: (answers: Answers) => LendingProtocol, [name, ...others]: readonly string[]): Ask =>
    async (silent, fault) => {
      const answer = (token: unknown) => {
        if (silent.has(String(token).toLowerCase())) throw fault();
        return 10n ** 8n;
      };
      const all = (tokens: unknown) => (Array.isArray(tokens) ? tokens.map(answer) : []);
      const batches = Object.fromEntries(others.map((other) => [other, all]));
      const answers = { ...batches, baseToken: () => USDC, BASE_CURRENCY_UNIT: () => 10n ** 8n, [name ?? ""]: answer };
      return await create(answers).readPrices(terms, AT);
    };
  const readers: Readonly<Record<string, Ask>> = {
    "aave-v3": asking((answers) => createAaveV3(doorOf("aave-v3", answers)), ["getAssetPrice", "getAssetsPrices"]),
    "compound-v2": asking((answers) => createCompoundV2(doorOf("compound-v2", answers)), ["getUnderlyingPrice"]),
    "compound-v3": asking((answers) => createCompoundV3(doorOf("compound-v3", answers)), ["getPrice"]),
  };
  for (const [protocol, ask] of Object.entries(readers)) {
    it(`error: ${protocol} throws where no token is told a price, or the line is dead`, async () => {
      await assert.rejects(ask(new Set(terms.keys()), reverted));
      await assert.rejects(ask(new Set([WETH]), unreachable));
    });

    it(`behavior: a token of ${protocol} whose price is refused costs nobody else theirs`, async () => {
      assert.deepEqual([...(await ask(new Set([WSTETH]), reverted)).keys()], [WETH, USDC]);
      assert.equal((await ask(new Set(), reverted)).size, terms.size);
    });
  }
});

describe("createCompoundV2", () => {
  const answers = (underlying: () => unknown): Answers => ({
    closeFactorMantissa: () => 5n * 10n ** 17n,
    getAllMarkets: () => [USDC],
    liquidationIncentiveMantissa: () => 10n ** 18n,
    oracle: () => MADE_MARKET,
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
      ...{
        address: MADE_MARKET,
        blockHash: BLOCK_HASH,
        blockNumber: "0x1",
        transactionHash: BLOCK_HASH,
        transactionIndex: "0x0",
      },
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
