/** Has execute compare its books with the broker's now, and waits for a comparison without a difference (C-47). */
import type { TaskContext } from "./task-context.ts";
import { waitUntil } from "./wait-until.ts";

export type Comparison =
  /** Of the wall, from the asking to the comparison. */
  | { readonly kind: "agree"; readonly ms: number; readonly at: string }
  | { readonly kind: "differ"; readonly why: string }
  /** The broker has not answered: nobody knows. */
  | { readonly kind: "unknown" };

export const NO_ANSWER = "the broker has not answered for 30 s; check the network: plimsoll doctor";
const WITHIN_MS = 30_000;

export async function compareBooks(
  context: Pick<TaskContext, "door" | "now" | "pause">,
  reason: string,
): Promise<Comparison> {
  const { door, now } = context;
  const before = (await door.status()).lastReconciliation;
  const begun = now().mono;
  await door.act({ verb: "reconcile", reason });
  let why: string | undefined;
  const agreed = await waitUntil(context, WITHIN_MS, async () => {
    const { lastReconciliation: at, booksDiffer } = await door.status();
    if (at === null || at === before) return undefined;
    why = booksDiffer ?? why;
    return booksDiffer === null
      ? { kind: "agree" as const, ms: Math.round(now().mono - begun), at }
      : undefined;
  });
  return agreed ?? (why === undefined ? { kind: "unknown" } : { kind: "differ", why });
}
