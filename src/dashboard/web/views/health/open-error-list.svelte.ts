/** The open errors of the page, asked for again every few seconds; only what is new is read. */
import type { ErrorLine, ErrorsAnswer } from "../../../contract/running-answers.ts";
import { request } from "../../state/request.ts";
import { session } from "../../state/session.svelte.ts";
import { queryText } from "../query-text.ts";
import { askedLines, OpenErrors } from "./open-errors.ts";

const everyMs = 5000;

export class OpenErrorList {
  lines = $state.raw<readonly ErrorLine[] | null>(null);
  total = $state(0);
  counts = $state.raw<ErrorsAnswer["open"] | null>(null);
  trouble = $state("");
  #errors = new OpenErrors();

  /** Reads until all are known, then waits; call what it returns when the view is left. */
  follow(): () => void {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async (): Promise<void> => {
      if (!document.hidden || this.lines === null) await this.#readAll(end.signal);
      if (!end.signal.aborted) timer = setTimeout(() => void once(), everyMs);
    };
    void once();
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }

  drop(ids: readonly number[]): void {
    this.#errors.drop(ids);
    this.#show();
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    let from: number | null = 0;
    while (from !== null && !signal.aborted) {
      const path = `/api/errors${queryText({ from, limit: askedLines, open: true })}`;
      const reply = await request<ErrorsAnswer>(path, { signal });
      if (reply.kind === "aborted") return;
      if (reply.kind === "ended") return session.end();
      if (reply.kind !== "answer" || reply.status !== 200) {
        this.trouble = reply.kind === "failed" ? reply.text : "Refused";
        return;
      }
      const next: number | null = this.#errors.take(from, reply.body);
      this.counts = reply.body.open;
      this.trouble = "";
      // Always farther back: an answer that does not fit together must not be asked for again and again.
      from = next !== null && next > from ? next : null;
    }
    this.#show();
  }

  #show(): void {
    this.lines = [...this.#errors.lines];
    this.total = this.#errors.total;
  }
}
