/** Parts of the lending readers that need no chain: settings, and topics against the published hashes. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { toEventSelector } from "viem";
import { aaveV3Events } from "../../../oracle/chain/lending/aave-v3-abi.ts";
import { compoundV2Events } from "../../../oracle/chain/lending/compound-v2-abi.ts";
import { compoundV3Events } from "../../../oracle/chain/lending/compound-v3-abi.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { lendingMarketsOf } from "../../../oracle/ingestion/sources/lending/lending-settings.ts";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const MARKET = { protocol: "aave-v3", address: ADDRESS, fromBlock: 7, assets: { ETH: [ADDRESS] } };

describe("lendingMarketsOf", () => {
  const isInvalid = (error: unknown) => hasCode(error, "LENDING_SETTINGS_INVALID");

  it("error: LENDING_SETTINGS_INVALID for text, chains, protocols, addresses and fields that are none", () => {
    const file = (market: object, chain = "1") => JSON.stringify({ chains: { [chain]: [market] } });
    for (const text of [
      "",
      "{}",
      file(MARKET, "one"),
      file({ ...MARKET, protocol: "aave-v1" }),
      file({ ...MARKET, address: "0x12" }),
      file({ ...MARKET, assets: { ETH: [] } }),
      file({ ...MARKET, confirmations: -1 }),
      file({ ...MARKET, fromBlock: -1 }),
      file({ ...MARKET, largeUsd: 0 }),
      file({ ...MARKET, speed: 1 }),
      file({ ...MARKET, protocol: "compound-v3" }),
      file({ ...MARKET, protocol: "compound-v3", quote: "ETH" }),
      file({ ...MARKET, protocol: "compound-v3", quote: { baseUsdFeed: "0x12" } }),
      file({ ...MARKET, protocol: "compound-v3", quote: { baseUsdFeed: ADDRESS, maxAgeSec: 0 } }),
      file({ ...MARKET, quote: { baseUsdFeed: ADDRESS } }),
    ])
      assert.throws(() => lendingMarketsOf(text, 1), isInvalid, text);
  });

  it("default: markets of the chain that is asked for, with the limits that are not given", () => {
    const text = JSON.stringify({ chains: { "1": [MARKET], "10": [] } });
    const expected = { ...MARKET, fromBlock: 7n, confirmations: 12, largeUsd: 1_000_000, maxAccounts: 5_000 };
    assert.deepEqual(lendingMarketsOf(text, 1), [expected]);
    const third = { ...MARKET, protocol: "compound-v3", quote: "USD" };
    assert.equal(lendingMarketsOf(JSON.stringify({ chains: { "1": [third] } }), 1)[0]?.quote, "USD");
    const inCoin = JSON.stringify({ chains: { "1": [{ ...third, quote: { baseUsdFeed: ADDRESS } }] } });
    assert.deepEqual(lendingMarketsOf(inCoin, 1)[0]?.quote, { baseUsdFeed: ADDRESS, maxAgeSec: 7_200 });
    assert.deepEqual(lendingMarketsOf(text, 10), []);
    assert.deepEqual(lendingMarketsOf(text, 2), []);
  });
});

/** As block explorers show them for the pools of Ethereum. */
const AAVE_TOPICS = {
  Supply: "0x2b627736bca15cd5381dcf80b0bf11fd197d01a037c52b927a881a10fb73ba61",
  Withdraw: "0x3115d1449a7b732c986cba18244e897a450f61e1bb8d589cd2e69e6c8924f9f7",
  Borrow: "0xb3d084820fb1a9decffb176436bd02558d15fac9b0ddfed8c465bc7359d7dce0",
  Repay: "0xa534c8dbe71f871f9f3530e97a74601fea17b426cae02e1c5aee42c96c784051",
  LiquidationCall: "0xe413a321e8681d831f4dbccbca790d2952b56f977908e45be37335533e005286",
};
const COMPOUND_V2_TOPICS = {
  Mint: "0x4c209b5fc8ad50758f13e2e1088ba56a560dff690a1c6fef26394f4c03821c4f",
  Redeem: "0xe5b754fb1abb7f01b499791d0b820ae3b6af3424ac1c59768edb53f4ec31a929",
  Borrow: "0x13ed6866d4e1ee6da46f845c46d7e54120883d75c5ea9a2dacc1c4ca8984ab80",
  RepayBorrow: "0x1a2a22cb034d26d1854bdc6666a5b91fe25efbbb5dcad3b0355478d6f5c362a1",
  LiquidateBorrow: "0x298637f684da70674f26509b10f07ec2fbc77a335ab1e7d6215a4b2484d8bb52",
};
const COMPOUND_TOPICS = {
  Withdraw: "0x9b1bfa7fa9ee420a16e124f794c35ac9f90472acc99140eb2f6447c714cad8eb",
  WithdrawCollateral: "0xd6d480d5b3068db003533b170d67561494d72e3bf9fa40a266471351ebba9e16",
  TransferCollateral: "0x29db89d45e1a802b4d55e202984fce9faf1d30aedf86503ff1ea0ed9ebb64201",
  AbsorbDebt: "0x1547a878dc89ad3c367b6338b4be6a65a5dd74fb77ae044da1e8747ef1f4f62f",
  AbsorbCollateral: "0x9850ab1af75177e4a9201c65a2cf7976d5d28e40ef63494b44366f86b2f9412e",
};

describe("events of lending markets", () => {
  it("behavior: their topics are the published ones", () => {
    const aave = new Map<string, string>(aaveV3Events.map((event) => [event.name, toEventSelector(event)]));
    for (const [name, topic] of Object.entries(AAVE_TOPICS)) assert.equal(aave.get(name), topic, name);
    const second = new Map<string, string>(compoundV2Events.map((event) => [event.name, toEventSelector(event)]));
    for (const [name, topic] of Object.entries(COMPOUND_V2_TOPICS)) assert.equal(second.get(name), topic, name);
    const compound = new Map<string, string>(compoundV3Events.map((event) => [event.name, toEventSelector(event)]));
    for (const [name, topic] of Object.entries(COMPOUND_TOPICS)) assert.equal(compound.get(name), topic, name);
  });
});
