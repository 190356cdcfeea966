import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { repeatAfterDeadlock } from "../../../oracle/platform/queue/deadlock-retry.ts";

function failing(code: string, times: number) {
  const state = { calls: 0 };
  const run = async (): Promise<string> => {
    state.calls += 1;
    if (state.calls <= times) throw Object.assign(new Error(code), { code });
    return "done";
  };
  return { state, run };
}

describe("repeatAfterDeadlock", () => {
  it("error: another SQLSTATE passes through at once", async () => {
    const { state, run } = failing("23505", 1);
    await assert.rejects(repeatAfterDeadlock(run), { code: "23505" });
    assert.equal(state.calls, 1);
  });

  it("error: the fifth deadlock in a row passes through", async () => {
    const { state, run } = failing("40P01", 5);
    await assert.rejects(repeatAfterDeadlock(run), { code: "40P01" });
    assert.equal(state.calls, 5);
  });

  it("default: four deadlocks are survived", async () => {
    assert.equal(await repeatAfterDeadlock(failing("40P01", 4).run), "done");
  });
});
