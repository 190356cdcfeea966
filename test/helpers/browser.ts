/** Starts Debian's Chromium for tests of the web page. */
import { type Browser, chromium } from "playwright-core";
import { findProgram, missingServer } from "./server-binaries.ts";

/** No sandbox, since containers and root have none; nothing that would reach for the network by itself. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of Chromium; `null`, after saying so loudly, where there is none; throws where `CI` is set. */
export function findChromium(): string | null {
  return findProgram("chromium") ?? missingServer("chromium");
}

/** A headless browser; the caller closes it. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ARGUMENTS, headless: true });
}
