/**
 * All removals in one compilation: each guard is wrapped into a choice between itself and what is left without it, taken
 * by the number in `block.coinbase`. So one compilation serves every removal.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Guard, GuardEdit } from "./guard-list.ts";

/** A removal that cannot be made: its text is not in the source, or not once. */
export class GuardPlaceError extends Error {
  readonly code = "GUARD_PLACE";
  readonly edit: GuardEdit;

  constructor(edit: GuardEdit, problem: string) {
    super(`${problem} in ${edit.file}: ${edit.guard}. Bring test/mutation/guards.json up to date.`);
    this.edit = edit;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly choices: { readonly id: number; readonly removed: string }[];
}

/** Reads a source of the project or of a package, by its name. */
export function sourcesOf(root: string): (file: string) => string {
  return (file) => {
    const path = [join(root, file), join(root, "node_modules", file)].find((candidate) => existsSync(candidate));
    if (path === undefined) throw new RangeError(`${file} is not there.`);
    return readFileSync(path, "utf8");
  };
}

/** Instrumented texts by source name; guard `i` of the list has the number `i + 1`. */
export function instrumentGuards(
  guards: readonly Guard[],
  read: (file: string) => string,
): ReadonlyMap<string, string> {
  const byFile = new Map<string, { readonly id: number; readonly edit: GuardEdit }[]>();
  for (const [index, { edits }] of guards.entries()) {
    for (const edit of edits) {
      byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), { id: index + 1, edit }]);
    }
  }
  return new Map([...byFile].map(([file, edits]) => [file, instrument(read(file), edits)]));
}

function instrument(source: string, edits: readonly { readonly id: number; readonly edit: GuardEdit }[]): string {
  const places: Place[] = [];
  for (const { id, edit } of edits) {
    const { start, end } = placeOf(source, edit);
    const same = places.find((place) => place.start === start && place.end === end);
    const clash = places.find((place) => place !== same && place.start < end && start < place.end);
    if (clash !== undefined) throw new GuardPlaceError(edit, "This overlaps another guard");
    if (same === undefined) places.push({ start, end, choices: [{ id, removed: edit.removed }] });
    else same.choices.push({ id, removed: edit.removed });
  }
  const changed = places
    .toSorted((left, right) => right.start - left.start)
    .reduce(
      (text, place) =>
        text.slice(0, place.start) + choiceOf(source.slice(place.start, place.end), place) + text.slice(place.end),
      source,
    );
  return changed + SELECTOR;
}

function placeOf(source: string, edit: GuardEdit): { readonly start: number; readonly end: number } {
  const from = edit.after === undefined ? 0 : oneMatch(source, edit.after, edit).end;
  const rest = source.slice(from);
  const matches = [...rest.matchAll(patternOf(edit.guard))];
  const [first] = matches;
  if (first === undefined) throw new GuardPlaceError(edit, "There is no such text");
  if (edit.after === undefined && matches.length > 1)
    throw new GuardPlaceError(edit, "There is more than one such text");
  return { start: from + first.index, end: from + first.index + first[0].length };
}

function oneMatch(source: string, text: string, edit: GuardEdit): { readonly end: number } {
  const matches = [...source.matchAll(patternOf(text))];
  const [first] = matches;
  if (first === undefined || matches.length > 1) throw new GuardPlaceError(edit, `"${text}" is not there once`);
  return { end: first.index + first[0].length };
}

function patternOf(text: string): RegExp {
  const parts = text.trim().split(/\s+/);
  return new RegExp(parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("\\s+"), "g");
}

function choiceOf(guard: string, { choices }: Place): string {
  const isStatement = /[;}]\s*$/.test(guard);
  return choices.reduce(
    (text, { id, removed }) =>
      isStatement
        ? `if (guardRemoved(${id})) { ${removed} } else { ${text} }`
        : `(guardRemoved(${id}) ? ${removed} : (${text}))`,
    guard,
  );
}

/** Reads the number inside pure functions too: a view function in the type of a pure one. */
const SELECTOR = `
function guardRemovedView(uint256 id) view returns (bool) { return uint160(address(block.coinbase)) == id; }
function guardRemoved(uint256 id) pure returns (bool) {
    function(uint256) view returns (bool) read = guardRemovedView;
    function(uint256) pure returns (bool) pureRead;
    assembly { pureRead := read }
    return pureRead(id);
}
`;
