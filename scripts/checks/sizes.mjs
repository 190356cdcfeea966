/** Check: no file over 300 lines and no function over 50 (design/style.md), in TypeScript, JavaScript and Solidity. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { solidityFunctions } from "./solidity-functions.mjs";
import { sourceFiles } from "./source-files.mjs";

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 50;
/** A suite is a list of cases, not a function to understand at once: only its cases are measured. */
const TEST_SUITE = /^(describe|context)$/;

/** Faults of one file, each as a printable line. */
export function sizeFaults(path, source) {
  const lines = source.replace(/\n$/, "").split("\n").length;
  const functions = path.endsWith(".sol") ? solidityFunctions(source) : scriptFunctions(path, source);
  return [
    ...(lines > MAX_FILE_LINES ? [`${path}: ${lines} lines, limit ${MAX_FILE_LINES}: split the file by topic`] : []),
    ...functions
      .filter((found) => found.lines > MAX_FUNCTION_LINES)
      .map(
        (found) =>
          `${path}:${found.line}: ${found.name} has ${found.lines} lines, limit ${MAX_FUNCTION_LINES}: extract steps`,
      ),
  ];
}

function scriptFunctions(path, source) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined && !isSuite(node)) {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      const last = file.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
      found.push({ name: node.name?.getText(file) ?? "function", line, lines: last - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isSuite(node) {
  return ts.isCallExpression(node.parent) && TEST_SUITE.test(node.parent.expression.getText());
}

if (import.meta.main ?? process.argv[1]?.endsWith("sizes.mjs")) {
  const paths = sourceFiles(["oracle", "scripts", "test", "contracts"], [".ts", ".tsx", ".mjs", ".cjs", ".sol"]);
  const faults = paths.flatMap((path) => sizeFaults(path, readFileSync(path, "utf8")));
  for (const fault of faults) console.error(fault);
  console.log(`${paths.length} files, ${faults.length} over the limits`);
  if (faults.length > 0) process.exitCode = 1;
}
