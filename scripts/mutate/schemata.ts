/**
 * All mutants of a file in one compilation. Each mutant is a private copy of its function; the original begins with a
 * switch that calls the copy whose number stands in `block.coinbase`, so that one compilation serves every run.
 */
import { type AstNode, childOf, childrenOf, spanOf, textOf, walk } from "../solidity/ast.ts";
import type { Mutant } from "./mutation.ts";
import { mutationsOf } from "./operators.ts";

/** Source in its bytes, one character each: offsets of the tree are byte offsets. */
export function toBytes(source: string): string {
  return Buffer.from(source, "utf8").toString("latin1");
}

/** Inverse of {@link toBytes}. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Ids of all declared constants. */
export function constantIds(trees: Iterable<AstNode>): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const tree of trees) {
    for (const node of walk(tree)) {
      const isConstant = node.nodeType === "VariableDeclaration" && node.constant === true;
      if (isConstant && typeof node.id === "number") ids.add(node.id);
    }
  }
  return ids;
}

/** One file to mutate. */
export interface MutatedFile {
  readonly file: string;
  readonly source: string;
  readonly tree: AstNode;
}

/** Every mutant of a file, numbered from `firstId`. */
export function mutantsOf(
  { file, source, tree }: MutatedFile,
  constants: ReadonlySet<number>,
  firstId: number,
): readonly Mutant[] {
  const bytes = toBytes(source);
  const counts = new Map<string, number>();
  return mutableFunctions(tree)
    .flatMap(({ node, body }) =>
      mutationsOf(body, { bytes, constants }).map((mutation) => {
        const original = fromBytes(bytes.slice(mutation.start, mutation.end));
        const functionName = textOf(node, "name");
        const change = `${file} ${functionName} ${oneLine(original)} -> ${oneLine(fromBytes(mutation.replacement))}`;
        const count = (counts.get(change) ?? 0) + 1;
        counts.set(change, count);
        return {
          ...mutation,
          id: 0,
          file,
          functionName,
          original,
          line: bytes.slice(0, mutation.start).split("\n").length,
          key: `${change} #${count}`,
        };
      }),
    )
    .map((mutant, index) => ({ ...mutant, id: firstId + index }));
}

/** The source with a switch at the beginning of each mutated function and the copies behind it. */
export function instrument({ source, tree }: MutatedFile, mutants: readonly Mutant[]): string {
  const bytes = toBytes(source);
  const edits: { readonly at: number; readonly text: string }[] = [];
  for (const { node, body } of mutableFunctions(tree)) {
    const { start, end } = spanOf(body);
    const own = mutants.filter((mutant) => mutant.start >= start && mutant.end <= end);
    if (own.length === 0) continue;
    edits.push({ at: start + 1, text: switchOf(node, own) });
    edits.push({ at: end, text: own.map((mutant) => copyOf({ node, body, bytes }, mutant)).join("") });
  }
  const changed = edits
    .toSorted((left, right) => right.at - left.at)
    .reduce((text, { at, text: inserted }) => text.slice(0, at) + inserted + text.slice(at), bytes);
  return fromBytes(edits.length === 0 ? bytes : changed + SELECTOR);
}

/** Reads the number inside pure functions: a view function in the type of a pure one. */
const SELECTOR = `
function selectedMutantView() view returns (uint256) { return uint160(address(block.coinbase)); }
function selectedMutant() pure returns (uint256) {
    function() view returns (uint256) read = selectedMutantView;
    function() pure returns (uint256) pureRead;
    assembly { pureRead := read }
    return pureRead();
}
`;

interface MutableFunction {
  readonly node: AstNode;
  readonly body: AstNode;
}

/** Named functions with a body whose parameters all have names (the switch hands them on). */
function mutableFunctions(tree: AstNode): readonly MutableFunction[] {
  const found: MutableFunction[] = [];
  for (const node of walk(tree)) {
    const body = childOf(node, "body");
    if (node.nodeType !== "FunctionDefinition" || textOf(node, "kind") !== "function" || body === undefined) continue;
    if (parametersOf(node).every((name) => name !== "")) found.push({ node, body });
  }
  return found;
}

function parametersOf(node: AstNode): readonly string[] {
  const list = childOf(node, "parameters");
  return list === undefined ? [] : childrenOf(list, "parameters").map((parameter) => textOf(parameter, "name"));
}

function hasReturns(node: AstNode): boolean {
  const list = childOf(node, "returnParameters");
  return list !== undefined && childrenOf(list, "parameters").length > 0;
}

function switchOf(node: AstNode, own: readonly Mutant[]): string {
  const name = textOf(node, "name");
  const passed = parametersOf(node).join(", ");
  const cases = own.map(({ id }) => {
    const call = `${name}_mutant${id}(${passed})`;
    return `if (mutant == ${id}) ${hasReturns(node) ? `return ${call};` : `{ ${call}; return; }`}`;
  });
  const [first, last] = [own[0]?.id ?? 0, own.at(-1)?.id ?? 0];
  return `{ uint256 mutant = selectedMutant(); if (mutant >= ${first} && mutant <= ${last}) { ${cases.join(" ")} } }`;
}

function copyOf({ node, body, bytes }: MutableFunction & { readonly bytes: string }, mutant: Mutant): string {
  const { start, end } = spanOf(body);
  const mutated = bytes.slice(start, mutant.start) + mutant.replacement + bytes.slice(mutant.end, end);
  const text = (field: string): string => {
    const child = childOf(node, field);
    if (child === undefined) return "";
    const span = spanOf(child);
    return bytes.slice(span.start, span.end);
  };
  const mutability = /^(pure|view)$/.exec(textOf(node, "stateMutability"))?.[0] ?? "";
  const returns = hasReturns(node) ? `returns ${text("returnParameters")}` : "";
  const header = `function ${textOf(node, "name")}_mutant${mutant.id}${text("parameters")}`;
  return `\n${header} private ${mutability} ${returns} ${mutated}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
