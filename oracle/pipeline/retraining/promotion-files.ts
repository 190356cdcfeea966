/** Writes what a promotion is made of: a folder of models with the challenger in it, and the call that lets the DAO allow it. */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeFunctionData } from "viem";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import type { Hex } from "../../domain/units.ts";
import { installedModels } from "../installed-models.ts";

/** What the folder is made from. */
export interface PromotionInput {
  readonly model: string;
  /** Models in use; all but `model` are copied. */
  readonly artifactsDir: string;
  readonly challengerDir: string;
  /** Folder to write; what it held is replaced. */
  readonly targetDir: string;
  readonly cardDiff: string;
}

/** What operators and the DAO act on. */
export interface Promotion {
  /** For `start --models-dir`. */
  readonly modelsDir: string;
  /** Hash that the chain must allow before a report may be based on these models. */
  readonly bundleHash: Hex;
  /** `RiskOracle.setModelAllowed(bundleHash, true)`. */
  readonly calldata: Hex;
  /** Command that builds the proposal and shows its effect. */
  readonly propose: string;
}

/** Writes the folder `models` and `promotion.md`. No node changes its models by this: the DAO decides. */
export async function writePromotion(input: PromotionInput): Promise<Promotion> {
  const { model, artifactsDir, challengerDir, targetDir, cardDiff } = input;
  const modelsDir = join(targetDir, "models");
  await rm(targetDir, { recursive: true, force: true });
  await mkdir(modelsDir, { recursive: true });
  await cp(artifactsDir, modelsDir, { recursive: true });
  await rm(join(modelsDir, model), { recursive: true, force: true });
  await cp(challengerDir, join(modelsDir, model), { recursive: true });
  const { bundleHash } = await installedModels(modelsDir);
  const args = [bundleHash, true] as const;
  const calldata = encodeFunctionData({ abi: riskOracleAbi, functionName: "setModelAllowed", args });
  const call = `--call riskOracle.setModelAllowed --args '${JSON.stringify(args)}' --title "Allow ${model}"`;
  const propose = `npm run propose -- --network NAME ${call}`;
  const promotion = { modelsDir, bundleHash, calldata, propose };
  await writeFile(join(targetDir, "promotion.md"), promotionText(promotion, cardDiff));
  return promotion;
}

function promotionText({ modelsDir, bundleHash, calldata, propose }: Promotion, cardDiff: string): string {
  return [
    cardDiff,
    "## What the DAO decides",
    "",
    `Bundle hash: \`${bundleHash}\`. Nothing changes before the chain allows it: a node with these models stops with`,
    "`MODEL_BUNDLE_NOT_ALLOWED`. Build the proposal, see its delay and effect, and send it with `--send`:",
    "",
    "```",
    propose,
    "```",
    "",
    `Calldata for \`RiskOracle\`: \`${calldata}\``,
    "",
    `After it has passed, every operator starts with \`--models-dir ${modelsDir}\`; the old bundle is disallowed last.`,
    "",
  ].join("\n");
}
