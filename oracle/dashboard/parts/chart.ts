/** Line charts: uPlot in an element of its own, coloured by the page's style sheet, with its figures in words for those who cannot see it. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** One line. */
export interface ChartLine {
  readonly name: string;
  /** Colour by the name of a CSS variable, e.g. `--calm`. */
  readonly colour: string;
  /** One value for each time; `null` leaves a gap. */
  readonly values: readonly (number | null)[];
  readonly isDashed?: boolean;
  /** Holds its value until the next one. */
  readonly isStep?: boolean;
}

/** A chart over time. */
export interface ChartSpec {
  /** What it shows, in a sentence with its newest figures. */
  readonly summary: string;
  /** Seconds, ascending. */
  readonly timesSec: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  readonly heightPx?: number;
}

const NAME = "plimsoll-chart";
const HEIGHT_PX = 220;
const FALLBACK_WIDTH_PX = 600;
const AXIS_PX = 62;
const DASH = [5, 4];
const DAY_SEC = 86_400;

/** Makes the element known to the browser. */
export function defineChart(): void {
  if (customElements.get(NAME) === undefined) customElements.define(NAME, ChartElement);
}

class ChartElement extends HTMLElement {
  #spec: ChartSpec | null = null;
  #plot: uPlot | null = null;
  #shape = "";
  readonly #sizes = new ResizeObserver(() => this.#resize());
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #onTheme = () => this.#rebuild();

  set spec(spec: ChartSpec) {
    this.#spec = spec;
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", spec.summary);
    if (this.isConnected) this.#update();
  }

  connectedCallback(): void {
    this.#sizes.observe(this);
    this.#dark.addEventListener("change", this.#onTheme);
    this.#update();
  }

  disconnectedCallback(): void {
    this.#sizes.disconnect();
    this.#dark.removeEventListener("change", this.#onTheme);
    this.#drop();
  }

  #update(): void {
    if (this.#spec === null) return;
    const shape = this.#spec.lines.map(({ name, colour }) => `${name}${colour}`).join("|");
    if (this.#plot === null || shape !== this.#shape) this.#rebuild();
    else this.#plot.setData(dataOf(this.#spec));
    this.#showNewest();
    this.#shape = shape;
  }

  #rebuild(): void {
    this.#drop();
    if (this.#spec === null || !this.isConnected) return;
    const options = { ...optionsOf(this.#spec, this), hooks: { setCursor: [() => this.#showNewest()] } };
    this.#plot = new uPlot(options, dataOf(this.#spec), this);
    this.#showNewest();
  }

  /** Without a pointer over the chart its legend says the newest values. */
  #showNewest(): void {
    const plot = this.#plot;
    if (plot !== null && plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 });
  }

  #resize(): void {
    const width = this.clientWidth;
    if (this.#plot !== null && width > 0 && width !== this.#plot.width) {
      this.#plot.setSize({ width, height: this.#plot.height });
    }
  }

  #drop(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }
}

function dataOf({ timesSec, lines }: ChartSpec): uPlot.AlignedData {
  return [[...timesSec], ...lines.map(({ values }) => [...values])];
}

function optionsOf({ lines, format, heightPx }: ChartSpec, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  // `light-dark()` is resolved only where a colour is used, so a real property is asked for.
  const colourOf = (name: string): string => resolveColour(element, name);
  const font = `11px ${style.fontFamily}`;
  const axis = {
    stroke: colourOf("--soft"),
    grid: { stroke: colourOf("--line"), width: 1 },
    ticks: { show: false },
    font,
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width: element.clientWidth || FALLBACK_WIDTH_PX,
    height: heightPx ?? HEIGHT_PX,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "UTC"),
    legend: { show: true, live: true },
    cursor: { points: { size: 6 } },
    series: [
      {
        value: (_, value) =>
          value === null ? "–" : new Date(value * 1_000).toISOString().slice(0, 16).replace("T", " "),
      },
      ...lines.map(
        (line): uPlot.Series => ({
          label: line.name,
          stroke: colourOf(line.colour),
          width: line.isDashed === true ? 1 : 1.75,
          ...(line.isDashed === true ? { dash: DASH } : {}),
          ...(line.isStep === true && stepped !== undefined ? { paths: stepped } : {}),
          points: { show: line.values.length < 2 },
          value: (_, value) => (value === null ? "–" : format(value)),
        }),
      ),
    ],
    axes: [
      { ...axis, values: (_, splits, __, ___, stepSec) => splits.map((at) => tickText(at, stepSec)) },
      { ...axis, size: AXIS_PX, values: (_, values) => values.map(format) },
    ],
  };
}

/** Hours, or the day at midnight and where the steps are days. */
function tickText(timeSec: number, stepSec: number): string {
  const text = new Date(timeSec * 1_000).toISOString();
  return stepSec >= DAY_SEC || timeSec % DAY_SEC === 0 ? text.slice(5, 10) : text.slice(11, 16);
}

/** Value of a colour variable in the theme of now. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
