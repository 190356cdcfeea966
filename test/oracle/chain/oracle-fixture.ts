/** The real contracts on a chain of the test: registries, RiskOracle, a vault with one market, deployed with viem. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Abi, keccak256, stringToHex, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { OracleAddresses } from "../../../oracle/chain/oracle-reader.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import { ANVIL_KEY, type Anvil } from "../../helpers/anvil.ts";
import { ACCOUNTS, BUNDLE } from "../consensus/cluster.ts";

const ARTIFACTS = join(import.meta.dirname, "../../../artifacts/contracts");
export const CLASS_ID = 1;
export const SIGNERS = ACCOUNTS.slice(0, 4);

/** Deployed contracts and the account that owns them. */
export interface OracleFixture extends OracleAddresses {
  readonly chain: ChainClient;
  readonly account: ReturnType<typeof privateKeyToAccount>;
  readonly vault: Address;
  /** What a further source can be built on. */
  readonly priceGuard: Address;
  readonly base: Address;
  readonly quote: Address;
  /** Deploys `contracts/<path>.sol` as the owner. */
  deploy(path: string, args: readonly unknown[]): Promise<Address>;
  /** Sends a call as the owner and waits for it; throws when it reverts. */
  send(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void>;
  /** A raw development call of the node, e.g. `anvil_rollback`. */
  control(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Opens a covered call of one coin, fully collateralised; ids count from 1. */
  openCall(strikeUsd: bigint): Promise<void>;
}

const artifactSchema = z.object({
  abi: z.custom<Abi>((value) => Array.isArray(value)),
  bytecode: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{2,}$/.test(value)),
});

/** Artifacts are written by `npx hardhat build`, which `npm run test:oracle` runs first. */
function artifact(path: string) {
  const name = path.split("/").at(-1);
  return artifactSchema.parse(JSON.parse(readFileSync(join(ARTIFACTS, `${path}.sol`, `${name}.json`), "utf8")));
}

/** Caps of delivery that no test reaches by chance. */
export const WIDE_LIMITS = {
  reportTightened: 60_000,
  reportTighteningBps: 1_000_000,
  windowTightened: 60_000,
  windowTighteningBps: 16_000_000,
  windowSec: 86_400,
  dispersionBps: 10_000,
  violations: 60_000,
  coolDownSec: 0,
  heldSec: 3_600,
  rootValiditySec: 3_600,
};
/** A class with wide bounds, so that single tests can move values. */
export const WIDE_CLASS: RiskClass = {
  rhoFloorBps: 100,
  rhoCeilingBps: 10_000,
  rhoDefaultBps: 3_000,
  rhoInitialBps: 3_000,
  piFloorBps: 10,
  piCapBps: 2_000,
  piDefaultBps: 300,
  deltaBps: 50,
  tighten: { stepBps: 5_000, driftBps: 9_000, delaySec: 60 },
  loosen: { stepBps: 500, driftBps: 1_000, delaySec: 300 },
  windowSec: 21_600,
  validitySec: 7_200,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 60,
  betaBps: 1_000,
  maxAboveOpenBps: 7_000,
  piStepBps: 500,
  active: true,
};
const LIQUIDATION = {
  orderlySec: 3_600,
  lateSec: 3_600,
  coolOffSec: 300,
  flagLifeSec: 86_400,
  targetHealthBps: 12_000,
  flagBountyBps: 0,
};
const E8 = 100_000_000n;
const SPOT_E8 = 50_000n * E8;
const DAY_SEC = 86_400n;
const EXPIRY_SECOND = 28_800n;
const MAX_UINT16 = 65_535;
const MAX_UINT32 = 4_294_967_295;
const LIFE_SEC = 3_600;
/** Anvil starts at this time, so that the one price push is fresh. */
export const GENESIS_SEC = 1_800_000_000;
const FEED_TIME_SEC = BigInt(GENESIS_SEC);
const ONE_CLASS_GRID = {
  moneynessEdgesBps: Array.from({ length: 7 }, () => MAX_UINT16),
  tenorEdgesSec: Array.from({ length: 3 }, () => MAX_UINT32),
  classIds: Array.from({ length: 32 }, () => CLASS_ID),
};

interface Deployer {
  readonly owner: Address;
  deploy(path: string, args: readonly unknown[]): Promise<Address>;
  send: OracleFixture["send"];
}

interface Authority {
  readonly authority: Address;
}

/** Deploys everything on an anvil started with `--timestamp GENESIS_SEC`. */
export async function deployOracle(anvil: Anvil): Promise<OracleFixture> {
  const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });
  const account = privateKeyToAccount(ANVIL_KEY);
  const deployer = createDeployer(chain, account);
  // The deployer stays admin without delay: it may call everything.
  const authority = await deployer.deploy("governance/PlimsollAccessManager", [account.address, 86_400, LIFE_SEC]);
  const addresses = await deployRegistries({ ...deployer, authority });
  const ground = await deployVault({ ...deployer, authority }, addresses.oracle);
  return {
    chain,
    account,
    ...ground,
    ...addresses,
    deploy: deployer.deploy,
    send: deployer.send,
    control: async (method, params) => await chain.reader.transport.request({ method, params }),
    openCall: async (strikeUsd) => await openCall({ chain, vault: ground.vault, ...deployer }, strikeUsd),
  };
}

/** Deploys and sends as one account. */
export function createDeployer(chain: ChainClient, account: OracleFixture["account"]): Deployer {
  const wallet = chain.signer(account);
  return {
    owner: account.address,
    deploy: async (path, args) => {
      const hash = await wallet.deployContract({ ...artifact(path), args: [...args] });
      const { contractAddress } = await chain.reader.waitForTransactionReceipt({ hash });
      if (contractAddress === null || contractAddress === undefined) throw new Error(`${path} was not deployed`);
      return contractAddress;
    },
    send: async (to, abi, functionName, args) => {
      const hash = await wallet.writeContract({ address: to, abi, functionName, args: [...args] });
      const { status } = await chain.reader.waitForTransactionReceipt({ hash });
      if (status !== "success") throw new Error(`${functionName} reverted`);
    },
  };
}

async function deployRegistries({ deploy, send, authority }: Deployer & Authority): Promise<OracleAddresses> {
  const signers = SIGNERS.map(({ address }) => address);
  const signerRegistry = await deploy("registry/SignerRegistry", [authority, LIFE_SEC, signers, 3]);
  const engine = await deploy("oracle/RuleEngine", []);
  const extension = await deploy("oracle/RiskOracleExtension", [keccak256(stringToHex("test"))]);
  const config = {
    authority,
    verifier: signerRegistry,
    engine,
    extension,
    maxArrivalAgeSec: LIFE_SEC,
    limits: { ...WIDE_LIMITS, heldSec: LIFE_SEC, rootValiditySec: LIFE_SEC },
  };
  const oracle = await deploy("oracle/RiskOracle", [config]);
  await send(oracle, riskOracleAbi, "setRiskClass", [CLASS_ID, WIDE_CLASS]);
  await send(oracle, riskOracleAbi, "setModelAllowed", [BUNDLE, true]);
  return { oracle, signerRegistry };
}

async function deployVault(
  { deploy, send, owner, authority }: Deployer & Authority,
  oracle: Address,
): Promise<Pick<OracleFixture, "vault" | "priceGuard" | "base" | "quote">> {
  const priceGuard = await deploy("feeds/PriceGuard", [authority]);
  const settlement = await deploy("feeds/SettlementOracle", [authority, priceGuard, LIFE_SEC]);
  const feed = await deploy("local/PhasedTestFeed", [8, "BTC / USD", owner]);
  const base = await deploy("local/TestToken", ["Test BTC", "BTC", 8, owner]);
  const quote = await deploy("local/TestToken", ["Test Dollar", "USDT0", 6, owner]);
  const settings = await deploy("vault/OptionVaultSettings", [{ oracle, guard: priceGuard }]);
  const extension = await deploy("vault/OptionVaultExtension", [settings]);
  const vault = await deploy("vault/OptionVault", [authority, settlement, LIQUIDATION, extension]);
  const vaultAbi = optionVaultAbi;
  await send(oracle, riskOracleAbi, "registerSource", [vault]);
  await send(vault, vaultAbi, "addMarket", [base, quote, 1n, 1n]);
  await send(vault, vaultAbi, "setClassGrid", [1, ONE_CLASS_GRID]);
  const limits = { decimals: 8, maxAgeSec: 86_400, maxDeviationBps: 0, minPriceE8: 1n, maxPriceE8: E8 * E8 };
  const guarded = {
    feed,
    ...limits,
    secondFeed: zeroAddress,
    secondDecimals: 0,
    secondMaxAgeSec: 0,
    secondRequired: false,
  };
  await send(priceGuard, artifact("feeds/PriceGuard").abi, "setFeed", [1, guarded]);
  await send(feed, artifact("local/PhasedTestFeed").abi, "push", [SPOT_E8, FEED_TIME_SEC]);
  const token = artifact("local/TestToken").abi;
  await send(base, token, "mint", [owner, 1_000_000n * E8]);
  await send(base, token, "approve", [vault, 1_000_000n * E8]);
  return { vault, priceGuard, base, quote };
}

async function openCall(
  { chain, vault, send, owner }: Deployer & Pick<OracleFixture, "chain" | "vault">,
  strikeUsd: bigint,
): Promise<void> {
  const { timestamp } = await chain.reader.getBlock();
  const expiry = Number((timestamp / DAY_SEC + 30n) * DAY_SEC + EXPIRY_SECOND);
  const contract = { address: vault, abi: optionVaultAbi } as const;
  const args = [1, strikeUsd * E8, expiry, false] as const;
  const seriesId = await chain.reader.readContract({ ...contract, functionName: "seriesIdOf", args });
  await send(vault, optionVaultAbi, "open", [seriesId, E8, E8, owner]);
}
