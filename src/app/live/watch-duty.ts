/**
 * The watchdog in the execute process: feeds it what the links, the feed and the broker say, asks it ten times a
 * second, and turns its verdict into a claim (DATA-8, C-36). It decides nothing itself.
 */
import type { ClaimChanged } from "../../domain/events.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import type { FeedKind } from "../../market/cadence.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { type FalseTripRow, falseTripEstimates } from "../../ops/watchdog/false-trips.ts";
import type { ChannelTerms, WatchdogVerdict, WitnessName } from "../../ops/watchdog/terms.ts";
import { Watchdog } from "../../ops/watchdog/watchdog.ts";
import type { WatchdogParams } from "../watchdog-params.ts";
import type { FeedState } from "./ingest-process.ts";

/** Seeds of the feed's cadence until ingest has told one (RELIABILITY 1.3), milliseconds. */
const CADENCE_SEED_MS: Readonly<Record<FeedKind, number>> = { sip: 10_000, iex: 20_000 };
const GUARDIAN_MS = 2_000;
/** Ingest tells of the feed five times a second; a peer that beats and no longer does has stopped forwarding. */
const FORWARDING_MS = 1_000;
/** Market data that is older by its own stamps is the past (fault 42), milliseconds of the exchange's clock. */
const STAMP_LAG_MS = 5_000;

/**
 * On an accelerated exchange's clock a hiccup of this machine is minutes of silence: so long by the wall the feed may
 * be silent at any speed above 1, milliseconds. At speed 1 the deadlines are what the settings say.
 */
const LEAST_WALL = { silent: 1000, late: 1000, down: 10_000 } as const;

/** Compute is the engine: without it nothing is decided. Execute itself is watched by the guardian. */
const watchedChannels: readonly ChannelTerms[] = [
  { name: "ingest", class: "HB-internal" },
  { name: "forwarding", class: "HB-internal", deadlineMs: FORWARDING_MS },
  { name: "compute", class: "HB-internal", isEngine: true },
  { name: "guardian", class: "HB-internal", deadlineMs: GUARDIAN_MS },
  { name: "data", class: "HB-transport", carriesData: true },
  { name: "trade-updates", class: "HB-transport" },
  { name: "broker", class: "HB-broker" },
  { name: "feed", class: "CAD-feed" },
  { name: "stamps", class: "CAD-stamps", deadlineMs: STAMP_LAG_MS },
];

export interface WatchDutyTerms {
  readonly params: WatchdogParams;
  readonly feed: FeedKind;
  /** Exchange seconds per second. */
  readonly speed: number;
  /** How many symbols are asked for. */
  readonly symbols: number;
}

export interface WatchSubject {
  /** Gross value of what is held, dollars. */
  readonly exposure: number;
  readonly isReconciled: boolean;
  /** The broker's books have shown nothing, twice, since the closing began. */
  readonly isFlat: boolean;
  /** The first closing order of a watchdog's flatten has left. */
  readonly isClosing: boolean;
}

type Claimed = NonNullable<ClaimChanged["claim"]>;
export type ClaimWord = Omit<ClaimChanged, "kind" | "at">;
const SOURCE = "watchdog";

export class WatchDuty {
  readonly #terms: WatchDutyTerms;
  readonly #dog: Watchdog;
  #verdict: WatchdogVerdict | undefined;
  #said = "";
  #line: "up" | "down" | undefined;
  /** When the feed's newest message came, monotonic milliseconds. */
  #messageMs = Number.NEGATIVE_INFINITY;
  #states = 0;
  #stamps = 0;
  #cadenceMs: number;

  constructor(terms: WatchDutyTerms, { mono, at }: Instants) {
    this.#terms = terms;
    this.#cadenceMs = CADENCE_SEED_MS[terms.feed];
    this.#dog = new Watchdog(
      {
        channels: channelsAt(terms.speed),
        sessions: xnysSessions(),
        speed: terms.speed,
        ...terms.params,
        feedDownMs: atLeast(terms.params.feedDownMs, LEAST_WALL.down, terms.speed),
        cadenceMs: () => atLeast(this.#cadenceMs, LEAST_WALL.silent, terms.speed),
      },
      mono,
      at,
    );
    this.#dog.context({ kind: "subscribed", symbols: terms.symbols }, mono);
  }

  get verdict(): WatchdogVerdict | undefined {
    return this.#verdict;
  }

  get falseTrips(): readonly FalseTripRow[] {
    const { params, feed } = this.#terms;
    return falseTripsOf(params, feed, this.#cadenceMs);
  }

  beat(channel: string, mono: number, seq: number, pending: number): void {
    this.#dog.beat(channel, mono, { seq, pending });
  }

  answered(channel: "broker" | "trade-updates", mono: number): void {
    this.#dog.beat(channel, mono);
  }

  /** A ping or a probe left at that moment and has not been answered. */
  asked(channel: "broker" | "trade-updates", mono: number): void {
    this.#dog.context({ kind: "pinged", channel }, mono);
  }

  line(channel: "trade-updates" | "data", state: "up" | "down", mono: number): void {
    this.#dog.context({ kind: "line", channel, state }, mono);
  }

  halted(symbol: string, isHalted: boolean, mono: number): void {
    this.#dog.context({ kind: "halted", symbol, isHalted }, mono);
  }

  witness(name: WitnessName, isGood: boolean, mono: number): void {
    this.#dog.witness(name, isGood, mono);
  }

  /** What ingest tells of the feed: its line, its pings, and a message younger than the last. */
  feed(state: FeedState, { mono, at }: Instants): void {
    const { line, messageAgeMs, pulseAgeMs, cadenceMs } = state;
    this.#states += 1;
    this.beat("forwarding", mono, this.#states, 0);
    this.#cadenceMs = cadenceMs;
    if (line !== this.#line) this.line("data", line, mono);
    this.#line = line;
    if (line === "down") return;
    if (pulseAgeMs > 0) this.#dog.context({ kind: "pinged", channel: "data" }, mono - pulseAgeMs);
    else this.#dog.beat("data", mono);
    if (state.stamps !== this.#stamps) this.#dog.stamped(mono, state.stampLagMs);
    this.#stamps = state.stamps;
    const messageMs = mono - messageAgeMs;
    // Two processes measure it: what differs by less than a millisecond is the same message.
    if (messageMs < this.#messageMs + 1) return;
    this.#messageMs = messageMs;
    const agoMicros = Math.round(messageAgeMs * 1000 * this.#terms.speed);
    this.#dog.message(messageMs, (at - agoMicros) as typeof at);
  }

  /** The machine slept, or its clock was set: a while of grace for the feed. */
  resumed(mono: number): void {
    this.#dog.context({ kind: "resumed" }, mono);
  }

  operatorResumed(mono: number): void {
    this.#dog.context({ kind: "operator-resumed" }, mono);
  }

  /** The claim to be raised or lifted; undefined while nothing has changed. */
  tick({ mono, at }: Instants, subject: WatchSubject): ClaimWord | undefined {
    this.#dog.context({ kind: "exposure", dollars: subject.exposure }, mono);
    if (subject.isClosing) this.#dog.context({ kind: "closing" }, mono);
    if (subject.isFlat && this.#verdict?.level === "FLATTEN") this.#dog.context({ kind: "flat" }, mono);
    // After `flat`, which forgets it: what is proven flat is known by a look that found no difference.
    this.#dog.context({ kind: "reconciled", isClean: subject.isReconciled }, mono);
    const verdict = this.#dog.tick(mono, at);
    this.#verdict = verdict;
    const said = `${verdict.level} ${verdict.ends ?? ""} ${verdict.stage}`;
    if (said === this.#said) return undefined;
    this.#said = said;
    if (verdict.ends === "HALTED") return { claim: latched(verdict) };
    if (verdict.level === "NORMAL")
      return { lifted: { authority: "circuit_breakers", source: SOURCE, by: "itself" } };
    return { claim: claimOf(verdict, verdict.level, "circuit_breakers", "itself") };
  }
}

const channelsAt = (speed: number): readonly ChannelTerms[] =>
  watchedChannels.map((channel) =>
    channel.class === "CAD-stamps"
      ? { ...channel, deadlineMs: atLeast(STAMP_LAG_MS, LEAST_WALL.late, speed) }
      : channel,
  );

/** Milliseconds of the exchange's clock. */
const atLeast = (exchangeMs: number, wallMs: number, speed: number): number =>
  speed > 1 ? Math.max(exchangeMs, wallMs * speed) : exchangeMs;

/** Once it is flat it stays locked: by C-37, or because it has recovered by itself three times today. */
const latched = (verdict: WatchdogVerdict): Claimed =>
  claimOf(verdict, verdict.stage === "S3" ? "HALTED" : "FLATTEN", "kill_switch", "operator");

const claimOf = (
  verdict: WatchdogVerdict,
  level: Claimed["level"],
  authority: Claimed["authority"],
  liftedBy: Claimed["liftedBy"],
): Claimed => ({ authority, source: SOURCE, level, scalar: 1, reason: reasonText(verdict), liftedBy });

/** `S0: compute silent 612 of 500 ms`; the first three reasons. */
export function reasonText({ stage, reasons }: WatchdogVerdict): string {
  const shown = reasons.slice(0, 3).map(({ channel, what, ageMs, deadlineMs }) => {
    const figures = `${Math.round(ageMs)} of ${Math.round(deadlineMs)} ms`;
    return `${channel} ${what} ${figures}`;
  });
  return `${stage}: ${shown.join(", ") || "recovering"}`;
}

/** What each deadline would cost on a day when nothing is wrong, for the values in force (RELIABILITY 1.3). */
export function falseTripsOf(
  params: WatchdogParams,
  feed: FeedKind,
  cadenceMs = CADENCE_SEED_MS[feed],
): readonly FalseTripRow[] {
  return falseTripEstimates({ channels: watchedChannels, ...params }, feed, cadenceMs);
}
