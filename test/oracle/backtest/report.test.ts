/** Tests of the report page: bad values first, then what a reader and a screen reader find on it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fitAxis } from "../../../oracle/report/axis-ticks.ts";
import { escapeHtml } from "../../../oracle/report/escape-html.ts";
import { formatNumber } from "../../../oracle/report/format-number.ts";
import { renderReport } from "../../../oracle/report/render-report.ts";
import { renderText } from "../../../oracle/report/render-text.ts";
import type { Chart, ChartAxis, Report } from "../../../oracle/report/report.ts";
import { thinCloud, thinLine } from "../../../oracle/report/thin-points.ts";

const HOSTILE = `<script>alert("1")</script> & 'more'`;
const linear: ChartAxis = { label: "share", scale: "linear" };

function page(chart: Partial<Chart>, sections: Report["sections"] = []): string {
  const whole: Chart = { title: "Chart", description: "What it shows.", x: linear, y: linear, series: [], ...chart };
  return renderReport({ title: "T", intro: [], sections: [...sections, { title: "S", charts: [whole] }] });
}

describe("renderReport", () => {
  it("error: text from outside never becomes markup, wherever it stands", () => {
    const html = renderReport({
      title: HOSTILE,
      intro: [HOSTILE],
      sections: [
        {
          title: HOSTILE,
          text: [HOSTILE],
          tables: [{ caption: HOSTILE, columns: [{ title: HOSTILE }, { title: "n" }], rows: [[HOSTILE, HOSTILE]] }],
          charts: [
            {
              title: HOSTILE,
              description: HOSTILE,
              x: { label: HOSTILE, scale: "linear", marks: [{ at: 1, label: HOSTILE }] },
              y: { label: HOSTILE, scale: "linear", marks: [{ at: 1, label: HOSTILE }] },
              series: [{ name: HOSTILE, kind: "line", points: [[0, 1]] }],
            },
          ],
        },
      ],
    });
    assert.ok(!html.includes("<script"));
    assert.ok(!html.includes('alert("'));
    assert.ok(html.includes("&lt;script&gt;alert(&quot;1&quot;)"));
    assert.equal(escapeHtml("a\u0000b\tc"), "a\ufffdb\tc");
  });

  it("error: no series, no points and points that cannot be drawn say so", () => {
    const nothing = [
      page({}),
      page({ series: [{ name: "a", kind: "line", points: [] }] }),
      page({ series: [{ name: "a", kind: "scatter", points: [[Number.NaN, 1]] }] }),
      page({ x: { label: "x", scale: "log" }, series: [{ name: "a", kind: "line", points: [[-1, 1]] }] }),
    ];
    for (const html of nothing) {
      assert.ok(html.includes("There is nothing to draw."));
      assert.ok(!html.includes('role="img"'));
    }
    assert.ok(renderReport({ title: "T", intro: [], sections: [] }).includes("<main></main>"));
  });

  it("error: NaN, infinities, null and missing cells are dashes; a table without rows says so", () => {
    const columns = ["a", "b", "c", "d", "e"].map((title) => ({ title }));
    const html = renderReport({
      title: "T",
      intro: [],
      sections: [
        {
          title: "S",
          tables: [
            { caption: "C", columns, rows: [["r", Number.NaN, Number.NEGATIVE_INFINITY, null]] },
            { caption: "D", columns, rows: [] },
          ],
        },
      ],
    });
    assert.equal(html.split("<td>–</td>").length - 1, 4);
    assert.ok(html.includes("No rows."));
    assert.ok(!/NaN|Infinity|undefined/.test(html));
  });

  it("behavior: NaN breaks a line, and no coordinate of the drawing is NaN", () => {
    const points = [
      [0, 1],
      [1, 2],
      [2, Number.NaN],
      [3, 1],
      [4, 2],
    ] as const;
    const html = page({ series: [{ name: "a", kind: "line", points }] });
    const path = /class="line" d="(M[^"]*)"\/><\/g>/.exec(html)?.[1] ?? "";
    assert.deepEqual(path.match(/[ML]/g), ["M", "L", "M", "L"]);
    assert.ok(!html.includes("NaN"));
  });

  it("behavior: every drawing has its own title and description, every table a caption and heads", () => {
    const series = [{ name: "a", kind: "scatter", points: [[1, 1]] }] as const;
    const first = { title: "first", description: "d", x: linear, y: linear, series };
    const html = page({ series }, [
      {
        title: "other",
        tables: [{ caption: "C", columns: [{ title: "r" }, { title: "n" }], rows: [["x", 1]] }],
        charts: [first, first],
      },
      { title: "third" },
    ]);
    const ids = [...html.matchAll(/id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, names] of html.matchAll(/aria-labelledby="([^"]+)"/g))
      for (const name of (names ?? "").split(" ")) assert.ok(ids.includes(name), name);
    assert.ok(html.includes("<caption>C</caption>"));
    assert.ok(html.includes('<th scope="col">n</th>') && html.includes('<th scope="row">x</th>'));
    assert.ok(html.includes('<nav aria-label="Contents">'));
  });

  it("behavior: nothing is loaded from outside and nothing runs", () => {
    const html = page({ series: [{ name: "a", kind: "line", points: [[0, 1]] }] });
    assert.ok(html.includes("default-src 'none'"));
    assert.ok(!/https?:|src=|url\(|@import/.test(html));
  });

  it("behavior: long series stay small and keep their peaks and gaps", () => {
    const points = Array.from({ length: 50_000 }, (_, x) => [x, Math.sin(x)] as const);
    const peaked = points.map(([x, y]) => [x, x === 33_333 ? 99 : x === 20_000 ? Number.NaN : y] as const);
    const thin = thinLine(peaked);
    assert.ok(thin.length <= 1_201);
    assert.ok(thin.some(([, y]) => y === 99));
    assert.ok(thin.some(([, y]) => Number.isNaN(y)));
    assert.deepEqual(
      [...thin].sort(([a], [b]) => a - b),
      thin,
    );
    assert.ok(thinCloud(peaked).length <= 800);
    assert.equal(thinLine(points.slice(0, 800)).length, 800);
  });
});

describe("fitAxis", () => {
  const labels = (axis: Partial<ChartAxis>, values: readonly number[]): readonly string[] =>
    (fitAxis({ ...linear, ...axis }, values)?.ticks ?? []).map(({ label }) => label);
  const utc = (iso: string): number => Date.parse(`${iso}Z`) / 1_000;

  it("error: null without a value that the scale can show", () => {
    assert.equal(fitAxis(linear, []), null);
    assert.equal(fitAxis(linear, [Number.NaN, Number.POSITIVE_INFINITY]), null);
    assert.equal(fitAxis({ ...linear, scale: "log" }, [0, -1]), null);
  });

  it("behavior: one value alone, zero too, stands in the middle", () => {
    for (const value of [0, 5, -3]) assert.equal(fitAxis(linear, [value, value])?.project(value), 0.5);
    assert.equal(fitAxis({ ...linear, scale: "log" }, [10])?.project(10), 0.5);
  });

  it("default: round ticks on linear, percent and logarithmic axes", () => {
    assert.deepEqual(labels({}, [0, 10]), ["0", "2", "4", "6", "8", "10"]);
    assert.deepEqual(labels({ format: "percent" }, [0, 0.02]), ["0.0 %", "0.5 %", "1.0 %", "1.5 %", "2.0 %"]);
    assert.deepEqual(labels({ scale: "log" }, [1, 10_000]), ["1", "10", "100", "1000", "10000"]);
    assert.deepEqual(labels({ scale: "log" }, [1, 10]), ["1", "2", "5", "10"]);
  });

  it("default: ticks in time stand on hours, days, months and years", () => {
    const time = (from: string, to: string): readonly string[] => labels({ scale: "time" }, [utc(from), utc(to)]);
    assert.deepEqual(
      time("2024-01-01T01:00:00", "2024-01-01T23:00:00"),
      ["06:00", "12:00", "18:00", "2024-01-02"].slice(0, 3),
    );
    assert.deepEqual(time("2024-01-01T00:00:00", "2024-01-05T00:00:00")[1], "2024-01-02");
    assert.deepEqual(time("2022-11-17T00:00:00", "2024-11-21T00:00:00"), ["2023-01", "2023-07", "2024-01", "2024-07"]);
    assert.deepEqual(time("2014-02-01T00:00:00", "2024-02-01T00:00:00"), ["2016", "2019", "2022"]);
  });
});

describe("renderText", () => {
  it("default: tables aligned, numbers as on the page", () => {
    const columns = [{ title: "policy" }, { title: "share", format: "percent", digits: 1 } as const];
    const rows = [
      ["static", 0.0465],
      ["other", null],
    ] as const;
    const text = renderText({
      title: "T",
      intro: ["I"],
      sections: [{ title: "S", tables: [{ caption: "C", columns, rows }] }],
    });
    assert.equal(text, "# T\n\nI\n\n## S\n\nC\npolicy  share\nstatic  4.7 %\nother       –\n");
  });
});

describe("formatNumber", () => {
  it("default: minus sign, no minus zero, powers of ten only far out", () => {
    assert.deepEqual(
      [
        formatNumber(-0.0004),
        formatNumber(-1.5, "plain", 1),
        formatNumber(0.001234, "short"),
        formatNumber(1.5e9, "short"),
      ],
      ["0.000", "−1.5", "0.00123", "1.50e+9"],
    );
  });
});
