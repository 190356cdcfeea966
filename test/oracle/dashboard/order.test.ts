/** The page lists the most endangered position first and keeps ended ones apart. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasEnded, sortPositions } from "../../../oracle/dashboard/core/order.ts";
import { positionRow, VIEW_TIME_SEC } from "../../helpers/changing-view.ts";

function position(fields: Parameters<typeof positionRow>[0]) {
  const row = positionRow(fields);
  return { ...row, reasons: [...row.reasons] };
}

describe("sortPositions", () => {
  it("behavior: unknown health comes behind what is liquidatable and before all that is known to be healthy", () => {
    const healths = [2, null, 1, 0.99, -3, 1.1];
    const rows = healths.map((health, index) => position({ id: `${index}`, health }));
    const { open } = sortPositions(rows, VIEW_TIME_SEC);
    assert.deepEqual(
      open.map((row) => row.health),
      [-3, 0.99, null, 1, 1.1, 2],
    );
  });

  it("behavior: equal healths keep the order of their ids as numbers", () => {
    const rows = ["10", "9", "2"].map((id) => position({ id }));
    assert.deepEqual(
      sortPositions(rows, VIEW_TIME_SEC).open.map((row) => row.id),
      ["2", "9", "10"],
    );
  });

  it("default: ended positions apart, newest expiry first; the input keeps its order", () => {
    const rows = [
      position({ id: "1", status: "settled", expirySec: VIEW_TIME_SEC - 10 }),
      position({ id: "2" }),
      position({ id: "3", status: "closed", expirySec: VIEW_TIME_SEC + 10 }),
    ];
    const { open, ended } = sortPositions(rows, VIEW_TIME_SEC);
    assert.deepEqual([open.map((row) => row.id), ended.map((row) => row.id)], [["2"], ["3", "1"]]);
    assert.deepEqual(
      rows.map((row) => row.id),
      ["1", "2", "3"],
    );
  });
});

describe("hasEnded", () => {
  it("behavior: at its expiry, not one second before", () => {
    assert.equal(hasEnded(position({ expirySec: VIEW_TIME_SEC + 1 }), VIEW_TIME_SEC), false);
    assert.equal(hasEnded(position({ expirySec: VIEW_TIME_SEC }), VIEW_TIME_SEC), true);
  });
});
