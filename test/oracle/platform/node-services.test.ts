import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createMarketClock } from "../../../oracle/platform/clock.ts";
import { closeOnSignals, createCloser } from "../../../oracle/platform/closer.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { createMetrics } from "../../../oracle/platform/metrics.ts";

const silent = createLogger({ level: "silent" });

describe("createMarketClock", () => {
  it("error: CLOCK_BACKWARDS for an earlier moment, NaN and infinity", () => {
    const clock = createMarketClock(100);
    for (const timeSec of [99.9, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => clock.advanceTo(timeSec),
        (error) => hasCode(error, "CLOCK_BACKWARDS"),
      );
    }
    assert.equal(clock.nowSec(), 100);
  });

  it("default: stands still, then moves where it is told", () => {
    const clock = createMarketClock(100);
    clock.advanceTo(100);
    clock.advanceTo(160);
    assert.equal(clock.nowMs(), 160_000);
  });
});

describe("createLogger", () => {
  it("behavior: secrets and passwords of URLs never reach a line", () => {
    const lines: string[] = [];
    const logger = createLogger({ level: "info", destination: { write: (line) => lines.push(line) } });
    logger.info({ privateKey: "s3cret", wallet: { mnemonic: "s3cret" }, a: { b: { password: "s3cret" } } }, "keys");
    logger.info({ DATABASE_URL: "postgres://u:s3cret@host/db", config: { redisUrl: "redis://:s3cret@h" } }, "urls");
    assert.equal(lines.length, 2);
    assert.ok(lines.every((line) => !line.includes("s3cret")));
    assert.ok(lines.join("").includes("host/db"));
  });
});

describe("createMetrics", () => {
  it("default: two registries in one process do not share values", async () => {
    const [first, second] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
    first.rounds.inc({ outcome: "quorum" });
    first.ingestionRejected.inc({ reason: "crossed-book" }, 3);
    assert.match(await first.registry.metrics(), /plimsoll_rounds_total\{outcome="quorum"\} 1/);
    assert.doesNotMatch(await second.registry.metrics(), /outcome="quorum"/);
  });
});

describe("createCloser", () => {
  it("behavior: a failing step does not stop the others, and is reported", async () => {
    const order: string[] = [];
    const closer = createCloser(silent);
    closer.add("first", () => void order.push("first"));
    closer.add("broken", () => Promise.reject(new Error("broken")));
    closer.add("last", () => void order.push("last"));
    const [failures] = await Promise.all([closer.close(), closer.close()]);
    assert.deepEqual(order, ["last", "first"]);
    assert.deepEqual(
      failures.map(({ name }) => name),
      ["broken"],
    );
    assert.equal(closer.signal.aborted, true);
  });

  it("behavior: what is opened while it closes is closed at once", async () => {
    const closer = createCloser(silent);
    await closer.close();
    let isClosed = false;
    closer.add("late", () => {
      isClosed = true;
    });
    assert.equal(isClosed, true);
  });
});

describe("closeOnSignals", () => {
  it("behavior: the first signal closes and exits 0, a second one exits at once", async () => {
    const signals = new EventEmitter();
    const exits = new EventEmitter();
    const closer = createCloser(silent);
    let finish = (): void => {};
    closer.add("slow", () => new Promise<void>((resolve) => (finish = resolve)));
    const off = closeOnSignals({ signals, closer, logger: silent, exit: (code) => exits.emit("exit", code) });
    signals.emit("SIGTERM");
    const forced = once(exits, "exit");
    signals.emit("SIGINT");
    assert.deepEqual(await forced, [130]);
    const clean = once(exits, "exit");
    finish();
    assert.deepEqual(await clean, [0]);
    off();
    assert.equal(signals.listenerCount("SIGINT"), 0);
  });
});
