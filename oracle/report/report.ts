/** What a backtest says on its page: a plain description, without markup, that `renderReport` turns into HTML. */

/** A page. All texts are plain: they are escaped where they are drawn. */
export interface Report {
  readonly title: string;
  /** Paragraphs below the title: what was asked, on which window, by which command. */
  readonly intro: readonly string[];
  readonly sections: readonly ReportSection[];
}

/** A heading with paragraphs, then tables, then charts; each list may be left out. */
export interface ReportSection {
  readonly title: string;
  readonly text?: readonly string[];
  readonly tables?: readonly ReportTable[];
  readonly charts?: readonly Chart[];
}

/** A table; the first column names the row. */
export interface ReportTable {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  /** One row for each entry, one cell for each column. `null`, NaN and missing cells are drawn as a dash. */
  readonly rows: readonly (readonly TableCell[])[];
  /** Rows to stand out, by place. */
  readonly strongRows?: readonly number[];
}

/** A text or a number; numbers are written as the column says. */
export type TableCell = string | number | null;

/** Heading of a column and how its numbers are written. */
export interface TableColumn {
  readonly title: string;
  /** Digits after the point of a plain number or percentage (3 when left out), significant digits for `short`. */
  readonly digits?: number;
  /** `plain`: 0.047; `percent`: a share of 1 as 4.7 %; `short`: significant digits. `plain` when left out. */
  readonly format?: NumberFormat;
}

/** How a number is written. */
export type NumberFormat = "plain" | "percent" | "short";

/** A chart of lines and clouds of points over common axes. */
export interface Chart {
  readonly title: string;
  /** One or two sentences for readers who cannot see it: what it shows. */
  readonly description: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly ChartSeries[];
}

/** An axis; its range holds all drawn points and marks. */
export interface ChartAxis {
  readonly label: string;
  /** `time`: seconds since 1970, UTC. `log`: values that are not positive are not drawn. */
  readonly scale: "linear" | "log" | "time";
  /** How its ticks are written; times write themselves. `short` when left out. */
  readonly format?: NumberFormat;
  /** Straight lines across the plot, such as a stated level. */
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
}

/** A line or a cloud with its name in the legend. */
export interface ChartSeries {
  readonly name: string;
  readonly kind: "line" | "scatter";
  /** Pairs x, y; a pair with NaN breaks a line. */
  readonly points: readonly (readonly [number, number])[];
}
