/** Reading solc's syntax trees: nodes are open records, so every access goes through a check. */

/** A node of a tree. */
export interface AstNode {
  readonly nodeType: string;
  /** "offset:length:file", in bytes. */
  readonly src: string;
  readonly [field: string]: unknown;
}

/** Byte range of a node in its source. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Whether a value is a node. */
export function isNode(value: unknown): value is AstNode {
  return (
    typeof value === "object" &&
    value !== null &&
    "nodeType" in value &&
    typeof value.nodeType === "string" &&
    "src" in value &&
    typeof value.src === "string"
  );
}

/** The child in a field, if there is one. */
export function childOf(node: AstNode, field: string): AstNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** The children in a field that holds a list. */
export function childrenOf(node: AstNode, field: string): readonly AstNode[] {
  const value: unknown = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** A text field; empty when absent. */
export function textOf(node: AstNode, field: string): string {
  const value = node[field];
  return typeof value === "string" ? value : "";
}

/** Type of an expression or declaration as Solidity writes it; empty when the tree has none. */
export function typeOf(node: AstNode): string {
  const { typeDescriptions } = node;
  if (typeof typeDescriptions !== "object" || typeDescriptions === null) return "";
  return "typeString" in typeDescriptions && typeof typeDescriptions.typeString === "string"
    ? typeDescriptions.typeString
    : "";
}

/** Byte range of a node. */
export function spanOf(node: AstNode): Span {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return { start, end: start + length };
}

/** The node and everything below it, parents first; `skips` cuts off what lies below a node, and the node itself. */
export function* walk(node: AstNode, skips: (node: AstNode) => boolean = () => false): Iterable<AstNode> {
  if (skips(node)) return;
  yield node;
  for (const value of Object.values(node)) {
    if (isNode(value)) yield* walk(value, skips);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield* walk(item, skips);
  }
}
