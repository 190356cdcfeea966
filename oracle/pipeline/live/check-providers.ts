/** Asks every provider once and says what answered, how late and how complete. */
import type { Provider } from "../../ingestion/providers/provider.ts";
import type { Clock } from "../../platform/clock.ts";
import type { VenueCheckRow } from "./check-venues.ts";

const MILLISECONDS = 1_000;

/** Asks all at once; rows in the providers' order. The latency is the age of the newest value, which moods make once a day. */
export async function checkProviders(providers: readonly Provider[], clock: Clock): Promise<readonly VenueCheckRow[]> {
  return await Promise.all(providers.map(async (provider) => await checkProvider(provider, clock)));
}

async function checkProvider(provider: Provider, clock: Clock): Promise<VenueCheckRow> {
  const answer = await provider.ask(clock.nowSec());
  const head = { source: provider.id, connections: 0, missing: [] };
  if (!answer.ok) {
    const error = `${answer.reason}: ${answer.detail ?? ""}`;
    const nothing = { frames: 0, latencyMs: null, heard: [], faults: { [answer.reason]: 1 } };
    return { ...head, ...nothing, verdict: "unreachable", error };
  }
  const newestSec = Math.max(...answer.value.map(({ sourceTimeSec }) => sourceTimeSec));
  const heard = [...new Set(answer.value.map(({ kind }) => kind))];
  const latencyMs = Math.round((clock.nowSec() - newestSec) * MILLISECONDS);
  return { ...head, verdict: "complete", frames: 1, latencyMs, heard, faults: {}, error: null };
}
