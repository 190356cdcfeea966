/** All pages, in the order of the navigation. */
import type { Page } from "../core/page.ts";
import type { Route } from "../core/route.ts";
import { GOVERNANCE_PAGE } from "./governance.ts";
import { INCIDENTS_PAGE } from "./incidents.ts";
import { MODELS_PAGE } from "./models.ts";
import { NETWORK_PAGE } from "./network.ts";
import { OPERATOR_PAGE } from "./operator.ts";
import { POSITION_PAGE } from "./position.ts";
import { REPORT_PAGE } from "./report.ts";
import { REPORTS_PAGE } from "./reports.ts";
import { SURFACE_PAGE } from "./surface.ts";
import { VAULT_PAGE } from "./vault.ts";

const PAGES: readonly Page[] = [
  VAULT_PAGE,
  POSITION_PAGE,
  REPORTS_PAGE,
  REPORT_PAGE,
  NETWORK_PAGE,
  MODELS_PAGE,
  SURFACE_PAGE,
  GOVERNANCE_PAGE,
  OPERATOR_PAGE,
  INCIDENTS_PAGE,
];

/** Pages that the navigation offers. */
export const NAVIGATION: readonly Page[] = PAGES.filter(({ isInNavigation }) => isInNavigation);

/** The page of an address; the vault for none and for an unknown one. */
export function pageFor({ path }: Route): Page {
  return PAGES.find((page) => page.path === path[0]) ?? VAULT_PAGE;
}
