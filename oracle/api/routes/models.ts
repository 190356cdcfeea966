/** Answers questions for models and the surfaces that they value with. */
import { PlimsollError } from "../../domain/errors.ts";
import type { SurfaceState } from "../../domain/quoted-surface.ts";
import type { SystemView } from "../../domain/view.ts";
import { modelsRoute } from "../contract/models.ts";
import { surfaceRoute } from "../contract/surface.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

type ModelsView = Pick<SystemView, "models" | "modelEvents" | "drift" | "surfaces">;

/** `/v1/models` and `/v1/surface/{asset}`. */
export function serveModels(view: ModelsView): readonly ServedRoute[] {
  return [
    serveRoute(modelsRoute, () => ({ models: view.models(), drift: view.drift(), log: view.modelEvents() })),
    serveRoute(surfaceRoute, ({ params }) => {
      const wanted = params.asset.toUpperCase();
      const state = view.surfaces().find(({ asset }) => asset === wanted);
      if (state === undefined) throw surfaceUnknown(wanted);
      return surfaceAnswer(state);
    }),
  ];
}

function surfaceAnswer({ asset, atSec, reading }: SurfaceState) {
  if (!reading.ok) return { asset, atSec, fault: reading.reason, surface: null };
  const { slices, asset: _asset, ...surface } = reading.value;
  return {
    ...{ asset, atSec, fault: null },
    surface: {
      ...surface,
      ageSec: atSec - surface.quotedAtSec,
      slices: slices.map(({ slice: svi, ...row }) => ({ ...row, svi })),
    },
  };
}

function surfaceUnknown(asset: string): PlimsollError<"SURFACE_UNKNOWN"> {
  return new PlimsollError({
    code: "SURFACE_UNKNOWN",
    problem: `No round has looked for options of ${asset}.`,
    remedy: "Wait for the first round; the assets are those of the positions at /v1/positions.",
  });
}
