/** Writes the roots of position trees for the Solidity replay: `node scripts/generate/tree-vectors.ts`. */
import { writeFileSync } from "node:fs";
import { renderTreeVectors } from "./tree-vector-cases.ts";

const target = new URL("../../test/vectors/positions/TreeVectors.sol", import.meta.url);
writeFileSync(target, renderTreeVectors());
process.stdout.write(`wrote ${target.pathname}\n`);
