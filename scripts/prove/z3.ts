/** Asks z3 (WebAssembly, from npm) whether a claim can fail. */
import { init, Z3_lbool } from "z3-solver";
import type { Model } from "./model.ts";
import { not, type Term, toSmt, variablesOf } from "./term.ts";

/** What must hold: for all inputs of the models that meet the premises, the goal. */
export interface Claim {
  readonly name: string;
  readonly models: readonly Model[];
  readonly premises: readonly Term[];
  readonly goal: Term;
}

/** "proved": no counter-example exists; "refuted": here is one; "open": not decided within {@link RESOURCE_LIMIT}. */
export type Answer =
  | { readonly verdict: "proved" | "open"; readonly ms: number }
  | { readonly verdict: "refuted"; readonly ms: number; readonly counterexample: string };

/** Asks for a counter-example. */
export type Prover = (claim: Claim) => Promise<Answer>;

/** Steps that z3 may take per claim: unlike a time limit it gives the same verdict on a busy machine. */
const RESOURCE_LIMIT = 100_000_000;

/** The claim as an SMT-LIB script that is satisfiable exactly when the claim fails. */
export function scriptOf({ models, premises, goal }: Claim): string {
  let needed: ReadonlySet<string> = new Set([...premises, goal].flatMap(variablesOf));
  const parts: (readonly string[])[] = [];
  // Later models may use names of earlier ones.
  for (const model of models.toReversed()) {
    const lines = model.toSmt(needed);
    parts.unshift(lines);
    needed = new Set([...needed, ...lines.flatMap((line) => line.match(/[A-Za-z_]\w*/g) ?? [])]);
  }
  return [
    ...parts.flat(),
    ...premises.map((premise) => `(assert ${toSmt(premise)})`),
    `(assert ${toSmt(not(goal))})`,
  ].join("\n");
}

/** Starts the solver. Its threads keep the process alive: end with `process.exit`. */
export async function startProver(): Promise<Prover> {
  const { Z3 } = await init();
  return async (claim) => {
    const context = Z3.mk_context(Z3.mk_config());
    const solver = Z3.mk_solver(context);
    Z3.solver_inc_ref(context, solver);
    const limits = Z3.mk_params(context);
    Z3.params_inc_ref(context, limits);
    Z3.params_set_uint(context, limits, Z3.mk_string_symbol(context, "rlimit"), RESOURCE_LIMIT);
    Z3.solver_set_params(context, solver, limits);
    // Parsed by a call that returns at once: a text handed to a call on another thread may be overwritten meanwhile.
    Z3.solver_from_string(context, solver, scriptOf(claim));
    const startedAt = performance.now();
    const answer = await Z3.solver_check(context, solver);
    const ms = Math.round(performance.now() - startedAt);
    const counterexample =
      answer === Z3_lbool.Z3_L_TRUE ? Z3.model_to_string(context, Z3.solver_get_model(context, solver)) : "";
    Z3.del_context(context);
    if (answer === Z3_lbool.Z3_L_FALSE) return { verdict: "proved", ms };
    return answer === Z3_lbool.Z3_L_TRUE ? { verdict: "refuted", ms, counterexample } : { verdict: "open", ms };
  };
}
