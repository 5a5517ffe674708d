/** What the operator does: one command with an id of its own, so that a double click is one command. */
import type { ActAnswer, ActAsk } from "../../contract/acts.ts";
import { request } from "./request.ts";
import { session } from "./session.svelte.ts";
import { toasts } from "./toasts.svelte.ts";

/** Each member of the union without its id. */
export type Act = ActAsk extends infer One ? (One extends ActAsk ? Omit<One, "id"> : never) : never;

export type Outcome = { readonly isAccepted: boolean; readonly text: string };

/** 128 random bits; `randomUUID` exists only on https and loopback. */
export function commandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends it and tells the outcome in words, on the screen too. */
export async function act(asked: Act, id = commandId()): Promise<Outcome> {
  const outcome = await send({ ...asked, id } as ActAsk);
  toasts.add(outcome.isAccepted ? "done" : "refused", outcome.text);
  return outcome;
}

async function send(asked: ActAsk): Promise<Outcome> {
  const reply = await request<ActAnswer | null>("/api/act", {
    method: "POST",
    body: asked,
    timeoutMs: 15_000,
  });
  if (reply.kind === "ended") {
    // A wrong key beside the command is told by the same status as no session at all.
    if ("key" in asked) await session.check();
    else session.end();
    if (session.state === "in") return { isAccepted: false, text: reply.text || "The key is wrong." };
    return { isAccepted: false, text: "The session ended before this was sent. Give the key, then again." };
  }
  if (reply.kind !== "answer") return { isAccepted: false, text: withoutPage(asked, reply) };
  const text = reply.body?.text ?? `Refused with ${reply.status}`;
  return { isAccepted: reply.body?.kind === "accepted", text };
}

/** What still works when this page does not. */
function withoutPage(asked: ActAsk, reply: { readonly kind: string; readonly text?: string }): string {
  const cause = reply.kind === "failed" ? reply.text : "It was taken back";
  const cure =
    asked.verb === "halt" || asked.verb === "flatten" || asked.verb === "pause"
      ? ` On the machine: plimsoll ${asked.verb}.`
      : "";
  return `${cause}. Whether it arrived is not known.${cure}`;
}
