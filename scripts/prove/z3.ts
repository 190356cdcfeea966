/** Asks z3 (WebAssembly, from npm) whether a claim can fail. */
import { init } from "z3-solver";
import type { Model } from "./model.ts";
import { not, type Term, toSmt } from "./term.ts";

/** What must hold: for all inputs of the models that meet the premises, the goal. */
export interface Claim {
  readonly name: string;
  readonly models: readonly Model[];
  readonly premises: readonly Term[];
  readonly goal: Term;
}

/** "proved": no counter-example exists; "refuted": here is one; "open": not decided in time. */
export type Answer =
  | { readonly verdict: "proved" | "open"; readonly ms: number }
  | { readonly verdict: "refuted"; readonly ms: number; readonly counterexample: string };

/** Asks for a counter-example. */
export type Prover = (claim: Claim, timeoutMs: number) => Promise<Answer>;

/** The claim as an SMT-LIB script that is satisfiable exactly when the claim fails. */
export function scriptOf({ models, premises, goal }: Claim): string {
  return [
    ...models.flatMap((model) => model.toSmt()),
    ...premises.map((premise) => `(assert ${toSmt(premise)})`),
    `(assert ${toSmt(not(goal))})`,
    "(check-sat)",
  ].join("\n");
}

/** Starts the solver. Its threads keep the process alive: end with `process.exit`. */
export async function startProver(): Promise<Prover> {
  const { Z3 } = await init();
  return async (claim, timeoutMs) => {
    const context = Z3.mk_context(Z3.mk_config());
    const startedAt = performance.now();
    const ask = (text: string): Promise<string> => Z3.eval_smtlib2_string(context, text);
    const answer = (await ask(`(set-option :timeout ${timeoutMs})\n${scriptOf(claim)}`)).trim();
    const ms = Math.round(performance.now() - startedAt);
    const counterexample = answer === "sat" ? await ask("(get-model)") : "";
    Z3.del_context(context);
    if (answer === "unsat") return { verdict: "proved", ms };
    if (answer === "sat") return { verdict: "refuted", ms, counterexample };
    if (answer === "unknown" || answer === "timeout") return { verdict: "open", ms };
    throw new RangeError(`z3 answered "${answer}" to claim "${claim.name}".`);
  };
}
