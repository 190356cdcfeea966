/** Answers questions for hedges: advice for one option, and what the funds' hedger does. */
import { PlimsollError } from "../../domain/errors.ts";
import type { HedgeAdvice, HedgeQuestion } from "../../domain/hedge-advice.ts";
import type { SystemView } from "../../domain/view.ts";
import { fundHedgeRoute } from "../contract/fund-hedge.ts";
import { hedgeRoute } from "../contract/hedge.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** Answers a question; bad ones are refused with `HEDGE_QUESTION_INVALID`. */
export type HedgeAdvisor = (question: HedgeQuestion) => Promise<HedgeAdvice>;

/** Answers worked on at once: each holds a core for a third of a second, which the node's rounds need too. */
const GREATEST_OPEN = 4;
/** Seconds after which a refused caller may ask again. */
const RETRY_AFTER_SEC = 2;

/** `/v1/hedge/fund`, and `/v1/hedge` where there is an advisor; beyond four open questions it refuses with `HEDGE_BUSY`. */
export function serveHedging(
  view: Pick<SystemView, "fundHedges">,
  advise: HedgeAdvisor | undefined,
): readonly ServedRoute[] {
  const funds = serveRoute(fundHedgeRoute, () => ({ mandates: view.fundHedges() }));
  return advise === undefined ? [funds] : [funds, serveAdvice(advise)];
}

function serveAdvice(advise: HedgeAdvisor): ServedRoute {
  let open = 0;
  return serveRoute(hedgeRoute, async ({ query }) => {
    if (open >= GREATEST_OPEN) throw busy(open);
    open += 1;
    try {
      return await advise(query);
    } finally {
      open -= 1;
    }
  });
}

function busy(open: number): PlimsollError<"HEDGE_BUSY"> {
  return new PlimsollError({
    code: "HEDGE_BUSY",
    problem: `${open} questions are being answered; at most ${GREATEST_OPEN} are at once.`,
    remedy: `Ask again in ${RETRY_AFTER_SEC} seconds, or use \`plimsoll hedge\`.`,
    context: { retryAfterSec: RETRY_AFTER_SEC },
  });
}
