/** Gradient rules of elementwise operations. Derivatives of broadcast operands are summed back to their shape. */
import { div, greater, greaterOrEqual, mul, neg, scale, sigmoid, sign, sub, where } from "./elementwise-ops.ts";
import { type GradientRequest, type GradientRule, noGradient, unpack } from "./gradient-rule.ts";
import { sumTo } from "./matrix-ops.ts";
import { definedTensor, type OperationKind, scalar, type Tensor } from "./operation.ts";

/** Derivative of `sqrt` is `1 / (2 y)`. */
const HALF = 0.5;

/** Rules by operation kind. */
export const ELEMENTWISE_GRADIENTS: Readonly<Partial<Record<OperationKind, GradientRule>>> = {
  Add: binary(({ g }) => [g, g]),
  Sub: binary(({ g }) => [g, neg(g)]),
  Mul: binary(({ g, a, b }) => [mul(g, b), mul(g, a)]),
  Div: binary(({ g, y, b }) => [div(g, b), neg(div(mul(g, y), b))]),
  Max: binary(({ g, a, b }) => choose(g, greaterOrEqual(a, b))),
  Min: binary(({ g, a, b }) => choose(g, greaterOrEqual(b, a))),
  Neg: unary(({ g }) => neg(g)),
  Sigmoid: unary(({ g, y }) => mul(g, mul(y, sub(scalar(1, y.type), y)))),
  Tanh: unary(({ g, y }) => mul(g, sub(scalar(1, y.type), mul(y, y)))),
  Exp: unary(({ g, y }) => mul(g, y)),
  Log: unary(({ g, a }) => div(g, a)),
  Sqrt: unary(({ g, y }) => div(scale(g, HALF), y)),
  Abs: unary(({ g, a }) => mul(g, sign(a))),
  Relu: unary(({ g, a }) => where(greater(a, scalar(0, a.type)), g, scalar(0, g.type))),
  Softplus: unary(({ g, a }) => mul(g, sigmoid(a))),
  Where: whereGradient,
  Sign: noGradient,
  Greater: noGradient,
  GreaterOrEqual: noGradient,
};

type Operands = ReturnType<typeof unpack>;

function unary(derivative: (operands: Operands) => Tensor): GradientRule {
  return (request) => [derivative(unpack(request))];
}

function binary(derivative: (operands: Operands) => readonly [Tensor, Tensor]): GradientRule {
  return (request) => {
    const operands = unpack(request);
    const [ga, gb] = derivative(operands);
    return [sumTo(ga, operands.a.shape), sumTo(gb, operands.b.shape)];
  };
}

function choose(g: Tensor, first: Tensor): readonly [Tensor, Tensor] {
  const zero = scalar(0, g.type);
  return [where(first, g, zero), where(first, zero, g)];
}

function whereGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { g, a: condition, b: chosen } = unpack(request);
  const other = definedTensor(request.operation.inputs[2], "Where");
  const [ga, gb] = choose(g, condition);
  return [null, sumTo(ga, chosen.shape), sumTo(gb, other.shape)];
}
