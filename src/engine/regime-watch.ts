/**
 * The regime's place in the lattice: turns what the detector says of a session, and an hour of the index, into claims
 * of the authority `regime`, each of which it alone lifts (REGIME-1, 2, 3). Used by the execute stage alone.
 *
 * RW-1  No word for the session, or a sick one, bars new longs: a probability that is no number, probabilities that do
 *       not add up to 1 within 1e-9, or a word for an earlier session. Exits, shorts, their covers and refuges are not
 *       asked.
 * RW-2  Where nobody has to say anything, nothing is barred before the first word; after it, RW-1 holds.
 * RW-3  A VIX that is missing or stale scales by 0.7 at most; whatever it says, caps come after it.
 * RW-4  A word for a session beyond the next one is nobody's: it would hold until then, whatever came in between.
 */
import { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";
import type { RegimeTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { RegimeReading } from "../domain/regime-reading.ts";
import { type EpochMicros, isoDate, MICROS_PER_MINUTE } from "../domain/time.ts";
import { fastExit } from "../models/regime/fast-exit.ts";
import type { Authorities, Claim } from "../risk/authority.ts";
import type { SessionClock } from "./session-clock.ts";

/** How the engine of a run takes the regime. */
export interface RegimeRule {
  /** New longs wait for the first word: paper and live. Else nothing is barred before it. */
  readonly isRequired: boolean;
  /** What the model would bar or scale is told and not done. */
  readonly isShadow?: boolean;
  /** What it neither bars, scales nor closes: what is held because stocks are not. */
  readonly refuges?: readonly InstrumentId[];
  /** Sizes are scaled by the VIX. */
  readonly scalesByVix: boolean;
  /** The index of which five-minute closes are watched, and how; absent: nobody watches. */
  readonly fastExit?: { readonly index: InstrumentId; readonly params: Readonly<Record<string, unknown>> };
}

/** What is known and in force, for whoever shows it. */
export interface RegimeState {
  /** The last word; null before the first. */
  readonly told: RegimeReading | null;
  /** Why no new long may come whatever was said; null when what was said is sound and of now. */
  readonly problem: string | null;
  readonly isShadow: boolean;
  /** Longs are being closed by the fast exit. */
  readonly closesLongs: boolean;
}

/** Something about the regime is another than before: a row of the regime log. */
export interface RegimeChange {
  readonly at: EpochMicros;
  readonly of: "hmm" | "vix" | "fast_exit";
  /** Null: nobody can say. */
  readonly now: string | null;
  readonly before: string | null;
  /** Index points, of the last word. */
  readonly vix: number | null;
  /** What came of it, for people. */
  readonly action: string;
}

const SUM_TOLERANCE = 1e-9;
const UNREAD_VIX_SCALE = 0.7;
const VIX_SCALE_MAX = 1.2;
const FIVE_MINUTES = 5 * MICROS_PER_MINUTE;

const saved = z.strictObject({
  told: z.unknown(),
  /** As the log has it, so that a restart is no change. */
  words: z.record(z.string(), z.string().nullable()),
  fastExit: z.unknown(),
});

export class RegimeWatch {
  readonly #rule: RegimeRule;
  readonly #authorities: Authorities;
  readonly #clock: SessionClock;
  readonly #fast: ReturnType<typeof fastExit.start> | undefined;
  #told: RegimeReading | undefined;
  readonly #words: Record<string, string | null> = {};

  /** Every change, in order. */
  readonly changes: RegimeChange[] = [];
  /** Longs are to be closed: the fast exit has fired and not recovered. */
  closesLongs = false;

  static of(
    rule: RegimeRule | undefined,
    authorities: Authorities,
    clock: SessionClock,
  ): RegimeWatch | undefined {
    return rule === undefined ? undefined : new RegimeWatch(rule, authorities, clock);
  }

  private constructor(rule: RegimeRule, authorities: Authorities, clock: SessionClock) {
    this.#rule = rule;
    this.#authorities = authorities;
    this.#clock = clock;
    this.#fast = rule.fastExit === undefined ? undefined : fastExit.start(rule.fastExit.params);
  }

  /**
   * Index points; NaN where the last word is stale or had none, and where one is required and there was none yet;
   * undefined where nobody scales by it.
   */
  get vix(): number | undefined {
    const { isRequired, scalesByVix } = this.#rule;
    if (!scalesByVix || (this.#told === undefined && !isRequired)) return undefined;
    if (this.#told === undefined) return Number.NaN;
    const { session, vix } = this.#told;
    return this.#clock.date > session ? Number.NaN : (vix ?? Number.NaN);
  }

  get state(): RegimeState {
    const problem = this.#problem() ?? null;
    const { closesLongs } = this;
    return { told: this.#told ?? null, problem, isShadow: this.#rule.isShadow === true, closesLongs };
  }

  hear(event: RegimeTold): void {
    const { kind: _, at, ...reading } = event;
    if (reading.session > this.#clock.dateAfter(at)) return;
    // A word for a session before the last one's was late: it would make what is known older.
    if (this.#told !== undefined && reading.session < this.#told.session) return;
    this.#told = reading;
    this.#judge(at);
  }

  /** A session has begun: what was said of the one before it does not hold any more. */
  enterSession(at: EpochMicros): void {
    if (this.#told !== undefined || this.#rule.isRequired) this.#judge(at);
  }

  /** Looks at the index every five minutes of the session; nothing else is read. */
  bars({ at, from, to, columns }: BarBatch): void {
    if (this.#fast === undefined || (at - this.#clock.open) % FIVE_MINUTES !== 0) return;
    const index = this.#rule.fastExit?.index;
    let row = from;
    while (row < to && columns.instrument[row] !== index) row += 1;
    const close = row < to ? columns.close[row]! : Number.NaN;
    const isBull = this.#problem() === undefined && this.#told?.regime === "Bull";
    const { isActive, hasFired, slope, threshold } = this.#fast.step({
      session: this.#clock.date,
      close,
      isBull,
    });
    if (isActive === this.closesLongs) return;
    this.closesLongs = isActive;
    const word = isActive ? "fast_exit" : "recovered";
    if (!isActive) this.#authorities.lift("regime", "fast_exit", "itself");
    if (hasFired) {
      const reason = `the index falls by ${bps(slope)} bps of its price a bar, ${bps(threshold)} is the limit`;
      this.#raise("fast_exit", { level: "REDUCE_ONLY", scalar: 1, side: "long", reason }, at);
    }
    this.#changed("fast_exit", word, at, isActive ? "longs are closed, new ones barred" : "longs may come");
  }

  save(): unknown {
    return JSON.parse(
      JSON.stringify({
        told: this.#told ?? null,
        words: this.#words,
        fastExit: this.#fast?.save() ?? null,
      }),
    );
  }

  /** Takes over what `save` gave; claims come back with the lattice. Throws on anything else. */
  load(given: unknown): void {
    const { told, words, fastExit: memory } = saved.parse(given);
    this.#told = (told as RegimeReading | null) ?? undefined;
    Object.assign(this.#words, words);
    if (memory !== null) this.#fast?.load(memory);
    this.closesLongs = this.#authorities.find("regime", "fast_exit") !== undefined;
  }

  #judge(at: EpochMicros): void {
    this.#judgeModel(at);
    if (this.#rule.scalesByVix) this.#judgeVix(at);
  }

  #judgeModel(at: EpochMicros): void {
    const problem = this.#problem();
    const { regime, longScale, bull } = this.#told ?? { regime: null, longScale: 0, bull: null };
    const word = problem === undefined ? regime : null;
    const side = "long";
    const [isShadow, said] = this.#rule.isShadow === true ? [true, "in shadow, not done: "] : [false, ""];
    if (problem !== undefined || longScale === 0) {
      const reason = problem ?? `the regime is ${regime}: P(Bull) is ${(bull ?? Number.NaN).toFixed(3)}`;
      if (!isShadow) this.#raise("hmm", { level: "NO_NEW_ENTRIES", scalar: 1, side, reason }, at);
      this.#changed("hmm", word, at, `${said}new longs are barred: ${reason}`);
    } else if (longScale < 1) {
      const reason = `the regime is ${regime}: new longs get ${longScale} of their size`;
      if (!isShadow) this.#raise("hmm", { level: "SCALED", scalar: longScale, side, reason }, at);
      this.#changed("hmm", word, at, `${said}new longs are scaled by ${longScale}`);
    } else {
      this.#authorities.lift("regime", "hmm", "itself");
      this.#changed("hmm", word, at, "new longs may come");
    }
  }

  /** Why no new long may come whatever was said; undefined when what was said is sound and of now. */
  #problem(): string | undefined {
    const told = this.#told;
    if (told === undefined) return "the regime detector has said nothing yet";
    if (this.#clock.date > told.session)
      return `the regime was told for ${isoDate(told.session)}, and it is ${isoDate(this.#clock.date)}`;
    const { bull, neutral, bear, regime, longScale } = told;
    if (bull === null || neutral === null || bear === null || regime === null)
      return "no regime model speaks";
    const areSound = [bull, neutral, bear].every((p) => p >= 0 && p <= 1);
    const total = bull + neutral + bear;
    if (!areSound || !(Math.abs(total - 1) <= SUM_TOLERANCE))
      return `the regime model is sick: its probabilities add up to ${total}`;
    return longScale >= 0 && longScale <= 1
      ? undefined
      : `the regime model is sick: it scales by ${longScale}`;
  }

  #judgeVix(at: EpochMicros): void {
    const { vix = null, vixRegime = null, vixScale = null, session } = this.#told ?? {};
    const isFresh = session !== undefined && !(this.#clock.date > session);
    const isSound = vixScale !== null && vixScale > 0 && vixScale <= VIX_SCALE_MAX;
    const isRead = isFresh && isSound && vix !== null && vix > 0;
    const known = isSound ? vixScale : UNREAD_VIX_SCALE;
    const scalar = isRead ? vixScale : Math.min(UNREAD_VIX_SCALE, known);
    const reason = isRead
      ? `the VIX at ${vix.toFixed(2)} is ${vixRegime}: sizes times ${scalar}`
      : `the VIX is missing or stale: sizes times ${scalar}`;
    if (scalar === 1) this.#authorities.lift("regime", "vix", "itself");
    else this.#raise("vix", { level: "SCALED", scalar, reason }, at);
    this.#changed("vix", isRead ? vixRegime : null, at, `sizes times ${scalar}`);
  }

  /** What is claimed again unchanged stands since it was claimed first. */
  #raise(
    source: string,
    claim: Pick<Claim, "level" | "scalar" | "reason"> & { readonly side?: "long" },
    at: EpochMicros,
  ): void {
    const held = this.#authorities.find("regime", source);
    const isSame = held !== undefined && held.level === claim.level && held.scalar === claim.scalar;
    const since = isSame ? held.since : at;
    if (isSame && held.reason === claim.reason) return;
    this.#authorities.raise({
      authority: "regime",
      source,
      ...claim,
      since,
      until: undefined,
      liftedBy: "itself",
    });
  }

  #changed(of: RegimeChange["of"], now: string | null, at: EpochMicros, action: string): void {
    const before = this.#words[of];
    if (before === now) return;
    this.#words[of] = now;
    const { vix = null } = this.#told ?? {};
    this.changes.push({ at, of, now, before: before ?? null, vix, action });
  }
}

const bps = (fraction: number): string => (fraction * 1e4).toFixed(1);
