/** The committed configurations are valid, and slips in them are refused by field. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { parseDeploymentConfig, readDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { hedgesOf, mandateTerms } from "../../../scripts/deploy/hedges.ts";
import { parseParties, readParties } from "../../../scripts/deploy/parties.ts";

const DEPLOYMENTS = join(import.meta.dirname, "../../../deployments");

function text(network: string, file = "config.json"): string {
  return readFileSync(join(DEPLOYMENTS, network, file), "utf8");
}

function refusal(config: string): string {
  try {
    parseDeploymentConfig(config, "config.json");
  } catch (error) {
    assert.ok(hasCode(error, "DEPLOYMENT_CONFIG_INVALID"));
    return String(error.context.detail);
  }
  return "accepted";
}

describe("deployment configurations", () => {
  it("default: every committed network is valid and named after its folder", async () => {
    const networks = readdirSync(DEPLOYMENTS);
    assert.deepEqual([...networks].sort(), ["anvil", "arbitrum", "local", "sepolia"]);
    for (const network of networks) {
      const config = await readDeploymentConfig(join(DEPLOYMENTS, network, "config.json"));
      assert.equal(config.network, network);
    }
  });

  it("behavior: the L2 has a sequencer feed, and no public network an RPC or parties in the repository", () => {
    const arbitrum = parseDeploymentConfig(text("arbitrum"), "");
    assert.equal(arbitrum.prices.sequencer?.graceSec, 3_600);
    for (const network of ["arbitrum", "sepolia"]) {
      assert.equal(parseDeploymentConfig(text(network), "").chain.rpcUrl, null);
      assert.ok(!readdirSync(join(DEPLOYMENTS, network)).includes("parties.json"));
    }
  });

  it("error: an address with one wrong letter case or digit", () => {
    assert.match(refusal(text("sepolia").replace("0x694AA1", "0x694aA1")), /^markets\.1\.feed: .*|markets/);
    assert.match(refusal(text("arbitrum").replace("0xaf88d0", "0xaf88d1")), /^quote/);
  });

  it("error: delays below the floors of the access manager, or narrowing slower than widening", () => {
    const anvil = text("anvil");
    assert.match(refusal(anvil.replace('"wideningDelaySec": 86400', '"wideningDelaySec": 86399')), /wideningDelaySec/);
    assert.match(refusal(anvil.replace('"narrowingDelaySec": 3600', '"narrowingDelaySec": 3599')), /narrowingDelay/);
    assert.match(refusal(anvil.replace('"narrowingDelaySec": 3600', '"narrowingDelaySec": 90000')), /narrowingDelay/);
    assert.match(refusal(anvil.replace('"votingPeriodSec": 86400', '"votingPeriodSec": 60')), /votingPeriodSec/);
  });

  it("error: test contracts on a mainnet", () => {
    const arbitrum = text("arbitrum");
    const quote = arbitrum.replace("0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "test");
    assert.match(refusal(quote), /quote: no test token/);
    const feed = arbitrum.replace("0x639Fe6ab55C921f74e7fac1ee960C0B6293ba612", "test");
    assert.match(refusal(feed), /markets\.0: no test token or feed/);
    const hedged = JSON.parse(arbitrum);
    hedged.markets[0].hedge = JSON.parse(text("local")).markets[0].hedge;
    assert.match(refusal(JSON.stringify(hedged)), /markets\.0: .* test venue/);
  });

  it("error: terms of a mandate outside the contract's limits, and a hedger that reports to itself", () => {
    const local = text("local");
    for (const [field, value] of [
      ["lifeSec", 3_599],
      ["lifeSec", 7_776_001],
      ["coolDownSec", 59],
      ["targetLifeSec", 86_401],
      ["windowSec", 604_801],
      ["marginShareBps", 2_001],
      ["slippageBps", 501],
    ] as const) {
      const changed = local.replace(new RegExp(`("hedge"[^}]*"${field}": )\\d+`), `$1${value}`);
      assert.match(refusal(changed), new RegExp(`^markets\\.0\\.hedge\\.terms\\.${field}`), field);
    }
    const large = local.replace(/"maxSizeE8": "200000000"/, `"maxSizeE8": "${2n ** 63n}"`);
    assert.match(refusal(large), /maxSizeE8: does not fit 63 bits/);
    const parties = JSON.parse(text("local", "parties.json"));
    parties.hedge.reporter = parties.hedge.hedger;
    assert.throws(
      () => parseParties(JSON.stringify(parties), ""),
      (error) => hasCode(error, "PARTIES_INVALID"),
    );
  });

  it("behavior: no network lets operators call for caution; limits are shares", () => {
    for (const network of readdirSync(DEPLOYMENTS))
      assert.equal(parseDeploymentConfig(text(network), "").cascadeCaution, undefined);
    const config = JSON.parse(text("local"));
    const limits = { leastProbability: 0.5, leastExpectedFall: 0.01, releaseProbability: 0.3 };
    const withLimits = (cascadeCaution: object) => JSON.stringify({ ...config, cascadeCaution });
    assert.deepEqual(parseDeploymentConfig(withLimits(limits), "").cascadeCaution, limits);
    assert.match(refusal(withLimits({ ...limits, leastProbability: 1.1 })), /^cascadeCaution\.leastProbability/);
    assert.match(refusal(withLimits({ leastProbability: 0.5 })), /^cascadeCaution\.leastExpectedFall/);
    assert.match(refusal(withLimits({ ...limits, releaseProbability: 0.5 })), /^cascadeCaution\.releaseProbability/);
  });

  it("error: PARTIES_MISMATCH for a mandate that nobody may use", () => {
    const [hedge] = hedgesOf(parseDeploymentConfig(text("local"), ""));
    assert.ok(hedge);
    assert.throws(
      () => mandateTerms(hedge, {}),
      (error) => hasCode(error, "PARTIES_MISMATCH"),
    );
  });

  it("error: feeds of classes that are not configured, twice the same, of no known ratio", () => {
    const anvil = text("anvil");
    const feed = '{ "classId": 121, "ratio": "collateral" }';
    const fault = (other: string) => refusal(anvil.replace(feed, other));
    assert.match(fault('{ "classId": 131, "ratio": "penalty" }'), /^accepted$/);
    assert.match(fault('{ "classId": 123, "ratio": "collateral" }'), /^classFeeds\.0: no class 123/);
    assert.match(fault('{ "classId": 121, "ratio": "penalty" }'), /^classFeeds\.1: listed twice/);
    assert.match(fault('{ "classId": 121, "ratio": "score" }'), /^classFeeds\.0\.ratio/);
    assert.match(fault('{ "classId": 4096, "ratio": "penalty" }'), /^classFeeds\.0\.classId/);
  });

  it("error: unknown fields and no JSON", () => {
    assert.match(refusal(text("anvil").replace('"quote":', '"qoute":')), /quote|file/);
    assert.equal(refusal("{"), "it is not JSON");
  });
});

describe("parties", () => {
  it("default: development networks have theirs in the repository", async () => {
    const parties = await readParties(join(DEPLOYMENTS, "anvil/parties.json"));
    assert.equal(parties.signers.length, 4);
    assert.ok(!parties.signers.includes(parties.guardian));
  });

  it("error: PARTIES_UNREADABLE, PARTIES_INVALID", async () => {
    await assert.rejects(readParties(join(DEPLOYMENTS, "sepolia/parties.json")), (error) =>
      hasCode(error, "PARTIES_UNREADABLE"),
    );
    const valid = text("anvil", "parties.json");
    const zero = valid.replace(/"guardian": "0x[0-9a-fA-F]{40}"/, '"guardian": null');
    for (const wrong of ["{", zero, valid.replace('"kind": "new"', '"kind": "none"')]) {
      assert.throws(
        () => parseParties(wrong, "parties.json"),
        (error) => hasCode(error, "PARTIES_INVALID"),
      );
    }
  });
});
