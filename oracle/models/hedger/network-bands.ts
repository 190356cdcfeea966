/** What the network says, drawn towards theory: the one way from questions to bands, in judging and serving. */
import type { InferenceSession } from "onnxruntime-node";
import { theoryBand } from "./classic-bands.ts";
import { type Caution, type HedgeRequest, type Knowledge, requestFeatures, seenRequest } from "./hedge-features.ts";
import { runHedgerNetwork } from "./run-hedger-network.ts";

/** How a network is read. */
export interface NetworkReading {
  /** What it was trained with. */
  readonly knowledge: Knowledge;
  readonly reading: Caution;
}

/** The network as it is. */
export const NO_CAUTION: Caution = { surfaceTrust: 1, shrinkage: 0 };

/** Edges of a band, coins of the linear hedge of a call. */
export type BandEdges = readonly [lower: number, upper: number];

/** Bands of many short calls, with the rows that the network was fed. */
export interface NetworkBands {
  readonly bands: readonly BandEdges[];
  /** `[requests, HEDGE_FEATURES.length]` */
  readonly features: Float32Array;
}

/**
 * Runs the network on requests and mixes each edge with that of theory.
 *
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function networkBands(
  session: InferenceSession,
  requests: readonly HedgeRequest[],
  { knowledge, reading: { surfaceTrust, shrinkage } }: NetworkReading,
): Promise<NetworkBands> {
  const seen = requests.map((request) => seenRequest(request, knowledge, surfaceTrust));
  const features = requestFeatures(seen);
  const found = await runHedgerNetwork(session, features);
  const bands = seen.map((request, row): BandEdges => {
    const theory = theoryBand(request);
    const mixed = (side: 0 | 1): number =>
      (1 - shrinkage) * (found[2 * row + side] ?? Number.NaN) + shrinkage * theory[side];
    return [mixed(0), mixed(1)];
  });
  return { bands, features };
}
