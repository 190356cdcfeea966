/** A chart as a figure: inline SVG with title, description, axes and grid, and a legend in HTML that wraps on a phone. */
import { type FittedAxis, fitAxis } from "./axis-ticks.ts";
import { escapeHtml } from "./escape-html.ts";
import type { Chart, ChartSeries } from "./report.ts";
import { SERIES_COLOURS } from "./report-style.ts";
import { thinCloud, thinLine } from "./thin-points.ts";

/** Units of the drawing: small, so that a text of 13 units stays readable when a phone shrinks it. */
const VIEW = { width: 440, height: 300, left: 58, right: 12, top: 12, bottom: 46 };
const PLOT = { width: VIEW.width - VIEW.left - VIEW.right, height: VIEW.height - VIEW.top - VIEW.bottom };
/** Dashes beside colours: a line is recognised without seeing colours. */
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "12 4", "1 4"];
const MARKER_SIZE = 3;
/** Ticks beyond this share of the axis end at their place, so that their texts stay inside. */
const INNER = 0.95;
/** Distance of a tick's text from the axis, and of an axis' label from the edge. */
const GAP = { tick: 6, tickBelow: 17, label: 12, labelBelow: 6, mark: 4 };

/**
 * Draws a chart.
 *
 * @param chart description; without a point that can be drawn a sentence says so.
 * @param id unique on the page, for the references of the accessible names.
 */
export function renderChart(chart: Chart, id: string): string {
  const drawn = chart.series.map((series) => ({ ...series, points: pointsOf(series) }));
  const values = (axis: 0 | 1): readonly number[] => drawn.flatMap(({ points }) => points.map((point) => point[axis]));
  const x = fitAxis(chart.x, [...values(0), ...marksOf(chart.x)]);
  const y = fitAxis(chart.y, [...values(1), ...marksOf(chart.y)]);
  const hasPoint = drawn.some(({ points }) => points.some(isWhole));
  const caption = `<figcaption>${escapeHtml(chart.title)}</figcaption>`;
  if (x === null || y === null || !hasPoint)
    return `<figure>${caption}<p class="empty">There is nothing to draw.</p></figure>`;
  const axes: Axes = { x, y };
  return [
    `<figure>${caption}`,
    `<svg viewBox="0 0 ${VIEW.width} ${VIEW.height}" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escapeHtml(chart.title)}</title><desc id="${id}-d">${escapeHtml(chart.description)}</desc>`,
    gridOf(axes),
    `<text class="axis" x="${VIEW.left + PLOT.width / 2}" y="${VIEW.height - GAP.labelBelow}" text-anchor="middle">${escapeHtml(chart.x.label)}</text>`,
    `<text class="axis" transform="translate(${GAP.label} ${VIEW.top + PLOT.height / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(chart.y.label)}</text>`,
    ...drawn.map((series, place) => `<g class="s${place % SERIES_COLOURS}">${shapeOf(series, place, axes)}</g>`),
    marks(chart, axes),
    "</svg>",
    `<ul class="legend">${chart.series.map(legendEntry).join("")}</ul></figure>`,
  ].join("");
}

interface Axes {
  readonly x: FittedAxis;
  readonly y: FittedAxis;
}

type Point = readonly [number, number];

function pointsOf({ kind, points }: ChartSeries): readonly Point[] {
  return kind === "line" ? thinLine(points) : thinCloud(points);
}

function marksOf({ marks: found = [] }: Chart["x"]): readonly number[] {
  return found.map(({ at }) => at);
}

function isWhole([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

/** Place on the drawing with one digit: a tenth of a unit is not seen. */
function placeX(axis: FittedAxis, value: number): string {
  return (VIEW.left + PLOT.width * axis.project(value)).toFixed(1);
}

function placeY(axis: FittedAxis, value: number): string {
  return (VIEW.top + PLOT.height * (1 - axis.project(value))).toFixed(1);
}

function gridOf({ x, y }: Axes): string {
  const bottom = VIEW.top + PLOT.height;
  const right = VIEW.left + PLOT.width;
  const columns = x.ticks.map(({ at, label }) => {
    const place = placeX(x, at);
    return `<path class="grid" d="M${place} ${VIEW.top}V${bottom}"/><text class="tick" x="${place}" y="${bottom + GAP.tickBelow}" text-anchor="${x.project(at) > INNER ? "end" : "middle"}">${escapeHtml(label)}</text>`;
  });
  const rows = y.ticks.map(({ at, label }) => {
    const place = placeY(y, at);
    return `<path class="grid" d="M${VIEW.left} ${place}H${right}"/><text class="tick" x="${VIEW.left - GAP.tick}" y="${place}" dy="0.32em" text-anchor="end">${escapeHtml(label)}</text>`;
  });
  return `${columns.join("")}${rows.join("")}<path class="frame" d="M${VIEW.left} ${VIEW.top}V${bottom}H${right}"/>`;
}

function marks(chart: Chart, { x, y }: Axes): string {
  const right = VIEW.left + PLOT.width;
  const across = (chart.y.marks ?? [])
    .filter(({ at }) => Number.isFinite(y.project(at)))
    .map(({ at, label }) => {
      const place = placeY(y, at);
      return `<path class="mark" d="M${VIEW.left} ${place}H${right}"/><text class="tick" x="${right}" y="${place}" dy="-${GAP.mark}" text-anchor="end">${escapeHtml(label)}</text>`;
    });
  const upright = (chart.x.marks ?? [])
    .filter(({ at }) => Number.isFinite(x.project(at)))
    .map(({ at, label }) => {
      const place = placeX(x, at);
      return `<path class="mark" d="M${place} ${VIEW.top}V${VIEW.top + PLOT.height}"/><text class="tick" x="${place}" y="${VIEW.top}" dx="${GAP.mark}" dy="0.8em">${escapeHtml(label)}</text>`;
    });
  return [...across, ...upright].join("");
}

function shapeOf({ kind, points }: ChartSeries, place: number, { x, y }: Axes): string {
  const canShow = ([left, up]: Point): boolean => Number.isFinite(x.project(left)) && Number.isFinite(y.project(up));
  if (kind === "scatter")
    return points
      .filter(canShow)
      .map(([left, up]) => markerAt(placeX(x, left), placeY(y, up), place))
      .join("");
  let isDown = false;
  const steps = points.map((point) => {
    const isShown = canShow(point);
    const step = isShown ? `${isDown ? "L" : "M"}${placeX(x, point[0])} ${placeY(y, point[1])}` : "";
    isDown = isShown;
    return step;
  });
  return `<path class="line"${dashOf(place)} d="${steps.join("")}"/>`;
}

/** Circle, square, triangle, diamond in turn: recognised without colours. */
function markerAt(left: string, up: string, place: number): string {
  const size = MARKER_SIZE;
  const outlines = [
    `m-${size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 -${2 * size} 0z`,
    `m-${size} -${size}h${2 * size}v${2 * size}h-${2 * size}z`,
    `m0 -${size}l${size} ${2 * size}h-${2 * size}z`,
    `m0 -${size + 1}l${size + 1} ${size + 1}l-${size + 1} ${size + 1}l-${size + 1} -${size + 1}z`,
  ];
  return `<path class="marker" d="M${left} ${up}${outlines[place % outlines.length]}"/>`;
}

function dashOf(place: number): string {
  const dash = DASHES[place % DASHES.length];
  return dash === "" ? "" : ` stroke-dasharray="${dash}"`;
}

function legendEntry({ name, kind }: ChartSeries, place: number): string {
  const shape = kind === "scatter" ? markerAt("12", "6", place) : `<path class="line"${dashOf(place)} d="M0 6H24"/>`;
  const swatch = `<svg class="swatch s${place % SERIES_COLOURS}" viewBox="0 0 24 12" aria-hidden="true">${shape}</svg>`;
  return `<li>${swatch}${escapeHtml(name)}</li>`;
}
