/** Tells zod not to compile code at run time, which the page's content security policy forbids. Import before any schema. */
import { z } from "zod";

z.config({ jitless: true });
