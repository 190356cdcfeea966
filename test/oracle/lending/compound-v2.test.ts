/** Compound v2 on anvil: liquidation prices against the Comptroller's own rules, over markets of a coin and of a token. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, parseAbi } from "viem";
import type { Address } from "../../../oracle/domain/units.ts";
import { leveredLoan } from "../../../oracle/scoring/agent-book.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { coins, dollars, type LendingBed, lendingBed, readerOf } from "./lending-bed.ts";

const COMPTROLLER: Abi = parseAbi([
  "function supportMarket(address, uint256)",
  "function setUnderlyingPrice(address, uint256)",
  "function enterMarkets(address[])",
  "function exitMarket(address)",
]);
const MARKET: Abi = parseAbi([
  "function mint(uint256)",
  "function borrow(uint256)",
  "function repayBorrow(uint256)",
  "function liquidateBorrow(address, uint256, address)",
]);
const WAD = 10n ** 18n;
const E8 = 10n ** 8n;
/** Underlying of 18 decimals for cTokens of 8, as cETH began: 0.02. */
const COIN_RATE = (WAD * 2n * 10n ** 10n) / 100n;
const DOLLAR_RATE = (WAD * 2n) / (100n * 100n);
const NOBODY: Address = "0x0000000000000000000000000000000000000000";

describe("createLendingMarkets, Compound v2", () => {
  let anvil: Anvil;
  let bed: LendingBed;
  let comptroller: Address;
  let [cEth, cUsdc]: readonly [Address, Address] = [NOBODY, NOBODY];
  let [owner, alice]: readonly [Address, Address] = [NOBODY, NOBODY];

  const send = async (to: Address, as: Address, [functionName, ...args]: readonly [string, ...unknown[]]) => {
    const client = createLocalClient(anvil.rpcUrl);
    const abi = to === comptroller ? COMPTROLLER : MARKET;
    const hash = await client.writeContract({ address: to, abi, functionName, args, account: as });
    const { status } = await client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`${functionName} reverted`);
  };
  /** USD × 1e36 a unit: of 18 decimals the price × 1e18. */
  const setEth = async (usd: number) =>
    await send(comptroller, owner, ["setUnderlyingPrice", cEth, (WAD / E8) * BigInt(Math.round(usd * Number(E8)))]);

  before(async () => {
    anvil = await startAnvil();
    bed = await lendingBed(anvil);
    const [first, second] = bed.people;
    assert.ok(first !== undefined && second !== undefined);
    [owner, alice] = [first, second];
    comptroller = await bed.deploy("local/ComptrollerDouble", []);
    const dollar = await bed.deploy("local/TestToken", ["Dollar", "USD", 6, owner]);
    cEth = await bed.deploy("local/CTokenDouble", [comptroller, NOBODY, COIN_RATE]);
    cUsdc = await bed.deploy("local/CTokenDouble", [comptroller, dollar, DOLLAR_RATE]);
    await send(comptroller, owner, ["supportMarket", cEth, (8n * WAD) / 10n]);
    await send(comptroller, owner, ["supportMarket", cUsdc, (75n * WAD) / 100n]);
    await send(comptroller, owner, ["setUnderlyingPrice", cUsdc, 10n ** 30n]);
    await setEth(2_000);
  });
  after(async () => await anvil.stop());

  it("behavior: at the price that it states the Comptroller lets a borrower be liquidated, a cent above not", async () => {
    const market = bed.settings("compound-v2", { address: comptroller, assets: { ETH: [cEth] }, largeUsd: 10_000 });
    const reader = readerOf(bed, [market]);
    await send(cEth, alice, ["mint", coins(10)]);
    await send(comptroller, alice, ["enterMarkets", [cEth]]);
    await send(cUsdc, alice, ["borrow", dollars(8_000)]);
    const { accounts, events, rejected } = await reader.readAt(await bed.head());
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      events.map(({ kind, asset, amountUsd }) => [kind, asset, amountUsd]),
      [["deposit", "ETH", 20_000]],
    );
    const [found] = accounts.flatMap(leveredLoan);
    // 10 · 0.8 · S = 8 000; half of the debt with 8 % on top is sold.
    assert.ok(found !== undefined && Math.abs(found.liquidationPrice - 1_000) < 1e-9);
    assert.ok(Math.abs(found.coins - (0.54 * 8_000) / 1_000) < 1e-9);
    const liquidate = ["liquidateBorrow", alice, dollars(4_000), cEth] as const;
    await setEth(found.liquidationPrice + 0.01);
    await assert.rejects(send(cUsdc, owner, liquidate));
    await setEth(found.liquidationPrice - 0.01);
    await send(cUsdc, owner, liquidate);
    const later = await reader.readAt(await bed.head());
    assert.equal(later.accounts.length, 1);
    const last = later.events.at(-1);
    assert.ok(last?.kind === "liquidation" && last.asset === "ETH" && Math.abs(last.amountUsd - 4_320) < 0.01);
    await send(cUsdc, alice, ["repayBorrow", dollars(4_000)]);
    assert.deepEqual((await reader.readAt(await bed.head())).accounts, []);
  });

  it("behavior: what is no collateral of an account stands behind nothing", async () => {
    await setEth(2_000);
    const reader = readerOf(bed, [bed.settings("compound-v2", { address: comptroller, assets: { ETH: [cEth] } })]);
    await send(cUsdc, owner, ["mint", dollars(50_000)]);
    await send(cEth, owner, ["mint", coins(10)]);
    await send(comptroller, owner, ["enterMarkets", [cEth, cUsdc]]);
    await send(cUsdc, owner, ["borrow", dollars(8_000)]);
    const legs = async () => (await reader.readAt(await bed.head())).accounts[0]?.collateral.map(({ asset }) => asset);
    assert.deepEqual(await legs(), ["ETH", null]);
    await send(comptroller, owner, ["exitMarket", cEth]);
    assert.deepEqual(await legs(), [null]);
  });
});
