/** Route that shows the volatility surface that an asset's options are valued with. */
import { z } from "zod";
import type { SurfaceState } from "../domain/quoted-surface.ts";
import type { SystemView } from "../domain/view.ts";
import { ErrorSchema, SurfaceSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

const GREATEST_SYMBOL = 32;

/** Registers `/v1/surface/:asset`; an asset without a surface answers with the reason, one that no round has seen with 404. */
export function registerSurfaceRoutes(app: ApiServer, view: Pick<SystemView, "surfaces">): void {
  app.get(
    "/v1/surface/:asset",
    {
      schema: {
        params: z.object({ asset: z.string().max(GREATEST_SYMBOL) }),
        response: { 200: SurfaceSchema, 400: ErrorSchema, 404: ErrorSchema, 500: ErrorSchema },
      },
    },
    async (request, reply) => {
      const wanted = request.params.asset.toUpperCase();
      const state = view.surfaces().find(({ asset }) => asset === wanted);
      if (state !== undefined) return surfaceAnswer(state);
      return await reply.status(404).send({
        code: "SURFACE_UNKNOWN",
        message: `No round has looked for options of ${wanted}.`,
        remedy: "Wait for the first round; the assets are those of the positions at /v1/positions.",
      });
    },
  );
}

function surfaceAnswer({ asset, atSec, reading }: SurfaceState) {
  if (!reading.ok) return { asset, atSec, fault: reading.reason, surface: null };
  const { slices, factors, asset: _asset, ...surface } = reading.value;
  return {
    ...{ asset, atSec, fault: null },
    surface: {
      ...surface,
      ageSec: atSec - surface.quotedAtSec,
      factors: { ...factors },
      slices: slices.map(({ slice, expirySec, tenorYears, forward, quoteCount, lowestQuoted, highestQuoted }) => ({
        ...{ expirySec, tenorYears, forward, quoteCount, lowestQuoted, highestQuoted, svi: { ...slice } },
      })),
    },
  };
}
