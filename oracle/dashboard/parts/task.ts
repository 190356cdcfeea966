/** Something that a button starts: running, done or failed, kept between drawings and shown where it was asked for. */

/** How a task stands. */
export type TaskState =
  | { readonly kind: "idle" }
  | { readonly kind: "running" }
  | { readonly kind: "done"; readonly text: string; readonly tone: "calm" | "low" }
  | { readonly kind: "failed"; readonly text: string };

/** What a task comes to. */
export interface TaskResult {
  readonly text: string;
  readonly tone: "calm" | "low";
}

const states = new Map<string, TaskState>();

/** How the task of a key stands. */
export function taskState(key: string): TaskState {
  return states.get(key) ?? { kind: "idle" };
}

/** Starts a task unless it runs already; `redraw` is told of every change. */
export function startTask(key: string, work: () => Promise<TaskResult>, redraw: () => void): void {
  if (taskState(key).kind === "running") return;
  const set = (state: TaskState) => {
    states.set(key, state);
    redraw();
  };
  set({ kind: "running" });
  work().then(
    (result) => set({ kind: "done", ...result }),
    (error: unknown) => set({ kind: "failed", text: messageOf(error) }),
  );
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message.split("\n")[0] ?? error.message;
  // Wallets reject with plain objects (EIP-1193).
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return String(error);
}
