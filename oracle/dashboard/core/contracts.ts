/** What the page reads of the contracts and sends to them, encoded and decoded in the browser. */
import { type Address, decodeFunctionResult, encodeFunctionData, getAddress, type Hex, isHex, parseAbi } from "viem";
import type { RiskClass } from "../../domain/risk-class.ts";

const ORACLE = parseAbi([
  "struct RiskParams { uint16 rhoBps; uint16 rhoTargetBps; uint16 rhoInitialBps; uint16 piBps; uint16 score; uint16 classId; uint16 epoch; uint40 observedAt; uint40 validUntil; uint8 status; }",
  "struct Lane { uint16 stepBps; uint16 driftBps; uint32 delaySec; }",
  "struct RiskClass { uint16 rhoFloorBps; uint16 rhoCeilingBps; uint16 rhoDefaultBps; uint16 rhoInitialBps; uint16 piFloorBps; uint16 piCapBps; uint16 piDefaultBps; uint16 deltaBps; Lane tighten; Lane loosen; uint32 windowSec; uint32 validitySec; uint16 graceMinutes; uint16 rampMinutes; uint16 fallbackRampMinutes; uint16 betaBps; uint16 maxAboveOpenBps; uint16 piStepBps; bool active; }",
  "function tryGetParams(address source, uint256 positionId) view returns (RiskParams params)",
  "function setRiskClass(uint16 classId, RiskClass riskClass)",
  "function narrowRiskClass(uint16 classId, RiskClass riskClass)",
]);
const SIGNERS = parseAbi([
  "function verifier() view returns (address)",
  "function currentSet() view returns (uint32 version, address[] signers, uint256 threshold)",
]);
const GOVERNOR = parseAbi([
  "function propose(address[] targets, uint256[] values, bytes[] calldatas, string description) returns (uint256 proposalId)",
]);

/** Values of a position as the chain says them, basis points. */
export interface ChainParams {
  readonly rhoBps: number;
  readonly rhoTargetBps: number;
  readonly piBps: number;
  readonly score: number;
  readonly classId: number;
  /** Seconds; 0 while unscored. */
  readonly observedAt: number;
}

/** Call data that asks the oracle for a position's values. */
export function encodeParamsCall(source: string, id: string): Hex {
  return encodeFunctionData({ abi: ORACLE, functionName: "tryGetParams", args: [getAddress(source), BigInt(id)] });
}

/** The oracle's answer to {@link encodeParamsCall}. @throws Error for an answer of another form. */
export function decodeParams(answer: string): ChainParams {
  return decodeFunctionResult({ abi: ORACLE, functionName: "tryGetParams", data: hexOf(answer) });
}

/** Call data that ask the oracle for its verifier, and the verifier for the signers in force. */
export const SIGNER_CALLS = {
  verifier: encodeFunctionData({ abi: SIGNERS, functionName: "verifier" }),
  currentSet: encodeFunctionData({ abi: SIGNERS, functionName: "currentSet" }),
} as const;

/** The verifier's address. @throws Error for an answer of another form. */
export function decodeVerifier(answer: string): Address {
  return decodeFunctionResult({ abi: SIGNERS, functionName: "verifier", data: hexOf(answer) });
}

/** The signers in force. @throws Error for an answer of another form. */
export function decodeSigners(answer: string) {
  const data = hexOf(answer);
  const [version, signers, threshold] = decodeFunctionResult({ abi: SIGNERS, functionName: "currentSet", data });
  return { signerSetVersion: version, signers, threshold: Number(threshold) };
}

/** New bounds of one class. */
export interface ClassProposal {
  readonly oracle: string;
  readonly classId: number;
  readonly bounds: RiskClass;
  /** The narrowing function takes bounds that loosen nothing, and has the shorter delay. */
  readonly isNarrowing: boolean;
  readonly description: string;
}

/** Call data of the governor's `propose` with one call to the oracle, and that call by itself. */
export function encodeProposal({ oracle, classId, bounds, isNarrowing, description }: ClassProposal): {
  readonly call: Hex;
  readonly propose: Hex;
} {
  const functionName = isNarrowing ? "narrowRiskClass" : "setRiskClass";
  const call = encodeFunctionData({ abi: ORACLE, functionName, args: [classId, bounds] });
  const args = [[addressOf(oracle)], [0n], [call], description] as const;
  return { call, propose: encodeFunctionData({ abi: GOVERNOR, functionName: "propose", args }) };
}

function addressOf(text: string): Address {
  return getAddress(text);
}

function hexOf(text: string): Hex {
  if (isHex(text)) return text;
  throw new Error("the wallet's answer is not hexadecimal");
}
