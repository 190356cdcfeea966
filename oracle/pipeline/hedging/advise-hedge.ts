/** The hedging advisor: present Greeks, the network's band, the trade to make, and what follows on drawn paths with and without. */
import { PlimsollError } from "../../domain/errors.ts";
import type { HedgeAdvice, HedgeQuestion } from "../../domain/hedge-advice.ts";
import { black76 } from "../../math/black76.ts";
import { limitedTrade } from "../../models/hedger/hedge-results.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import { DAYS_A_YEAR, hedgeBands, type QuestionBand } from "./hedge-band.ts";
import { hedgeOutlooks, OUTLOOK_PATHS } from "./hedge-outlook.ts";

/**
 * Advises on one position. Pure but for the network: equal questions give equal answers.
 *
 * In coin the outlook's results are coins at the present price.
 *
 * @throws PlimsollError `HEDGE_QUESTION_INVALID` naming field, value and limits.
 */
export async function adviseHedge(question: HedgeQuestion, hedger: Hedger): Promise<HedgeAdvice> {
  const { state, terms, lower, upper, fallback } = await bandOf(question, hedger);
  const { kind, spot, strike, days, impliedVol, size, held, settlement } = question;
  const greeks = black76({ kind, forward: spot, strike, impliedVol, tenorYears: days / DAYS_A_YEAR });
  const trade = limitedTrade(held / size, [lower, upper], terms.limit);
  const gasPaid = trade === 0 ? 0 : question.gasUsd;
  return {
    valueUsd: size * greeks.price,
    deltaCoins: size * greeks.delta,
    netDeltaCoins: size * (greeks.delta - greeks.price / spot),
    lowerCoins: size * lower,
    upperCoins: size * upper,
    tradeCoins: size * trade,
    tradeCostUsd: Math.abs(trade) * size * spot * terms.cost + gasPaid,
    fallback,
    model: hedger.identity?.sha256 ?? null,
    paths: OUTLOOK_PATHS,
    decisionDays: days / state.stepsLeft,
    ...(await hedgeOutlooks({
      state,
      terms,
      option: { kind, settlement },
      held: held / size,
      usd: spot * size,
      hedger,
    })),
  };
}

async function bandOf(question: HedgeQuestion, hedger: Hedger): Promise<QuestionBand> {
  const [band] = await hedgeBands([question], hedger);
  if (band !== undefined) return band;
  throw new PlimsollError({
    code: "HEDGE_BAND_MISSING",
    problem: "The hedger gave no band for one question.",
    remedy: "Report this with the artefact's manifest: every question has a band, of the network or of theory.",
    context: { model: hedger.identity?.sha256 ?? null },
  });
}
