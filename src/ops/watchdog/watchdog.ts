/**
 * Tells silence from death (DATA-8, C-36, C-37; RELIABILITY 1.3). A state machine over injected time: it is told beats,
 * pings, messages and witnesses, is asked ten times a second, and answers with the level it claims and the evidence.
 *
 *   S0  a heartbeat missed its deadline, or the feed its cadence,
 *       or what it tells is old by its own stamps                     -> no entries
 *   S1  three seconds of it, or feed and REST quotes both silent      -> working entries are cancelled
 *   S2  positions, market open, and one of
 *         engine dead   silent 3 s and no such process, or 10 s
 *         blind         pongs, cadence and REST quotes all silent for `confirmMs`
 *         feed down     no message for `feedDownMs` (C-37)            -> close everything
 *   S3  flat                                                          -> recovers by itself, or is locked
 *
 * WD-1  Nothing that closes positions rests on one channel, unless `confirmMs` below 3,000 asks for exactly that.
 * WD-2  S2 is judged anew at every tick until the first closing order leaves: ask once more just before it does.
 * WD-3  Who was late itself calls nobody late for it: by as much as a tick comes late, what beats may be late at that
 *       tick, for it may wait unread; a gap that is longer than a quarter of a second ages nothing at all.
 * WD-4  Every S2 carries the predicate and the witnesses of that instant (I-22).
 * WD-5  Feed down ends locked; engine dead and blind end flat and recover, three times a session.
 * WD-6  What beats is in the terms, and the terms are times.
 */
import { invariant } from "../../domain/assert.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { ChannelWatch } from "./channel-watch.ts";
import { CANCEL_AFTER_MS, type Confirmed, confirm, type Evidence, FEED, STAMPS } from "./confirmation.ts";
import { Episodes } from "./episodes.ts";
import { FeedWatch, openSession } from "./feed-watch.ts";
import { StampWatch } from "./stamp-watch.ts";
import type {
  BeatInfo,
  WatchdogNews,
  WatchdogReason,
  WatchdogTerms,
  WatchdogVerdict,
  WitnessName,
  WitnessState,
} from "./terms.ts";
import { witnessNames } from "./terms.ts";

/** How often `tick` is to be called. */
export const TICK_EVERY_MS = 100;
/** A longer gap than this between ticks, beyond the usual one, is our own sleep (WD-3). */
const OWN_STALL_MS = 250;
const RECOVERY_MS = 60_000;
const RECOVERIES_PER_SESSION = 3;

const CLEAR: WatchdogVerdict = { stage: "clear", level: "NORMAL", reasons: [], witnesses: [] };

export class Watchdog {
  readonly #terms: WatchdogTerms;
  readonly #channels: ReadonlyMap<string, ChannelWatch>;
  readonly #feed: FeedWatch | undefined;
  readonly #stamps: StampWatch | undefined;
  readonly #episodes = new Episodes();
  /** Names that failed in this episode: each must be well again before it ends. */
  readonly #failed = new Set<string>();
  /** Last good answer, and whether the last answer was good. */
  readonly #witnessed = new Map<WitnessName, { goodAt: number; isGood: boolean }>();
  #mono: number;
  /** By how much this tick came late: what came meanwhile has not been read yet. */
  #lateMs = 0;
  #at: number;
  #exposure = 0;
  #isReconciled = true;
  #cancels = false;
  /** What is being closed, or was: decided by the evidence of that instant. */
  #flatten: WatchdogVerdict | undefined;
  #isFlat = false;
  #lastS2: WatchdogVerdict | undefined;
  #greenSince = Number.NaN;
  #recoverySession = -1;
  #recoveries = 0;

  constructor(terms: WatchdogTerms, mono: number, at: EpochMicros) {
    invariant(terms.confirmMs >= 0 && terms.heartbeatMs > 0, "WD-6", "confirmMs or heartbeatMs is no time");
    this.#terms = terms;
    this.#channels = new Map(
      terms.channels
        .filter(({ class: kind }) => kind.startsWith("HB-"))
        .map((channel) => [channel.name, new ChannelWatch(channel, terms.heartbeatMs, mono)]),
    );
    const hasFeed = terms.channels.some(({ class: kind }) => kind === "CAD-feed");
    this.#feed = hasFeed ? new FeedWatch(terms.sessions, mono) : undefined;
    const stamps = terms.channels.find(({ class: kind }) => kind === "CAD-stamps");
    this.#stamps = stamps && new StampWatch(stamps.deadlineMs);
    this.#mono = mono;
    this.#at = at;
  }

  /** Episodes of safety mode so far, for the record. */
  get episodes(): number {
    return this.#episodes.count;
  }

  /** A peer's beat, a pong, a broker's answer. Halts on a channel that is not in the terms. */
  beat(channel: string, mono: number, info?: BeatInfo): void {
    this.#channel(channel).beat(mono, info);
  }

  /** Anything came over the data socket. */
  message(mono: number, at: EpochMicros): void {
    this.#feed?.message(mono, at);
  }

  /** News came over the data socket; `lagMs`: of the freshest stamp, milliseconds of the exchange's clock. */
  stamped(mono: number, lagMs: number): void {
    this.#stamps?.stamped(mono, lagMs);
  }

  /** `isGood`: quotes by REST advanced, the broker's clock answered, the process lives. */
  witness(name: WitnessName, isGood: boolean, mono: number): void {
    const held = this.#witnessed.get(name);
    const goodAt = isGood ? mono : (held?.goodAt ?? Number.NEGATIVE_INFINITY);
    this.#witnessed.set(name, { goodAt, isGood });
  }

  context(news: WatchdogNews, mono: number): void {
    switch (news.kind) {
      case "line":
        this.#line(news.channel, news.state, mono);
        break;
      case "pinged":
        this.#channel(news.channel).asked(mono);
        break;
      case "subscribed":
        this.#feed?.subscribed(news.symbols);
        this.#feed?.grace(mono);
        break;
      case "halted":
        this.#feed?.halted(news.symbol, news.isHalted);
        break;
      case "exposure":
        this.#exposure = news.dollars;
        break;
      case "resumed":
        this.#feed?.grace(mono);
        break;
      case "reconciled":
        this.#isReconciled = news.isClean;
        break;
      case "closing":
        this.#flatten ??= this.#lastS2;
        break;
      case "flat":
        this.#isFlat = this.#flatten !== undefined;
        this.#isReconciled = false;
        this.#greenSince = Number.NaN;
        break;
      case "operator-resumed":
        this.#flatten = undefined;
        this.#isFlat = false;
    }
  }

  /** What holds now. Times must not fall. */
  tick(mono: number, at: EpochMicros): WatchdogVerdict {
    this.#excuseOwnSleep(mono, at);
    const isOpen = openSession(this.#terms.sessions, at) !== undefined;
    this.#feed?.settle(mono, at, isOpen);
    this.#stamps?.settle(isOpen);
    const misses = this.#misses(mono, at);
    this.#follow(mono, misses);
    const canTrade = isOpen && this.#feed?.isAllHalted !== true;
    const confirmed = this.#exposure > 0 && canTrade ? confirm(this.#evidence(mono, at, misses)) : undefined;
    this.#recover(mono, at, misses.length === 0);
    const verdict = this.#verdict(mono, at, misses, confirmed);
    const page = this.#episodes.page(mono, isOpen);
    return page === undefined ? verdict : { ...verdict, page };
  }

  #excuseOwnSleep(mono: number, at: EpochMicros): void {
    const sleptMs = mono - this.#mono - TICK_EVERY_MS;
    const isStall = sleptMs > OWN_STALL_MS;
    // For this tick alone: at the next one what came is read, so that a peer that is silent is found then.
    this.#lateMs = isStall ? 0 : Math.max(0, sleptMs);
    if (isStall) {
      for (const channel of this.#channels.values()) channel.excuse(mono, sleptMs);
      this.#feed?.excuse(mono, sleptMs, this.#at, at);
      this.#stamps?.excuse(mono, sleptMs);
    }
    this.#mono = mono;
    this.#at = at;
  }

  #misses(mono: number, at: EpochMicros): WatchdogReason[] {
    const misses: WatchdogReason[] = [];
    for (const channel of this.#channels.values()) {
      const miss = channel.miss(mono - this.#lateMs);
      if (miss !== undefined) misses.push({ channel: channel.terms.name, ...miss });
    }
    const silent = this.#feed?.miss(mono, at, this.#terms.cadenceMs(at));
    if (silent !== undefined) misses.push({ channel: FEED, ...silent });
    const old = this.#stamps?.miss();
    if (old !== undefined) misses.push({ channel: STAMPS, what: "stale", ...old });
    return misses;
  }

  /** Begins, deepens and ends the episode of safety mode. */
  #follow(mono: number, misses: readonly WatchdogReason[]): void {
    for (const { channel } of misses) this.#failed.add(channel);
    if (misses.length > 0) {
      this.#episodes.begin(mono);
      this.#cancels ||= this.#deepens(mono, misses);
      return;
    }
    if (!this.#episodes.isOn || !this.#isReconciled) return;
    const areWell = [...this.#failed].every((name) => this.#isWell(name, mono));
    if (!areWell) return;
    this.#episodes.end(mono);
    this.#failed.clear();
    this.#cancels = false;
  }

  #deepens(mono: number, misses: readonly WatchdogReason[]): boolean {
    return misses.some(({ channel, ageMs }) => {
      if (channel === STAMPS) return false;
      if (channel === FEED) return this.#quoteAgeMs(mono) >= CANCEL_AFTER_MS;
      const { class: kind, isEngine } = this.#channel(channel).terms;
      return (kind === "HB-transport" || isEngine === true) && ageMs >= CANCEL_AFTER_MS;
    });
  }

  #isWell(name: string, mono: number): boolean {
    const feed = name === FEED ? this.#feed : name === STAMPS ? this.#stamps : undefined;
    const watch = feed ?? this.#channels.get(name);
    return watch?.isWell(mono, this.#episodes.exitMs) ?? true;
  }

  #evidence(mono: number, at: EpochMicros, misses: readonly WatchdogReason[]): Evidence {
    return {
      terms: this.#terms,
      mono,
      at,
      misses,
      channels: this.#channels,
      feed: this.#feed,
      isEngineGone: this.#witnessed.get("process")?.isGood === false,
      quoteAgeMs: this.#quoteAgeMs(mono),
    };
  }

  /** Silence of REST quotes, counted from when anybody began to ask: the beginning of the episode. */
  #quoteAgeMs(mono: number): number {
    const since = this.#episodes.isOn ? this.#episodes.since : mono;
    return mono - Math.max(since, this.#witnessed.get("rest-quote")?.goodAt ?? Number.NEGATIVE_INFINITY);
  }

  /** WD-5: after a minute of green and a clean reconciliation. */
  #recover(mono: number, at: EpochMicros, isGreen: boolean): void {
    if (!this.#isFlat || !isGreen || this.#episodes.isOn) {
      this.#greenSince = Number.NaN;
      return;
    }
    if (Number.isNaN(this.#greenSince)) this.#greenSince = mono;
    const session = sessionIndexAt(this.#terms.sessions, at);
    if (session !== this.#recoverySession) {
      this.#recoverySession = session;
      this.#recoveries = 0;
    }
    const isDue = mono - this.#greenSince >= RECOVERY_MS && this.#isReconciled;
    if (!isDue || this.#flatten?.ends !== "SAFE_FLAT") return;
    if (this.#recoveries >= RECOVERIES_PER_SESSION) {
      this.#flatten = { ...this.#flatten, ends: "HALTED" };
      return;
    }
    this.#recoveries += 1;
    this.#flatten = undefined;
    this.#isFlat = false;
  }

  #verdict(
    mono: number,
    at: EpochMicros,
    misses: readonly WatchdogReason[],
    confirmed: Confirmed | undefined,
  ): WatchdogVerdict {
    if (this.#flatten !== undefined)
      return this.#isFlat ? { ...this.#flatten, stage: "S3", level: "NO_NEW_ENTRIES" } : this.#flatten;
    const barredMs = this.#episodes.barredMs(mono);
    if (!this.#episodes.isOn && barredMs === 0) return CLEAR;
    const evidence = { witnesses: this.#witnesses(mono, at) };
    if (confirmed !== undefined) {
      const reasons = [confirmed.reason, ...misses];
      this.#lastS2 = { stage: "S2", level: "FLATTEN", ends: confirmed.ends, reasons, ...evidence };
      return this.#lastS2;
    }
    this.#lastS2 = undefined;
    const reasons = [...misses, ...this.#recovering(mono, misses)];
    if (barredMs > 0)
      reasons.push({ channel: "safety-mode", what: "flapping", ageMs: 0, deadlineMs: barredMs });
    return this.#cancels
      ? { stage: "S1", level: "REDUCE_ONLY", reasons, ...evidence }
      : { stage: "S0", level: "NO_NEW_ENTRIES", reasons, ...evidence };
  }

  /** Those that have spoken again but not for long enough. */
  #recovering(mono: number, misses: readonly WatchdogReason[]): WatchdogReason[] {
    const { since, exitMs } = this.#episodes;
    return [...this.#failed]
      .filter((name) => misses.every(({ channel }) => channel !== name))
      .map((channel) => ({ channel, what: "recovering", ageMs: mono - since, deadlineMs: exitMs }));
  }

  #witnesses(mono: number, at: EpochMicros): WitnessState[] {
    const pongs = [...this.#channels.values()].filter(({ terms }) => terms.class === "HB-transport");
    const own = pongs.map((watch) => ({
      name: `${watch.terms.carriesData === true ? "W1" : "W5"} ${watch.terms.name}`,
      ageMs: watch.ageMs(mono),
      isGood: watch.miss(mono - this.#lateMs) === undefined,
    }));
    const cadence =
      this.#feed === undefined
        ? []
        : [
            {
              name: "W2 cadence",
              ageMs: this.#feed.wallAgeMs(mono),
              isGood: this.#feed.miss(mono, at, this.#terms.cadenceMs(at)) === undefined,
            },
          ];
    const told = witnessNames.flatMap((name) => {
      const held = this.#witnessed.get(name);
      return held === undefined ? [] : [{ name, ageMs: mono - held.goodAt, isGood: held.isGood }];
    });
    return [...own, ...cadence, ...told];
  }

  #line(name: string, state: "up" | "down", mono: number): void {
    const channel = this.#channel(name);
    channel.line(mono, state);
    if (state === "up" && channel.terms.carriesData === true) this.#feed?.grace(mono);
  }

  #channel(name: string): ChannelWatch {
    const found = this.#channels.get(name);
    invariant(found !== undefined, "WD-6", `heartbeat channel ${name} is not in the watchdog's terms`);
    return found;
  }
}
