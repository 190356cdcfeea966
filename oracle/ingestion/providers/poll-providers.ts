/** Asks providers again and again, and tells what is new. */
import type { MarketEvent } from "../../domain/market.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Timers } from "../../platform/timers.ts";
import { orderKey } from "../event-checks.ts";
import type { VenueCounters } from "../venues/venue-counters.ts";
import type { Provider } from "./provider.ts";

/** What polling needs. */
export interface PollOptions {
  readonly providers: readonly Provider[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: VenueCounters;
  readonly emit: (event: MarketEvent) => void;
}

const MS_PER_SECOND = 1_000;

/** Begins at once with every provider, each by itself; a failure is counted and the next question comes in time. Returns what ends it. */
export function pollProviders({ providers, clock, timers, counters, emit }: PollOptions): () => void {
  const newestSec = new Map<string, number>();
  const cancels = new Map<string, () => void>();
  let isEnded = false;
  const tell = (event: MarketEvent): void => {
    const key = `${orderKey(event)}/${event.asset}`;
    if (event.sourceTimeSec <= (newestSec.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    newestSec.set(key, event.sourceTimeSec);
    emit(event);
  };
  const ask = async (provider: Provider): Promise<void> => {
    const answer = await provider.ask(clock.nowSec());
    if (isEnded) return;
    if (answer.ok) for (const event of answer.value) tell(withReceipt(event, clock));
    if (answer.ok) counters.frame(provider.id);
    else counters.fault(provider.id, answer.reason, answer.detail ?? "");
    cancels.set(
      provider.id,
      timers.after(provider.everySec * MS_PER_SECOND, () => void ask(provider)),
    );
  };
  for (const provider of providers) void ask(provider);
  return () => {
    isEnded = true;
    for (const cancel of cancels.values()) cancel();
  };
}

/** Received when the answer came, not when it was asked for. */
function withReceipt(event: MarketEvent, clock: Clock): MarketEvent {
  return { ...event, receivedTimeSec: clock.nowSec() };
}
