/** Deploys Plimsoll through Hardhat Ignition and writes what came out; a broken-off deployment is resumed. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ArtifactResolver,
  type DeploymentResult,
  DeploymentResultType,
  deploy,
} from "@nomicfoundation/ignition-core";
import { isAddress } from "viem";
import { z } from "zod";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Address, Hex } from "../../oracle/domain/units.ts";
import { hedgesOf } from "./hedges.ts";
import { buildPlimsollModule, type ModuleInput } from "./modules/plimsoll.ts";
import { JOURNAL_FOLDER, SALT_FILE, writeOutputs } from "./outputs.ts";
import { createRpcProvider } from "./rpc-provider.ts";

/** Addresses of a deployment by name, e.g. `riskOracle`, `vault`, `feedBTC`. */
export type DeployedAddresses = Readonly<Record<string, Address>>;

/** Where a deployment goes. */
export interface DeployTarget {
  readonly rpcUrl: string;
  /** Folder for Ignition's journal, addresses and receipts; outside git for local chains. */
  readonly outputDir: string;
  /** Key of the deployer where the node holds no account; `undefined` uses the node's first account. */
  readonly deployerKey?: Hex | undefined;
}

const SALT_BYTES = 32;
const POLLING_MS = 20;
const FEE_BUMP_MS = 60_000;

const hex32 = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));
const saltSchema = z.object({ salt: hex32 });
const accountsSchema = z.array(z.string());

/**
 * Deploys, or finishes a deployment that was broken off in the same folder.
 *
 * @returns addresses by result name of the module, and those of the network's own contracts that it uses.
 * @throws PlimsollError `DEPLOYMENT_FAILED` with Ignition's reasons, `PARTIES_MISMATCH`.
 */
export async function deployPlimsoll(
  input: Omit<ModuleInput, "salt">,
  target: DeployTarget,
): Promise<DeployedAddresses> {
  requireSigners(input);
  await mkdir(target.outputDir, { recursive: true });
  const provider = createRpcProvider(target.rpcUrl, target.deployerKey);
  const salt = await stableSalt(target.outputDir);
  const ignitionModule = buildPlimsollModule({ ...input, salt });
  const result = await deploy({
    config: { requiredConfirmations: 1, blockPollingInterval: POLLING_MS, timeBeforeBumpingFees: FEE_BUMP_MS },
    artifactResolver: await createArtifactResolver(),
    provider,
    deploymentDir: join(target.outputDir, JOURNAL_FOLDER),
    ignitionModule,
    deploymentParameters: {},
    accounts: accountsSchema.parse(await provider.request({ method: "eth_accounts" })),
  }).catch((cause: unknown) => {
    throw deploymentFailed(cause instanceof Error ? cause.message : String(cause), target, cause);
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) throw deploymentFailed(describe(result), target);
  const made = Object.entries(ignitionModule.results).map(
    ([name, future]) => [name, addressOf(result.contracts, future.id)] as const,
  );
  const addresses = { ...Object.fromEntries(made), ...externalAddresses(input) };
  const { config, bundleHash } = input;
  await writeOutputs(target.outputDir, addresses, { chainId: config.chain.id, bundleHash, salt });
  return addresses;
}

/** The reviewed files must agree: a signer more or less changes what the threshold means. */
function requireSigners({ config, parties }: Omit<ModuleInput, "salt">): void {
  const { count } = config.operators;
  if (parties.signers.length === count) return;
  throw new PlimsollError({
    code: "PARTIES_MISMATCH",
    problem: `There are ${parties.signers.length} signers, but the configuration speaks of ${count} operators.`,
    remedy: "Make operators.count in config.json and signers in parties.json agree.",
    context: { signers: parties.signers.length, count },
  });
}

/** Tokens and feeds that the network had before, under the names that test contracts have elsewhere. */
function externalAddresses({ config }: Omit<ModuleInput, "salt">): DeployedAddresses {
  const named = config.markets.flatMap(({ asset, base, feed }) => [
    [`base${asset}`, base] as const,
    [`feed${asset}`, feed] as const,
  ]);
  const venues = hedgesOf(config).map(({ venueName, venue }) => [venueName, venue] as const);
  const entries = [["quote", config.quote] as const, ...named, ...venues];
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === "test" ? [] : [[name, value]])));
}

/** Compiled contracts as Hardhat keeps them; loaded on demand, since only a deployment needs the compiler's project. */
async function createArtifactResolver(): Promise<ArtifactResolver> {
  const { default: hre } = await import("hardhat");
  return {
    loadArtifact: async (name) => await hre.artifacts.readArtifact(name),
    // Only used for source verification and libraries by source name; neither is needed here.
    getBuildInfo: async () => undefined,
  };
}

/** The salt of the first attempt in this folder, so that a resumed deployment finds its own constructor arguments. */
async function stableSalt(outputDir: string): Promise<Hex> {
  const path = join(outputDir, SALT_FILE);
  const stored = await readFile(path, "utf8").catch(() => null);
  if (stored !== null) return saltSchema.parse(JSON.parse(stored)).salt;
  const salt: Hex = `0x${randomBytes(SALT_BYTES).toString("hex")}`;
  await writeFile(path, `${JSON.stringify({ salt })}\n`);
  return salt;
}

function addressOf(contracts: Readonly<Record<string, { readonly address: string }>>, futureId: string): Address {
  const address = contracts[futureId]?.address;
  if (address !== undefined && isAddress(address)) return address;
  throw new PlimsollError({
    code: "DEPLOYMENT_FAILED",
    problem: `Ignition reported no address for ${futureId}.`,
    remedy: "Remove the deployment's journal folder and deploy again.",
    context: { futureId },
  });
}

function describe(result: DeploymentResult): string {
  return `${result.type} ${JSON.stringify(result)}`;
}

function deploymentFailed(reason: string, target: DeployTarget, cause?: unknown): PlimsollError {
  return new PlimsollError({
    code: "DEPLOYMENT_FAILED",
    problem: `The deployment to ${target.rpcUrl} ended with: ${reason.replaceAll(/\s+/g, " ")}`,
    remedy: `Mend what it names and run again; the journal in ${target.outputDir} resumes it.`,
    context: { rpcUrl: target.rpcUrl, outputDir: target.outputDir },
    cause,
  });
}
