/** Schemas of numbers that venues send as decimal text. */
import { z } from "zod";

const DECIMAL = /^-?\d+(\.\d+)?$/;

const decimal = z.string().regex(DECIMAL).transform(Number);

/** Decimal text as a number. */
export const numericText = decimal;

/** Decimal text above zero. */
export const positiveText = decimal.refine((value) => value > 0, "must be above zero");

/** Price and size of one level, size zero where it is gone. */
export const textLevel = z
  .tuple([positiveText, decimal.refine((value) => value >= 0, "must not be negative")])
  .transform(([price, size]) => ({ price, size }));
