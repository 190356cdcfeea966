/** Reverse-mode differentiation: adds the gradient of a scalar to the same graph. */
import { PlimsollError } from "../../domain/errors.ts";
import { ELEMENTWISE_GRADIENTS } from "./elementwise-gradients.ts";
import { add } from "./elementwise-ops.ts";
import type { GradientRule, Seed } from "./gradient-rule.ts";
import { type Operation, type OperationKind, scalar, type Tensor } from "./operation.ts";
import { scanGradient } from "./scan.ts";
import { formatShape } from "./shape.ts";
import { zerosLike } from "./shape-ops.ts";
import { STRUCTURE_GRADIENTS } from "./structure-gradients.ts";
import { topologicalOrder } from "./topology.ts";

const RULES: Readonly<Partial<Record<OperationKind, GradientRule>>> = {
  ...ELEMENTWISE_GRADIENTS,
  ...STRUCTURE_GRADIENTS,
  Scan: scanGradient,
};

/**
 * Derivatives of a scalar loss.
 *
 * @param loss tensor of shape `[]`.
 * @param wrt tensors to differentiate by.
 * @returns one tensor of the same shape for each; zeros where the loss does not depend on it.
 * @throws PlimsollError `GRADIENT_NOT_SCALAR` when the loss has axes; `GRADIENT_UNSUPPORTED` for export-only operations.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  if (loss.shape.length > 0) {
    throw new PlimsollError({
      code: "GRADIENT_NOT_SCALAR",
      problem: `The loss has shape ${formatShape(loss.shape)}.`,
      remedy: "Reduce it to a scalar with reduceSum() or reduceMean().",
      context: { shape: formatShape(loss.shape) },
    });
  }
  const found = propagate([{ tensor: loss, cotangent: scalar(1, loss.type) }], wrt);
  return wrt.map((tensor, index) => found[index] ?? zerosLike(tensor));
}

function propagate(seeds: readonly Seed[], wrt: readonly Tensor[]): readonly (Tensor | null)[] {
  const order = topologicalOrder(seeds.map(({ tensor }) => tensor));
  const relevant = operationsThatRead(order, wrt);
  const cotangents = new Map<Tensor, Tensor>();
  for (const { tensor, cotangent } of seeds) accumulate(cotangents, tensor, cotangent);
  for (const operation of order.toReversed()) {
    const reached = operation.outputs.some((output) => cotangents.has(output));
    if (reached && relevant.has(operation)) propagateThrough(operation, cotangents);
  }
  return wrt.map((tensor) => cotangents.get(tensor) ?? null);
}

function propagateThrough(operation: Operation, cotangents: Map<Tensor, Tensor>): void {
  const rule = RULES[operation.kind];
  if (rule === undefined) return;
  const outputGradients = operation.outputs.map((output) => cotangents.get(output) ?? null);
  const inputGradients = rule({ operation, cotangents: outputGradients, propagate });
  operation.inputs.forEach((tensor, index) => {
    const gradient = inputGradients[index];
    if (gradient) accumulate(cotangents, tensor, gradient);
  });
}

/** Sums contributions. The map belongs to one call of `propagate`. */
function accumulate(cotangents: Map<Tensor, Tensor>, tensor: Tensor, gradient: Tensor): void {
  const before = cotangents.get(tensor);
  cotangents.set(tensor, before === undefined ? gradient : add(before, gradient));
}

/** Operations on a path from the wanted tensors; all others need no gradient nodes. */
function operationsThatRead(order: readonly Operation[], wrt: readonly Tensor[]): ReadonlySet<Operation> {
  const wanted = new Set(wrt);
  const relevant = new Set<Operation>();
  for (const operation of order) {
    if (operation.inputs.some((tensor) => wanted.has(tensor) || relevant.has(tensor.operation)))
      relevant.add(operation);
  }
  return relevant;
}
