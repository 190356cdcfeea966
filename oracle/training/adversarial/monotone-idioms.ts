/** Finds softplus and asinh where the engine spells them out: node by node their bounds would be wide, as one increasing function they are exact. */
import type { OnnxFile, OnnxStep } from "./read-onnx.ts";

/** An increasing function of one tensor, in place of the last of its nodes. */
export interface Idiom {
  readonly input: string;
  readonly map: (value: number) => number;
}

/** Idioms by their last node. */
export function monotoneIdioms(file: OnnxFile): ReadonlyMap<OnnxStep, Idiom> {
  const makers = new Map(file.steps.flatMap((step) => step.outputs.map((name): [string, OnnxStep] => [name, step])));
  const isOne = (name: string): boolean => {
    const values = file.constants.get(name)?.values;
    return values?.length === 1 && values[0] === 1;
  };
  const inputsOf = (name: string, kind: string): readonly string[] => {
    const step = makers.get(name);
    return step?.kind === kind ? step.inputs : [];
  };
  const nets = { inputsOf, isOne };
  const found = new Map<OnnxStep, Idiom>();
  for (const step of file.steps) {
    const softplus = step.kind === "Add" ? softplusInput(step.inputs, nets) : null;
    const asinh = step.kind === "Mul" ? asinhInput(step.inputs, nets) : null;
    if (softplus !== null) found.set(step, { input: softplus, map: softplusOf });
    if (asinh !== null) found.set(step, { input: asinh, map: Math.asinh });
  }
  return found;
}

interface Nets {
  /** Inputs of the node that makes a tensor, if it is of that kind; none otherwise. */
  readonly inputsOf: (name: string, kind: string) => readonly string[];
  readonly isOne: (name: string) => boolean;
}

/** `relu(x) + log(1 + exp(−|x|))`. */
function softplusInput([left = "", right = ""]: readonly string[], { inputsOf, isOne }: Nets): string | null {
  const [positive = ""] = inputsOf(left, "Relu");
  const [inside = ""] = inputsOf(right, "Log");
  const [one = "", power = ""] = inputsOf(inside, "Add");
  const [negative = ""] = inputsOf(power, "Exp");
  const [size = ""] = inputsOf(negative, "Neg");
  const [x = ""] = inputsOf(size, "Abs");
  return x !== "" && isOne(one) && positive === x ? x : null;
}

/** `sign(x) · log(|x| + √(x² + 1))`. */
function asinhInput([left = "", right = ""]: readonly string[], { inputsOf, isOne }: Nets): string | null {
  const [signed = ""] = inputsOf(left, "Sign");
  const [inside = ""] = inputsOf(right, "Log");
  const [size = "", root = ""] = inputsOf(inside, "Add");
  const [x = ""] = inputsOf(size, "Abs");
  const [radicand = ""] = inputsOf(root, "Sqrt");
  const [square = "", one = ""] = inputsOf(radicand, "Add");
  const factors = inputsOf(square, "Mul");
  const isSquare = factors.length === 2 && factors.every((factor) => factor === x);
  return x !== "" && signed === x && isSquare && isOne(one) ? x : null;
}

function softplusOf(value: number): number {
  return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
}
