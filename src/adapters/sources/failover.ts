/**
 * Which source answers: an ordered list, asked one after the other until one has the whole of it (DATA-2). A source
 * that fails rests, longer with each failure and at least as long as it asked for; the first question after that is
 * its probe. Whoever is served by another one than the first is told so, with the reason. What is asked for is always
 * the whole series: nothing of two sources is ever put together here.
 */
import type { Rng } from "../../numerics/rng.ts";
import { BackOff } from "../net/back-off.ts";
import type { Clock } from "../net/ports.ts";
import type { Asking, BarSource, SourceBar, SourceFailure } from "./bar-source.ts";

/** All that can serve are resting: so long they are waited for in all, until one of them answers again. */
const PATIENCE_MS = 75_000;
/** A key does not become right by asking again. */
const DENIED_MS = 300_000;

export type FailoverEvent =
  | { readonly kind: "down"; readonly source: string; readonly reason: string; readonly restMs: number }
  /** All that could serve are resting. */
  | { readonly kind: "waits"; readonly ms: number; readonly reason: string }
  | { readonly kind: "recovered"; readonly source: string; readonly afterMs: number }
  /** `to` answers in place of `from`. */
  | {
      readonly kind: "switched";
      readonly symbol: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
    }
  | { readonly kind: "refused"; readonly symbol: string; readonly reason: string };

export type Served =
  | { readonly ok: true; readonly source: BarSource; readonly bars: readonly SourceBar[] }
  | { readonly ok: false; readonly reason: string };

/** Asks one source for all of it and judges the answer. */
export type AskOne = (
  source: BarSource,
  asking: Asking,
) => Promise<{ readonly ok: true; readonly bars: readonly SourceBar[] } | SourceFailure>;

interface Standing {
  readonly backOff: BackOff;
  downSince: number | undefined;
  restsUntil: number;
  reason: string;
}

export interface FailoverOptions {
  readonly sources: readonly BarSource[];
  readonly clock: Clock;
  readonly rng: Rng;
  readonly tell: (event: FailoverEvent) => void;
}

export class Failover {
  readonly #options: FailoverOptions;
  readonly #standings: ReadonlyMap<BarSource, Standing>;
  #patienceMs = PATIENCE_MS;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#standings = new Map(
      options.sources.map((source) => [
        source,
        {
          backOff: new BackOff(options.rng.fork(source.id)),
          downSince: undefined,
          restsUntil: Number.NEGATIVE_INFINITY,
          reason: "",
        },
      ]),
    );
  }

  /** The first of the list that answers well; those that cannot list it, or are `except`, are not asked. */
  async ask(
    query: Parameters<BarSource["offers"]>[0],
    askOne: AskOne,
    { asking = "asked", except }: { readonly asking?: Asking; readonly except?: BarSource } = {},
  ): Promise<Served> {
    const { sources, clock, tell } = this.#options;
    const able = sources.filter((source) => source !== except && source.offers(query));
    const { symbol, timeframe, adjustment } = query;
    if (able.length === 0)
      return this.#refused(
        symbol,
        `no ${except === undefined ? "" : "other "}source lists ${timeframe} ${adjustment} bars of it`,
      );
    for (;;) {
      const failures: { readonly source: BarSource; readonly reason: string }[] = [];
      for (const source of able) {
        const standing = this.#of(source);
        if (clock.now() < standing.restsUntil) {
          failures.push({ source, reason: standing.reason });
          continue;
        }
        const answer = await askOne(source, standing.downSince === undefined ? asking : "probe");
        if (!answer.ok) {
          if (isAboutSource(answer)) this.#rest(source, answer);
          failures.push({ source, reason: answer.reason });
          continue;
        }
        this.#well(source);
        const [first] = failures;
        if (first !== undefined)
          tell({ kind: "switched", symbol, from: first.source.id, to: source.id, reason: first.reason });
        return { ok: true, source, bars: answer.bars };
      }
      const reason = failures.map((failure) => failure.reason).join("; ");
      const ms = Math.max(1, Math.min(...able.map((source) => this.#of(source).restsUntil)) - clock.now());
      // Whoever said no to the question itself will say it again.
      const isDecided = failures.some(({ source }) => this.#of(source).downSince === undefined);
      if (isDecided || ms > this.#patienceMs) return this.#refused(symbol, reason);
      this.#patienceMs -= ms;
      tell({ kind: "waits", ms: Math.round(ms), reason });
      await this.#pause(ms);
    }
  }

  #refused(symbol: string, reason: string): Served {
    this.#options.tell({ kind: "refused", symbol, reason });
    return { ok: false, reason };
  }

  #rest(source: BarSource, { reason, restMs = 0, why }: SourceFailure): void {
    const { clock, tell } = this.#options;
    const standing = this.#of(source);
    const atLeast = why === "denied" ? DENIED_MS : restMs;
    const ms = Math.max(atLeast, standing.backOff.next(false, why === "rate_limited"));
    standing.restsUntil = clock.now() + ms;
    standing.reason = reason;
    const isNews = standing.downSince === undefined;
    standing.downSince ??= clock.now();
    if (isNews) tell({ kind: "down", source: source.id, reason, restMs: Math.round(ms) });
  }

  #well(source: BarSource): void {
    const standing = this.#of(source);
    standing.backOff.healthy();
    this.#patienceMs = PATIENCE_MS;
    if (standing.downSince === undefined) return;
    const afterMs = Math.round(this.#options.clock.now() - standing.downSince);
    standing.downSince = undefined;
    this.#options.tell({ kind: "recovered", source: source.id, afterMs });
  }

  #of(source: BarSource): Standing {
    const standing = this.#standings.get(source);
    if (standing === undefined) throw new Error(`${source.id} is not one of these sources`);
    return standing;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.timer(ms, resolve);
    });
  }
}

/** A symbol that it does not know, or bad rows of one, say nothing against the next symbol. */
const isAboutSource = ({ why }: SourceFailure): boolean => why !== "unknown_symbol" && why !== "quality";
