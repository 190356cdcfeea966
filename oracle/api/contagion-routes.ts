/** Route that shows how losses would travel through the book: indices of assets and sources, ranked paths. */
import type { SystemView } from "../domain/view.ts";
import { ContagionSchema, ErrorSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Registers `/v1/contagion`; before the first round its report is `null`, which is not "no contagion". */
export function registerContagionRoutes(app: ApiServer, view: Pick<SystemView, "contagion">): void {
  app.get("/v1/contagion", { schema: { response: { 200: ContagionSchema, 500: ErrorSchema } } }, async () => {
    const report = view.contagion();
    if (report === null) return { report };
    const nodes = report.nodes.map((node) => ({
      ...node,
      paths: node.paths.map((path) => ({
        ...path,
        nodes: [...path.nodes],
        edges: path.edges.map((edge) => ({ ...edge })),
      })),
    }));
    return { report: { ...report, nodes } };
  });
}
