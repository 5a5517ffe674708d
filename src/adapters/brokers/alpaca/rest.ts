/**
 * One request to Alpaca: budget, deadline, and what came of it. Reads are tried again a few times; a request that
 * changes something is sent once, because an answer that did not come proves nothing (RELIABILITY 3.3). Deadlines are
 * timers of the given clock that abort the request (ADR 0003).
 */
import type { Priority } from "../../../domain/broker.ts";
import type { Rng } from "../../../numerics/rng.ts";
import type { Counts } from "../../net/counts.ts";
import { type Clock, type HttpRequest, type Transport, TransportError } from "../../net/ports.ts";
import { type AlpacaCredentials, authHeaders, redact } from "./credentials.ts";
import type { RateLimit } from "./rate-limit.ts";

const DEADLINE_MS = 5_000;
/** Of what reduces risk: it must be known sooner whether to ask again. */
const EXIT_DEADLINE_MS = 3_000;
const READ_TRIES_MAX = 3;
const RETRY_FIRST_MS = 250;
const RETRY_CEILING_MS = 4_000;

export interface RestRequest {
  readonly method: HttpRequest["method"];
  /** From the slash on, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly priority: Priority;
  /** Asked when its turn in the budget has come: a reason not to send it after all, for people. */
  readonly barred?: () => string | undefined;
}

export type RestOutcome =
  | { readonly kind: "response"; readonly status: number; readonly body: string }
  /** `sent` false: provably no byte left. */
  | { readonly kind: "failed"; readonly sent: boolean; readonly reason: string };

const isExit = ({ priority }: RestRequest): boolean => priority === "flatten" || priority === "protect";

export interface AlpacaRestOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly credentials: AlpacaCredentials;
  /** As `https://api.alpaca.markets`. */
  readonly origin: string;
  readonly limit: RateLimit;
  readonly rng: Rng;
  readonly counts: Counts;
  /**
   * Milliseconds from the wire to the answer, or to the deadline that gave it up; without the wait for budget. `asked`
   * is one of few words, `status` 0 where no answer came.
   */
  readonly onRoundTrip?: ((ms: number, asked: string, status: number) => void) | undefined;
}

export class AlpacaRest {
  readonly #options: AlpacaRestOptions;
  readonly #flying = new Set<AbortController>();
  #isStopped = false;

  constructor(options: AlpacaRestOptions) {
    this.#options = options;
  }

  /** Never rejects. A read that failed for a passing reason is tried up to three times, with full jitter between. */
  async send(request: RestRequest): Promise<RestOutcome> {
    const { counts, rng } = this.#options;
    let outcome = await this.#once(request);
    for (let tries = 1; tries < READ_TRIES_MAX; tries += 1) {
      if (request.method !== "GET" || !isPassing(outcome) || this.#isStopped) return outcome;
      counts.add("alpaca.read-again");
      const most = Math.min(RETRY_CEILING_MS, RETRY_FIRST_MS * 2 ** tries);
      await this.#pause(rng.uniform() * most);
      outcome = await this.#once(request);
    }
    return outcome;
  }

  /** Ends all that is under way; each request still has its outcome. */
  stop(): void {
    this.#isStopped = true;
    for (const abort of this.#flying) abort.abort();
    this.#options.limit.stop();
  }

  start(): void {
    this.#isStopped = false;
  }

  async #once(request: RestRequest): Promise<RestOutcome> {
    const { clock, transport, limit, counts, onRoundTrip } = this.#options;
    if (this.#isStopped) return { kind: "failed", sent: false, reason: "the client was stopped" };
    if (!(await limit.acquire(request.priority))) {
      counts.add("alpaca.no-budget");
      return { kind: "failed", sent: false, reason: "no request budget left for it" };
    }
    const barred = request.barred?.();
    if (barred !== undefined) return { kind: "failed", sent: false, reason: barred };
    const abort = new AbortController();
    const deadlineMs = isExit(request) ? EXIT_DEADLINE_MS : DEADLINE_MS;
    let isLate = false;
    const deadline = clock.timer(deadlineMs, () => {
      isLate = true;
      abort.abort();
    });
    this.#flying.add(abort);
    const leftMs = clock.now();
    try {
      const { status, headers, body } = await transport.request(this.#wire(request, abort.signal));
      limit.heard(status, headers);
      onRoundTrip?.(clock.now() - leftMs, wordOf(request), status);
      return { kind: "response", status, body };
    } catch (error) {
      const sent = error instanceof TransportError ? error.sent : true;
      // A line that fails at once tells nothing of how long an answer takes.
      if (isLate) onRoundTrip?.(clock.now() - leftMs, wordOf(request), 0);
      const reason = isLate ? `no answer within ${deadlineMs} ms` : this.#told(error);
      return { kind: "failed", sent, reason };
    } finally {
      deadline.cancel();
      this.#flying.delete(abort);
    }
  }

  #wire(request: RestRequest, signal: AbortSignal): HttpRequest {
    const { method, path, query = {}, body } = request;
    const { credentials, origin } = this.#options;
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
    );
    const url = `${origin}${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
    const headers = { ...authHeaders(credentials), accept: "application/json" };
    const rest = { method, url, signal, ...(isExit(request) ? { isUrgent: true } : {}) };
    if (body === undefined) return { ...rest, headers };
    const withType = { ...headers, "content-type": "application/json" };
    return { ...rest, headers: withType, body: JSON.stringify(body) };
  }

  #told(error: unknown): string {
    return redact(this.#options.credentials, error instanceof Error ? error.message : String(error));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.timer(ms, resolve);
    });
  }
}

const words = { GET: "read", POST: "submit", PATCH: "change", DELETE: "cancel" } as const;

/** `read_orders`, `submit_orders`: the ids in a path would be names without end. */
function wordOf({ method, path }: RestRequest): string {
  const [, , what = ""] = path.split("/");
  return `${words[method]}_${/^[a-z]+/.exec(what)?.[0] ?? "other"}`;
}

/** May the same question have another answer a moment later? */
function isPassing(outcome: RestOutcome): boolean {
  if (outcome.kind === "failed") return true;
  const { status } = outcome;
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
