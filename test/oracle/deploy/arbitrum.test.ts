/** The reviewed L2 configuration on a chain of its id, with stand-ins at the addresses it names. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { type Hex, isAddressEqual } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { oracleSentinelAbi } from "../../../oracle/chain/abi/oracle-sentinel.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { testTokenAbi } from "../../../oracle/chain/abi/test-token.ts";
import { connectChain } from "../../../oracle/chain/client.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { deployPlimsoll } from "../../../scripts/deploy/deploy.ts";
import { type DeploymentConfig, readDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { readOutputs } from "../../../scripts/deploy/outputs.ts";
import { type Parties, readParties } from "../../../scripts/deploy/parties.ts";
import { controlChain, type DevelopmentChain } from "../../../scripts/deploy/rehearse/development-chain.ts";
import { addressBook } from "../../../scripts/deploy/verify/context.ts";
import { verifyDeployment } from "../../../scripts/deploy/verify/verify.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { controlClient, STRANGER } from "../../helpers/deployed-dao.ts";
import { placeStandIns } from "../../helpers/stand-ins.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const DEPLOYMENTS = join(import.meta.dirname, "../../../deployments");
const BUNDLE: Hex = `0x${"b0".repeat(32)}`;
const DEPLOY_MS = 180_000;
const E8 = 100_000_000n;
const SPOT_E8 = 2_500n * E8;
const DOLLARS = 2_500_000_000n;
const DAY_SEC = 86_400;
const TENOR_DAYS = 30;
const EXPIRY_SECOND = 28_800;
const [UP, DOWN] = [0n, 1n];
const TIGHTEN_ONLY = 1;
const SEQUENCER_REASON = 6;

describe("the Arbitrum configuration", function () {
  this.timeout(DEPLOY_MS);
  let anvil: Anvil;
  let folder: TemporaryFolder;
  let config: DeploymentConfig;
  let parties: Parties;
  let control: ReturnType<typeof controlClient>;
  let dev: DevelopmentChain;
  let outputs: Awaited<ReturnType<typeof readOutputs>>;
  let snapshot: Hex;

  before(async () => {
    config = await readDeploymentConfig(join(DEPLOYMENTS, "arbitrum/config.json"));
    parties = await readParties(join(DEPLOYMENTS, "anvil/parties.json"));
    folder = temporaryFolder();
    anvil = await startAnvil(["--auto-impersonate"], config.chain.id);
    control = controlClient(anvil.rpcUrl);
    const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: config.chain.id, pollingIntervalMs: 20 });
    dev = await controlChain(chain, (name) => addressBook(outputs.addresses)(name));
    // Before the stand-ins are there: what the file names must exist.
    await assert.rejects(deploy("early"), (error) => hasCode(error, "DEPLOYMENT_FAILED"));
    await placeStandIns(dev, control, config);
    await status(UP);
    await deploy("deployment");
    outputs = await readOutputs(join(folder.path, "deployment"));
    await dev.mineAt((await dev.now()) + graceSec() + 1);
    await price();
    snapshot = await control.snapshot();
  });

  beforeEach(async () => {
    await control.revert({ id: snapshot });
    snapshot = await control.snapshot();
  });

  after(async () => {
    await anvil.stop();
    folder.remove();
  });

  const graceSec = (): number => config.prices.sequencer?.graceSec ?? 0;

  async function deploy(name: string): Promise<void> {
    const target = { rpcUrl: anvil.rpcUrl, outputDir: join(folder.path, name) };
    await deployPlimsoll({ config, parties, bundleHash: BUNDLE }, target);
  }

  async function push(feed: string, answer: bigint): Promise<void> {
    const to = feed === "sequencer" ? config.prices.sequencer?.feed : config.markets[0]?.feed;
    assert.ok(to !== undefined && to !== "test");
    const args = [answer, await dev.now()];
    await dev.send(dev.deployer, { to, abi: phasedTestFeedAbi, functionName: "push", args });
  }

  const status = async (answer: bigint): Promise<void> => await push("sequencer", answer);
  const price = async (): Promise<void> => await push("price", SPOT_E8);

  /** The price of the only market, or the name of the refusal. */
  async function spot(): Promise<bigint | string> {
    const guard = { address: dev.at("priceGuard"), abi: priceGuardAbi, functionName: "spotE8", args: [1] } as const;
    return await control.readContract(guard).then(
      ([priceE8]) => priceE8,
      (error: unknown) => revertOf(error)?.code ?? "",
    );
  }

  async function openPut(): Promise<string> {
    const { deployer } = dev;
    const vault = { address: dev.at("vault"), abi: optionVaultAbi } as const;
    const expiry = (Math.floor((await dev.now()) / DAY_SEC) + TENOR_DAYS) * DAY_SEC + EXPIRY_SECOND;
    const args = [1, SPOT_E8, expiry, true] as const;
    const seriesId = await control.readContract({ ...vault, functionName: "seriesIdOf", args });
    const quote = { to: dev.at("quote"), abi: testTokenAbi };
    await dev.send(deployer, { ...quote, functionName: "mint", args: [deployer, DOLLARS] });
    await dev.send(deployer, { ...quote, functionName: "approve", args: [vault.address, 2n * DOLLARS] });
    const call = { functionName: "open", args: [seriesId, E8, DOLLARS, deployer] };
    const simulated = await dev.simulate(deployer, { to: vault.address, abi: optionVaultAbi, ...call });
    if ("refusal" in simulated) return simulated.refusal;
    await dev.send(deployer, { to: vault.address, abi: optionVaultAbi, ...call });
    return "opened";
  }

  it("default: deploys with stand-ins, and nothing differs from the reviewed file", async () => {
    const reader = dev.chain.reader;
    assert.deepEqual(await verifyDeployment({ reader, config, parties, ...outputs }), []);
    const [market] = config.markets;
    assert.ok(market !== undefined && market.feed !== "test" && market.base !== "test" && config.quote !== "test");
    assert.ok(isAddressEqual(dev.at("feedETH"), market.feed));
    assert.ok(isAddressEqual(dev.at("baseETH"), market.base));
    assert.ok(isAddressEqual(dev.at("quote"), config.quote));
    assert.equal(await spot(), SPOT_E8);
    assert.equal(await openPut(), "opened");
  });

  it("behavior: while the sequencer is down there is no price and no new risk, but collateral can be added", async () => {
    assert.equal(await openPut(), "opened");
    await status(DOWN);
    assert.equal(await spot(), "PriceSequencerDown");
    assert.equal(await openPut(), "PriceSequencerDown");
    const add = { functionName: "addCollateral", args: [1n, DOLLARS] };
    await dev.send(dev.deployer, { to: dev.at("vault"), abi: optionVaultAbi, ...add });
  });

  it("behavior: after a restart prices wait for the grace to the second", async () => {
    await status(DOWN);
    await dev.mineAt((await dev.now()) + DAY_SEC);
    const restartSec = await dev.now();
    await status(UP);
    assert.equal(await spot(), "PriceSequencerGrace");
    await price();
    await dev.mineAt(restartSec + graceSec() - 1);
    assert.equal(await spot(), "PriceSequencerGrace");
    await dev.mineAt(restartSec + graceSec());
    assert.equal(await spot(), SPOT_E8);
  });

  it("behavior: anyone may make the oracle cautious while the sequencer is down, nobody while it is up", async () => {
    const poke = { to: dev.at("sentinel"), abi: oracleSentinelAbi, functionName: "pokeSequencer", args: [] };
    assert.deepEqual(await dev.simulate(STRANGER, poke), { refusal: "SentinelNoCause" });
    await status(DOWN);
    await dev.send(STRANGER, poke);
    const oracle = { address: dev.at("riskOracle"), abi: riskOracleAbi, functionName: "status" } as const;
    const { mode, reason } = await control.readContract(oracle);
    assert.deepEqual([mode, reason], [TIGHTEN_ONLY, SEQUENCER_REASON]);
  });

  it("behavior: an uptime feed that is gone, or that was never written, gives no price either", async () => {
    const address = config.prices.sequencer?.feed;
    assert.ok(address);
    await dev.send(dev.deployer, { to: address, abi: phasedTestFeedAbi, functionName: "startPhase", args: [] });
    assert.equal(await spot(), "PriceSequencerUninitialised");
    await control.setCode({ address, bytecode: "0x" });
    assert.equal(await spot(), "PriceSequencerUnreadable");
  });

  it("behavior: a price is taken for its whole age, and not a second longer", async () => {
    const { maxAgeSec } = config.prices;
    const pushedSec = await dev.now();
    await price();
    await dev.mineAt(pushedSec + maxAgeSec);
    assert.equal(await spot(), SPOT_E8);
    await dev.mineAt(pushedSec + maxAgeSec + 1);
    assert.equal(await spot(), "PriceStale");
  });
});
