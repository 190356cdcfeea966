/** Hexadecimal texts of the API. */
import { z } from "zod";

/** Bytes as `0x…`; any length, either case. */
export const HexSchema = z.string().regex(/^0x[0-9a-fA-F]*$/);
