/** Filters whose state is part of the address. */
import { html, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { Scene } from "../core/page.ts";
import { withQuery } from "../core/route.ts";

/** A filter. */
export interface FilterInput {
  /** Name in the address. */
  readonly key: string;
  /** Name for people. */
  readonly name: string;
  readonly scene: Scene;
}

/** A box to search in. */
export function searchBox({ key, name, scene }: FilterInput): TemplateResult {
  return html`<label>
    <span>${name}</span>
    <input
      type="search"
      name=${key}
      autocomplete="off"
      .value=${live(scene.route.query.get(key) ?? "")}
      @input=${(event: Event) => change(event, key, scene)}
    />
  </label>`;
}

/** A list to choose from; the first choice is everything. */
export function choice(input: FilterInput & { readonly options: readonly string[] }): TemplateResult {
  const { key, name, options, scene } = input;
  const now = scene.route.query.get(key) ?? "";
  // A shared link may name what is not there now: it stays visible, or nobody could tell why the list is empty.
  const all = now === "" || options.includes(now) ? options : [...options, now];
  return html`<label>
    <span>${name}</span>
    <select name=${key} @change=${(event: Event) => change(event, key, scene)}>
      <option value="" ?selected=${now === ""}>all</option>
      ${all.map((option) => html`<option value=${option} ?selected=${option === now}>${option}</option>`)}
    </select>
  </label>`;
}

function change(event: Event, key: string, scene: Scene): void {
  const { target } = event;
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
  scene.go(withQuery(scene.route, { [key]: target.value }));
}
