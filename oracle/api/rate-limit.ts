/** How much one address may ask. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { PlimsollError } from "../domain/errors.ts";

const MILLISECONDS_PER_MINUTE = 60_000;
const MILLISECONDS = 1_000;
/** Addresses remembered at once; the one seen longest ago is forgotten first. */
const GREATEST_ADDRESSES = 10_000;

/**
 * Limits requests by address over fixed minutes; headers `ratelimit-limit`, `ratelimit-remaining`, `ratelimit-reset`
 * (seconds), and `retry-after` on a refusal. Routes opt out with `config.rateLimit: false`.
 */
export async function registerRateLimit(app: FastifyInstance, requestsPerMinute: number): Promise<void> {
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: MILLISECONDS_PER_MINUTE,
    cache: GREATEST_ADDRESSES,
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { max, ttl }) => rateLimited(max, Math.ceil(ttl / MILLISECONDS)),
  });
}

function rateLimited(limit: number, retryAfterSec: number): PlimsollError<"API_RATE_LIMITED"> {
  return new PlimsollError({
    code: "API_RATE_LIMITED",
    problem: `More than ${limit} requests came from this address within a minute.`,
    remedy: `Ask again in ${retryAfterSec} seconds; follow /v1/events instead of asking often.`,
    context: { retryAfterSec },
  });
}
