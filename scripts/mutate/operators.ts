/** Mutation operators: which small changes of a function a careful test suite should notice. */
import { type AstNode, childOf, childrenOf, spanOf, textOf, typeOf, walk } from "../solidity/ast.ts";
import type { Mutation } from "./mutation.ts";

/** Source of a function and what its identifiers mean. */
export interface MutationContext {
  /** Source with one character per byte, so that offsets of the tree are offsets of the text. */
  readonly bytes: string;
  /** Ids of the declarations of constants. */
  readonly constants: ReadonlySet<number>;
}

type Operator = (node: AstNode, context: MutationContext) => readonly Mutation[];

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
};
const ARITHMETIC: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
};
const LOGICAL: Readonly<Record<string, readonly string[]>> = { "&&": ["||"], "||": ["&&"] };
const ASSIGNMENTS: Readonly<Record<string, readonly string[]>> = {
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["="],
  "|=": ["="],
  "&=": ["="],
};
const STEPS: Readonly<Record<string, string>> = { "++": "--", "--": "++" };
const SWAPPED_MEMBERS: Readonly<Record<string, string>> = { min: "max", max: "min", Ceil: "Floor", Floor: "Ceil" };
/** What lies below is not a value: type names, and assembly, which has a tree of its own. */
const OPAQUE = /TypeName$|^InlineAssembly$/;

/** Every mutation of a function body. */
export function mutationsOf(body: AstNode, context: MutationContext): readonly Mutation[] {
  const found = new Map<string, Mutation>();
  const steps = new Set([...walk(body)].flatMap((node) => childOf(node, "loopExpression") ?? []));
  // A loop without its step has no end: it fails every test, and tells nothing.
  for (const node of walk(body, (at) => OPAQUE.test(at.nodeType) || steps.has(at))) {
    for (const mutation of (OPERATORS[node.nodeType] ?? []).flatMap((operator) => operator(node, context))) {
      const key = `${mutation.start}:${mutation.end}:${mutation.replacement}`;
      if (!found.has(key)) found.set(key, mutation);
    }
  }
  return [...found.values()].toSorted((left, right) => left.start - right.start || left.end - right.end);
}

/** Replaces the operator between two operands. */
function between(
  operator: string,
  table: Readonly<Record<string, readonly string[]>>,
  fields: readonly [string, string],
): Operator {
  return (node, { bytes }) => {
    const [left, right] = [childOf(node, fields[0]), childOf(node, fields[1])];
    if (left === undefined || right === undefined) return [];
    const old = textOf(node, "operator");
    const start = bytes.indexOf(old, spanOf(left).end);
    if (start < 0 || start >= spanOf(right).start) return [];
    return (table[old] ?? []).map((replacement) => ({ operator, start, end: start + old.length, replacement }));
  };
}

const unary: Operator = (node, { bytes }) => {
  const inner = childOf(node, "subExpression");
  const old = textOf(node, "operator");
  if (inner === undefined || old === "delete") return [];
  const { start, end } = spanOf(node);
  const step = STEPS[old];
  const value = textAt(bytes, inner);
  if (step === undefined) return [{ operator: "unary", start, end, replacement: `(${value})` }];
  return [{ operator: "unary", start, end, replacement: node.prefix === true ? step + value : value + step }];
};

const literal: Operator = (node, { bytes }) => {
  const { start, end } = spanOf(node);
  const value = textAt(bytes, node);
  if (textOf(node, "kind") === "bool") {
    return [{ operator: "constant", start, end, replacement: value === "true" ? "false" : "true" }];
  }
  if (textOf(node, "kind") !== "number") return [];
  const up = { operator: "constant", start, end, replacement: `(${value} + 1)` };
  return value === "0" ? [up] : [up, { ...up, replacement: `(${value} - 1)` }];
};

const constant: Operator = (node, { bytes, constants }) => {
  const declaration = node.referencedDeclaration;
  if (typeof declaration !== "number" || !constants.has(declaration) || !/^u?int/.test(typeOf(node))) return [];
  return [{ operator: "constant", ...spanOf(node), replacement: `(${textAt(bytes, node)} + 1)` }];
};

const swappedMember: Operator = (node) => {
  const name = textOf(node, "memberName");
  const other = SWAPPED_MEMBERS[name];
  const base = childOf(node, "expression");
  const isMath = base !== undefined && /^type\((library Math|enum Math\.Rounding)\)$/.test(typeOf(base));
  if (other === undefined || !isMath) return [];
  const { end } = spanOf(node);
  return [{ operator: "min-max-rounding", start: end - name.length, end, replacement: other }];
};

/** `Math.ceilDiv(a, b)` becomes `a / b`, `Math.saturatingSub(a, b)` becomes `a`. */
const mathCall: Operator = (node, { bytes }) => {
  const [left, right] = childrenOf(node, "arguments").map((item) => textAt(bytes, item));
  const callee = childOf(node, "expression");
  const name = callee === undefined ? "" : textOf(callee, "memberName");
  if (left === undefined || right === undefined) return [];
  if (name === "ceilDiv")
    return [{ operator: "min-max-rounding", ...spanOf(node), replacement: `((${left}) / (${right}))` }];
  return name === "saturatingSub" ? [{ operator: "min-max-rounding", ...spanOf(node), replacement: `(${left})` }] : [];
};

const conditional: Operator = (node, { bytes }) => {
  const [condition, yes, no] = ["condition", "trueExpression", "falseExpression"].map((field) => childOf(node, field));
  if (condition === undefined || yes === undefined || no === undefined) return [];
  const replacement = `(${textAt(bytes, condition)} ? ${textAt(bytes, no)} : ${textAt(bytes, yes)})`;
  return [{ operator: "condition", ...spanOf(node), replacement }];
};

const branch: Operator = (node, { bytes }) => {
  const condition = childOf(node, "condition");
  if (condition === undefined) return [];
  // A comparison negates itself, see COMPARISONS.
  const negates = COMPARISONS[textOf(condition, "operator")] === undefined;
  const negated = { operator: "condition", ...spanOf(condition), replacement: `!(${textAt(bytes, condition)})` };
  const removed = emptied("guard-removal", node, bytes);
  return [...(negates ? [negated] : []), ...(childOf(node, "falseBody") === undefined ? [removed] : [])];
};

const deletion: Operator = (node, { bytes }) => [emptied("statement-removal", node, bytes)];

/** The span of a simple statement ends before its semicolon, which an empty block must not keep. */
function emptied(operator: string, node: AstNode, bytes: string): Mutation {
  const { start, end } = spanOf(node);
  const hasSemicolon = bytes[end] === ";";
  return { operator, start, end: hasSemicolon ? end + 1 : end, replacement: "{ }" };
}

const returned: Operator = (node, { bytes }) => {
  const expression = childOf(node, "expression");
  if (expression === undefined) return [];
  const type = typeOf(expression);
  const value = textAt(bytes, expression);
  if (type === "bool") {
    return [{ operator: "return-value", ...spanOf(expression), replacement: `!(${value})` }];
  }
  if (!/^uint\d+$/.test(type)) return [];
  return [{ operator: "return-value", ...spanOf(expression), replacement: `((${value}) + 1)` }];
};

const OPERATORS: Readonly<Record<string, readonly Operator[]>> = {
  BinaryOperation: [
    between("arithmetic", ARITHMETIC, ["leftExpression", "rightExpression"]),
    between("comparison", COMPARISONS, ["leftExpression", "rightExpression"]),
    between("logical", LOGICAL, ["leftExpression", "rightExpression"]),
  ],
  Assignment: [between("arithmetic", ASSIGNMENTS, ["leftHandSide", "rightHandSide"])],
  UnaryOperation: [unary],
  Literal: [literal],
  Identifier: [constant],
  MemberAccess: [constant, swappedMember],
  FunctionCall: [mathCall],
  Conditional: [conditional],
  IfStatement: [branch],
  ExpressionStatement: [deletion],
  EmitStatement: [deletion],
  Return: [returned],
};

function textAt(bytes: string, node: AstNode): string {
  const { start, end } = spanOf(node);
  return bytes.slice(start, end);
}
