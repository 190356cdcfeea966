/** Keys of the hedging mandates: one folder a role, for the owner alone; keys of one folder are moved. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { loadHedgeKeys } from "../../../oracle/pipeline/hedging/hedge-keys.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const PERMISSIONS = 0o777;

describe("loadHedgeKeys", () => {
  let folder: TemporaryFolder;
  let dataDir = "";
  beforeEach(() => {
    folder = temporaryFolder();
    dataDir = folder.path;
  });
  afterEach(() => folder.remove());
  const modeOf = (path: string) => statSync(path).mode & PERMISSIONS;

  it("error: OPERATOR_KEY_INVALID for a file that holds something else", () => {
    mkdirSync(join(dataDir, "hedge", "hedger"), { recursive: true });
    writeFileSync(join(dataDir, "hedge", "hedger", "hedger.key"), "none");
    assert.throws(
      () => loadHedgeKeys(dataDir),
      (error) => hasCode(error, "OPERATOR_KEY_INVALID"),
    );
  });

  it("default: each role has a folder and a key of its own that nobody else reads, and keeps them", () => {
    const { hedger, reporter } = loadHedgeKeys(dataDir);
    assert.notEqual(hedger.account.address, reporter.account.address);
    for (const role of ["hedger", "reporter"]) {
      assert.equal(modeOf(join(dataDir, "hedge", role)), 0o700);
      assert.equal(modeOf(join(dataDir, "hedge", role, `${role}.key`)), 0o600);
    }
    assert.equal(loadHedgeKeys(dataDir).hedger.account.address, hedger.account.address);
  });

  it("behavior: keys that lay in one folder are moved, so that the mandates still know them", () => {
    mkdirSync(join(dataDir, "hedge"));
    const key = generatePrivateKey();
    writeFileSync(join(dataDir, "hedge", "reporter.key"), key, { mode: 0o600 });
    assert.equal(loadHedgeKeys(dataDir).reporter.account.address, privateKeyToAccount(key).address);
    assert.equal(readFileSync(join(dataDir, "hedge", "reporter", "reporter.key"), "utf8"), key);
    assert.throws(() => statSync(join(dataDir, "hedge", "reporter.key")));
  });
});
