/** Hears of the node's changes as they happen, goes on where it stopped, and says whether what it hears can be trusted. */
import { followEvents } from "../../api/client/follow-events.ts";

/** How the stream stands: `deaf` means that changes may have been missed. */
export type Hearing =
  | { readonly state: "connecting" }
  | { readonly state: "hears" }
  | { readonly state: "deaf"; readonly reason: string; readonly sinceMs: number };

/** What is listened to, and who is told. */
export interface ChangeStreamOptions {
  /** URL of the API; empty for the page's own host. */
  readonly baseUrl: string;
  /** Something has changed, or may have while nothing was heard. */
  readonly onChange: () => void;
  /** The hearing is another than before. */
  readonly onHearing: () => void;
}

/** An open stream. */
export interface ChangeStream {
  hearing(): Hearing;
}

/** The node beats every 15 s: two beats may get lost. */
const SILENCE_MS = 40_000;
const LOOK_MS = 5_000;

/**
 * Listens until the page is left. A tab that nobody sees lets its connection go, of which a browser has six to one host, and goes on
 * from the last event it has seen when it is shown again.
 */
export function openChangeStream({ baseUrl, onChange, onHearing }: ChangeStreamOptions): ChangeStream {
  let hearing: Hearing = { state: "connecting" };
  let lastId: string | undefined;
  let heardAtMs = Date.now();
  let ending = new AbortController();
  const become = (next: Hearing): void => {
    const isNew =
      next.state !== hearing.state ||
      (next.state === "deaf" && hearing.state === "deaf" && next.reason !== hearing.reason);
    // A connection that fails again has been down since it first failed.
    hearing = next.state === "deaf" && hearing.state === "deaf" ? { ...next, sinceMs: hearing.sinceMs } : next;
    if (isNew) onHearing();
  };
  const alive = (): void => {
    heardAtMs = Date.now();
    if (hearing.state === "hears") return;
    become({ state: "hears" });
    // What happened between the last answer and this connection is not told again.
    onChange();
  };
  const listen = async (signal: AbortSignal): Promise<void> => {
    const onBreak = (error: unknown): void => become({ state: "deaf", reason: reasonOf(error), sinceMs: heardAtMs });
    for await (const event of followEvents({ baseUrl, signal, ...after(lastId), onBreak, onAlive: alive })) {
      alive();
      lastId = event.id ?? lastId;
      if (event.data.kind === "closed")
        become({ state: "deaf", reason: "the node ended the stream", sinceMs: heardAtMs });
      else onChange();
    }
  };
  const restart = (): void => {
    ending.abort();
    ending = new AbortController();
    heardAtMs = Date.now();
    if (document.visibilityState === "visible") void listen(ending.signal);
  };
  document.addEventListener("visibilitychange", restart);
  setInterval(() => {
    const isQuiet = Date.now() - heardAtMs >= SILENCE_MS;
    if (!isQuiet || document.visibilityState !== "visible") return;
    become({ state: "deaf", reason: "the stream has fallen silent", sinceMs: heardAtMs });
    restart();
  }, LOOK_MS);
  restart();
  return { hearing: () => hearing };
}

function after(id: string | undefined): { readonly after?: string } {
  return id === undefined ? {} : { after: id };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "CLIENT_STREAM_REFUSED")
    return "the node refuses the stream";
  return "the stream broke off";
}
