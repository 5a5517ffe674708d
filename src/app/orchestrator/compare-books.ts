/** Has execute compare its books with the broker's now, and waits for a comparison without a difference (C-47). */
import { LOOK_TIMEOUT_MS } from "../../engine/broker-duty.ts";
import type { TaskContext } from "./task-context.ts";
import { waitUntil } from "./wait-until.ts";

export type Comparison =
  /**
   * Of the wall, from the asking to the broker's first answer. What is found out after that, five seconds for each
   * further look, is a matter of the books and not of the line.
   */
  | { readonly kind: "agree"; readonly ms: number; readonly at: string }
  | { readonly kind: "differ"; readonly why: string }
  /** The broker has not answered: nobody knows. */
  | { readonly kind: "unknown" };

/** A second look, after one that execute gave up: on a busy machine a single one may get lost. */
const SECOND_LOOK_MS = 15_000;
export const COMPARED_WITHIN_MS = LOOK_TIMEOUT_MS + SECOND_LOOK_MS;
const SECONDS = COMPARED_WITHIN_MS / 1000;
export const NO_ANSWER = `the broker has not answered for ${SECONDS} s; check the network: plimsoll doctor`;

export async function compareBooks(
  context: Pick<TaskContext, "door" | "now" | "pause">,
  reason: string,
): Promise<Comparison> {
  const { door, now } = context;
  const before = (await door.status()).lastReconciliation;
  const begun = now().mono;
  await door.act({ verb: "reconcile", reason });
  let why: string | undefined;
  let answeredMs: number | undefined;
  const agreed = await waitUntil(context, COMPARED_WITHIN_MS, async () => {
    const { lastReconciliation: at, booksDiffer } = await door.status();
    if (at === null || at === before) return undefined;
    answeredMs ??= Math.round(now().mono - begun);
    why = booksDiffer ?? why;
    return booksDiffer === null ? { kind: "agree" as const, ms: answeredMs, at } : undefined;
  });
  return agreed ?? (why === undefined ? { kind: "unknown" } : { kind: "differ", why });
}
