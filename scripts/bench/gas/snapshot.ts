/** The committed gas figures. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { GasFigures } from "./limits.ts";

/** Where they lie. */
export const GAS_SNAPSHOT = new URL("../../../test/snapshots/gas.json", import.meta.url);

const figuresSchema: z.ZodType<GasFigures> = z.lazy(() =>
  z.record(z.string(), z.union([z.number(), z.null(), figuresSchema])),
);

/** Reads them. */
export function readGasSnapshot(): GasFigures {
  return figuresSchema.parse(JSON.parse(readFileSync(GAS_SNAPSHOT, "utf8")));
}
