/** Resolving a trouble that was logged many times is one act: the audit has its name and how often it was. */
import type { ActAnswer } from "../../../contract/acts.ts";
import { commandId } from "../../state/act.ts";
import { request } from "../../state/request.ts";
import { session } from "../../state/session.svelte.ts";
import type { ErrorGroup } from "./error-groups.ts";
import { resolveWords } from "./resolve-words.ts";

export interface Resolved {
  readonly ids: readonly number[];
  /** Empty: all that was asked for was done. */
  readonly trouble: string;
}

export async function resolveErrors(group: ErrorGroup, reason: string): Promise<Resolved> {
  const words = resolveWords(group);
  const body = { ...words, id: commandId(), reason };
  const reply = await request<ActAnswer | null>("/api/act", { method: "POST", body });
  if (reply.kind === "ended") {
    session.end();
    return { ids: [], trouble: "The session ended" };
  }
  if (reply.kind !== "answer")
    return { ids: [], trouble: reply.kind === "failed" ? reply.text : "It was taken back" };
  if (reply.body?.kind !== "accepted")
    return { ids: [], trouble: reply.body?.text ?? `Refused with ${reply.status}` };
  return { ids: "errors" in words ? words.errors : [words.error], trouble: "" };
}
