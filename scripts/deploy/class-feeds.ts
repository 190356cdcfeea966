/** Ratios of classes as Chainlink feeds: which of them a deployment makes, and what they are called. */
import { z } from "zod";

/** Twelve bits of a position's word. */
const MAX_CLASS_ID = 4_095;

/** One feed: the signed quantile of a class's ρ (`collateral`) or π (`penalty`). */
export const classFeedSchema = z.strictObject({
  classId: z.number().int().min(1).max(MAX_CLASS_ID),
  ratio: z.enum(["collateral", "penalty"]),
});

/** A feed as the configuration lists it. */
export type ConfiguredClassFeed = Readonly<z.infer<typeof classFeedSchema>>;

/** Name in a deployment's `addresses.json`, e.g. `classFeed121collateral`. */
export function classFeedName({ classId, ratio }: ConfiguredClassFeed): string {
  return `classFeed${classId}${ratio}`;
}

/** What the feed answers for `description`. */
export function classFeedDescription({ classId, ratio }: ConfiguredClassFeed): string {
  const what = ratio === "collateral" ? "collateral ratio" : "liquidation penalty";
  return `Plimsoll ${what}, class ${classId}`;
}

/** Why a list of feeds makes no sense with these classes; `null` when it does. */
export function classFeedFault(
  feeds: readonly ConfiguredClassFeed[],
  classIds: ReadonlySet<number>,
): { readonly index: number; readonly message: string } | null {
  const names = new Set<string>();
  for (const [index, feed] of feeds.entries()) {
    if (!classIds.has(feed.classId)) return { index, message: `no class ${feed.classId} is configured` };
    if (names.has(classFeedName(feed))) return { index, message: "listed twice" };
    names.add(classFeedName(feed));
  }
  return null;
}
