/** The contract of a gradient rule, shared by the rule tables. */
import { PlimsollError } from "../../domain/errors.ts";
import { definedTensor, type Operation, type Tensor } from "./operation.ts";

/** A tensor together with the derivative of the loss with respect to it. */
export interface Seed {
  readonly tensor: Tensor;
  readonly cotangent: Tensor;
}

/** Derivatives with respect to `wrt` given those of the seeds; `null` where none of the seeds depends on the tensor. */
export type Propagate = (seeds: readonly Seed[], wrt: readonly Tensor[]) => readonly (Tensor | null)[];

/** What a rule is given. */
export interface GradientRequest {
  readonly operation: Operation;
  /** Derivative of the loss by each output; `null` for outputs that the loss does not read. */
  readonly cotangents: readonly (Tensor | null)[];
  readonly propagate: Propagate;
}

/** Derivative of the loss by each input, `null` for inputs without one. */
export type GradientRule = (request: GradientRequest) => readonly (Tensor | null)[];

/** Rule of an operation that is constant almost everywhere, or whose inputs carry no gradient. */
export const noGradient: GradientRule = ({ operation }) => operation.inputs.map(() => null);

/**
 * Rule of an operation that only exported models contain.
 *
 * @throws PlimsollError `GRADIENT_UNSUPPORTED` always.
 */
export const exportOnly: GradientRule = ({ operation }) => {
  throw new PlimsollError({
    code: "GRADIENT_UNSUPPORTED",
    problem: `Operation ${operation.kind} has no gradient.`,
    remedy: "Train with matmul(), add() and lstmScan(); use this operation only in the exported model.",
    context: { kind: operation.kind },
  });
};

/** Inputs, the first output and its derivative, for rules of operations with one output. */
export function unpack(request: GradientRequest): { g: Tensor; y: Tensor; a: Tensor; b: Tensor } {
  const { operation, cotangents } = request;
  const a = definedTensor(operation.inputs[0], operation.kind);
  return {
    g: definedTensor(cotangents[0], operation.kind),
    y: definedTensor(operation.outputs[0], operation.kind),
    a,
    b: operation.inputs[1] ?? a,
  };
}
