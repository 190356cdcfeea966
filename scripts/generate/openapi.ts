/** Writes the OpenAPI document of the declared routes to `docs/openapi.json`; with `--check` only says whether it is current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "../../oracle/api/openapi.ts";

const FILE = join(import.meta.dirname, "../../docs/openapi.json");
const INDENT = 2;

const text = `${JSON.stringify(openApiDocument(), null, INDENT)}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("docs/openapi.json is not what the routes say: run npm run generate:openapi");
  process.exitCode = 1;
}
