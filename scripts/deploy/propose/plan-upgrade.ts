/** The calls that replace rule engine and verifier: roles of the new signer registry first, then both switches. */
import { type Abi, isAddressEqual } from "viem";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../../oracle/chain/abi/signer-registry.ts";
import { type ChainClient, isTransportFailure } from "../../../oracle/chain/client.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { FUNCTION_ROLES, managedContract, ROLE_IDS, selectorsOf } from "../roles.ts";
import type { VerificationRun } from "../verify/context.ts";
import { differencesOf } from "../verify/difference.ts";
import type { ProposedCall } from "./plan-changes.ts";

/** New parts, deployed before the proposal; a part that is left out stays. */
export interface UpgradeParts {
  readonly engine?: Address | undefined;
  /** A `SignerRegistry` with the signers, the threshold and the overlap of the live one. */
  readonly verifier?: Address | undefined;
}

/** Where the parts go. */
export interface UpgradeInput {
  readonly chain: ChainClient;
  readonly at: VerificationRun["at"];
}

/** The part of `IRuleEngine` that an upgrade asks. */
export const ENGINE_VERSION_ABI = [
  { type: "function", name: "version", stateMutability: "view", inputs: [], outputs: [{ type: "uint32" }] },
] as const satisfies Abi;

const AUTHORITY_ABI = [
  { type: "function", name: "authority", stateMutability: "view", inputs: [], outputs: [{ type: "address" }] },
] as const satisfies Abi;

/**
 * Plans an upgrade after looking at both parts.
 *
 * @throws PlimsollError `UPGRADE_ENGINE_REFUSED` for an engine without code or without a higher version,
 *   `UPGRADE_VERIFIER_REFUSED` for a verifier without code, with another authority, or with another signer set.
 */
export async function planUpgrade(
  { engine, verifier }: UpgradeParts,
  input: UpgradeInput,
): Promise<readonly ProposedCall[]> {
  const calls: ProposedCall[] = [];
  const oracle = { target: input.at("riskOracle"), abi: riskOracleAbi };
  if (engine !== undefined) {
    const title = `rule engine: ${await requireEngine(engine, input)}, at ${engine}`;
    calls.push({ ...oracle, functionName: "setRuleEngine", args: [engine], title });
  }
  if (verifier !== undefined) {
    await requireVerifier(verifier, input);
    calls.push(...registryRoles(verifier, input));
    const title = `verifier: same signers and threshold, at ${verifier}`;
    calls.push({ ...oracle, functionName: "setVerifier", args: [verifier], title });
  }
  return calls;
}

/** Without these, rotation of signers would be the admin's and their removal nobody's who is quick. */
function registryRoles(registry: Address, { at }: UpgradeInput): readonly ProposedCall[] {
  const entry = managedContract("signerRegistry");
  if (entry === undefined) throw new RangeError("roles.ts has no signerRegistry");
  return FUNCTION_ROLES.flatMap((role) => {
    const selectors = selectorsOf(entry, role);
    if (selectors.length === 0) return [];
    return [
      {
        target: at("accessManager"),
        abi: plimsollAccessManagerAbi,
        functionName: "setTargetFunctionRole",
        args: [registry, selectors, ROLE_IDS[role]],
        title: `${entry.roles[role].join(", ")} of ${registry}: ${role}`,
      },
    ];
  });
}

async function requireEngine(engine: Address, { chain, at }: UpgradeInput): Promise<string> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const live = await chain.reader.readContract({ ...oracle, functionName: "ruleEngine" });
  const read = async (address: Address) =>
    await chain.reader.readContract({ address, abi: ENGINE_VERSION_ABI, functionName: "version" });
  const liveVersion = await read(live);
  const version = await read(engine).catch(unlessTransport(0));
  if (version > liveVersion) return `version ${liveVersion} → ${version}`;
  const found = version === 0 ? "answers no version" : `has version ${version}`;
  throw new PlimsollError({
    code: "UPGRADE_ENGINE_REFUSED",
    problem: `The rule engine ${engine} ${found}, and the live one ${live} has version ${liveVersion}.`,
    remedy: "Deploy an engine whose version is higher, and give its address.",
    context: { engine, version, live, liveVersion },
  });
}

async function requireVerifier(verifier: Address, { chain, at }: UpgradeInput): Promise<void> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const live = await chain.reader.readContract({ ...oracle, functionName: "verifier" });
  const found = await registryFacts(chain, verifier).catch(unlessTransport(null));
  const wanted = { ...(await registryFacts(chain, live)), authority: at("accessManager") };
  if (found !== null && !isAddressEqual(verifier, live) && differencesOf(found, wanted).length === 0) return;
  const detail = found === null ? "is no signer registry" : `differs: ${differencesOf(found, wanted).join(", ")}`;
  throw new PlimsollError({
    code: "UPGRADE_VERIFIER_REFUSED",
    problem: `The verifier ${verifier} ${isAddressEqual(verifier, live) ? "is the live one" : detail}.`,
    remedy: "Deploy a SignerRegistry under the same access manager with the live signers, threshold and overlap.",
    context: { verifier, live },
  });
}

/** A contract that does not answer is no such part; an RPC that does not answer says nothing about it. */
function unlessTransport<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (isTransportFailure(error)) throw error;
    return value;
  };
}

/** What two registries must have in common for one to stand in for the other. */
export async function registryFacts({ reader }: ChainClient, address: Address) {
  const registry = { address, abi: signerRegistryAbi } as const;
  const [, signers, threshold] = await reader.readContract({ ...registry, functionName: "currentSet" });
  return {
    signers,
    threshold,
    overlapSec: await reader.readContract({ ...registry, functionName: "OVERLAP_SEC" }),
    authority: await reader.readContract({ address, abi: AUTHORITY_ABI, functionName: "authority" }),
  };
}
