/** Check: every exported symbol of oracle/ has TSDoc, every function, event and error of the interfaces has NatSpec. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { blankComments, lineAt } from "./solidity-functions.mjs";
import { sourceFiles } from "./source-files.mjs";

const NATSPEC_MEMBER = /^[ \t]*(function|event|error)\s+(\w+)/gm;

/** Faults of one TypeScript file: a missing header sentence, exported symbols without a doc comment. */
export function tsDocFaults(path, source) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const header = source.replace(/^#![^\n]*\n/, "").startsWith("/**") ? [] : [`${path}:1: no header sentence comment`];
  return [...header, ...file.statements.flatMap((statement) => statementFaults(path, file, statement))];
}

function statementFaults(path, file, statement) {
  const exported = ts.canHaveModifiers(statement)
    ? ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
    : false;
  if (!exported) return [];
  const faults = hasDoc(file, statement) ? [] : [fault(path, file, statement, nameOf(statement))];
  const members = ts.isClassDeclaration(statement) ? statement.members.filter(isPublicMethod) : [];
  return [
    ...faults,
    ...members
      .filter((member) => !hasDoc(file, member))
      .map((member) => fault(path, file, member, `${nameOf(statement)}.${member.name.getText(file)}`)),
  ];
}

/** The file's header comment is not the doc of its first statement: only the last comment before a node counts. */
function hasDoc(file, node) {
  const comments = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [];
  const last = comments.at(-1);
  const isHeader = last !== undefined && file.text.slice(0, last.pos).trim() === "" && hasGapAfter(file.text, last.end);
  return last !== undefined && !isHeader && file.text.startsWith("/**", last.pos);
}

function hasGapAfter(text, end) {
  return /^\r?\n\s*\r?\n/.test(text.slice(end));
}

function isPublicMethod(member) {
  if (!ts.isMethodDeclaration(member) || ts.isPrivateIdentifier(member.name)) return false;
  const modifiers = ts.getModifiers(member) ?? [];
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.OverrideKeyword];
  return !modifiers.some((modifier) => hidden.includes(modifier.kind));
}

function nameOf(statement) {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0]?.name.getText() ?? "variable";
  return statement.name?.getText() ?? "export";
}

function fault(path, file, node, name) {
  const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  return `${path}:${line}: ${name} has no TSDoc`;
}

/** Faults of one Solidity interface: functions, events and errors that no `///` or block doc comment precedes. */
export function natSpecFaults(path, source) {
  const code = blankComments(source);
  const lines = source.split("\n");
  return [...code.matchAll(NATSPEC_MEMBER)].flatMap((match) => {
    const line = lineAt(code, match.index + match[0].search(/\S/));
    const above = (lines[line - 2] ?? "").trim();
    const documented = above.startsWith("///") || above.endsWith("*/");
    return documented ? [] : [`${path}:${line}: ${match[1]} ${match[2]} has no NatSpec`];
  });
}

if (import.meta.main ?? process.argv[1]?.endsWith("docs.mjs")) {
  const scripts = sourceFiles(["oracle"], [".ts"]).filter((path) => !path.startsWith("oracle/dashboard/"));
  const interfaces = sourceFiles(["contracts/interfaces"], [".sol"]);
  const faults = [
    ...scripts.flatMap((path) => tsDocFaults(path, readFileSync(path, "utf8"))),
    ...interfaces.flatMap((path) => natSpecFaults(path, readFileSync(path, "utf8"))),
  ];
  for (const found of faults) console.error(found);
  console.log(`${scripts.length + interfaces.length} files, ${faults.length} undocumented`);
  if (faults.length > 0) process.exitCode = 1;
}
