/** Every evaluation of a study on disk, one line each: a study that was killed goes on without repeating one. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";

const amount = z.number();

/** Figures of one candidate over the worlds of one question. */
export const figuresSchema = z.object({
  locked: amount,
  required: amount,
  badDebtBps: amount,
  badDebtTailBps: amount,
  uncoveredBps: amount,
  chargeBps: amount,
  opened: amount,
  liquidations: amount,
  wrongful: amount,
  wrongfulPercent: amount,
  written: amount,
  fundLeft: amount,
  attackBps: z.object({ feed: amount, timing: amount, reopening: amount }),
});

/** See {@link figuresSchema}. */
export type StudyFigures = Readonly<z.infer<typeof figuresSchema>>;

const lineSchema = z.object({ key: z.string(), figures: figuresSchema });

/** Evaluations by key. */
export interface EvaluationLog {
  get(key: string): StudyFigures | undefined;
  /** Keeps an evaluation; it survives a crash once this returns. */
  put(key: string, figures: StudyFigures): void;
  readonly size: () => number;
  close(): void;
}

/** A log in memory only. */
export function memoryLog(): EvaluationLog {
  const known = new Map<string, StudyFigures>();
  return {
    get: (key) => known.get(key),
    put: (key, figures) => {
      known.set(key, figures);
    },
    size: () => known.size,
    close: () => {},
  };
}

/** Opens a log file, and reads what an earlier run has left; a last line that was cut off by a kill is ignored. */
export function openEvaluationLog(path: string): EvaluationLog {
  const known = new Map<string, StudyFigures>();
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  for (const line of text.split("\n")) {
    const parsed = lineSchema.safeParse(parseLine(line));
    if (parsed.success) known.set(parsed.data.key, parsed.data.figures);
  }
  const file = openSync(path, "a");
  if (text !== "" && !text.endsWith("\n")) writeSync(file, "\n");
  return {
    get: (key) => known.get(key),
    put: (key, figures) => {
      known.set(key, figures);
      writeSync(file, `${JSON.stringify({ key, figures })}\n`);
      fsyncSync(file);
    },
    size: () => known.size,
    close: () => closeSync(file),
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
