/** Reads the node's metrics: Prometheus text, of which only names, labels and values count. */

/** One sample. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** All samples in their order. */
export type Metrics = readonly Sample[];

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text; lines of another form and values that are no numbers are left out. */
export function metricsOf(text: string): Metrics {
  return text.split("\n").flatMap((line): readonly Sample[] => {
    const [, name, labels = "", number] = LINE.exec(line) ?? [];
    const value = Number(number);
    if (name === undefined || !Number.isFinite(value)) return [];
    return [
      { name, value, labels: new Map([...labels.matchAll(LABEL)].map(([, key = "", label = ""]) => [key, label])) },
    ];
  });
}

/** Value of the first sample of a name; `null` without one. */
export function metricOf(metrics: Metrics, name: string): number | null {
  return metrics.find((sample) => sample.name === name)?.value ?? null;
}
