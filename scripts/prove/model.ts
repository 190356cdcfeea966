/** A model of a piece of code: inputs and definitions in order, as the code computes them. */
import {
  add,
  evaluate,
  le,
  lt,
  mul,
  type Operand,
  sub,
  type Term,
  toSmt,
  type Values,
  variable,
  variablesOf,
} from "./term.ts";

type Sort = "Int" | "Bool";

type Definition =
  | { readonly kind: "is"; readonly name: string; readonly sort: Sort; readonly term: Term }
  | { readonly kind: "floor" | "ceil"; readonly name: string; readonly numerator: Term; readonly divisor: Term };

/** Collects inputs and definitions; the names of one model start with its prefix. */
export class Model {
  readonly #prefix: string;
  readonly #inputs: string[] = [];
  readonly #definitions: Definition[] = [];

  constructor(prefix = "") {
    this.#prefix = prefix;
  }

  /** An integer input. */
  input(name: string): Term {
    this.#inputs.push(this.#prefix + name);
    return variable(this.#prefix + name);
  }

  /** Integer inputs in the order of their names. */
  inputs<const Names extends readonly string[]>(names: Names): { readonly [Index in keyof Names]: Term };
  inputs(names: readonly string[]): readonly Term[] {
    return names.map((name) => this.input(name));
  }

  /** A named value. */
  define(name: string, term: Term): Term {
    return this.#add({ kind: "is", name: this.#prefix + name, sort: "Int", term });
  }

  /** A named truth value. */
  state(name: string, term: Term): Term {
    return this.#add({ kind: "is", name: this.#prefix + name, sort: "Bool", term });
  }

  /** A quotient rounded down; the divisor must be positive. */
  floor(name: string, numerator: Term, divisor: Operand): Term {
    return this.#add({ kind: "floor", name: this.#prefix + name, numerator, divisor: add(divisor) });
  }

  /** A quotient rounded up; the divisor must be positive. */
  ceil(name: string, numerator: Term, divisor: Operand): Term {
    return this.#add({ kind: "ceil", name: this.#prefix + name, numerator, divisor: add(divisor) });
  }

  #add(definition: Definition): Term {
    this.#definitions.push(definition);
    return variable(definition.name);
  }

  /**
   * Declarations and definitions in SMT-LIB, as far as `needed` names depend on them; a definition always has a value, so
   * leaving one out that nothing depends on changes no answer. Quotients are given by their two inequalities: no division
   * remains.
   */
  toSmt(needed: ReadonlySet<string>): readonly string[] {
    const used = new Set(needed);
    const kept: Definition[] = [];
    for (const definition of this.#definitions.toReversed()) {
      if (!used.has(definition.name)) continue;
      kept.push(definition);
      for (const name of dependenciesOf(definition)) used.add(name);
    }
    return [
      ...this.#inputs.filter((name) => used.has(name)).map((name) => `(declare-const ${name} Int)`),
      ...kept
        .toReversed()
        .flatMap((definition) => [
          `(declare-const ${definition.name} ${definition.kind === "is" ? definition.sort : "Int"})`,
          ...meaning(definition).map((text) => `(assert ${text})`),
        ]),
    ];
  }

  /** Values of all definitions for given inputs (names without the prefix). */
  evaluate(inputs: Readonly<Record<string, bigint>>): Values {
    const values = new Map<string, bigint | boolean>(
      Object.entries(inputs).map(([name, value]) => [this.#prefix + name, value]),
    );
    for (const definition of this.#definitions) values.set(definition.name, valueIn(definition, values));
    return values;
  }
}

function dependenciesOf(definition: Definition): readonly string[] {
  if (definition.kind === "is") return variablesOf(definition.term);
  return [...variablesOf(definition.numerator), ...variablesOf(definition.divisor)];
}

function meaning(definition: Definition): readonly string[] {
  if (definition.kind === "is") return [`(= ${definition.name} ${toSmt(definition.term)})`];
  const { name, numerator, divisor } = definition;
  const value = variable(name);
  const bounds =
    definition.kind === "floor"
      ? [le(mul(divisor, value), numerator), lt(numerator, mul(divisor, add(value, 1)))]
      : [le(numerator, mul(divisor, value)), lt(mul(divisor, sub(value, 1)), numerator)];
  return bounds.map(toSmt);
}

function valueIn(definition: Definition, values: Values): bigint | boolean {
  if (definition.kind === "is") return evaluate(definition.term, values);
  const [numerator, divisor] = [evaluate(definition.numerator, values), evaluate(definition.divisor, values)];
  if (typeof numerator === "boolean" || typeof divisor === "boolean") throw new TypeError("Quotient of truth values.");
  // Where the code would not reach this quotient its divisor may be 0: any value will do.
  if (divisor <= 0n) return 0n;
  const down = numerator / divisor - (numerator % divisor < 0n ? 1n : 0n);
  return definition.kind === "floor" || down * divisor === numerator ? down : down + 1n;
}
