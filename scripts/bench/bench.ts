/** `npm run bench`: measures the project against the limits of its design; the last line is one JSON object. */
import { benchInference } from "./inference.ts";
import { benchMemory } from "./memory.ts";
import { benchQuorum } from "./quorum.ts";
import { benchReportGas } from "./report-gas.ts";
import { runBenchmarks } from "./run-benchmarks.ts";
import { benchScoredRound } from "./scored-round.ts";

await runBenchmarks({
  name: "bench",
  description: "Measures speed, gas and memory against the limits of the design.",
  benchmarks: new Map([
    ["inference", benchInference],
    ["scored-round", benchScoredRound],
    ["quorum", benchQuorum],
    ["report-gas", benchReportGas],
    ["memory", benchMemory],
  ]),
});
