/** A model as it is named everywhere. */
import { z } from "zod";
import { HexSchema } from "./hex-schema.ts";

/** Id of a model and the hash of its file. */
export const ModelIdentitySchema = z.object({ id: z.string(), sha256: HexSchema.describe("SHA-256 of the artefact") });
