/** The style sheet of a report: light and dark by the reader's setting, one column on a phone. */

/** Colours at 3:1 against their background and apart for colour-blind readers, for `[light, dark]`. */
const COLOURS = [
  ["#0a5cad", "#6db3f2"],
  ["#b34a00", "#ffa657"],
  ["#00735a", "#4fd1a5"],
  ["#86389c", "#d8a8ff"],
  ["#b3202c", "#ff8f87"],
  ["#56606b", "#a9b4c0"],
] as const;

/** Series beyond these use the colours again, with other dashes or markers. */
export const SERIES_COLOURS = COLOURS.length;

const variables = (side: 0 | 1): string => COLOURS.map((colour, place) => `--s${place}:${colour[side]}`).join(";");
const DARK = `--paper:#14181d;--ink:#e6eaee;--soft:#a9b4c0;--rule:#333c46;--strong:#20303f;${variables(1)}`;

/** Rules of the whole page. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b2228;--soft:#56606b;--rule:#d5dbe1;--strong:#e9f2fb;${variables(0)}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:70rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.25rem;margin:2rem 0 .5rem}
p{max-width:46rem;overflow-wrap:anywhere}
a{color:var(--s0)}
nav ul,.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
.scroll{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.9rem}
caption{text-align:left;font-weight:600;padding-bottom:.3rem}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th:first-child,td.text{text-align:left}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
tbody th{font-weight:500}
tr.strong{background:var(--strong)}
tr.strong th,tr.strong td{font-weight:700}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1rem}
figure{margin:0;max-width:40rem}
figcaption{font-weight:600;font-size:.95rem}
figure svg:not(.swatch){width:100%;height:auto;display:block}
svg text{fill:var(--ink);font:13px system-ui,sans-serif}
svg text.tick{fill:var(--soft);font-size:11.5px;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.grid{stroke:var(--rule);stroke-width:1}
.frame{stroke:var(--soft);fill:none}
.mark{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}
.line{stroke:var(--c);stroke-width:1.8;fill:none;stroke-linejoin:round}
.marker{fill:var(--c);fill-opacity:.7}
.legend{margin:.3rem 0;font-size:.85rem}
.swatch{width:1.7rem;height:.85rem;margin-right:.4rem;vertical-align:middle}
.empty{color:var(--soft)}
${COLOURS.map((_, place) => `.s${place}{--c:var(--s${place})}`).join("\n")}
@media print{body{max-width:none}figure,tr{break-inside:avoid}}
`;
