/** Every route of the API, by the name of its operation: what the OpenAPI document and the client are made from. */
import { cautionRoute } from "./caution.ts";
import { contagionRoute } from "./contagion.ts";
import { deliveryRoute } from "./delivery.ts";
import { explanationRoute } from "./explanations.ts";
import { fundHedgeRoute } from "./fund-hedge.ts";
import { greeksRoute } from "./greeks.ts";
import { livenessRoute, readinessRoute } from "./health.ts";
import { hedgeRoute } from "./hedge.ts";
import { modelsRoute } from "./models.ts";
import { positionRoute, positionsRoute } from "./positions.ts";
import { reportsRoute } from "./reports.ts";
import { riskRoute } from "./risk.ts";
import { surfaceRoute } from "./surface.ts";

/** One line a route. */
export const ROUTES = {
  caution: cautionRoute,
  contagion: contagionRoute,
  delivery: deliveryRoute,
  explanation: explanationRoute,
  fundHedge: fundHedgeRoute,
  greeks: greeksRoute,
  hedge: hedgeRoute,
  liveness: livenessRoute,
  models: modelsRoute,
  position: positionRoute,
  positions: positionsRoute,
  readiness: readinessRoute,
  reports: reportsRoute,
  risk: riskRoute,
  surface: surfaceRoute,
} as const;
