/** How losses would travel: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

const ContagionNodeSchema = z.object({
  name: z.string().describe("Asset, or address of a position source"),
  kind: z.enum(["asset", "source"]),
  tiedUsd: z.number().describe("Collateral tied to it"),
  importance: z.number().describe("Share of all collateral that would be lost with it, 0 to 1"),
  exposure: z.number().describe("Share of it lost when the other asset that hurts it most is lost in full, 0 to 1"),
  lossUsd: z.number().describe("Collateral of the sources that would be lost with it"),
  paths: z.array(
    z.object({
      nodes: z.array(z.string()),
      edges: z.array(z.object({ from: z.string(), to: z.string(), lossUsd: z.number() })),
      lossUsd: z.number().describe("Loss of the last node by this path"),
    }),
  ),
});

/** Contagion in the book of the newest round, `null` before the first. */
export const ContagionSchema = z.object({
  report: z.object({ atSec: z.number(), correlationDays: z.number(), nodes: z.array(ContagionNodeSchema) }).nullable(),
});

/** Contagion. */
export const contagionRoute = declareRoute({
  path: "/v1/contagion",
  name: "contagion",
  summary: 'How losses would travel through the book; a null report is not "no contagion".',
  room: "risk",
  params: {},
  query: {},
  answer: ContagionSchema,
});
