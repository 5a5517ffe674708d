/**
 * Resolving a trouble that was logged many times: each line is an act of its own, so that the audit has each one. They
 * go one after the other, and a refusal stops the rest.
 */
import type { ActAnswer } from "../../../contract/acts.ts";
import { commandId } from "../../state/act.ts";
import { request } from "../../state/request.ts";
import { session } from "../../state/session.svelte.ts";

/** Of one press; the button says so and can be pressed again. */
export const resolvedAtOnce = 200;

export interface Resolved {
  readonly ids: readonly number[];
  /** Empty: all that was asked for was done. */
  readonly trouble: string;
}

export async function resolveErrors(
  ids: readonly number[],
  reason: string,
  told: (done: number) => void,
): Promise<Resolved> {
  const done: number[] = [];
  for (const error of ids.slice(0, resolvedAtOnce)) {
    const body = { verb: "resolve-error", id: commandId(), reason, error };
    const reply = await request<ActAnswer | null>("/api/act", { method: "POST", body });
    if (reply.kind === "ended") {
      session.end();
      return { ids: done, trouble: "The session ended" };
    }
    if (reply.kind !== "answer") {
      return { ids: done, trouble: reply.kind === "failed" ? reply.text : "It was taken back" };
    }
    if (reply.body?.kind !== "accepted") {
      return { ids: done, trouble: reply.body?.text ?? `Refused with ${reply.status}` };
    }
    done.push(error);
    told(done.length);
  }
  return { ids: done, trouble: "" };
}
