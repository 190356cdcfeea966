/** Every route of the API, by the name of its operation: what the OpenAPI document and the client are made from. */
import { cautionRoute } from "./caution.ts";
import { contagionRoute } from "./contagion.ts";
import { deliveryRoute } from "./delivery.ts";
import { eventsRoute } from "./events.ts";
import { explanationRoute } from "./explanations.ts";
import { feedsRoute } from "./feeds.ts";
import { fundHedgeRoute } from "./fund-hedge.ts";
import { governanceRoute } from "./governance.ts";
import { greeksRoute } from "./greeks.ts";
import { livenessRoute, readinessRoute } from "./health.ts";
import { hedgeRoute } from "./hedge.ts";
import { historyRoute, replayRoute } from "./history.ts";
import { incidentsRoute } from "./incidents.ts";
import { modelCardRoute } from "./model-card.ts";
import { modelsRoute } from "./models.ts";
import { classesRoute, networkRoute } from "./network.ts";
import { positionRoute, positionsRoute } from "./positions.ts";
import { proofRoute } from "./proof.ts";
import { reportsRoute } from "./reports.ts";
import { requirementsRoute } from "./requirements.ts";
import { riskRoute } from "./risk.ts";
import { reportRoute, roundsRoute } from "./rounds.ts";
import { statusRoute } from "./status.ts";
import { surfaceRoute } from "./surface.ts";
import { trailRoute, trailsRoute } from "./trails.ts";

/** One line a route. */
export const ROUTES = {
  caution: cautionRoute,
  classes: classesRoute,
  contagion: contagionRoute,
  delivery: deliveryRoute,
  explanation: explanationRoute,
  feeds: feedsRoute,
  events: eventsRoute,
  fundHedge: fundHedgeRoute,
  governance: governanceRoute,
  greeks: greeksRoute,
  hedge: hedgeRoute,
  history: historyRoute,
  incidents: incidentsRoute,
  liveness: livenessRoute,
  modelCard: modelCardRoute,
  models: modelsRoute,
  network: networkRoute,
  position: positionRoute,
  positions: positionsRoute,
  proof: proofRoute,
  readiness: readinessRoute,
  replay: replayRoute,
  report: reportRoute,
  reports: reportsRoute,
  requirements: requirementsRoute,
  risk: riskRoute,
  rounds: roundsRoute,
  status: statusRoute,
  surface: surfaceRoute,
  trail: trailRoute,
  trails: trailsRoute,
} as const;
