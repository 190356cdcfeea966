/** The page that a DAO votes on: what is proposed, what it costs whom, how sure that is, and the calls. */

import type { Chart, Report, ReportSection, ReportTable, TableColumn } from "../../oracle/report/report.ts";
import { PARAMETER_RANGES, type ParameterName } from "../../oracle/simulation/mechanism/mechanism-parameters.ts";
import type { Judged } from "./judged.ts";
import type { VotedCall } from "./proposal-calls.ts";
import type { StudyFindings } from "./run-study.ts";
import { dominating, type StudyRun, seedSpread } from "./study-json.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "candidate" },
  { title: "cost, bp a year", digits: 1 },
  { title: "locked", format: "percent", digits: 2 },
  { title: "required", format: "percent", digits: 2 },
  { title: "bad debt, bp a year", digits: 2 },
  { title: "worst tenth of worlds", digits: 1 },
  { title: "charge, bp a year", digits: 1 },
  { title: "wrongful of 100 openings", digits: 2 },
  { title: "written of what is offered", format: "percent", digits: 1 },
  { title: "attack: feed, bp", digits: 0 },
  { title: "attack: timing, bp", digits: 0 },
];
const LEAST_SHOWN_BPS = 0.01;

/** Builds the page. */
export function studyReport(findings: StudyFindings, run: StudyRun, calls: readonly VotedCall[]): Report {
  const { worlds } = findings;
  return {
    title: "What the mechanism's numbers cost",
    intro: [
      `Writers, keepers, depositors and an attacker react to the parameters in ${worlds.searched} searched and ${worlds.heldOut} held-out worlds (${worlds.replays} of them real hours as they were), on the rule engine and the vault that the chain's tests share.`,
      "Cost: 10 % a year on what is locked, what liquidations take beyond fair value, five times the bad debt and its worst tenth, 2 bp for a wrongful liquidation of a hundred openings, two hundredths of an attacker's best gain, 5 bp for each percent less written than today; all in basis points of notional a year.",
      `Command: npm run mechanism -- ${run.size === "quick" ? "--quick " : ""}${run.data ? "--data DIR " : ""}--out FILE. ${run.asked} evaluations in ${Math.round(run.took)} s.`,
    ],
    sections: [
      proposalSection(findings, calls),
      heldOutSection(findings),
      frontSection(findings),
      stressSection(findings),
      crashSection(findings),
      sweepSection(findings),
      seedSection(findings),
    ],
  };
}

function proposalSection(
  { recommended, configured, isKept }: StudyFindings,
  calls: readonly VotedCall[],
): ReportSection {
  const { candidate } = configured;
  const today = candidate.kind === "parameters" ? candidate.parameters : recommended.parameters;
  const rows = PARAMETER_RANGES.map(({ name, low, high }) => [
    name,
    today[name],
    recommended.parameters[name],
    low,
    high,
  ]);
  return {
    title: "Proposal",
    text: [
      isKept
        ? "Keep today's configuration: on held-out worlds it costs no more than what the search found. There is nothing to vote on."
        : "Change: on held-out worlds what the search found costs less than today's configuration.",
      "The numbers below were found by the search; those that the sweeps show to be flat may as well stay. Class numbers are factors on the reviewed cells. The fund's share is set by npm run propose -- --config, which knows the addresses.",
    ],
    tables: [
      {
        caption: "Parameters",
        columns: [
          { title: "parameter" },
          { title: "today", digits: 2 },
          { title: "found", digits: 2 },
          { title: "lowest tried", digits: 2 },
          { title: "highest tried", digits: 2 },
        ],
        rows,
      },
      ...(isKept ? [] : [callsTable(calls)]),
    ],
  };
}

function callsTable(calls: readonly VotedCall[]): ReportTable {
  return {
    caption: "Calls, for a deployment of the reviewed configuration",
    columns: [{ title: "contract" }, { title: "function" }, { title: "what changes" }, { title: "call data" }],
    rows: calls.map(({ contract, functionName, title, calldata }) => [contract, functionName, title, calldata]),
  };
}

function heldOutSection(findings: StudyFindings): ReportSection {
  const { heldOut } = findings;
  const better = dominating(findings).length;
  const all = heldOut.front.length + 1;
  return {
    title: "On worlds that no search has seen",
    text: [
      `${better} of ${all} points (the recommendation and ${all - 1} of the front) lock less than the lender as published with less bad debt, or with none.`,
    ],
    tables: [figuresTable("Held-out worlds", [heldOut.configured, heldOut.recommended, ...heldOut.lenders], 1)],
  };
}

function frontSection({ front, heldOut, lenders, configured, tried }: StudyFindings): ReportSection {
  const point = (locked: number, debt: number) => [locked, Math.max(LEAST_SHOWN_BPS, debt)] as const;
  const of = (judged: readonly Judged[]) => judged.map(({ figures }) => point(figures.locked, figures.badDebtTailBps));
  const chart: Chart = {
    title: "Locked capital against the bad debt of the worst tenth of worlds",
    description: "Every point that a search tried; left and down is better. No bad debt is drawn at 0.01 bp.",
    x: { label: "locked, share of notional", scale: "linear", format: "percent" },
    y: { label: "bad debt, bp of notional a year", scale: "log" },
    series: [
      { name: "tried", kind: "scatter", points: of2(tried.map(({ figures }) => figures)) },
      { name: "front", kind: "scatter", points: of2(front.map(({ figures }) => figures)) },
      { name: "lender over its knob", kind: "line", points: of(lenders) },
      { name: "today", kind: "scatter", points: of([configured]) },
    ],
  };
  return {
    title: "The front",
    text: ["No point of the front is beaten by another in bad debt, locked capital and wrongful liquidations at once."],
    tables: [figuresTable("Some of the front, on held-out worlds", heldOut.front, null)],
    charts: [chart],
  };

  function of2(figures: readonly { readonly locked: number; readonly badDebtTailBps: number }[]) {
    return figures.map(({ locked, badDebtTailBps }) => point(locked, badDebtTailBps));
  }
}

function stressSection({ stresses }: StudyFindings): ReportSection {
  return {
    title: "When the world is not as assumed",
    tables: stresses.map(({ name, configured, recommended, lender }) =>
      figuresTable(name, [configured, recommended, lender], 1),
    ),
  };
}

function crashSection({ crashes }: StudyFindings): ReportSection {
  return {
    title: "Around the greatest moves of the held-out hours",
    text: [
      crashes.length === 0
        ? "No real hours were given that could be held out."
        : "Openings from ten days before to ten days after the greatest moves of four hours, as they were and with every log move multiplied.",
    ],
    tables: crashes.map(({ magnified, judged }) => figuresTable(`Moves × ${magnified}`, judged, null)),
  };
}

function sweepSection({ sweeps, recommended }: StudyFindings): ReportSection {
  const rows = [...sweeps].flatMap(([name, points]) =>
    points.map(({ value, cost, figures }) => [
      `${name} = ${value}`,
      cost,
      figures.locked,
      figures.badDebtBps,
      figures.chargeBps,
      figures.wrongfulPercent,
      figures.written,
    ]),
  );
  return {
    title: "One number at a time",
    text: [
      "Around the recommendation, on the searched worlds. Where the cost hardly moves, the number does not matter here.",
      `Flattest: ${flattest(sweeps, recommended.cost).join(", ")}.`,
    ],
    tables: [
      {
        caption: "Sweeps",
        columns: [
          { title: "value" },
          { title: "cost, bp a year", digits: 1 },
          { title: "locked", format: "percent", digits: 2 },
          { title: "bad debt, bp a year", digits: 2 },
          { title: "charge, bp a year", digits: 1 },
          { title: "wrongful of 100 openings", digits: 2 },
          { title: "written", format: "percent", digits: 1 },
        ],
        rows,
      },
    ],
  };
}

/** Parameters whose whole range moves the cost by less than a twentieth. */
function flattest(sweeps: StudyFindings["sweeps"], cost: number): readonly ParameterName[] {
  const share = 0.05;
  return [...sweeps]
    .filter(([, points]) => {
      const costs = points.map((point) => point.cost);
      return Math.max(...costs) - Math.min(...costs) < share * cost;
    })
    .map(([name]) => name);
}

function seedSection(findings: StudyFindings): ReportSection {
  const spread = `${(100 * seedSpread(findings)).toFixed(1)} %`;
  return {
    title: "Seeds",
    text: [
      `Best cost of each seed: ± ${spread} around their mean. Flat parameters may differ between seeds at equal cost.`,
    ],
    tables: [
      {
        caption: "Best point of each search under the usual weights",
        columns: [
          { title: "seed" },
          { title: "cost", digits: 1 },
          ...PARAMETER_RANGES.map(({ name }) => ({ title: name, digits: 2 })),
        ],
        rows: findings.seeds.map(({ seed, cost, parameters }) => [
          seed,
          cost,
          ...PARAMETER_RANGES.map(({ name }) => parameters[name]),
        ]),
      },
    ],
  };
}

function figuresTable(caption: string, judged: readonly Judged[], strong: number | null): ReportTable {
  const rows = judged.map(({ name, cost, figures }) => [
    name,
    cost,
    figures.locked,
    figures.required,
    figures.badDebtBps,
    figures.badDebtTailBps,
    figures.chargeBps,
    figures.wrongfulPercent,
    figures.written,
    figures.attackBps.feed,
    figures.attackBps.timing,
  ]);
  return { caption, columns: COLUMNS, rows, ...(strong === null ? {} : { strongRows: [strong] }) };
}
