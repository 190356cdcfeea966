/** Code on chain against the compiled artifact: equal outside immutables and library addresses, libraries the same way. */
import { type Hex, hexToBytes, keccak256, toHex } from "viem";
import { z } from "zod";
import type { Address } from "../../../oracle/domain/units.ts";
import { classFeedName } from "../class-feeds.ts";
import { managedContracts } from "../roles.ts";
import type { VerificationRun } from "./context.ts";

const positions = z.array(z.object({ start: z.number(), length: z.number() }));
const artifactSchema = z.object({
  deployedBytecode: z.string(),
  immutableReferences: z.record(z.string(), positions).default({}),
  deployedLinkReferences: z.record(z.string(), z.record(z.string(), positions)).default({}),
});
type Artifact = z.infer<typeof artifactSchema>;
type Positions = z.infer<typeof positions>;

const ADDRESS_BYTES = 20;
/** A library's code begins with PUSH20 and its own address, zeros in the artifact. */
const PUSH20 = 0x73;
const LIBRARY_ADDRESS = { start: 1, length: ADDRESS_BYTES };

/** Contracts of the DAO by their name in a deployment. */
const GOVERNANCE = { accessManager: "PlimsollAccessManager", governor: "PlimsollGovernor" };

/** Contracts that nobody manages, as they hold nothing to set. */
const UNMANAGED = {
  ruleEngine: "RuleEngine",
  riskOracleExtension: "RiskOracleExtension",
  vaultExtension: "OptionVaultExtension",
  vaultSettings: "OptionVaultSettings",
  sentinel: "OracleSentinel",
};

/** Compares the code hash of every contract whose source is here. */
export async function verifyCode(run: VerificationRun): Promise<void> {
  const managed = Object.entries(managedContracts(run.config)).map(([name, { contract }]) => [name, contract] as const);
  const token = run.parties.token.kind === "new" ? [["votesToken", "PlimsollToken"] as const] : [];
  const feeds = run.config.classFeeds.map((feed) => [classFeedName(feed), "ClassRatioFeed"] as const);
  const others = Object.entries({ ...UNMANAGED, ...GOVERNANCE });
  for (const [name, contract] of [...managed, ...others, ...token, ...feeds]) {
    await verifyContract(run, { name, contract, address: run.at(name) });
  }
}

interface Subject {
  readonly name: string;
  readonly contract: string;
  readonly address: Address;
}

async function verifyContract(run: VerificationRun, { name, contract, address }: Subject): Promise<void> {
  const artifact = await readArtifact(contract);
  const code = hexToBytes((await run.reader.getCode({ address })) ?? "0x");
  const compiled = hexToBytes(withoutPlaceholders(artifact.deployedBytecode));
  const links = linksOf(artifact);
  const open = [...Object.values(artifact.immutableReferences).flat(), ...links.flatMap(({ at }) => at)];
  const masked = compiled[0] === PUSH20 ? [...open, LIBRARY_ADDRESS] : open;
  run.comparison.same(`${name}.code`, maskedHash(compiled, masked), maskedHash(code, masked));
  for (const { library, at } of links) {
    const [first] = at;
    if (first === undefined || code.length < first.start + first.length) continue;
    const linked = toHex(code.slice(first.start, first.start + first.length));
    await verifyContract(run, { name: `${name}.${library}`, contract: library, address: linked });
  }
}

function linksOf({
  deployedLinkReferences,
}: Artifact): readonly { readonly library: string; readonly at: Positions }[] {
  return Object.values(deployedLinkReferences).flatMap((libraries) =>
    Object.entries(libraries).map(([library, at]) => ({ library, at })),
  );
}

/** Library placeholders are no hexadecimal digits; what stands there is masked anyway. */
function withoutPlaceholders(bytecode: string): Hex {
  return `0x${bytecode.slice(2).replaceAll(/__\$[0-9a-f]{34}\$__/g, "0".repeat(2 * ADDRESS_BYTES))}`;
}

function maskedHash(code: Uint8Array, masked: Positions): Hex {
  const copy = code.slice();
  for (const { start, length } of masked) copy.fill(0, start, start + length);
  return keccak256(copy);
}

async function readArtifact(contract: string): Promise<Artifact> {
  const { default: hre } = await import("hardhat");
  return artifactSchema.parse(await hre.artifacts.readArtifact(contract));
}
