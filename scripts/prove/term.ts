/** Integer and truth terms that are both printed for the solver and evaluated on vectors: one model, two uses. */

/** A term; truth values are terms of sort "Bool". */
export type Term =
  | { readonly op: "int"; readonly value: bigint }
  | { readonly op: "var"; readonly name: string }
  | { readonly op: Operation; readonly args: readonly Term[] };

type Operation = "+" | "-" | "*" | "div" | "mod" | "<" | "<=" | "=" | "and" | "or" | "not" | "=>" | "ite";

/** Values of the variables. */
export type Values = ReadonlyMap<string, bigint | boolean>;

/** A number where a term is wanted. */
export type Operand = Term | bigint | number;

/** A constant. */
export function int(value: bigint | number): Term {
  return { op: "int", value: BigInt(value) };
}

/** A variable. */
export function variable(name: string): Term {
  return { op: "var", name };
}

function build(op: Operation): (...args: readonly Operand[]) => Term {
  return (...args) => ({ op, args: args.map((item) => (typeof item === "object" ? item : int(item))) });
}

/** Sum. */
export const add = build("+");
/** Difference. */
export const sub = build("-");
/** Product. */
export const mul = build("*");
/** Quotient rounded down; the divisor must be a positive constant. */
export const quotient = build("div");
/** Rest of {@link quotient}. */
export const rest = build("mod");
/** Strictly below. */
export const lt = build("<");
/** At most. */
export const le = build("<=");
/** Equal. */
export const eq = build("=");
/** All of them. */
export const and = build("and");
/** Any of them. */
export const or = build("or");
/** Not. */
export const not = build("not");
/** Implication. */
export const implies = build("=>");
/** Choice by a truth value. */
export const ite = build("ite");

/** The lesser. */
export function min(left: Operand, right: Operand): Term {
  return ite(le(left, right), left, right);
}

/** The greater. */
export function max(left: Operand, right: Operand): Term {
  return ite(le(left, right), right, left);
}

/** Difference, at least 0. */
export function saturatingSub(left: Operand, right: Operand): Term {
  return max(sub(left, right), 0);
}

/** The term in SMT-LIB. */
export function toSmt(term: Term): string {
  if (term.op === "int") return term.value < 0n ? `(- ${-term.value})` : `${term.value}`;
  if (term.op === "var") return term.name;
  return `(${term.op} ${term.args.map(toSmt).join(" ")})`;
}

/** Names of the variables of a term. */
export function variablesOf(term: Term): readonly string[] {
  if (term.op === "int") return [];
  return term.op === "var" ? [term.name] : term.args.flatMap(variablesOf);
}

/** The value of a term; only the chosen branch of a choice is evaluated. */
export function evaluate(term: Term, values: Values): bigint | boolean {
  if (term.op === "int") return term.value;
  if (term.op === "var") {
    const value = values.get(term.name);
    if (value === undefined) throw new RangeError(`No value for ${term.name}.`);
    return value;
  }
  const [first, second, third] = term.args;
  if (first === undefined) throw new RangeError(`${term.op} without operands.`);
  if (term.op === "ite" && second !== undefined && third !== undefined) {
    return evaluate(asTruth(evaluate(first, values)) ? second : third, values);
  }
  const left = evaluate(first, values);
  return second === undefined && term.op === "not"
    ? !asTruth(left)
    : term.args.slice(1).reduce((sum, item) => apply(term.op, sum, evaluate(item, values)), left);
}

const ARITHMETIC: Readonly<Record<string, (left: bigint, right: bigint) => bigint | boolean>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  div: (left, right) => (left - modulo(left, right)) / right,
  mod: modulo,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  "=": (left, right) => left === right,
};

function apply(op: string, left: bigint | boolean, right: bigint | boolean): bigint | boolean {
  if (op === "and") return asTruth(left) && asTruth(right);
  if (op === "or") return asTruth(left) || asTruth(right);
  if (op === "=>") return !asTruth(left) || asTruth(right);
  if (op === "=" && typeof left === "boolean") return left === right;
  const compute = ARITHMETIC[op];
  if (compute === undefined) throw new RangeError(`No arithmetic for ${op}.`);
  return compute(asInteger(left), asInteger(right));
}

function modulo(left: bigint, right: bigint): bigint {
  const remainder = left % right;
  return remainder < 0n ? remainder + right : remainder;
}

function asTruth(value: bigint | boolean): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(`${value} is a number where a truth value is wanted.`);
}

function asInteger(value: bigint | boolean): bigint {
  if (typeof value === "bigint") return value;
  throw new TypeError("A truth value where a number is wanted.");
}
