/** Writes the vault's arithmetic vectors for the Solidity replay: `node scripts/generate/vault-vectors.ts`. */
import { writeFileSync } from "node:fs";
import { renderVaultVectors } from "./vault-vector-cases.ts";

const target = new URL("../../test/vectors/vault/VaultVectors.sol", import.meta.url);
writeFileSync(target, renderVaultVectors());
process.stdout.write(`wrote ${target.pathname}\n`);
