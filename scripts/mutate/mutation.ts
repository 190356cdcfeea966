/** What a mutation is. */

/** A small change of one function, by byte range of its source. */
export interface Mutation {
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A mutation in its place, numbered for the run. */
export interface Mutant extends Mutation {
  /** 1, 2, …; 0 is the unchanged code. */
  readonly id: number;
  readonly file: string;
  readonly functionName: string;
  readonly line: number;
  /** Text that the mutation replaces. */
  readonly original: string;
  /** Stays the same while other code of the file changes: file, function, change, and which of equal changes. */
  readonly key: string;
}
