/** A process of its own that brings one report on chain and watches it until it is killed; says so with a line on stdout. */
import { readFileSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { decodeQuorum } from "../../oracle/pipeline/quorum-codec.ts";
import { openWorld } from "../oracle/pipeline/desk-world.ts";

const STDOUT = 1;
/** Between two looks at the queue. */
const LOOK_MS = 20;

/** Arguments: a file with the world's options, and one with the report. */
async function watchForEver(optionsPath: string, quorumPath: string): Promise<void> {
  const world = await openWorld(JSON.parse(readFileSync(optionsPath, "utf8")));
  const desk = await world.openDesk();
  const result = await desk.submit(decodeQuorum(JSON.parse(readFileSync(quorumPath, "utf8"))));
  // A submission that the queue still counts as running would be done again by the next process, before any look.
  while ((await world.queues.queue("tx-submit").depth()) > 0) await pause(LOOK_MS);
  writeSync(STDOUT, `${result?.state}\n`);
}

const [, , optionsPath, quorumPath] = process.argv;
if (import.meta.main && optionsPath !== undefined && quorumPath !== undefined) {
  await watchForEver(optionsPath, quorumPath);
}
