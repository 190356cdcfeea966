/** Routes that show positions and reports. */
import { z } from "zod";
import type { PositionRow, ReportRow, SystemView } from "../domain/view.ts";
import { ErrorSchema, PositionListSchema, PositionSchema, ReportSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

const DEFAULT_REPORTS = 20;
const MAX_REPORTS = 500;
/** Highest position id of the oracle's packed entries (48 bits) has 15 digits. */
const PositionId = z.string().regex(/^\d{1,15}$/, "a position id is a decimal integer");

/** Registers `/v1/positions`, `/v1/positions/:id` and `/v1/reports`. */
export function registerPositionRoutes(app: ApiServer, view: SystemView): void {
  app.get("/v1/positions", { schema: { response: { 200: PositionListSchema, 500: ErrorSchema } } }, async () => ({
    marketTimeSec: view.marketTimeSec(),
    dataSource: view.dataSource(),
    models: [...view.models()],
    positions: view.positions().map(copyPosition),
  }));

  app.get(
    "/v1/positions/:id",
    {
      schema: {
        params: z.object({ id: PositionId }),
        querystring: z.object({ source: z.string().optional() }),
        response: { 200: PositionSchema, 400: ErrorSchema, 404: ErrorSchema, 500: ErrorSchema },
      },
    },
    async (request, reply) => {
      const row = findPosition(view, request.params.id, request.query.source);
      if (row !== null) return copyPosition(row);
      return await reply.status(404).send({
        code: "POSITION_UNKNOWN",
        message: `No position ${request.params.id}.`,
        remedy: "List the positions at /v1/positions.",
      });
    },
  );

  app.get(
    "/v1/reports",
    {
      schema: {
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(MAX_REPORTS).default(DEFAULT_REPORTS) }),
        response: { 200: z.array(ReportSchema), 400: ErrorSchema, 500: ErrorSchema },
      },
    },
    async (request) => view.reports(request.query.limit).map(copyReport),
  );
}

function findPosition(view: SystemView, id: string, source: string | undefined): PositionRow | null {
  if (source !== undefined) return view.position(source, id);
  // Without a source the one that was registered first answers: the vault.
  const [first = null] = view
    .positions()
    .filter((row) => row.id === id)
    .toSorted((left, right) => left.sourceIndex - right.sourceIndex);
  return first;
}

function copyPosition(row: PositionRow): z.input<typeof PositionSchema> {
  return { ...row, reasons: row.reasons.map((reason) => ({ ...reason })) };
}

function copyReport(row: ReportRow): z.input<typeof ReportSchema> {
  return { ...row, skipped: { ...row.skipped }, signers: [...row.signers] };
}
