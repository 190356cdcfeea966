/** Writes hourly bars of as many hours as the shipped models were trained on, for a machine without market data. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";

const MS_PER_SECOND = 1_000;
/** Files of the training span (cards of the models): name, first hour, hours, whether realised measures stand in it. */
const FILES = [
  { path: "spot-hourly/BTCUSDT_1h.csv", from: "2021-04-04", hours: 34_000, measures: false },
  { path: "spot-hourly/ETHUSDT_1h.csv", from: "2021-04-04", hours: 34_000, measures: false },
  { path: "spot-hourly/BNBUSDT_1h.csv", from: "2021-04-04", hours: 24_000, measures: false },
  { path: "bitfinex-hourly-rv/BTCUSD_1h_rv.csv", from: "2017-01-01", hours: 37_000, measures: true },
  { path: "bitfinex-hourly-rv/ETHUSD_1h_rv.csv", from: "2017-01-01", hours: 37_000, measures: true },
] as const;
/** The panel of the contagion network: assets, 4-hour bars. */
const PANEL = { path: "perp-panel-4h/perp_4h.csv", from: "2024-02-29", assets: 51, bars: 2_137, spanHours: 4 } as const;
const START = { price: 1_000, logVol: Math.log(0.006), volume: 1_000 } as const;
/** Log volatility reverts by this share an hour and is shocked by this much. */
const REVERSION = 0.02;
const SHOCK = 0.1;
const STEPS_PER_HOUR = 12;

/** Writes all files below a folder. */
export function writeSimulatedBars(directory: string): void {
  for (const file of FILES) {
    const path = join(directory, file.path);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, barsText(file, createRng(`bench-bars/${file.path}`)));
  }
  const panel = join(directory, PANEL.path);
  mkdirSync(join(panel, ".."), { recursive: true });
  writeFileSync(panel, panelText(createRng("bench-bars/panel")));
}

/** One factor and own moves, each as wild as the hours of the other files. */
function panelText(rng: Rng): string {
  const fromSec = Date.parse(PANEL.from) / MS_PER_SECOND;
  const prices = new Float64Array(PANEL.assets).fill(START.price);
  const rows = Array.from({ length: PANEL.bars * PANEL.assets }, () => "");
  const sigma = Math.exp(START.logVol) * Math.sqrt(PANEL.spanHours);
  let factor = 0;
  rows.forEach((_, place) => {
    const asset = place % PANEL.assets;
    if (asset === 0) factor = sigma * rng.normal();
    const { high, low, close } = oneHour(prices[asset] ?? START.price, sigma, rng);
    prices[asset] = close * Math.exp(factor);
    const startSec = fromSec + Math.floor(place / PANEL.assets) * PANEL.spanHours * SECONDS_PER_HOUR;
    rows[place] = [startSec, `A${asset}`, close, high, low, prices[asset], START.volume, 1].join(",");
  });
  return `${["ts,sym,open,high,low,close,quote_volume,trades", ...rows].join("\n")}\n`;
}

function barsText({ from, hours, measures }: (typeof FILES)[number], rng: Rng): string {
  const header = `ts,open,high,low,close,volume${measures ? ",n_min,rv5,bpv5,rsv_neg5,rq5" : ""}`;
  const fromSec = Date.parse(from) / MS_PER_SECOND;
  let logVol: number = START.logVol;
  let price: number = START.price;
  const rows = Array.from({ length: hours }, (_, hour) => {
    logVol += REVERSION * (START.logVol - logVol) + SHOCK * rng.normal();
    const bar = oneHour(price, Math.exp(logVol), rng);
    const { open, high, low, close } = bar;
    price = close;
    const fields = [fromSec + hour * SECONDS_PER_HOUR, open, high, low, close, START.volume * (1 + rng.uniform())];
    return [...fields, ...(measures ? bar.measures : [])].join(",");
  });
  return `${[header, ...rows].join("\n")}\n`;
}

function oneHour(open: number, sigma: number, rng: Rng) {
  const returns = Array.from({ length: STEPS_PER_HOUR }, () => (sigma / Math.sqrt(STEPS_PER_HOUR)) * rng.normal());
  let sum = 0;
  const path = returns.map((move) => {
    sum += move;
    return open * Math.exp(sum);
  });
  const squares = returns.map((move) => move * move);
  const total = (values: readonly number[]): number => values.reduce((left, right) => left + right, 0);
  const falls = total(squares.filter((_, step) => (returns[step] ?? 0) < 0));
  const quarticity = (STEPS_PER_HOUR / 3) * total(squares.map((square) => square * square));
  return {
    open,
    high: Math.max(open, ...path),
    low: Math.min(open, ...path),
    close: path.at(-1) ?? open,
    measures: [60, total(squares), total(squares), falls, quarticity],
  };
}
