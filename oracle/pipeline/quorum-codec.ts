/** A quorum report as the shared store keeps it: JSON that can be read back and submitted after a restart. */

import { toHex } from "viem";
import { z } from "zod";
import type { QuorumReport } from "../domain/report.ts";
import type { Hex } from "../domain/units.ts";
import { decodeClassQuantiles, decodeEntries, encodeClassQuantiles, encodeEntries } from "../rules/report-codec.ts";

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value));
const bigintText = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));

const storedSchema = z.object({
  digest: hex,
  report: z.object({
    epoch: bigintText,
    signerSetVersion: z.number(),
    observedAt: z.number(),
    validUntil: z.number(),
    chunkIndex: z.number(),
    chunkCount: z.number(),
    entriesHash: hex,
    classQuantilesHash: hex,
    positionsRoot: hex,
    bundleHash: hex,
    evidenceHash: hex,
    dispersionBps: z.number(),
  }),
  entries: hex,
  classQuantiles: hex,
  attestations: z.array(
    z.object({
      slot: z.object({ configDigest: hex, epoch: bigintText }),
      digest: hex,
      operator: hex,
      signature: hex,
    }),
  ),
});

/** JSON-ready form of a quorum report; what was left out stays behind in the log. */
export function encodeQuorum(quorum: QuorumReport): object {
  const { bundle, digest, attestations } = quorum;
  return {
    digest,
    report: bundle.report,
    entries: toHex(encodeEntries(bundle.entries)),
    classQuantiles: toHex(encodeClassQuantiles(bundle.classQuantiles)),
    attestations,
  };
}

/** Reads a stored quorum report; throws zod's error for anything that {@link encodeQuorum} did not write. */
export function decodeQuorum(stored: unknown): QuorumReport {
  const { digest, report, entries, classQuantiles, attestations } = storedSchema.parse(stored);
  const bundle = {
    report,
    entries: decodeEntries(Buffer.from(entries.slice(2), "hex")),
    classQuantiles: decodeClassQuantiles(Buffer.from(classQuantiles.slice(2), "hex")),
    leftOut: [],
    leftOutQuantiles: [],
    evidence: [],
  };
  return { bundle, digest, attestations };
}
