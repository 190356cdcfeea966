/** The learned feed guard: says of each asset's whole feature vector whether markets like it were ever fitted. It can only raise doubt. */
import type { Outcome } from "../../domain/errors.ts";
import type { FeatureSchema, FeatureVector } from "../../domain/features.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { MarketDoubt } from "../../domain/market.ts";
import type { FallbackReason } from "../../domain/prediction.ts";
import { type LoadedArtefact, loadArtefact } from "../session.ts";
import {
  type FeedGuardManifest,
  type FeedGuardVectors,
  feedGuardManifestSchema,
  feedGuardVectorsSchema,
} from "./feed-guard-manifest.ts";
import { feedGuardRows, runFeedGuard } from "./run-feed-guard.ts";

/** What the guard says of a round. */
export interface GuardReading {
  readonly verdicts: readonly FeedVerdict[];
  /** One for every asset whose verdict acts. */
  readonly doubts: readonly MarketDoubt[];
}

/** A guard in use. */
export interface FeedGuard {
  /** One verdict for each vector, in order. Never fails: what it cannot judge is doubted. */
  judge(vectors: readonly FeatureVector[]): Promise<GuardReading>;
  /** Why the network does not judge; `null` while it does. */
  readonly reason: FallbackReason | null;
  readonly manifest: FeedGuardManifest | null;
  /** Frees the native session; afterwards every asset is doubted. */
  close(): Promise<void>;
}

type Artefact = LoadedArtefact<FeedGuardManifest, FeedGuardVectors>;

/**
 * Loads the artefact, checks its hashes, its schema and its golden vectors.
 *
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a doubt about every asset.
 */
export async function createFeedGuard(artifactDir: string, schema: FeatureSchema): Promise<FeedGuard> {
  const loaded = await loadVerified(artifactDir, schema);
  let artefact = loaded.ok ? loaded.value : null;
  let reason: FallbackReason | null = loaded.ok ? null : loaded.reason;
  return {
    get reason() {
      return reason;
    },
    manifest: artefact?.manifest ?? null,
    judge: async (vectors) => {
      if (artefact === null) return unjudged(vectors, `the artefact is not in use: ${reason ?? "closed"}`);
      const { session, manifest } = artefact;
      try {
        const scores = await runFeedGuard(session, feedGuardRows(vectors));
        return readingOf(vectors.map((vector, row) => verdictOf(vector, scores[row] ?? Number.NaN, manifest)));
      } catch (error) {
        return unjudged(vectors, `the network failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    close: async () => {
      const closing = artefact;
      artefact = null;
      reason ??= "artefact-missing";
      await closing?.session.release();
    },
  };
}

async function loadVerified(artifactDir: string, schema: FeatureSchema): Promise<Outcome<Artefact, FallbackReason>> {
  const loaded = await loadArtefact(artifactDir, {
    manifest: feedGuardManifestSchema,
    vectors: feedGuardVectorsSchema,
  });
  if (!loaded.ok) return loaded;
  const isOfSchema = loaded.value.manifest.featureSchemaHash === schema.hash;
  if (isOfSchema && (await isGolden(loaded.value))) return loaded;
  await loaded.value.session.release();
  return { ok: false, reason: isOfSchema ? "output-invalid" : "schema-mismatch" };
}

async function isGolden({ session, vectors }: Artefact): Promise<boolean> {
  const rows = vectors.features.map((values, row) => ({
    values: Float64Array.from(values),
    missing: Uint8Array.from(vectors.missing[row] ?? []),
  }));
  const found = await runFeedGuard(session, feedGuardRows(rows));
  const isClose = (value: number, row: number): boolean =>
    Math.abs(value - (found[row] ?? Number.NaN)) <= vectors.tolerance;
  return vectors.score.length > 0 && vectors.score.length === found.length && vectors.score.every(isClose);
}

interface Judged {
  readonly verdict: FeedVerdict;
  readonly isDoubt: boolean;
}

function verdictOf({ asset, missing }: FeatureVector, score: number, { threshold, acts }: FeedGuardManifest): Judged {
  const base = { asset, feature: "market", sourceId: "*" } as const;
  // Neither a score that is no number nor a vector of nothing is a sign of a usual market.
  const isUsual = score <= threshold && missing.includes(0);
  if (isUsual) return { verdict: { ...base, action: "use", reason: "agrees", detail: "" }, isDoubt: false };
  const detail = `score ${score.toFixed(2)}, limit ${threshold.toFixed(2)}${acts ? "" : "; stated, moves nothing"}`;
  return { verdict: { ...base, action: "down-weight", reason: "out-of-distribution", detail }, isDoubt: acts };
}

function unjudged(vectors: readonly FeatureVector[], detail: string): GuardReading {
  return readingOf(
    vectors.map(({ asset }) => ({
      verdict: { asset, feature: "market", sourceId: "*", action: "down-weight", reason: "guard-missing", detail },
      isDoubt: true,
    })),
  );
}

function readingOf(judged: readonly Judged[]): GuardReading {
  return {
    verdicts: judged.map(({ verdict }) => verdict),
    doubts: judged.flatMap(({ verdict: { asset, reason, detail }, isDoubt }) =>
      isDoubt ? [{ asset, reason: "source-conflict" as const, detail: `market: ${reason}, ${detail}` }] : [],
    ),
  };
}
