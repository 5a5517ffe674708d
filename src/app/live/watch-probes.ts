/**
 * What the watchdog's witnesses are asked: the broker's clock every 30 s, every 5 s while anything is held, every
 * 2 s while it is slow; the newest quotes by request each second while something is silent in market hours
 * (RELIABILITY 1.3, W3 and W4). One question of a kind is under way at a time; whoever asks is called back and decides
 * nothing here.
 */
import type { Answered, BrokerClock } from "../../adapters/brokers/alpaca/account-reads.ts";
import type { FeedQuote } from "../../adapters/feeds/alpaca/records.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";

const CLOCK_EVERY_MS = 30_000;
const CLOCK_EXPOSED_MS = 5_000;
/** One that answers slowly is asked more often: how else would it show that it is prompt again (fault 5). */
const CLOCK_SLOW_MS = 2_000;
const QUOTES_EVERY_MS = 1_000;
/** A question that has had no answer by then does not keep the next one waiting. */
const FORGOTTEN_MS = 10_000;

export interface ProbeParts {
  readonly now: () => Instants;
  readonly clock: () => Promise<Answered<BrokerClock>>;
  readonly quotes: () => Promise<Answered<ReadonlyMap<string, FeedQuote>>>;
  readonly onClockAsked: (mono: number) => void;
  /** Undefined: no answer that can be read. */
  readonly onClock: (clock: BrokerClock | undefined, heard: Instants) => void;
  /** Whether the newest quote is newer than any before. */
  readonly onQuotes: (haveAdvanced: boolean, mono: number) => void;
}

export interface ProbeNeeds {
  readonly isExposed: boolean;
  /** The broker answers slowly. */
  readonly wantsClock: boolean;
  /** Something is silent and the market is open. */
  readonly wantsQuotes: boolean;
}

export class WatchProbes {
  readonly #parts: ProbeParts;
  #clockAskedMs = Number.NEGATIVE_INFINITY;
  #quotesAskedMs = Number.NEGATIVE_INFINITY;
  #awaitsClock = false;
  #awaitsQuotes = false;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
  }

  /** Asked ten times a second. */
  look(mono: number, { isExposed, wantsClock, wantsQuotes }: ProbeNeeds): void {
    const clockAge = mono - this.#clockAskedMs;
    const clockEveryMs = wantsClock ? CLOCK_SLOW_MS : isExposed ? CLOCK_EXPOSED_MS : CLOCK_EVERY_MS;
    if (clockAge >= clockEveryMs && !waits(this.#awaitsClock, clockAge)) void this.#askClock(mono);
    const quotesAge = mono - this.#quotesAskedMs;
    if (wantsQuotes && quotesAge >= QUOTES_EVERY_MS && !waits(this.#awaitsQuotes, quotesAge))
      void this.#askQuotes(mono);
  }

  async #askClock(mono: number): Promise<void> {
    const { clock, now, onClock, onClockAsked } = this.#parts;
    this.#clockAskedMs = mono;
    this.#awaitsClock = true;
    onClockAsked(mono);
    const answer = await clock();
    this.#awaitsClock = false;
    onClock(answer.ok ? answer.value : undefined, now());
  }

  async #askQuotes(mono: number): Promise<void> {
    const { quotes, now, onQuotes } = this.#parts;
    this.#quotesAskedMs = mono;
    this.#awaitsQuotes = true;
    const answer = await quotes();
    this.#awaitsQuotes = false;
    let newest = this.#newest;
    if (answer.ok) for (const { timestamp } of answer.value.values()) newest = Math.max(newest, timestamp);
    const haveAdvanced = newest > this.#newest;
    this.#newest = newest;
    onQuotes(haveAdvanced, now().mono);
  }
}

const waits = (isUnderWay: boolean, ageMs: number): boolean => isUnderWay && ageMs < FORGOTTEN_MS;
