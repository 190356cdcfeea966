/** A damped Gauss-Newton step that keeps to the cube: axes that would leave it are set on its border, and the others answer to that. */
import { choleskyFactor, choleskySolve } from "../../math/linear-algebra.ts";

/** Gradient and matrix of a quadratic model of the cost. */
export interface QuadraticModel {
  /** `[n]` */
  readonly gradient: Float64Array;
  /** Positive definite, only its lower triangle is read. `[n × n]` */
  readonly matrix: Float64Array;
}

/**
 * Where the step s of least `gᵀs + sᵀ(A + d·diag A)s/2` leads that stays in [−1, 1]ⁿ, by fixing axes as they come to the border.
 *
 * An axis that was fixed is not freed again in the same step: the next one starts with all axes free.
 *
 * @param damping Marquardt's d ≥ 0, a share of the diagonal.
 * @returns the next place; `null` where the matrix is not positive definite. `[n]`
 */
export function boxedStep(model: QuadraticModel, place: Float64Array, damping: number): Float64Array | null {
  const next = Float64Array.from(place);
  let free = [...place.keys()];
  for (;;) {
    const step = freeStep(model, { moves: next.map((value, axis) => value - (place[axis] ?? 0)), free, damping });
    if (step === null) return null;
    const inside: number[] = [];
    for (const [index, axis] of free.entries()) {
      const wanted = (place[axis] ?? 0) + (step[index] ?? Number.NaN);
      next[axis] = Math.min(1, Math.max(-1, wanted));
      if (Math.abs(wanted) <= 1) inside.push(axis);
    }
    if (inside.length === free.length) return next;
    for (const axis of inside) next[axis] = place[axis] ?? 0;
    free = inside;
  }
}

interface Reduced {
  /** What is decided of the step; zero on the free axes. */
  readonly moves: Float64Array;
  readonly free: readonly number[];
  readonly damping: number;
}

/** Step on the free axes, given that on the others. `[free]` */
function freeStep({ gradient, matrix }: QuadraticModel, { moves, free, damping }: Reduced): Float64Array | null {
  const size = gradient.length;
  const at = (row: number, column: number): number =>
    matrix[row >= column ? row * size + column : column * size + row] ?? Number.NaN;
  const reduced = new Float64Array(free.length ** 2);
  const pull = Float64Array.from(free, (axis) => -(gradient[axis] ?? Number.NaN));
  for (const [row, axis] of free.entries()) {
    for (let other = 0; other < size; other += 1) {
      const move = moves[other] ?? 0;
      if (move !== 0) pull[row] = (pull[row] ?? 0) - at(axis, other) * move;
    }
    for (let column = 0; column <= row; column += 1) {
      const damped = column === row ? 1 + damping : 1;
      reduced[row * free.length + column] = at(axis, free[column] ?? -1) * damped;
    }
  }
  const factor = choleskyFactor(reduced);
  return factor === null ? null : choleskySolve(factor, pull);
}
