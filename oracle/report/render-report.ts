/** The page of a backtest: one HTML file without scripts, fonts or anything else from outside. */
import { escapeHtml } from "./escape-html.ts";
import { renderChart } from "./render-chart.ts";
import { renderTable } from "./render-table.ts";
import type { Report, ReportSection } from "./report.ts";
import { REPORT_STYLE } from "./report-style.ts";

/** Nothing is loaded and nothing runs: the page may be opened from a mail or a disk. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
/** From so many sections on, a list of them stands at the top. */
const LISTED_SECTIONS = 3;

/**
 * Turns a description into a page.
 *
 * @param report plain texts and numbers; everything is escaped, NaN is a dash in tables and a gap in lines.
 * @returns a whole HTML document, the same for the same report.
 */
export function renderReport({ title, intro, sections }: Report): string {
  const name = escapeHtml(title);
  return [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<title>${name}</title><style>${REPORT_STYLE}</style></head><body>`,
    `<header><h1>${name}</h1>${paragraphs(intro)}</header>`,
    sections.length < LISTED_SECTIONS ? "" : contents(sections),
    `<main>${sections.map(renderSection).join("\n")}</main></body></html>\n`,
  ].join("\n");
}

function contents(sections: readonly ReportSection[]): string {
  const entries = sections.map(({ title }, place) => `<li><a href="#${idOf(place)}">${escapeHtml(title)}</a></li>`);
  return `<nav aria-label="Contents"><ul>${entries.join("")}</ul></nav>`;
}

function renderSection({ title, text = [], tables = [], charts = [] }: ReportSection, place: number): string {
  const id = idOf(place);
  const figures = charts.map((chart, index) => renderChart(chart, `${id}-c${index}`)).join("\n");
  return [
    `<section aria-labelledby="${id}"><h2 id="${id}">${escapeHtml(title)}</h2>${paragraphs(text)}`,
    ...tables.map(renderTable),
    charts.length === 0 ? "" : `<div class="charts">${figures}</div>`,
    "</section>",
  ].join("\n");
}

function idOf(place: number): string {
  return `s-${place}`;
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `<p>${escapeHtml(text)}</p>`).join("");
}
