/**
 * `npm run bench:trust`: how often each attack on the feeds is noticed and what clean feeds pay, what explanations and the page take;
 * needs no data. The last line is one JSON object; a missed limit fails the command.
 */
import { runBenchmarks } from "../run-benchmarks.ts";
import { benchBlockPrice, benchCrossed, benchSpoofedDepth, benchWashVolume } from "./book-attacks.ts";
import { benchCommitment, benchExplanations } from "./explanations.ts";
import { pageBenchmarks } from "./page.ts";
import { benchCollusion, benchPriceAttack } from "./price-attacks.ts";
import { benchRhoCost } from "./rho-cost.ts";

const MINORITY = 2;
const MAJORITY = 3;
const page = pageBenchmarks();

await runBenchmarks({
  name: "bench:trust",
  description: "Attacks the feeds, explains rounds, opens the page.",
  isStrict: true,
  benchmarks: new Map([
    ["page-first-rows", page.firstRows],
    ["page-typing", page.typing],
    ["explanations", benchExplanations],
    ["inputs-commitment", benchCommitment],
    ["rho-cost", benchRhoCost],
    ["offset", benchPriceAttack("offset")],
    ["ramp", benchPriceAttack("ramp")],
    ["stuck", benchPriceAttack("stuck")],
    ["replayed", benchPriceAttack("replayed")],
    ["unit-jump", benchPriceAttack("unit-jump")],
    ["edge", benchPriceAttack("edge")],
    ["colluding-minority", benchCollusion(MINORITY)],
    ["colluding-majority", benchCollusion(MAJORITY)],
    ["crossed", benchCrossed],
    ["spoofed-depth", benchSpoofedDepth],
    ["wash-volume", benchWashVolume],
    ["block-price", benchBlockPrice],
  ]),
});
