/** Route that shows the models in use and how good they have been. */
import type { SystemView } from "../domain/view.ts";
import { ErrorSchema, ModelsSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Registers `/v1/models`. */
export function registerModelRoutes(app: ApiServer, view: Pick<SystemView, "models" | "modelEvents" | "drift">): void {
  app.get("/v1/models", { schema: { response: { 200: ModelsSchema, 500: ErrorSchema } } }, async () => ({
    models: view.models().map((model) => ({ ...model })),
    drift: view.drift().map((state) => ({ ...state, widening: [...state.widening] })),
    log: view.modelEvents().map((event) => ({ ...event })),
  }));
}
