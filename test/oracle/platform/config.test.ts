import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { configFromEnvironment, loadConfig } from "../../../oracle/platform/config.ts";

describe("loadConfig", () => {
  it("error: CONFIG_UNKNOWN_KEY names the key and the allowed ones", () => {
    assert.throws(
      () => loadConfig({ operaters: 4 }),
      (error) =>
        hasCode(error, "CONFIG_UNKNOWN_KEY") &&
        error.context.key === "operaters" &&
        String(error.context.allowed).includes("operators"),
    );
  });

  for (const [key, value] of [
    ["port", 65_536],
    ["port", "http"],
    ["port", Number.NaN],
    ["operators", 3],
    ["operators", 32],
    ["rounds", 0],
    ["step", 1.5],
    ["seed", -1],
    ["finalityBlocks", 0],
    ["finalityBlocks", 0.5],
    ["finalityBlocks", 100_001],
    ["databaseUrl", "mysql://localhost/x"],
    ["redisUrl", "localhost:6379"],
    ["rpcUrl", "ws://localhost"],
    ["logLevel", "loud"],
    ["dataDir", ""],
    ["from", "yesterday"],
  ] as const) {
    it(`error: CONFIG_INVALID_VALUE for ${key} = ${value}`, () => {
      assert.throws(
        () => loadConfig({ [key]: value }),
        (error) => hasCode(error, "CONFIG_INVALID_VALUE") && error.context.key === key,
      );
    });
  }

  it("error: CONFIG_INVALID_VALUE for what is no object", () => {
    for (const input of [null, "x", [], 1]) {
      assert.throws(
        () => loadConfig(input),
        (error) => hasCode(error, "CONFIG_INVALID_VALUE"),
      );
    }
  });

  it("behavior: a refused URL is shown without its password", () => {
    assert.throws(
      () => loadConfig({ databaseUrl: "mysql://user:secret@localhost/x" }),
      (error) => hasCode(error, "CONFIG_INVALID_VALUE") && !error.message.includes("secret"),
    );
  });

  it("default: an empty object gives the documented defaults", () => {
    const config = loadConfig({});
    assert.equal(config.dataDir, ".plimsoll");
    assert.equal(config.port, 8_787);
    assert.equal(config.host, "127.0.0.1");
    assert.equal(config.operators, 4);
    assert.equal(config.databaseUrl, null);
    assert.equal(config.finalityBlocks, 64);
  });

  it("behavior: text of the command line becomes numbers, absent flags are absent", () => {
    assert.equal(loadConfig({ port: "0", seed: undefined }).port, 0);
  });
});

describe("configFromEnvironment", () => {
  it("default: known variables by their keys, empty ones ignored", () => {
    const environment = { DATABASE_URL: "postgres://h/d", REDIS_URL: "", PLIMSOLL_DATA: "/data", HOME: "/root" };
    assert.deepEqual(configFromEnvironment(environment), { databaseUrl: "postgres://h/d", data: ["/data"] });
  });
});
