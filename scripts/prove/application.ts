/** One application of an entry to a stored word, as the subject of claims about the rules. */
import { Model } from "./model.ts";
import {
  type AppliedTerms,
  applyEntry,
  CLASS_FIELDS,
  type ClassTerms,
  ENTRY_FIELDS,
  type EntryTerms,
  fieldInputs,
  OUTCOME,
  validSec,
  WORD_FIELDS,
  type WordTerms,
} from "./rules-model.ts";
import { add, and, eq, le, lt, or, type Term } from "./term.ts";
import type { Claim } from "./z3.ts";

const MAX_BPS = 2n ** 14n - 1n;

/** One application of an entry to a stored word. */
export interface Application {
  readonly model: Model;
  readonly word: WordTerms;
  readonly bounds: ClassTerms;
  readonly entry: EntryTerms;
  readonly applied: AppliedTerms;
  /** What every stored word, class and entry meets. */
  readonly valid: Term;
  readonly tightened: Term;
  readonly loosened: Term;
  readonly changed: Term;
}

/** A fresh application of any entry to any word under any class. */
export function application(): Application {
  const model = new Model();
  const word = fieldInputs(model, WORD_FIELDS);
  const bounds = fieldInputs(model, CLASS_FIELDS);
  const entry = fieldInputs(model, ENTRY_FIELDS);
  const applied = applyEntry(model, { word, bounds, entry });
  const ratios = [word.from, word.target, word.cap, word.anchor, word.prior, word.pi, entry.rho];
  const tightened = eq(applied.outcome, OUTCOME.tightened);
  const loosened = eq(applied.outcome, OUTCOME.loosened);
  const valid = and(
    ...[...Object.values(word), ...Object.values(bounds), ...Object.values(entry)].map((field) => le(0, field)),
    ...ratios.map((ratio) => le(ratio, MAX_BPS)),
    lt(0, bounds.windowSec),
    le(word.tightenedAt, entry.now),
    le(word.loosenedAt, entry.now),
    le(entry.entryObservedAt, entry.now),
  );
  return { model, word, bounds, entry, applied, valid, tightened, loosened, changed: or(tightened, loosened) };
}

/** A claim about an application. */
export function claim(
  name: string,
  made: Application,
  parts: { readonly premises?: readonly Term[]; readonly goal: Term },
): Claim {
  return { name, models: [made.model], premises: [made.valid, ...(parts.premises ?? [])], goal: parts.goal };
}

/** A word has been scored before. */
export function isLive({ word }: Application): Term {
  return lt(0, word.observedAt);
}

/** The score stays valid up to the application, before and after it: the fallback plays no part. */
export function isFresh({ word, bounds, entry }: Application): Term {
  return and(
    lt(entry.now, add(word.observedAt, validSec(word.validity))),
    lt(entry.now, add(entry.entryObservedAt, validSec(bounds.validityMinutes))),
  );
}
