/** What a page is to the frame around it. */
import type { TemplateResult } from "lit-html";
import type { z } from "zod";
import type { StatusSchema } from "../../api/contract/status.ts";
import type { Ask } from "./ask.ts";
import type { Route } from "./route.ts";

/** What stands at the top of every page. */
export type Status = z.infer<typeof StatusSchema>;

/** What a page is drawn with. */
export interface Scene {
  readonly route: Route;
  readonly status: Status;
  /** Goes to an address inside the page without a new entry in the history: for filters. */
  go(address: string): void;
  /** Asks the node again before long: for what it is still working on. */
  askSoon(): void;
  /** Draws again, without asking the node. */
  redraw(): void;
}

/** Draws what was loaded. */
export type View = (scene: Scene) => TemplateResult;

/** One page. */
export interface Page {
  /** First part of its address. */
  readonly path: string;
  /** In the navigation and as heading; `null` for a page that is reached from others only. */
  readonly name: string;
  readonly isInNavigation: boolean;
  /** Asks for what it shows. @throws Error in words. */
  load(route: Route, ask: Ask): Promise<View>;
}
