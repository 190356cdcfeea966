/** A number from any HTTP interface that answers JSON: where in the answer it stands is a setting. */
import { z } from "zod";
import type { AssetSymbol } from "../../domain/market.ts";
import type { VenueRest } from "../venues/venue-rest.ts";
import type { Provider } from "./provider.ts";
import { signalsOf } from "./signals-of.ts";

/** Which number, from where. */
export interface JsonSignalOptions {
  readonly id: string;
  /** Name of the signal, e.g. `fear-and-greed`. */
  readonly name: string;
  readonly assets: readonly AssetSymbol[];
  readonly everySec: number;
  readonly rest: VenueRest;
  /** Path of the question, made anew each time. */
  readonly path: (nowSec: number) => string;
  /** Keys that lead to the number, and to its time in seconds where the answer has one. */
  readonly value: readonly string[];
  readonly time: readonly string[] | null;
}

/** Numbers, also as text. */
const numberLike = z.coerce.number().refine(Number.isFinite);

/** Creates the provider; an answer without the number is `malformed`. */
export function createJsonSignal(options: JsonSignalOptions): Provider {
  const { id, name, assets, everySec, rest, path, value, time } = options;
  return {
    id,
    everySec,
    ask: async (nowSec) => {
      const answer = await rest.get(path(nowSec), z.unknown());
      if (!answer.ok) return answer;
      const found = numberLike.safeParse(at(answer.value, value) ?? undefined);
      const timeSec = time === null ? { success: true, data: nowSec } : numberLike.safeParse(at(answer.value, time));
      if (!found.success || !timeSec.success) return { ok: false, reason: "malformed", detail: value.join(".") };
      const made = { value: found.data, sourceTimeSec: timeSec.data ?? nowSec, receivedTimeSec: nowSec };
      return { ok: true, value: signalsOf({ id, name, assets }, made) };
    },
  };
}

/** What stands at the end of the keys; numbers among them are places of lists. */
function at(answer: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([name]) => name === key)?.[1];
  }, answer);
}
