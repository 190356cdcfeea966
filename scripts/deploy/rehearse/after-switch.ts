/** What must work after an upgrade, and what no longer may: each tried on the chain. */
import { bytesToHex, type Hex, hexToBytes, isHex, zeroAddress } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../../oracle/chain/abi/signer-registry.ts";
import { proofOf } from "../../../oracle/chain/merkle-tree.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { decodeOutcomes } from "../../../oracle/rules/entry-outcome.ts";
import { encodeEntries } from "../../../oracle/rules/report-codec.ts";
import type { ContractCall, DevelopmentChain } from "./development-chain.ts";
import type { PreparedOracle } from "./prepare-oracle.ts";
import { entriesFor, type RehearsalQuorum, signReport } from "./rehearsal-reports.ts";

/** One thing that was tried. */
export interface RehearsalCheck {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** Parties of the checks after the switch. */
export interface AfterSwitch {
  readonly prepared: PreparedOracle;
  /** The same signers under the version of the new verifier. */
  readonly quorum: RehearsalQuorum;
  readonly verifier: Address;
  readonly guardian: Address;
}

const MOVE_BPS = 150;
const REFUSED = "refused: ";

/**
 * The moment is one at which something could be lost: ramps under way, a report held. And without the upgrade the report
 * in flight is good: it is the switch that ends it.
 */
export async function checkBefore(
  dev: DevelopmentChain,
  { inFlight, tightened, held }: PreparedOracle,
): Promise<readonly RehearsalCheck[]> {
  const oracle = { address: dev.at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = dev.chain;
  const params = await Promise.all(
    tightened.map(({ source, positionId }) =>
      reader.readContract({ ...oracle, functionName: "getParams", args: [source, positionId] }),
    ),
  );
  const ramps = params.filter(({ rhoBps, rhoTargetBps }) => rhoBps < rhoTargetBps).length;
  const digest = held.quorum.digest;
  const heldUntil = await reader.readContract({ ...oracle, functionName: "heldUntil", args: [digest] });
  const found = await outcomeOf(dev, dev.deployer, inFlight.submission);
  return [
    { what: "ramps under way at the switch", expected: String(tightened.length), found: String(ramps) },
    { what: "a report held at the switch", expected: "held", found: heldUntil > (await dev.now()) ? "held" : "none" },
    { what: "a report for the old verifier, had nothing been switched", expected: "APPLIED_TIGHTENED", found },
  ];
}

/** Everything else, in an order in which nothing stands in the way of what follows. */
export async function checkAfter(dev: DevelopmentChain, after: AfterSwitch): Promise<readonly RehearsalCheck[]> {
  const { prepared, verifier, guardian, quorum } = after;
  const { held, inFlight, tightened } = prepared;
  const refused = await outcomeOf(dev, dev.deployer, inFlight.submission);
  const proof = proofCall(dev, prepared);
  const proven = await carriedOut(dev, dev.deployer, proof);
  const released = await carriedOut(dev, guardian, held.release);
  return [
    {
      what: "a report for the old verifier",
      expected: "refused: SignerRegistryInactiveVersion",
      found: refused,
    },
    { what: "a proof under a root from before", expected: "REFRESHED", found: proven },
    {
      what: "release of a report held before",
      expected: tightened.map(() => "APPLIED_TIGHTENED").join(" "),
      found: released,
    },
    ...(await checkNewReport(dev, prepared, quorum)),
    await checkRemoval(dev, { verifier, guardian, signer: quorum.signers[0]?.address ?? zeroAddress }),
  ];
}

/** A report for the new verifier moves a value by exactly what it says; one that its signers did not sign moves nothing. */
async function checkNewReport(
  dev: DevelopmentChain,
  { proven, lastEpoch }: PreparedOracle,
  quorum: RehearsalQuorum,
): Promise<readonly RehearsalCheck[]> {
  const entries = await entriesFor(dev, [proven], MOVE_BPS);
  const plan = { epoch: lastEpoch + 1n, observedAt: await dev.now(), entries };
  const [report, foreign] = await Promise.all([
    signReport(dev, quorum, plan),
    signReport(dev, { ...quorum, signers: [...quorum.signers].reverse() }, plan),
  ]);
  const forged = await outcomeOf(dev, dev.deployer, foreign.submission);
  await carriedOut(dev, dev.deployer, report.submission);
  const oracle = { address: dev.at("riskOracle"), abi: riskOracleAbi } as const;
  const args = [proven.source, proven.positionId] as const;
  const moved = await dev.chain.reader.readContract({ ...oracle, functionName: "getParams", args });
  return [
    {
      what: "a report whose signatures are not those of the set's places",
      expected: "refused: SignerRegistryInvalidSignature",
      found: forged,
    },
    {
      what: "ρ that a report for the new verifier sets",
      expected: String(entries[0]?.rhoBps),
      found: String(moved.rhoTargetBps),
    },
  ];
}

/** The guardian's quickest power has come along. */
async function checkRemoval(
  dev: DevelopmentChain,
  { verifier, guardian, signer }: { readonly verifier: Address; readonly guardian: Address; readonly signer: Address },
): Promise<RehearsalCheck> {
  const removal = { to: verifier, abi: signerRegistryAbi, functionName: "removeSigner", args: [signer] };
  const simulated = await dev.simulate(guardian, removal);
  const what = "a signer that the guardian removes from the new verifier";
  if ("refusal" in simulated) return { what, expected: "removed", found: `${REFUSED}${simulated.refusal}` };
  await dev.send(guardian, removal);
  const contract = { address: verifier, abi: signerRegistryAbi, functionName: "currentSet" } as const;
  const [, signers] = await dev.chain.reader.readContract(contract);
  const found = signers.includes(signer) ? "still there" : "removed";
  return { what, expected: "removed", found };
}

function proofCall({ at }: DevelopmentChain, { root, leaves, rooted }: PreparedOracle): ContractCall {
  const index = leaves.length - 1;
  const leaf = leaves.slice(index, index + 1);
  const proof = rooted.tree === null ? [] : proofOf(rooted.tree, index);
  const args = [root, bytesToHex(encodeEntries(leaf)), [proof]];
  return { to: at("riskOracle"), abi: riskOracleAbi, functionName: "applyProofs", args };
}

async function carriedOut(dev: DevelopmentChain, from: Address, call: ContractCall): Promise<string> {
  const outcome = await outcomeOf(dev, from, call);
  if (!outcome.startsWith(REFUSED)) await dev.send(from, call);
  return outcome;
}

/** Outcomes of the entries, or `refused:` and the name of the error. */
async function outcomeOf(dev: DevelopmentChain, from: Address, call: ContractCall): Promise<string> {
  const simulated = await dev.simulate(from, call);
  if ("refusal" in simulated) return `${REFUSED}${simulated.refusal}`;
  const bytes: Hex = isHex(simulated.answer) ? simulated.answer : "0x";
  return decodeOutcomes(hexToBytes(bytes)).join(" ");
}
