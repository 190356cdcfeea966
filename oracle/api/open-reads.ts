/** Cross-origin policy: any page may read, none may do anything else; nothing served depends on who asks. */
import type { FastifyInstance } from "fastify";

/** Headers of answers that foreign pages may see. */
const EXPOSED = "etag, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset";
const NO_CONTENT = 204;
const SECONDS_PER_DAY = 86_400;

/** Lets pages of any origin read, and answers their questions whether they may. Cookies and credentials are never read. */
export function registerOpenReads(app: FastifyInstance): void {
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": EXPOSED,
      "x-content-type-options": "nosniff",
    });
  });
  app.options("/*", { config: { rateLimit: false } }, async (_request, reply) => {
    reply.headers({
      "access-control-allow-methods": "GET, HEAD",
      "access-control-allow-headers": "if-none-match, last-event-id",
      "access-control-max-age": SECONDS_PER_DAY,
    });
    return await reply.status(NO_CONTENT).send();
  });
}
