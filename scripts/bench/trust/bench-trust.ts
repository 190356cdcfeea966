/** `npm run bench:trust`: how often each attack on the feeds is noticed, and what clean feeds pay; the last line is one JSON object. */
import { runBenchmarks } from "../run-benchmarks.ts";
import { benchBlockPrice, benchCrossed, benchSpoofedDepth, benchWashVolume } from "./book-attacks.ts";
import { benchCollusion, benchPriceAttack } from "./price-attacks.ts";

const MINORITY = 2;
const MAJORITY = 3;

await runBenchmarks({
  name: "bench:trust",
  description: "Attacks the feeds: detection rate and false vetoes of each attack.",
  benchmarks: new Map([
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
