/** Runs the page's benchmark by itself: `node --env-file=scripts/defaults.env scripts/bench/trust/run-page.ts [CHROMIUM]`. */
import { benchPage } from "./page.ts";

const INDENT = 2;
const [, , executablePath = "/usr/bin/chromium"] = process.argv;
process.stdout.write(`${JSON.stringify(await benchPage(executablePath), null, INDENT)}\n`);
