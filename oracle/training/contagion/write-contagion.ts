/** Writes the four files of a contagion artefact: model, manifest, card, golden vectors. */
import {
  CONTAGION_MANIFEST_FORMAT,
  type ContagionManifest,
  type ContagionVectors,
  contagionManifestSchema,
} from "../../models/contagion/contagion-manifest.ts";
import type { MessageGraph } from "../../models/contagion/message-graph.ts";
import { runMessageNetwork } from "../../models/contagion/run-message-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { writeArtefactFiles } from "../artefact-files.ts";
import { exportParity } from "../export-parity.ts";
import { contagionCard } from "./contagion-card.ts";
import { exportMessages, type TrainedMessages } from "./message-network.ts";
import { plainMessages } from "./plain-messages.ts";

/** What is written. */
export interface ContagionArtefact {
  readonly id: ContagionManifest["id"];
  readonly trained: TrainedMessages;
  readonly featureNames: readonly string[];
  /** Graphs of the training: their features set the ranges, the last is the golden graph. */
  readonly graphs: readonly MessageGraph[];
  readonly metrics: ContagionManifest["metrics"];
  readonly training: ContagionManifest["training"];
  readonly environment: ContagionManifest["environment"];
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
}

const VECTOR_TOLERANCE = 1e-4;

/**
 * Writes the artefact and returns its manifest.
 *
 * @throws PlimsollError `EXPORT_PARITY` when the exported network differs from the plain pass; nothing is written then.
 */
export async function writeContagion(artefact: ContagionArtefact, directory: string): Promise<ContagionManifest> {
  const { id, trained, graphs, metrics, training, environment } = artefact;
  const model = exportMessages(trained, { "produced-by": "plimsoll training engine" });
  const golden = graphs.at(-1);
  const { vectors, parity } = await goldenVectors(trained, model, golden ?? graphs[0]);
  const text = `${JSON.stringify(vectors)}\n`;
  const manifest = contagionManifestSchema.parse({
    format: CONTAGION_MANIFEST_FORMAT,
    id,
    inBundle: false,
    sha256: sha256(model),
    vectorsSha256: sha256(text),
    features: featureRanges(artefact),
    layout: trained.layout,
    training,
    metrics,
    exportParity: parity,
    environment,
  });
  await writeArtefactFiles(directory, { model, vectors: text, card: contagionCard(manifest, artefact), manifest });
  return manifest;
}

async function goldenVectors(
  trained: TrainedMessages,
  model: Uint8Array,
  graph: MessageGraph | undefined,
): Promise<{ readonly vectors: ContagionVectors; readonly parity: number }> {
  if (graph === undefined) throw new RangeError("An artefact needs at least one graph.");
  const session = await openSession(model);
  const outputs = await runMessageNetwork(session, graph);
  await session.release();
  const parity = exportParity(outputs, plainMessages(trained, graph), "message-network.ts with plain-messages.ts");
  const vectors = {
    nodes: graph.nodes,
    kinds: graph.kinds,
    features: [...graph.features],
    senders: [...graph.senders],
    receivers: [...graph.receivers],
    weights: [...graph.weights],
    outputs: [...outputs],
    tolerance: VECTOR_TOLERANCE,
  };
  return { vectors, parity };
}

function featureRanges({ featureNames, graphs }: ContagionArtefact): ContagionManifest["features"] {
  return featureNames.map((name, feature) => {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { features } of graphs) {
      for (let place = feature; place < features.length; place += featureNames.length) {
        min = Math.min(min, features[place] ?? Number.NaN);
        max = Math.max(max, features[place] ?? Number.NaN);
      }
    }
    return { name, range: { min, max } };
  });
}
