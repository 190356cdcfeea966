/** Lending markets on anvil: liquidation prices against the markets' own rules, events, reorganisations, faults. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { toEventSelector } from "viem";
import { aaveV3Events } from "../../../oracle/chain/lending/aave-v3-abi.ts";
import type { LendingReading } from "../../../oracle/domain/lending.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { leveredLoan } from "../../../oracle/scoring/agent-book.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import {
  coins,
  dollars,
  keptStore,
  type LendingBed,
  lendingBed,
  priceE8,
  RECEIVED_SEC,
  readerOf,
  USDC,
  WETH,
  WSTETH,
} from "./lending-bed.ts";

const VARIABLE_RATE = 2n;
const NO_REFERRAL = 0;

describe("createLendingMarkets", () => {
  let anvil: Anvil;
  let bed: LendingBed;
  let [owner, alice, bob]: readonly Address[] = [];
  let snapshot: unknown;
  before(async () => {
    anvil = await startAnvil();
    bed = await lendingBed(anvil);
    [owner, alice, bob] = bed.people;
  });
  after(async () => await anvil.stop());
  beforeEach(async () => {
    snapshot = await bed.control("evm_snapshot", []);
  });
  afterEach(async () => await bed.control("evm_revert", [snapshot]));

  const person = (one: Address | undefined): Address => one ?? assert.fail("anvil has too few accounts");
  const lend = async (token: Address, amount: bigint, to: Address | undefined) =>
    await bed.act("aave", person(owner), ["supply", token, amount, to, NO_REFERRAL]);
  const borrow = async (token: Address, amount: bigint, to: Address | undefined) =>
    await bed.act("aave", person(owner), ["borrow", token, amount, VARIABLE_RATE, NO_REFERRAL, to]);
  const setPrice = async (to: "aave" | "comet", token: Address, usd: number) =>
    await bed.act(to, person(owner), ["setPrice", token, priceE8(usd)]);
  const faultsOf = ({ rejected }: LendingReading) => rejected.map(({ reason, count }) => [reason, count]);

  it("default: nothing is read without settings", async () => {
    assert.deepEqual(await readerOf(bed, []).readAt(await bed.head()), { accounts: [], events: [], rejected: [] });
  });

  it("behavior: a market that is none is said, and does not stop the others", async () => {
    await lend(WETH, coins(10), alice);
    await borrow(USDC, dollars(8_000), alice);
    const nowhere = bed.settings("aave-v3", { address: WETH });
    const reading = await readerOf(bed, [nowhere, bed.settings("aave-v3")]).readAt(await bed.head());
    assert.deepEqual(reading.rejected, [{ sourceId: `aave-v3:${WETH}`, reason: "market-unreadable", count: 1 }]);
    assert.deepEqual(
      reading.accounts.map(({ account }) => account),
      [alice],
    );
  });

  it("behavior: a market that falls silent gives its last loans for half an hour, then none", async () => {
    await lend(WETH, coins(10), alice);
    await borrow(USDC, dollars(8_000), alice);
    const reader = readerOf(bed, [bed.settings("aave-v3")]);
    const first = await reader.readAt(await bed.head());
    await bed.control("anvil_setCode", [bed.aave, "0x"]);
    await bed.control("evm_increaseTime", [1_000]);
    await bed.control("evm_mine", []);
    const silent = await reader.readAt(await bed.head());
    assert.deepEqual(silent.accounts, first.accounts);
    assert.deepEqual(faultsOf(silent), [["market-unreadable", 1]]);
    await bed.control("evm_increaseTime", [1_000]);
    await bed.control("evm_mine", []);
    assert.deepEqual((await reader.readAt(await bed.head())).accounts, []);
  });

  it("behavior: events of a look whose terms cannot be read are told by the next", async () => {
    const reader = readerOf(bed, [bed.settings("aave-v3")]);
    await lend(WETH, coins(501), alice);
    const code = await bed.chain.reader.getCode({ address: bed.aave });
    await bed.control("anvil_setCode", [bed.aave, "0x"]);
    assert.deepEqual(faultsOf(await reader.readAt(await bed.head())), [["market-unreadable", 1]]);
    await bed.control("anvil_setCode", [bed.aave, code]);
    const { events } = await reader.readAt(await bed.head());
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["deposit"],
    );
  });

  it("behavior: an account that the market no longer tells stays as it was, is counted, and comes back", async () => {
    const reader = readerOf(bed, [bed.settings("aave-v3")]);
    await lend(WETH, coins(10), alice);
    await borrow(USDC, dollars(8_000), alice);
    await reader.readAt(await bed.head());
    await borrow(USDC, dollars(10), alice);
    // The pool's own sums overflow.
    await bed.act("aave", person(owner), ["setPrice", WETH, 2n ** 256n - 1n]);
    for (const _ of [1, 2]) {
      const { accounts, rejected } = await reader.readAt(await bed.head());
      assert.deepEqual(accounts[0]?.debts[0]?.valueUsd, 8_000);
      assert.deepEqual(faultsOf({ accounts, rejected, events: [] }), [["account-unreadable", 1]]);
    }
    await setPrice("aave", WETH, 2_000);
    await bed.control("evm_increaseTime", [301]);
    await bed.control("evm_mine", []);
    const { accounts, rejected } = await reader.readAt(await bed.head());
    assert.deepEqual([rejected, accounts[0]?.debts[0]?.valueUsd], [[], 8_010]);
  });

  it("behavior: events that do not decode, and tokens without a price, are counted", async () => {
    const [supply] = aaveV3Events;
    const code = await bed.chain.reader.getCode({ address: bed.aave });
    // LOG1 with the topic of Supply and nothing else.
    await bed.control("anvil_setCode", [bed.aave, `0x7f${toEventSelector(supply).slice(2)}60006000a1`]);
    await bed.act("aave", person(owner), ["setUserEMode", 0]);
    await bed.control("anvil_setCode", [bed.aave, code]);
    await lend(WETH, coins(10), alice);
    await lend(WSTETH, coins(10), alice);
    await borrow(USDC, dollars(8_000), alice);
    await setPrice("aave", WSTETH, 0);
    const reading = await readerOf(bed, [bed.settings("aave-v3")]).readAt(await bed.head());
    // The deposit and the balance.
    assert.deepEqual(faultsOf(reading), [
      ["event-undecodable", 1],
      ["event-unpriced", 1],
      ["token-unpriced", 1],
    ]);
    assert.equal(reading.accounts[0]?.collateral.length, 1);
  });

  it("behavior: at the price that it states Aave's own rules let a loan be liquidated, a cent above they do not", async () => {
    await lend(WETH, coins(6), alice);
    await lend(WSTETH, coins(5), alice);
    await lend(USDC, dollars(4_000), alice);
    await borrow(USDC, dollars(15_000), alice);
    await borrow(WETH, coins(1), alice);
    const reader = readerOf(bed, [bed.settings("aave-v3")]);
    const { accounts, rejected } = await reader.readAt(await bed.head());
    assert.deepEqual(rejected, []);
    const [found, ...others] = accounts.flatMap(leveredLoan);
    assert.ok(found !== undefined && accounts.length === 1);
    // Both tokens are ETH: one fall, two legs.
    assert.ok(others.length === 1 && others[0]?.liquidationPrice === found.liquidationPrice);
    const call = ["liquidationCall", WETH, USDC, alice, dollars(1_000), false] as const;
    const fallTo = async (usd: number) => {
      await setPrice("aave", WETH, usd);
      await setPrice("aave", WSTETH, 1.2 * usd);
    };
    await fallTo(found.liquidationPrice + 0.01);
    await assert.rejects(bed.act("aave", person(bob), call));
    await fallTo(found.liquidationPrice - 0.01);
    await bed.act("aave", person(bob), call);
    const at = await bed.head();
    const { events } = await reader.readAt(at);
    assert.equal(events.length, 1);
    const [event] = events;
    assert.ok(event !== undefined && Math.abs(event.amountUsd - 1_050) < 0.01);
    assert.deepEqual(
      { ...event, amountUsd: 0 },
      {
        ...{ kind: "liquidation", protocol: "aave-v3", account: alice, token: event.token, asset: "ETH", amountUsd: 0 },
        ...{ blockNumber: at.blockNumber, sourceId: `aave-v3:${bed.aave.toLowerCase()}` },
        ...{ sourceTimeSec: at.timestampSec, receivedTimeSec: RECEIVED_SEC },
      },
    );
  });

  it("behavior: the sizes follow Aave's close factor: half, and all of small or sick loans", async () => {
    await lend(WETH, coins(10), alice);
    await borrow(USDC, dollars(8_000), alice);
    await lend(WETH, coins(1), bob);
    await borrow(USDC, dollars(1_500), bob);
    const reader = readerOf(bed, [bed.settings("aave-v3")]);
    const sold = async () => (await reader.readAt(await bed.head())).accounts.map(({ soldPerDebt }) => soldPerDebt);
    assert.deepEqual(await sold(), [0.525, 1.05]);
    await setPrice("aave", WETH, 900);
    assert.deepEqual(await sold(), [1.05, 1.05]);
  });

  it("behavior: large amounts are kept, small ones not; who has repaid is read no more, and comes back", async () => {
    const store = keptStore();
    const reader = readerOf(bed, [bed.settings("aave-v3")], store);
    await lend(WETH, coins(499), alice);
    await lend(WETH, coins(501), alice);
    await borrow(USDC, dollars(8_000), alice);
    const first = await reader.readAt(await bed.head());
    assert.deepEqual(
      first.events.map(({ kind, amountUsd, asset }) => [kind, amountUsd, asset]),
      [["deposit", 1_002_000, "ETH"]],
    );
    await bed.act("aave", person(owner), ["repay", USDC, dollars(8_000), VARIABLE_RATE, alice]);
    assert.deepEqual((await reader.readAt(await bed.head())).accounts, []);
    assert.ok(store.state?.accounts[0]?.clearedAt !== null);
    await borrow(USDC, dollars(10), alice);
    assert.equal((await reader.readAt(await bed.head())).accounts.length, 1);
    // A restarted reader goes on where the store ends: the loan is known, old events are not told again.
    const restarted = await readerOf(bed, [bed.settings("aave-v3")], store).readAt(await bed.head());
    assert.deepEqual([restarted.accounts.length, restarted.events.length], [1, 0]);
  });

  it("behavior: an event is believed after its confirmations", async () => {
    const reader = readerOf(bed, [bed.settings("aave-v3", { confirmations: 2 })]);
    await lend(WETH, coins(10), alice);
    await borrow(USDC, dollars(8_000), alice);
    const counts: number[] = [];
    for (let blocks = 0; blocks < 3; blocks += 1) {
      counts.push((await reader.readAt(await bed.head())).accounts.length);
      await bed.control("evm_mine", []);
    }
    assert.deepEqual(counts, [0, 0, 1]);
  });

  it("behavior: a reorganisation takes loans and events back", async () => {
    const reader = readerOf(bed, [bed.settings("aave-v3")]);
    await lend(WETH, coins(600), alice);
    await borrow(USDC, dollars(8_000), alice);
    const ancestor = await bed.head();
    await reader.readAt(ancestor);
    const fork = await bed.control("evm_snapshot", []);
    await lend(WETH, coins(600), bob);
    await borrow(USDC, dollars(9_000), bob);
    const branch = await reader.readAt(await bed.head());
    assert.deepEqual([branch.accounts.length, branch.events.length], [2, 2]);
    await bed.control("evm_revert", [fork]);
    await bed.control("evm_increaseTime", [77]);
    await bed.control("anvil_mine", ["0x5"]);
    const { accounts, events } = await reader.readAt(await bed.head());
    assert.deepEqual(
      accounts.map(({ account }) => account),
      [alice],
    );
    assert.deepEqual(
      events.map(({ blockNumber }) => blockNumber),
      [ancestor.blockNumber - 1n],
    );
  });

  it("behavior: in efficiency mode the pool's own threshold stands for the tokens'", async () => {
    await bed.act("aave", person(alice), ["setUserEMode", 1]);
    await lend(WETH, coins(10), alice);
    await lend(USDC, dollars(20_000), alice);
    await borrow(USDC, dollars(8_000), alice);
    const { accounts } = await readerOf(bed, [bed.settings("aave-v3")]).readAt(await bed.head());
    // The double knows no categories: its mean is that of 80 and 75 %.
    assert.deepEqual(
      accounts[0]?.collateral.map(({ threshold }) => threshold),
      [0.775, 0.775],
    );
  });

  it("behavior: at the price that it states Compound absorbs a borrower, with all collateral, a cent above not", async () => {
    const [a, b] = [person(alice), person(bob)];
    await bed.act("comet", a, ["supply", WETH, coins(10)]);
    await bed.act("comet", a, ["supply", WSTETH, coins(5)]);
    await bed.act("comet", a, ["transferAsset", b, WSTETH, coins(2)]);
    await bed.act("comet", a, ["withdraw", USDC, dollars(9_000)]);
    await bed.act("comet", b, ["supply", USDC, dollars(5)]);
    await bed.act("comet", b, ["withdraw", USDC, dollars(5)]);
    const reader = readerOf(bed, [bed.settings("compound-v3")]);
    const { accounts, rejected } = await reader.readAt(await bed.head());
    assert.deepEqual([rejected, accounts.map(({ account }) => account)], [[], [a]]);
    const legs = accounts.flatMap(leveredLoan);
    assert.deepEqual(
      legs.map(({ coins: sold }) => sold),
      [10, 3.6],
    );
    const at = legs[0]?.liquidationPrice ?? Number.NaN;
    const absorb = ["absorb", b, [a]] as const;
    const fallTo = async (usd: number) => {
      await setPrice("comet", WETH, usd);
      await setPrice("comet", WSTETH, 1.2 * usd);
    };
    await fallTo(at + 0.01);
    await assert.rejects(bed.act("comet", b, absorb));
    await fallTo(at - 0.01);
    await bed.act("comet", b, absorb);
    const after = await reader.readAt(await bed.head());
    assert.deepEqual(after.accounts, []);
    assert.deepEqual(
      after.events.map(({ kind, asset }) => [kind, asset]),
      [
        ["liquidation", "ETH"],
        ["liquidation", "ETH"],
      ],
    );
  });
});
