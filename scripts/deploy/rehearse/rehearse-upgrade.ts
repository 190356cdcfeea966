/**
 * Rehearses an upgrade of rule engine and verifier: the same chain is carried to the same seconds with the upgrade and
 * without it, and every value is compared. At the end the chain is what it was.
 */
import { type Abi, type Hex, isAddressEqual } from "viem";
import { z } from "zod";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../../oracle/chain/abi/signer-registry.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { ProposedCall } from "../propose/plan-changes.ts";
import { ENGINE_VERSION_ABI, planUpgrade } from "../propose/plan-upgrade.ts";
import type { Verification } from "../verify/context.ts";
import { createComparison, type Difference } from "../verify/difference.ts";
import { checkAfter, checkBefore, type RehearsalCheck } from "./after-switch.ts";
import type { DevelopmentChain } from "./development-chain.ts";
import { type OracleValues, readOracleValues } from "./oracle-values.ts";
import { gatherVotes, queueProposal } from "./pass-proposal.ts";
import { sendReports, takeSignatures } from "./prepare-oracle.ts";
import { openRehearsalPositions, pushRehearsalPrices } from "./rehearsal-positions.ts";
import type { RehearsalQuorum } from "./rehearsal-reports.ts";

/** What a rehearsal found. */
export interface Rehearsal {
  readonly engine: { readonly from: Address; readonly to: Address; readonly version: number };
  readonly verifier: { readonly from: Address; readonly to: Address };
  /** Wait between vote and switch, seconds. */
  readonly delaySec: number;
  /** Positions that were open at the switch. */
  readonly positions: number;
  readonly moments: readonly Moment[];
  readonly checks: readonly RehearsalCheck[];
  /** Whether nothing differs and every check found what it expected. */
  readonly pass: boolean;
}

/** Comparison of everything at one second. */
export interface Moment {
  readonly what: string;
  /** After the switch, seconds. */
  readonly afterSec: number;
  readonly groups: readonly {
    readonly name: string;
    readonly compared: number;
    readonly differences: readonly Difference[];
  }[];
}

/** What a rehearsal needs. */
export interface RehearsalInput {
  readonly dev: DevelopmentChain;
  /** The deployment, as `npm run verify` sees it. */
  readonly verification: Verification;
  /** More calls in the upgrade's proposal: a rehearsal of what else it would change. */
  readonly further?: readonly ProposedCall[];
}

/** The switch happens this long after it may. */
const SWITCH_AFTER_SEC = 10;
const MINUTE_SEC = 60;
const HALF = 2;

const artifactSchema = z.object({
  abi: z.custom<Abi>((value) => Array.isArray(value)),
  bytecode: z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{2,}$/.test(value)),
});

/**
 * Rehearses on a development chain.
 *
 * @throws PlimsollError `REHEARSAL_NODE_REFUSED` for anything but a development chain, `REHEARSAL_NO_VOTER`,
 *   `REHEARSAL_CALL_FAILED`, `UPGRADE_ENGINE_REFUSED`, `UPGRADE_VERIFIER_REFUSED`.
 */
export async function rehearseUpgrade(input: RehearsalInput): Promise<Rehearsal> {
  const { kind } = input.verification.config.chain;
  if (kind !== "development") {
    throw new PlimsollError({
      code: "REHEARSAL_NODE_REFUSED",
      problem: `A rehearsal moves the clock and acts for everybody; this is a ${kind} chain.`,
      remedy: "Rehearse with --network anvil or --network hardhat.",
      context: { kind },
    });
  }
  return await input.dev.undone(async () => await rehearse(input));
}

async function rehearse({ dev, verification, further = [] }: RehearsalInput): Promise<Rehearsal> {
  const { config, parties, record } = verification;
  await pushRehearsalPrices(dev, config);
  const positions = await openRehearsalPositions(dev, config);
  const electorate = await gatherVotes(dev, parties, config);
  const old = await takeSignatures(dev, positions, { ...electorate, config, record });
  const parts = await deployParts(dev, verification, old);
  const calls = [...(await planUpgrade(parts, dev)), ...further];
  const { etaSec, execution } = await queueProposal(dev, calls, { ...electorate, title: "Rehearsal: upgrade" });
  const queuedAt = await dev.now();
  const prepared = await sendReports(dev, old, { positions, etaSec, config });
  const from = await wiringOf(dev);
  const moments = momentsOf(verification);
  const switchSec = etaSec + SWITCH_AFTER_SEC;

  const [control, expected] = await dev.undone(async () => {
    await dev.mineAt(switchSec);
    return [await checkBefore(dev, prepared), await valuesAt(dev, verification, { switchSec, moments })] as const;
  });
  await dev.send(dev.deployer, execution, switchSec);
  const found = await dev.undone(async () => await valuesAt(dev, verification, { switchSec, moments }));
  const compared = moments.map((moment, index) => compareMoment(moment, expected[index], found[index]));
  const to = await wiringOf(dev);
  const quorum = { ...old, setVersion: await setVersionOf(dev, to.verifier) };
  const after = { prepared, quorum, verifier: to.verifier, guardian: parties.guardian };
  const checks = [...control, ...checkWiring({ from, to, parts }), ...(await checkAfter(dev, after))];
  const pass =
    checks.every((check) => check.expected === check.found) &&
    compared.every(({ groups }) => groups.every(({ differences }) => differences.length === 0));
  return {
    engine: { from: from.engine, to: to.engine, version: to.version },
    verifier: { from: from.verifier, to: to.verifier },
    delaySec: etaSec - queuedAt,
    positions: Object.keys(found[0]?.positions ?? {}).length,
    moments: compared,
    checks,
    pass,
  };
}

interface NewParts {
  readonly engine: Address;
  readonly verifier: Address;
}

/** The live rules under the next number, and a registry with the live signers. */
async function deployParts(
  dev: DevelopmentChain,
  { config }: Verification,
  { signers, threshold }: RehearsalQuorum,
): Promise<NewParts> {
  const { default: hre } = await import("hardhat");
  const artifact = async (name: string) => artifactSchema.parse(await hre.artifacts.readArtifact(name));
  const { engine } = await wiringOf(dev);
  const set = [signers.map(({ address }) => address), threshold];
  const registryArgs = [dev.at("accessManager"), config.oracle.signerOverlapSec, ...set];
  return {
    engine: await dev.deploy(await artifact("RenumberedEngine"), [engine]),
    verifier: await dev.deploy(await artifact("SignerRegistry"), registryArgs),
  };
}

type Wiring = Awaited<ReturnType<typeof wiringOf>>;

async function wiringOf({ chain, at }: DevelopmentChain) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = chain;
  const engine = await reader.readContract({ ...oracle, functionName: "ruleEngine" });
  return {
    engine,
    version: await reader.readContract({ address: engine, abi: ENGINE_VERSION_ABI, functionName: "version" }),
    verifier: await reader.readContract({ ...oracle, functionName: "verifier" }),
    configDigest: await reader.readContract({ ...oracle, functionName: "configDigest" }),
  };
}

async function setVersionOf({ chain }: DevelopmentChain, address: Address): Promise<number> {
  return await chain.reader.readContract({ address, abi: signerRegistryAbi, functionName: "currentVersion" });
}

interface Switched {
  readonly from: Wiring;
  readonly to: Wiring;
  readonly parts: NewParts;
}

/** What has to change: both addresses, and with them the digest that keeps operators' messages of before apart. */
function checkWiring({ from, to, parts }: Switched): readonly RehearsalCheck[] {
  const newIf = (isNew: boolean): string => (isNew ? "new" : "old");
  const engine = newIf(isAddressEqual(to.engine, parts.engine));
  const verifier = newIf(isAddressEqual(to.verifier, parts.verifier));
  return [
    { what: "the rule engine in force", expected: "new", found: engine },
    { what: "version of the rule engine", expected: String(from.version + 1), found: String(to.version) },
    { what: "the verifier in force", expected: "new", found: verifier },
    { what: "the configuration digest", expected: "new", found: newIf(to.configDigest !== from.configDigest) },
  ];
}

/** At once, with the ramps run out, and without further reports half-way to the defaults. */
function momentsOf({ config }: Verification): readonly Pick<Moment, "what" | "afterSec">[] {
  const { graceMinutes, rampMinutes, validitySec, fallbackRampMinutes } = config.classCommon;
  return [
    { what: "at the switch, ramps running", afterSec: 0 },
    { what: "ramps run out", afterSec: (graceMinutes + rampMinutes) * MINUTE_SEC },
    { what: "scores stale, fallback under way", afterSec: validitySec + (fallbackRampMinutes * MINUTE_SEC) / HALF },
  ];
}

interface TimeTable {
  readonly switchSec: number;
  readonly moments: readonly Pick<Moment, "afterSec">[];
}

async function valuesAt(
  dev: DevelopmentChain,
  verification: Verification,
  { switchSec, moments }: TimeTable,
): Promise<readonly OracleValues[]> {
  const values: OracleValues[] = [];
  for (const { afterSec } of moments) {
    if (afterSec > 0) await dev.mineAt(switchSec + afterSec);
    values.push(await readOracleValues(dev, verification));
  }
  return values;
}

function compareMoment(
  moment: Pick<Moment, "what" | "afterSec">,
  expected: OracleValues = {},
  found: OracleValues = {},
): Moment {
  const groups = Object.keys({ ...expected, ...found }).map((name) => {
    const comparison = createComparison();
    comparison.same(name, expected[name] ?? {}, found[name] ?? {});
    return { name, compared: comparison.compared(), differences: comparison.differences };
  });
  return { ...moment, groups };
}
