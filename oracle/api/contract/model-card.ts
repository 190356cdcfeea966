/** Cards of models: what is asked and what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

/** A model's card. */
export const ModelCardSchema = z.object({
  id: z.string(),
  sha256: HexSchema,
  text: z.string().describe("Markdown"),
});

/** What a model is for, how good it is, where it fails. */
export const modelCardRoute = declareRoute({
  path: "/v1/models/{id}/card",
  name: "modelCard",
  summary: "Card of a model in use; those that are fitted anew every round have none.",
  room: "models",
  params: { id: z.string().regex(/^[a-z0-9-]{1,64}$/, "a model id has lower-case letters, digits and hyphens") },
  query: {},
  answer: ModelCardSchema,
  errors: { MODEL_CARD_UNKNOWN: 404 },
});
