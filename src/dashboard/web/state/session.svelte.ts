/**
 * Whether this browser may look. The key comes in the address after "#", which no server and no log sees; it is
 * exchanged for a cookie and taken out of the address bar before anything else is drawn.
 */
import type { LoginAsk, SessionAnswer } from "../../contract/acts.ts";
import { request } from "./request.ts";

class Session {
  state = $state<"asking" | "in" | "out" | "silent">("asking");
  /** Why the last attempt did not work; empty: nothing to say. */
  trouble = $state("");
  answer = $state.raw<SessionAnswer | null>(null);
  wasIn = false;

  /** At the start, and whenever the stream breaks. */
  async check(): Promise<void> {
    const reply = await request<SessionAnswer>("/api/session", { timeoutMs: 5000 });
    if (reply.kind === "answer" && reply.status === 200) this.#enter(reply.body);
    else if (reply.kind === "ended") this.end();
    else if (this.state === "asking") this.state = "silent";
  }

  async login(key: string): Promise<boolean> {
    const ask: LoginAsk = { key };
    const reply = await request<null>("/api/login", { method: "POST", body: ask });
    if (reply.kind === "answer" && reply.status < 300) {
      this.trouble = "";
      await this.check();
      return this.state === "in";
    }
    this.trouble =
      reply.kind === "failed"
        ? `${reply.text}.`
        : "This key is not the right one, or a newer one was made. plimsoll dashboard prints the one that holds.";
    if (this.state !== "in") this.state = "out";
    return false;
  }

  /** The server said 401: the session is over, what is on the screen stays until the key is given again. */
  end(): void {
    if (this.state === "out") return;
    if (this.wasIn) this.trouble = "The session ended. Trading is not touched by that.";
    this.state = "out";
  }

  #enter(answer: SessionAnswer): void {
    this.answer = answer;
    this.wasIn = true;
    this.state = "in";
  }
}

export const session = new Session();

/** The key out of `#key=...`, and the address without it; null: there is none. */
export function keyInAddress(address: string): { readonly key: string; readonly clean: string } | null {
  const hash = address.indexOf("#");
  if (hash < 0) return null;
  const found = /^#key=([^&]+)$/.exec(address.slice(hash));
  return found?.[1] === undefined
    ? null
    : { key: decodeURIComponent(found[1]), clean: address.slice(0, hash) };
}
