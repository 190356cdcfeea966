/** What a migration is: a numbered step that only ever grows the list. */

/** One step of a schema's history. Published steps are never edited; a change is a new step. */
export interface Migration {
  /** 1, 2, 3, … without gaps. */
  readonly version: number;
  readonly name: string;
  /** SQL statements; unqualified names fall into the schema that is being migrated. Transaction-safe statements only. */
  readonly sql: string;
}
