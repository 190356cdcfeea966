/**
 * Writes `test/vectors/rules/rule-vectors.bin`: rule and reading cases with the first bytes of the hash of what
 * `oracle/rules` gives for them, for `test/contracts/oracle/RuleVectors.t.sol`. Needs the build.
 */
import { writeFileSync } from "node:fs";
import hre from "hardhat";
import { concat, encodeAbiParameters, getAbiItem, type Hex, hexToBytes, keccak256, sliceHex } from "viem";
import { packReadingCase, packReadingResult, packRuleCase, packRuleResult, readingCasesOf } from "./rule-packing.ts";
import { generateRuleCases } from "./rules-vectors.ts";

const COUNT = 1_500;
const SEED = "rule-vectors-1";
const DIGEST_BYTES = 4;
const FILE = new URL("../../test/vectors/rules/rule-vectors.bin", import.meta.url);

/** Content of the file: ABI-encoded (RiskClass[] classes, bytes cases, bytes digests, bytes readings, bytes digests). */
export async function ruleVectorFile(): Promise<Uint8Array> {
  const { classes, cases } = generateRuleCases(COUNT, SEED);
  const readings = readingCasesOf(cases, `${SEED}/reading`);
  const { abi } = await hre.artifacts.readArtifact("RulesHarness");
  const [classList, bytes] = getAbiItem({ abi, name: "applyBatch" }).inputs;
  return hexToBytes(
    encodeAbiParameters(
      [classList, bytes, bytes, bytes, bytes],
      [
        classes,
        concat(cases.map(packRuleCase)),
        concat(cases.map((item) => digest(packRuleResult(item)))),
        concat(readings.map(packReadingCase)),
        concat(readings.map((item) => digest(packReadingResult(item, classes)))),
      ],
    ),
  );
}

function digest(result: Hex): Hex {
  return sliceHex(keccak256(result), 0, DIGEST_BYTES);
}

if (import.meta.main) writeFileSync(FILE, await ruleVectorFile());
