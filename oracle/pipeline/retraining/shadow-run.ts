/** Runs champion and challenger on rows that neither has seen, and decides. */
import { PlimsollError } from "../../domain/errors.ts";
import { FEATURE_SCHEMA } from "../../features/feature-schema.ts";
import { type QuantileManifest, quantileManifestSchema, quantileVectorsSchema } from "../../models/manifest.ts";
import { readMoves } from "../../models/quantile-net/read-moves.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "../../models/quantile-net/run-network.ts";
import { type LoadedArtefact, loadArtefact } from "../../models/session.ts";
import { decidePromotion, type PromotionDecision } from "../../training/challenger/promotion-decision.ts";
import { type StatedMoves, shadowLosses } from "../../training/challenger/shadow-losses.ts";
import type { QuantileSample } from "../../training/dataset/quantile-samples.ts";
import { rowsOf } from "../../training/quantile-net/prepare-rows.ts";

/** What is compared. */
export interface ShadowRequest {
  /** Rows with baselines, of any time; only those that neither model has seen are used. */
  readonly samples: readonly QuantileSample[];
  readonly championDir: string;
  readonly challengerDir: string;
  /** Time between two rows of an asset, seconds. */
  readonly everySec: number;
}

/** The decision and the two manifests that it is about. */
export interface ShadowResult {
  readonly decision: PromotionDecision;
  readonly champion: QuantileManifest;
  readonly challenger: QuantileManifest;
}

/**
 * Compares what the two would serve: the network, or the GARCH quantile where a manifest names it as the better one.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED` when one of them cannot be loaded or was made for other features.
 */
export async function runShadow(request: ShadowRequest): Promise<ShadowResult> {
  const champion = await openArtefact(request.championDir);
  const challenger = await openArtefact(request.challengerDir);
  try {
    const seenSec = Math.max(champion.manifest.training.span.stopToSec, challenger.manifest.training.span.stopToSec);
    const samples = request.samples.filter(({ atSec, baselines }) => atSec >= seenSec && baselines !== null);
    const losses = shadowLosses({
      samples,
      champion: await servedMoves(champion, samples),
      challenger: await servedMoves(challenger, samples),
    });
    const decision = decidePromotion(losses, { everySec: request.everySec });
    return { decision, champion: champion.manifest, challenger: challenger.manifest };
  } finally {
    await champion.session.release();
    await challenger.session.release();
  }
}

/**
 * Manifest of an artefact.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`.
 */
export async function readManifest(directory: string): Promise<QuantileManifest> {
  const { manifest, session } = await openArtefact(directory);
  await session.release();
  return manifest;
}

type Artefact = LoadedArtefact<QuantileManifest, unknown>;

async function openArtefact(directory: string): Promise<Artefact> {
  const loaded = await loadArtefact(directory, { manifest: quantileManifestSchema, vectors: quantileVectorsSchema });
  if (!loaded.ok) throw refused(directory, `${loaded.reason} ${loaded.detail ?? ""}`);
  if (loaded.value.manifest.featureSchemaHash === FEATURE_SCHEMA.hash) return loaded.value;
  await loaded.value.session.release();
  throw refused(directory, "another feature schema");
}

async function servedMoves(
  { manifest, session }: Artefact,
  samples: readonly QuantileSample[],
): Promise<readonly StatedMoves[]> {
  if (samples.length === 0) return [];
  if (manifest.defaultChoice === "garch-quantile")
    return samples.flatMap(({ baselines }) => (baselines === null ? [] : [baselines.garch]));
  const logMoves = await runNetwork(session, rowsOf(samples));
  return samples.map((sample, row) => {
    const moves = readMoves(logMoves.subarray(row * OUTPUTS_PER_ROW, (row + 1) * OUTPUTS_PER_ROW));
    const stated = moves ?? sample.baselines?.garch;
    if (stated !== undefined) return stated;
    throw refused(manifest.id, `no sound output in row ${row}`);
  });
}

function refused(directory: string, reason: string): PlimsollError<"ARTEFACT_REFUSED"> {
  return new PlimsollError({
    code: "ARTEFACT_REFUSED",
    problem: `The artefact ${directory} cannot be compared: ${reason}.`,
    remedy: "Restore the models, or train the model in use again for the present features.",
    context: { directory, reason },
  });
}
