/** A moment of the past in a query. */
import { z } from "zod";
import type { AsOf } from "../../domain/report-archive.ts";

const MILLISECONDS = 1_000;
const BLOCK = /^block:(\d{1,15})$/;
const SECONDS = /^\d{1,12}$/;

/** `block:N`, seconds since the epoch, or an ISO 8601 time in UTC; reports observed or mined later do not exist yet. */
export const AsOfSchema = z
  .string()
  .refine((text) => BLOCK.test(text) || SECONDS.test(text) || z.iso.datetime().safeParse(text).success, {
    message: "a moment is block:N, seconds since the epoch, or an ISO 8601 time in UTC",
  })
  .transform((text): AsOf => {
    const block = BLOCK.exec(text)?.[1];
    if (block !== undefined) return { kind: "block", blockNumber: BigInt(block) };
    return { kind: "time", atSec: SECONDS.test(text) ? Number(text) : Math.floor(Date.parse(text) / MILLISECONDS) };
  })
  .describe("Moment of the past: block:N, seconds since the epoch, or an ISO 8601 time in UTC");
