/** `npm run bench:models`: speed of training, inference and scoring against the limits; the last line is one JSON object. */
import { benchInference } from "../inference.ts";
import { runBenchmarks } from "../run-benchmarks.ts";
import { benchCommitment, benchExplanations } from "../trust/explanations.ts";
import { benchClearing } from "./clearing-speed.ts";
import { benchStudent, benchTeacher } from "./close-out.ts";
import { benchGreeks } from "./greeks.ts";
import { benchLstmStep } from "./lstm-step.ts";
import { benchMechanism } from "./mechanism-speed.ts";
import { benchScoring, benchSurfaceScoring } from "./scoring-speed.ts";
import { benchSurfaceFit } from "./surface-fit.ts";
import { trainingTime } from "./training-time.ts";
import { benchVolInference } from "./vol-inference.ts";

await runBenchmarks({
  name: "bench:models",
  description: "Measures the models: training, one LSTM step against PyTorch, inference, scoring.",
  benchmarks: new Map([
    ["lstm-step", benchLstmStep],
    ["quantile-inference", benchInference],
    ["vol-inference", benchVolInference],
    ["close-out-student", benchStudent],
    ["close-out-teacher", benchTeacher],
    ["mechanism", benchMechanism],
    ["clearing", benchClearing],
    ["surface-fit", benchSurfaceFit],
    ["scoring", benchScoring],
    ["scoring-surface", benchSurfaceScoring],
    ["greeks", benchGreeks],
    ["explanations", benchExplanations],
    ["inputs-commitment", benchCommitment],
    ["train-quantile-net", trainingTime("quantile-net")],
    ["train-vol-lstm", trainingTime("vol-lstm")],
    ["train-contagion-gnn", trainingTime("contagion-gnn")],
    ["train-deep-pricer", trainingTime("deep-pricer", { readsData: false })],
    ["train-hedger", trainingTime("hedger")],
    ["train-cvar-depth", trainingTime("cvar-depth", { readsData: false })],
  ]),
});
