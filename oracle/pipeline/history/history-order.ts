/** What a thread of the history is started with, and what it says. Plain data only. */
import type { HistoryReplay, ReplayQuestion } from "../../domain/history.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { HistorySpec } from "../../simulation/history/history-plan.ts";
import type { VaultTerms } from "../../simulation/vault/vault-terms.ts";

/** What both orders name. */
interface OrderGround {
  readonly spec: HistorySpec;
  /** Weeks so far, as text, in order. */
  readonly weeks: readonly string[];
  readonly terms: ReadonlyMap<AssetSymbol, VaultTerms>;
}

/** Make the next week, or replay what is there. */
export type HistoryOrder =
  | (OrderGround & { readonly kind: "record" })
  | (OrderGround & { readonly kind: "replay"; readonly label: string; readonly question: ReplayQuestion });

/** What came of it. */
export type HistoryNotice =
  | { readonly kind: "week"; readonly text: string }
  /** `null` for a class that no asset of the history has. */
  | { readonly kind: "replay"; readonly replay: HistoryReplay | null }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
