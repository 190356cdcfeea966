/** Finds functions in Solidity source by their braces, with comments and strings blanked out. */

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
const FUNCTION = /\b(function|modifier)\s+(\w+)|\b(constructor|receive|fallback)\s*\(/g;

/** Replaces comments and strings by spaces; line breaks stay, so line numbers do too. */
export function blankComments(source) {
  return source.replace(TOKEN, (token) => token.replace(/[^\n]/g, " "));
}

/** Line of an offset, from 1. */
export function lineAt(source, offset) {
  return source.slice(0, offset).split("\n").length;
}

/** Functions with bodies: name, first line, length in lines from the header to the closing brace. */
export function solidityFunctions(source) {
  const code = blankComments(source);
  const found = [];
  for (const match of code.matchAll(FUNCTION)) {
    const end = bodyEnd(code, match.index);
    if (end === null) continue;
    const line = lineAt(code, match.index);
    found.push({ name: match[2] ?? match[3], line, lines: lineAt(code, end) - line + 1 });
  }
  return found;
}

/** Offset of the body's closing brace, or `null` for a declaration without body. */
function bodyEnd(code, start) {
  let depth = 0;
  for (let offset = start; offset < code.length; offset += 1) {
    const character = code[offset];
    if (character === ";" && depth === 0) return null;
    if (character === "{") depth += 1;
    if (character === "}") {
      depth -= 1;
      if (depth === 0) return offset;
    }
  }
  return null;
}
