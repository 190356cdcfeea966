/** Answers questions for the past: values of positions, rounds, reports in full, bounds, incidents. */
import { PlimsollError } from "../../domain/errors.ts";
import type { TrailView } from "../../domain/trail.ts";
import type { SystemView } from "../../domain/view.ts";
import { incidentsRoute } from "../contract/incidents.ts";
import { modelCardRoute } from "../contract/model-card.ts";
import { classesRoute, networkRoute } from "../contract/network.ts";
import { reportRoute, roundsRoute } from "../contract/rounds.ts";
import { statusRoute } from "../contract/status.ts";
import { trailRoute, trailsRoute } from "../contract/trails.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** Reads the card of a model by its id; `null` for one without. */
export type CardReader = (id: string) => Promise<string | null>;

/** `/v1/status`. */
export function serveStatus(view: SystemView): readonly ServedRoute[] {
  return [
    serveRoute(statusRoute, () => ({
      marketTimeSec: view.marketTimeSec(),
      dataSource: view.dataSource(),
      models: view.models(),
      breaker: view.delivery().breaker,
      components: view.components(),
      ingestion: { ...view.ingestion(), rejected: countsOf(view.ingestion().rejected) },
    })),
  ];
}

/** `/v1/trails`, `/v1/rounds`, `/v1/reports/{digest}`, `/v1/incidents`, `/v1/network`, `/v1/classes`; none without a trail. */
export function serveTrail(trail: TrailView | undefined): readonly ServedRoute[] {
  if (trail === undefined) return [];
  return [
    serveRoute(trailRoute, ({ params }) => trail.position(params.source, params.id) ?? refuse(trailUnknown(params.id))),
    serveRoute(trailsRoute, ({ query }) => trail.classPositions(query.classId)),
    serveRoute(roundsRoute, ({ query }) => trail.rounds(query.limit)),
    serveRoute(reportRoute, ({ params }) => trail.report(params.digest) ?? refuse(reportUnknown(params.digest))),
    serveRoute(incidentsRoute, ({ query }) => trail.incidents(query.limit)),
    serveRoute(networkRoute, () => ({ network: trail.network() })),
    serveRoute(classesRoute, () => ({ book: trail.classes() })),
  ];
}

/** `/v1/models/{id}/card`, for models in use only: no other file can be asked for. None without a reader. */
export function serveCards(view: Pick<SystemView, "models">, readCard: CardReader | undefined): readonly ServedRoute[] {
  if (readCard === undefined) return [];
  return [
    serveRoute(modelCardRoute, async ({ params }) => {
      const model = view.models().find(({ id }) => id === params.id);
      const text = model === undefined ? null : await readCard(model.id);
      if (model === undefined || text === null) throw cardUnknown(params.id);
      return { ...model, text };
    }),
  ];
}

function countsOf(rejected: Readonly<Partial<Record<string, number>>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(rejected).map(([reason, count]) => [reason, count ?? 0]));
}

function refuse(error: PlimsollError): never {
  throw error;
}

function trailUnknown(id: string): PlimsollError<"TRAIL_UNKNOWN"> {
  return new PlimsollError({
    code: "TRAIL_UNKNOWN",
    problem: `Nothing is known of the past of position ${id}.`,
    remedy: "Wait for the next round; a node remembers what it has seen since it was started.",
  });
}

function reportUnknown(digest: string): PlimsollError<"REPORT_UNKNOWN"> {
  return new PlimsollError({
    code: "REPORT_UNKNOWN",
    problem: `This node does not keep the report ${digest}.`,
    remedy: "List the newest at /v1/reports; older ones are on chain and in the database.",
  });
}

function cardUnknown(id: string): PlimsollError<"MODEL_CARD_UNKNOWN"> {
  return new PlimsollError({
    code: "MODEL_CARD_UNKNOWN",
    problem: `There is no card of a model ${id} in use.`,
    remedy: "List the models in use at /v1/models; those that are fitted anew every round have no card.",
  });
}
