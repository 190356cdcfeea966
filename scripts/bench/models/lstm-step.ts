/** Measures a training step of an LSTM against PyTorch's on the same numbers: processor time, one thread each, in one run. */
import { z } from "zod";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { createTrainer } from "../../../oracle/training/tensor/trainer.ts";
import { type BenchResult, judge, percentile, rounded } from "../result.ts";
import { LSTM_SIZE, type LstmNumbers, lstmNumbers, lstmProblem } from "./lstm-problem.ts";
import { PYTHON, runPeer } from "./python-peer.ts";

const REPEATS = 200;
const LEARNING_RATE = 1e-3;
/** Share of PyTorch's time (issue "Learning", Speed). */
const LIMIT_RATIO = 0.6;
/** Both stacks must show the same loss after this many steps; later, rounding of float32 drives any two runs apart. */
const COMPARED_STEP = 20;
const LOSS_TOLERANCE = 1e-5;
const DECILE = 0.1;
const MICROSECONDS_PER_MS = 1_000;

const peerSchema = z.object({ version: z.string(), milliseconds: z.array(z.number()), losses: z.array(z.number()) });

/**
 * Runs both.
 *
 * @throws PlimsollError `BENCH_PEER` without a Python that has torch, or when both do not train the same network.
 */
export async function benchLstmStep(): Promise<BenchResult> {
  const numbers = lstmNumbers();
  const peer = await askTorch(numbers);
  const ours = await runOurs(numbers);
  const [loss = Number.NaN, peerLoss = Number.NaN] = [ours, peer].map(({ losses }) => losses[COMPARED_STEP]);
  const difference = Math.abs(loss / peerLoss - 1);
  if (!(difference <= LOSS_TOLERANCE)) throw peerFault(`trains another network: loss ${peerLoss} against ${loss}`);
  const [mine, theirs] = [ours, peer].map(({ milliseconds }) => percentile(milliseconds, DECILE));
  return judge(
    (mine ?? Number.NaN) / (theirs ?? Number.NaN),
    { limit: LIMIT_RATIO, unit: "of PyTorch's time", passes: "at-most" },
    {
      stepMs: rounded(mine ?? Number.NaN),
      torchStepMs: rounded(theirs ?? Number.NaN),
      torch: peer.version,
      lossDifference: difference,
      ...LSTM_SIZE,
      repeats: REPEATS,
    },
  );
}

async function runOurs(numbers: LstmNumbers) {
  const { problem, batch } = lstmProblem(numbers);
  const trainer = await createTrainer(problem);
  const milliseconds: number[] = [];
  const losses: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const before = process.cpuUsage();
    losses.push(await trainer.step(batch, LEARNING_RATE));
    const used = process.cpuUsage(before);
    milliseconds.push((used.user + used.system) / MICROSECONDS_PER_MS);
  }
  await trainer.release();
  return { milliseconds, losses };
}

async function askTorch(numbers: LstmNumbers): Promise<z.infer<typeof peerSchema>> {
  const lists = Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, [...values]]));
  const answer = await runPeer("lstm-step.py", {
    ...LSTM_SIZE,
    ...lists,
    learningRate: LEARNING_RATE,
    repeats: REPEATS,
  });
  if (!answer.ok) throw peerFault(`ended with ${answer.code}: ${answer.complaint}`);
  return peerSchema.parse(JSON.parse(answer.text));
}

function peerFault(what: string): PlimsollError<"BENCH_PEER"> {
  return new PlimsollError({
    code: "BENCH_PEER",
    problem: `The PyTorch peer ${what}.`,
    remedy: "Install Debian's python3-torch, or leave this benchmark out by --only.",
    context: { python: PYTHON },
  });
}
