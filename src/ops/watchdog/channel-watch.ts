/**
 * One heartbeat channel: when it was last heard, what it owes, and for how long it has been well again. Milliseconds of
 * the monotonic clock throughout.
 */
import type { BeatInfo, ChannelTerms } from "./terms.ts";

/** How long a broker's answer may take, and how many of three may not. */
const PROBE_DEADLINE_MS = 2000;
const PROBES = 3;
const PROBES_MISSED = 2;
/** Good beats in a row before a channel counts as well again. */
const GOOD_BEATS = 10;
const BACKLOG_FACTOR_MAX = 10;

export interface Miss {
  readonly what: "silent" | "stuck" | "down";
  readonly ageMs: number;
  readonly deadlineMs: number;
}

export class ChannelWatch {
  readonly terms: ChannelTerms;
  readonly #deadlineMs: number;
  /** Last sign of life, or the beginning. */
  #heardAt: number;
  #hasBeaten = false;
  #good = 0;
  #goodSince = 0;
  /** Oldest ping or probe that waits for its answer; NaN: none. */
  #askedAt = Number.NaN;
  #downSince = Number.NaN;
  #seq = -1;
  #advancedAt = Number.NaN;
  #backlogFactor = 1;
  /** Of the last three probes, how many had no answer in time: a bit each, the newest lowest. */
  #missedProbes = 0;

  constructor(terms: ChannelTerms, heartbeatMs: number, mono: number) {
    this.terms = terms;
    this.#deadlineMs = terms.deadlineMs ?? (terms.class === "HB-broker" ? PROBE_DEADLINE_MS : heartbeatMs);
    this.#heardAt = mono;
  }

  get hasBeaten(): boolean {
    return this.#hasBeaten;
  }

  /** Since the last sign of life. */
  ageMs(mono: number): number {
    return mono - this.#heardAt;
  }

  /** A beat, a pong or an answer. */
  beat(mono: number, info?: BeatInfo): void {
    const answerMs = mono - this.#askedAt;
    if (this.terms.class === "HB-broker") this.#probed(answerMs > this.#deadlineMs);
    this.#askedAt = Number.NaN;
    this.#heardAt = mono;
    this.#hasBeaten = true;
    if (info !== undefined) this.#progress(mono, info);
    if (answerMs > this.#deadlineMs) {
      this.#good = 0;
      return;
    }
    if (this.#good === 0) this.#goodSince = mono;
    this.#good += 1;
  }

  /** A ping or a probe left; an older one that still waits keeps its age. */
  asked(mono: number): void {
    if (Number.isNaN(this.#askedAt)) this.#askedAt = mono;
  }

  line(mono: number, state: "up" | "down"): void {
    if (state === "up") {
      this.#downSince = Number.NaN;
      this.#askedAt = Number.NaN;
      return;
    }
    if (Number.isNaN(this.#downSince)) this.#downSince = mono;
    this.#good = 0;
  }

  /** This process slept for so long: nobody can be called late for that time. */
  excuse(mono: number, sleptMs: number): void {
    this.#heardAt = Math.min(mono, this.#heardAt + sleptMs);
    this.#askedAt = Math.min(mono, this.#askedAt + sleptMs);
    this.#advancedAt = Math.min(mono, this.#advancedAt + sleptMs);
  }

  /** What the channel owes at this moment; undefined when it is well. Ends its row of good beats. */
  miss(mono: number): Miss | undefined {
    const miss = this.#missNow(mono);
    if (miss !== undefined) this.#good = 0;
    return miss;
  }

  /** True after ten good beats in a row, over at least so long. */
  isWell(mono: number, forMs: number): boolean {
    return this.#good >= GOOD_BEATS && mono - this.#goodSince >= forMs;
  }

  #missNow(mono: number): Miss | undefined {
    const deadlineMs = this.#deadlineMs;
    switch (this.terms.class) {
      case "HB-internal":
        return this.#beatMiss(mono);
      case "HB-transport": {
        const downMs = mono - this.#downSince;
        if (downMs >= deadlineMs) return { what: "down", ageMs: downMs, deadlineMs };
        const waitedMs = mono - this.#askedAt;
        return waitedMs >= deadlineMs ? { what: "silent", ageMs: waitedMs, deadlineMs } : undefined;
      }
      case "HB-broker": {
        if (mono - this.#askedAt >= deadlineMs) {
          this.#probed(true);
          this.#askedAt = Number.NaN;
        }
        const ageMs = this.ageMs(mono);
        return bitsIn(this.#missedProbes) >= PROBES_MISSED
          ? { what: "silent", ageMs, deadlineMs }
          : undefined;
      }
      default:
        return undefined;
    }
  }

  #beatMiss(mono: number): Miss | undefined {
    const deadlineMs = this.#deadlineMs;
    const ageMs = this.ageMs(mono);
    if (ageMs >= deadlineMs) return { what: "silent", ageMs, deadlineMs };
    const stuckMs = mono - this.#advancedAt;
    const stuckDeadlineMs = deadlineMs * this.#backlogFactor;
    return stuckMs >= stuckDeadlineMs
      ? { what: "stuck", ageMs: stuckMs, deadlineMs: stuckDeadlineMs }
      : undefined;
  }

  /** A peer with nothing to do owes no progress: its sequence counts as advanced. */
  #progress(mono: number, { seq, pending, backlogFactor = 1 }: BeatInfo): void {
    if (seq !== this.#seq || pending === 0) this.#advancedAt = mono;
    this.#seq = seq;
    this.#backlogFactor = Math.min(Math.max(backlogFactor, 1), BACKLOG_FACTOR_MAX) || 1;
  }

  #probed(isMissed: boolean): void {
    this.#missedProbes = ((this.#missedProbes << 1) | (isMissed ? 1 : 0)) & ((1 << PROBES) - 1);
  }
}

const bitsIn = (bits: number): number => (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1);
