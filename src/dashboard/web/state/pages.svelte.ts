/**
 * Rows of a long list, fetched by pages as they come into sight. New rows come in at the top, so that the whole list
 * moves: `again` fetches the pages in sight afresh, and what is on the screen keeps its rows meanwhile.
 */
import { KeptRows } from "./kept-rows.ts";
import { request } from "./request.ts";
import { session } from "./session.svelte.ts";

const pageSize = 100;
/** A scroll position that stood for so long is looked at; one that moves for longer than that is, too. */
const restMs = 60;
const movesMaxMs = 300;

export interface Page<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

export class Pages<Row, Answer extends Page<Row> = Page<Row>> {
  total = $state(0);
  /** The answer that came last, for what stands beside its rows. */
  answer = $state.raw<Answer | null>(null);
  trouble = $state("");
  answeredAt = $state<number | null>(null);
  /** Changed with every page that arrives, so that tables draw again. */
  #drawn = $state(0);
  readonly #rows = new KeptRows<Row>();
  #asked = new Map<number, AbortController>();
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #movesSince = 0;
  #sight = { from: 0, to: pageSize };
  readonly #pathOf: (from: number, limit: number) => string;

  constructor(pathOf: (from: number, limit: number) => string) {
    this.#pathOf = pathOf;
  }

  rowAt = (index: number): Row | null => {
    void this.#drawn;
    return this.#rows.at(index);
  };

  inSight = (span: { readonly from: number; readonly to: number }): void => {
    this.#sight = span;
    this.#soon();
  };

  /** Afresh what is in sight; with `forget` everything, for another filter. */
  again(forget = false): void {
    if (forget) {
      this.end();
      this.#rows.clear();
      this.#sight = { from: 0, to: pageSize };
      this.total = 0;
      this.answer = null;
    }
    const sight = this.#pagesInSight();
    const [first = 0] = sight;
    this.#rows.keepOnly(first * pageSize, (first + sight.length) * pageSize);
    for (const page of sight) void this.#fetch(page);
  }

  /** When the view is left. */
  end(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = undefined;
    for (const asked of this.#asked.values()) asked.abort();
    this.#asked.clear();
  }

  /** When the scrolling rests, or goes on for long: pages that fly by are not asked for. */
  #soon(): void {
    const now = performance.now();
    if (this.#restTimer === undefined) this.#movesSince = now;
    clearTimeout(this.#restTimer);
    const waitMs = Math.max(0, Math.min(restMs, this.#movesSince + movesMaxMs - now));
    this.#restTimer = setTimeout(() => {
      this.#restTimer = undefined;
      for (const page of this.#pagesInSight())
        if (!this.#rows.has(page * pageSize, (page + 1) * pageSize)) void this.#fetch(page);
    }, waitMs);
  }

  #pagesInSight(): number[] {
    const first = Math.floor(this.#sight.from / pageSize);
    const last = Math.floor(Math.max(this.#sight.from, this.#sight.to - 1) / pageSize);
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  }

  async #fetch(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    const asked = new AbortController();
    this.#asked.set(page, asked);
    const reply = await request<Answer>(this.#pathOf(page * pageSize, pageSize), { signal: asked.signal });
    if (asked.signal.aborted) return;
    this.#asked.delete(page);
    if (reply.kind === "ended") session.end();
    else if (reply.kind === "failed") this.trouble = reply.text;
    else if (reply.kind === "answer" && reply.status === 200) {
      const hasGrown = reply.body.total > this.#rows.total;
      this.#rows.take(page * pageSize, reply.body.total, reply.body.rows);
      this.total = reply.body.total;
      this.answer = reply.body;
      this.trouble = "";
      this.answeredAt = performance.now();
      this.#drawn++;
      // What came in at the top may have moved another page into sight.
      if (hasGrown) this.#soon();
    }
  }
}

/**
 * Call it while a component is set up. `pathOf` may read state: another filter starts the list anew. What is in sight
 * is fetched again every `everyMs`.
 */
export function askPages<Row, Answer extends Page<Row> = Page<Row>>(
  pathOf: (from: number, limit: number) => string,
  everyMs: number | null = 5000,
): Pages<Row, Answer> {
  const pages = new Pages<Row, Answer>(pathOf);
  $effect(() => {
    pathOf(0, pageSize);
    if (session.state !== "in") return undefined;
    pages.again(true);
    const timer =
      everyMs === null
        ? undefined
        : setInterval(() => (document.hidden ? undefined : pages.again()), everyMs);
    return () => {
      clearInterval(timer);
      pages.end();
    };
  });
  return pages;
}
