/**
 * A question that a view asks its server: asked again every few seconds while it is looked at, taken back when the view
 * is left. The last answer stays on the screen, as stale, while a new one does not come.
 */
import { request } from "./request.ts";
import { session } from "./session.svelte.ts";

export class Question<Answer> {
  answer = $state.raw<Answer | null>(null);
  /** Empty: the last time it was answered. */
  trouble = $state("");
  isAsking = $state(false);
  /** Monotonic milliseconds of the last answer. */
  answeredAt = $state<number | null>(null);
  #again: () => void = () => undefined;

  readonly isStale = $derived(this.trouble !== "" && this.answer !== null);

  /** Now, without waiting for the next time. */
  again(): void {
    this.#again();
  }

  /** For `ask` only. */
  follow(path: string, everyMs: number | null): () => void {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async (): Promise<void> => {
      clearTimeout(timer);
      if (!document.hidden || this.answer === null) await this.#askOnce(path, end.signal);
      if (everyMs !== null && !end.signal.aborted) timer = setTimeout(() => void once(), everyMs);
    };
    this.#again = () => void once();
    void once();
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }

  async #askOnce(path: string, signal: AbortSignal): Promise<void> {
    this.isAsking = true;
    const reply = await request<Answer>(path, { signal });
    if (signal.aborted || reply.kind === "aborted") return;
    this.isAsking = false;
    if (reply.kind === "ended") session.end();
    else if (reply.kind === "failed") this.trouble = reply.text;
    else if (reply.status >= 300) this.trouble = `Refused with ${reply.status}`;
    else {
      this.answer = reply.body;
      this.trouble = "";
      this.answeredAt = performance.now();
    }
  }
}

/**
 * Call it while a component is set up. `path` may read state: another path asks at once. Null asks nothing.
 * `everyMs` null asks once.
 */
export function ask<Answer>(path: () => string | null, everyMs: number | null = 5000): Question<Answer> {
  const question = new Question<Answer>();
  $effect(() => {
    const asked = path();
    return asked === null || session.state !== "in" ? undefined : question.follow(asked, everyMs);
  });
  return question;
}
