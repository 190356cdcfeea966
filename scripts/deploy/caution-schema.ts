/** Limits of a deployment from which operators call for caution. */
import { z } from "zod";

const share = z.number().min(0).max(1);

/** `CautionLimits`, shares each; an episode must be able to end below where it began. */
export const cautionSchema = z
  .strictObject({ leastProbability: share, leastExpectedFall: share, releaseProbability: share })
  .refine(({ leastProbability, releaseProbability }) => releaseProbability < leastProbability, {
    path: ["releaseProbability"],
    message: "must be less than leastProbability: one episode calls once",
  });
