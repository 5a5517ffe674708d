/**
 * The watchdog in the execute process: feeds it what the links, the feed and the broker say, asks it ten times a
 * second, and turns its verdict into a claim (DATA-8, C-36). It decides nothing itself.
 */
import type { ClaimChanged } from "../../domain/events.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { xnysSessions } from "../../market/calendar.ts";
import type { ChannelTerms, WatchdogVerdict, WitnessName } from "../../ops/watchdog/terms.ts";
import { Watchdog } from "../../ops/watchdog/watchdog.ts";
import type { FeedState } from "./ingest-process.ts";
import type { RunTerms } from "./run-terms.ts";

/** Seeds of the feed's cadence until sessions have taught it (RELIABILITY 1.3), milliseconds. */
export const CADENCE_SEED_MS = { sip: 10_000, iex: 20_000 } as const;
export const HEARTBEAT_MS = 500;
export const CONFIRM_MS = 30_000;
const FEED_DOWN_MS = 120_000;
const GUARDIAN_MS = 2_000;

/** What the watchdog watches, and how long it waits. */
export const watchedChannels: readonly ChannelTerms[] = [
  { name: "ingest", class: "HB-internal" },
  { name: "compute", class: "HB-internal" },
  { name: "guardian", class: "HB-internal", deadlineMs: GUARDIAN_MS },
  { name: "trade-updates", class: "HB-transport" },
  { name: "broker", class: "HB-broker" },
  { name: "feed", class: "CAD-feed" },
];

export interface WatchSubject {
  /** Gross value of what is held, dollars. */
  readonly exposure: number;
  readonly isReconciled: boolean;
  readonly isFlat: boolean;
  /** The first closing order of a watchdog's flatten has left. */
  readonly isClosing: boolean;
}

type Claimed = NonNullable<ClaimChanged["claim"]>;
const SOURCE = "watchdog";

export class WatchDuty {
  readonly #dog: Watchdog;
  #verdict: WatchdogVerdict | undefined;
  #said = "";
  #line: "up" | "down" | undefined;
  #messageAgeMs = Number.POSITIVE_INFINITY;

  constructor(terms: RunTerms, { mono, at }: Instants) {
    this.#dog = new Watchdog(
      {
        channels: watchedChannels,
        sessions: xnysSessions(),
        speed: terms.clock.speed,
        heartbeatMs: HEARTBEAT_MS,
        confirmMs: CONFIRM_MS,
        feedDownMs: FEED_DOWN_MS,
        cadenceMs: () => CADENCE_SEED_MS[terms.feed],
        symbolSilenceMs: new Map(),
        restCountsAsFeed: false,
      },
      mono,
      at,
    );
    this.#dog.context({ kind: "subscribed", symbols: terms.symbols.length }, mono);
  }

  get verdict(): WatchdogVerdict | undefined {
    return this.#verdict;
  }

  beat(channel: string, mono: number, seq: number, pending: number): void {
    this.#dog.beat(channel, mono, { seq, pending });
  }

  answered(channel: "broker" | "trade-updates", mono: number): void {
    this.#dog.beat(channel, mono);
  }

  line(channel: "trade-updates", state: "up" | "down", mono: number): void {
    this.#dog.context({ kind: "line", channel, state }, mono);
  }

  halted(symbol: string, isHalted: boolean, mono: number): void {
    this.#dog.context({ kind: "halted", symbol, isHalted }, mono);
  }

  witness(name: WitnessName, isGood: boolean, mono: number): void {
    this.#dog.witness(name, isGood, mono);
  }

  /** What ingest tells of the feed: a younger message than last time is a message. */
  feed({ line, messageAgeMs }: FeedState, { mono, at }: Instants): void {
    if (line !== this.#line) this.#line = line;
    const isNew = messageAgeMs < this.#messageAgeMs || messageAgeMs < HEARTBEAT_MS;
    this.#messageAgeMs = messageAgeMs;
    if (isNew && line === "up") this.#dog.message(mono, at);
  }

  operatorResumed(mono: number): void {
    this.#dog.context({ kind: "operator-resumed" }, mono);
  }

  /** The claim to be raised or lifted; undefined while nothing has changed. */
  tick({ mono, at }: Instants, subject: WatchSubject): Omit<ClaimChanged, "kind" | "at"> | undefined {
    this.#dog.context({ kind: "exposure", dollars: subject.exposure }, mono);
    this.#dog.context({ kind: "reconciled", isClean: subject.isReconciled }, mono);
    if (subject.isClosing) this.#dog.context({ kind: "closing" }, mono);
    if (subject.isFlat && this.#verdict?.level === "FLATTEN") this.#dog.context({ kind: "flat" }, mono);
    const verdict = this.#dog.tick(mono, at);
    this.#verdict = verdict;
    const said = `${verdict.level} ${verdict.ends ?? ""} ${verdict.stage}`;
    if (said === this.#said) return undefined;
    this.#said = said;
    const isLatched = verdict.ends === "HALTED" && verdict.level === "FLATTEN";
    if (isLatched) return { claim: this.#claim(verdict, "kill_switch", "operator") };
    if (verdict.level === "NORMAL")
      return { lifted: { authority: "circuit_breakers", source: SOURCE, by: "itself" } };
    return { claim: this.#claim(verdict, "circuit_breakers", "itself") };
  }

  #claim(verdict: WatchdogVerdict, authority: Claimed["authority"], liftedBy: Claimed["liftedBy"]): Claimed {
    return {
      authority,
      source: SOURCE,
      level: verdict.level,
      scalar: 1,
      reason: reasonText(verdict),
      liftedBy,
    };
  }
}

/** `S0: compute silent 612 of 500 ms`; the first three reasons. */
export function reasonText({ stage, reasons }: WatchdogVerdict): string {
  const shown = reasons.slice(0, 3).map(({ channel, what, ageMs, deadlineMs }) => {
    const figures = `${Math.round(ageMs)} of ${Math.round(deadlineMs)} ms`;
    return `${channel} ${what} ${figures}`;
  });
  return `${stage}: ${shown.join(", ") || "recovering"}`;
}

/** How long ago an instant of the exchange was, seconds. */
export const ageSeconds = (now: EpochMicros, then: EpochMicros): number => (now - then) / MICROS_PER_SECOND;
