/** Writes a report as one HTML page. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PlimsollError } from "../domain/errors.ts";
import { renderReport } from "./render-report.ts";
import type { Report } from "./report.ts";

/** Renders and writes; missing folders are made. @throws PlimsollError `REPORT_NOT_WRITTEN` naming the path. */
export function writePage(path: string, report: Report): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, renderReport(report));
  } catch (cause) {
    throw new PlimsollError({
      code: "REPORT_NOT_WRITTEN",
      problem: `The page ${path} could not be written.`,
      remedy: "Give --out a file in a folder that this user may write to.",
      context: { path },
      cause,
    });
  }
}
