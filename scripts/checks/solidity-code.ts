/** Check: contracts and their tests become code without the IR pipeline, as `npm test` and coverage need it. */
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeFaults } from "../solidity/code-faults.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entries = globSync(["contracts/**/*.sol", "test/contracts/**/*.sol"], { cwd: root })
  .map((path) => path.replaceAll("\\", "/"))
  .toSorted();
const faults = codeFaults({ root, entries });
for (const { formattedMessage } of faults) console.error(formattedMessage.trimEnd());
console.log(`${entries.length} files, ${faults.length} that become no code`);
process.exitCode = faults.length === 0 ? 0 : 1;
