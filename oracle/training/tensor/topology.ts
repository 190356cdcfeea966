/** Order of operations: every operation after the ones it reads from. */
import type { Operation, Tensor } from "./operation.ts";

/**
 * Operations reachable from the given tensors, inputs first. Iterative, so that unrolled recurrences of thousands of
 * steps do not exhaust the stack. The order depends only on the graph, which makes written models reproducible.
 */
export function topologicalOrder(targets: readonly Tensor[]): readonly Operation[] {
  const ordered: Operation[] = [];
  const entered = new Set<Operation>();
  const pending: { operation: Operation; next: number }[] = [];
  const enter = (operation: Operation): void => {
    if (entered.has(operation)) return;
    entered.add(operation);
    pending.push({ operation, next: 0 });
  };
  for (const target of targets) {
    enter(target.operation);
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const following = top.operation.inputs[top.next];
      top.next += 1;
      if (following !== undefined) enter(following.operation);
      else {
        ordered.push(top.operation);
        pending.pop();
      }
    }
  }
  return ordered;
}
