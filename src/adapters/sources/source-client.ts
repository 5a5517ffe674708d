/**
 * One question to a data provider: its budget, a deadline, a few tries with full jitter, and the copy on disk (DATA-3).
 * What may pass is tried again here; what does not is the caller's to ask somebody else. A body that cannot be read is
 * a fault like any other and is never kept.
 */
import type { Rng } from "../../numerics/rng.ts";
import type { Secret } from "../brokers/alpaca/secret.ts";
import { sha256OfText } from "../durable-file.ts";
import type { Clock, HttpResponse, Transport } from "../net/ports.ts";
import type { Asking, SourceFailure } from "./bar-source.ts";
import type { ResponseCache } from "./response-cache.ts";
import type { TokenBucket } from "./token-bucket.ts";

const TRIES_MAX = 3;
const RETRY_FIRST_MS = 500;
const RETRY_CEILING_MS = 8_000;
/** A pause that a provider asks for is waited out up to here; for a longer one the next provider is asked. */
const PATIENCE_MS = 5_000;
const REST_MOST_MS = 3_600_000;
/** After a 429 that does not say how long. */
const REST_UNTOLD_MS = 60_000;
/** Closed days are corrected now and then: an old copy is asked about again. */
const KEPT_MS = 30 * 86_400_000;
const TOLD_CHARACTERS = 120;

export interface SourceRequest<Value> {
  /** Absolute, without any key in it. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly asking: Asking;
  /** The answer will not change any more. */
  readonly isSettled: boolean;
  /** The body's meaning; undefined or a throw: unreadable. */
  readonly read: (body: string) => Value | undefined;
  /** What an answer means where it differs from what its status says; undefined: what it says. Never kept. */
  readonly judge?: (response: HttpResponse) => Value | SourceFailure | undefined;
}

export type Fetched<Value> = { readonly ok: true; readonly value: Value } | SourceFailure;

export interface SourceClientOptions {
  /** Of messages: `polygon`. */
  readonly name: string;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly transport: Transport;
  readonly rng: Rng;
  readonly bucket: TokenBucket;
  readonly cache: ResponseCache;
  readonly timeoutMs: number;
  /** Never to be seen in a reason, whatever a provider echoes. */
  readonly secrets: readonly Secret[];
}

export class SourceClient {
  readonly #options: SourceClientOptions;
  /** Requests that left, and answers that needed none. */
  readonly counts = { asked: 0, kept: 0, unchanged: 0 };

  constructor(options: SourceClientOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async get<Value>(request: SourceRequest<Value>): Promise<Fetched<Value>> {
    const { cache, rng, wallMs } = this.#options;
    const key = sha256OfText(`${this.#options.name} ${request.url}`);
    const kept = cache.get(key);
    if (kept?.isSettled === true && request.isSettled && wallMs() - kept.at < KEPT_MS) {
      const value = understood(request, kept.body);
      if (value !== undefined) {
        this.counts.kept += 1;
        return { ok: true, value };
      }
    }
    for (let tries = 1; ; tries += 1) {
      const fetched = await this.#once(request, key, kept);
      if (fetched.ok || tries === TRIES_MAX) return fetched;
      const waitMs = waitBefore(fetched, tries, rng);
      if (waitMs === undefined) return fetched;
      await this.#pause(waitMs);
    }
  }

  async #once<Value>(
    request: SourceRequest<Value>,
    key: string,
    kept: ReturnType<ResponseCache["get"]>,
  ): Promise<Fetched<Value>> {
    const { bucket, cache, wallMs } = this.#options;
    await bucket.take(request.asking);
    this.counts.asked += 1;
    const response = await this.#send(request, kept);
    if ("ok" in response) return response;
    const { status, headers, body } = response;
    if (status === 304 && kept !== undefined) {
      const value = understood(request, kept.body);
      if (value === undefined) return this.#failure("unreadable", "its copy on disk cannot be read");
      this.counts.unchanged += 1;
      cache.keep(key, { ...kept, isSettled: request.isSettled, at: wallMs() });
      return { ok: true, value };
    }
    const judged = request.judge?.(response);
    if (judged !== undefined) return isFailure(judged) ? judged : { ok: true, value: judged };
    if (status !== 200) return this.#refused(response);
    const value = understood(request, body);
    if (value === undefined) return this.#failure("unreadable", unreadable(headers, body));
    cache.keep(key, {
      ...(headers.etag === undefined ? {} : { etag: headers.etag }),
      ...(headers["last-modified"] === undefined ? {} : { lastModified: headers["last-modified"] }),
      isSettled: request.isSettled,
      at: wallMs(),
      body,
    });
    return { ok: true, value };
  }

  async #send<Value>(
    { url, headers = {} }: SourceRequest<Value>,
    kept: ReturnType<ResponseCache["get"]>,
  ): Promise<HttpResponse | SourceFailure> {
    const { clock, transport, timeoutMs } = this.#options;
    const abort = new AbortController();
    let isLate = false;
    const deadline = clock.timer(timeoutMs, () => {
      isLate = true;
      abort.abort();
    });
    const conditions = {
      ...(kept?.etag === undefined ? {} : { "if-none-match": kept.etag }),
      ...(kept?.lastModified === undefined ? {} : { "if-modified-since": kept.lastModified }),
    };
    try {
      const all = { ...headers, ...conditions };
      return await transport.request({ method: "GET", url, headers: all, signal: abort.signal });
    } catch (error) {
      if (isLate) return this.#failure("timeout", `gave no answer within ${timeoutMs / 1000} s`);
      return this.#failure("error", `cannot be reached: ${error instanceof Error ? error.message : "?"}`);
    } finally {
      deadline.cancel();
    }
  }

  #refused(response: HttpResponse): SourceFailure {
    const { status, body } = response;
    const said = toldBy(body);
    const told = `answered ${status}${said === "" ? "" : ` "${said}"`}`;
    if (status === 401 || status === 403) return this.#failure("denied", told);
    if (status === 404) return this.#failure("unknown_symbol", told);
    if (status !== 429) return this.#failure("error", told);
    const restMs = this.#askedToRest(response.headers);
    this.#options.bucket.close(restMs);
    return { ...this.#failure("rate_limited", `${told}; asks for ${Math.ceil(restMs / 1000)} s`), restMs };
  }

  /** From `Retry-After`, seconds or a date; bounded, as a broken header must not silence us for long. */
  #askedToRest(headers: HttpResponse["headers"]): number {
    const text = headers["retry-after"] ?? "";
    const seconds = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Number.NaN;
    const ms = Number.isNaN(seconds) ? Date.parse(text) - this.#options.wallMs() : seconds;
    return Number.isNaN(ms) ? REST_UNTOLD_MS : Math.min(REST_MOST_MS, Math.max(1_000, ms));
  }

  #failure(why: SourceFailure["why"], reason: string): SourceFailure {
    const { name, secrets } = this.#options;
    const clean = secrets.reduce((text, secret) => secret.redact(text), reason);
    return { ok: false, why, reason: `${name} ${clean}` };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.timer(ms, resolve);
    });
  }
}

/** Full jitter between nothing and the doubled wait; undefined where the same question has the same answer. */
function waitBefore({ why, restMs }: SourceFailure, tries: number, rng: Rng): number | undefined {
  if (why === "rate_limited") return (restMs ?? REST_UNTOLD_MS) <= PATIENCE_MS ? restMs : undefined;
  if (why === "denied" || why === "unknown_symbol" || why === "quality") return undefined;
  return rng.uniform() * Math.min(RETRY_CEILING_MS, RETRY_FIRST_MS * 2 ** tries);
}

function understood<Value>({ read }: SourceRequest<Value>, body: string): Value | undefined {
  try {
    return read(body);
  } catch {
    return undefined;
  }
}

function isFailure(value: unknown): value is SourceFailure {
  return typeof value === "object" && value !== null && "ok" in value && value.ok === false;
}

function unreadable(headers: HttpResponse["headers"], body: string): string {
  if (/^\s*<(?:!doctype|html)/i.test(body)) return "answered a web page instead of data";
  const type = headers["content-type"] ?? "no type";
  return `answered ${body.length} characters (${type}) that cannot be read, or are cut off`;
}

/** What a refusal says of itself, in print. Web pages say nothing to people here. */
function toldBy(body: string): string {
  if (/^\s*</.test(body)) return "";
  let text = body;
  try {
    const json = JSON.parse(body) as Record<string, unknown>;
    const words = [json.message, json.error, json.detail].find((each) => typeof each === "string");
    text = typeof words === "string" ? words : body;
  } catch {
    // Plain text says it as it is.
  }
  return text
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .slice(0, TOLD_CHARACTERS)
    .trim();
}
