/**
 * The last defence (RISK-5): watches the HALT file, the engine's beats and the broker's own picture of the account, and
 * closes everything when nobody else does. One `tick` each 100 ms; what it asks of the broker runs beside the ticks,
 * one look or one round at a time.
 */

import { haltIdOf } from "../domain/flatten-order-id.ts";
import type { Beat, FlattenLease, GuardianBeat, GuardianState } from "../domain/guardian-beat.ts";
import { BEAT_EVERY_MS, positionsHash } from "../domain/guardian-beat.ts";
import type { KillMode } from "../domain/kill-mode.ts";
import type { Session } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import { sessionOn } from "../market/calendar.ts";
import { isRegularHours } from "../market/phases.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { BeatWatch } from "./beat-watch.ts";
import { DayLoss, type SavedBase } from "./day-loss.ts";
import { type Decision, decide } from "./decide.ts";
import { addingOrders } from "./flatten-plan.ts";
import { FlattenRun } from "./flatten-run.ts";
import type { FlattenBegun, GuardianJournal, OpenFlatten } from "./journal.ts";
import type { GuardianAlert, GuardianBroker, SeenOrder, SeenPosition } from "./ports.ts";

const POLL_MS = 10_000;
const POLL_EXPOSED_MS = 5000;
const POLL_DOUBTFUL_MS = 1000;
/** An engine heard this lately is not dead. */
const ALIVE_MS = 500;
/** A living engine is heard within this after the guardian's start. */
const ENGINE_SPEAKS_MS = 1000;
const HALT_ID = /^[a-z0-9]{1,16}$/;
/** The broker's silence is told after so many looks in vain. */
const LOOKS_IN_VAIN = 3;

export interface GuardianPorts {
  readonly broker: GuardianBroker;
  readonly journal: GuardianJournal;
  readonly alert: (alert: GuardianAlert) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly exchangeNow: () => EpochMicros;
  readonly isHaltAsked: () => boolean;
  readonly isAlive: (pid: number) => boolean;
  readonly lease: {
    read(): FlattenLease | undefined;
    write(lease: FlattenLease): void;
    release(): void;
  };
  readonly send: (beat: Beat) => void;
}

/** What an earlier life left in the journal. */
export interface GuardianPast {
  readonly flatten: OpenFlatten | undefined;
  readonly base: SavedBase | undefined;
}

type Act = Extract<Decision, { kind: "act" }>;

export class Guardian {
  readonly #ports: GuardianPorts;
  readonly #killMode: KillMode;
  readonly #beats: BeatWatch;
  readonly #loss: DayLoss;
  #run: FlattenRun | undefined;
  #state: GuardianState = "watching";
  #haltId: string | undefined;
  #haltSince = Number.NaN;
  #isExposed: boolean | undefined;
  #exposure: number | undefined;
  #hasOrders = false;
  /** What the broker showed last, and since when it has shown that while the engine closes in an open market. */
  #picture = "";
  #unchangedSince = Number.NaN;
  #differed = 0;
  #inVain = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #roundAt = 0;
  #isLooking = false;
  #isInRound = false;
  /** Flattens begun and ended, and resumptions seen, so that what began before them is known as old. */
  #runs = 0;
  #resumes = 0;
  #resumesAtStart = 0;
  /** A flatten of an earlier life: what it was for may be long over. */
  #past: FlattenRun | undefined;
  #seq = 0;

  constructor(ports: GuardianPorts, terms: { killMode: KillMode; dayLossMax: number }, past: GuardianPast) {
    this.#ports = ports;
    this.#killMode = terms.killMode;
    this.#beats = new BeatWatch(ports.now(), BEAT_EVERY_MS);
    this.#loss = new DayLoss(terms.dayLossMax, past.base);
    if (past.flatten === undefined) return;
    this.#begin(past.flatten);
    this.#past = this.#run;
    this.#roundAt += ENGINE_SPEAKS_MS;
  }

  get state(): GuardianState {
    return this.#state;
  }

  /** From the line to execute. */
  heard(beat: Beat): void {
    if (beat.kind !== "engine") return;
    const before = this.#beats.beat;
    // A new process may not have read its state yet: only the one that had the halt can say that it is over.
    const isResumed = before?.haltId !== undefined && beat.haltId === undefined && before.pid === beat.pid;
    this.#beats.heard(beat, this.#ports.now());
    if (!isResumed) return;
    this.#loss.beginAnew();
    this.#resumes += 1;
  }

  /** Resolves when what this tick asked of the broker is done; the next tick need not wait for it. */
  async tick(): Promise<void> {
    const { now, lease, isHaltAsked, send } = this.#ports;
    const mono = now();
    this.#beats.tick(mono, lease.read());
    if (!isHaltAsked()) this.#haltSince = Number.NaN;
    else if (Number.isNaN(this.#haltSince)) this.#haltSince = mono;
    if (this.#run === undefined) {
      const decision = this.#decide();
      if (decision.kind === "act") this.#start(decision);
    } else this.#holdLease(this.#run);
    send(this.#beat(mono));
    if (this.#run === undefined) await this.#lookWhenDue(mono);
    else await this.#roundWhenDue(this.#run, mono);
  }

  async #lookWhenDue(mono: number): Promise<void> {
    const isSilent = this.#beats.ageMs(mono) >= POLL_DOUBTFUL_MS;
    const isClosing = this.#beats.isEngineClosing(mono);
    const isNear = isSilent || isClosing || this.#loss.isDoubtful || !Number.isNaN(this.#haltSince);
    const everyMs = isNear ? POLL_DOUBTFUL_MS : this.#isExposed === true ? POLL_EXPOSED_MS : POLL_MS;
    if (this.#isLooking || mono - this.#lookedAt < everyMs) return;
    this.#isLooking = true;
    this.#lookedAt = mono;
    try {
      await this.#look();
    } finally {
      this.#isLooking = false;
    }
  }

  async #roundWhenDue(run: FlattenRun, mono: number): Promise<void> {
    if (this.#isInRound || mono < this.#roundAt) return;
    this.#isInRound = true;
    try {
      await this.#round(run);
    } finally {
      this.#isInRound = false;
    }
  }

  async #look(): Promise<void> {
    const { broker, now, exchangeNow, journal } = this.#ports;
    const runs = this.#runs;
    try {
      const [account, positions, orders] = await Promise.all([
        broker.account(),
        broker.positions(),
        broker.openOrders(),
      ]);
      this.#inVain = 0;
      // A look from before a flatten says nothing about what came after it.
      if (runs !== this.#runs) return;
      this.#isExposed = positions.length > 0;
      const cancels = this.#killMode === "cancel" ? addingOrders(positions, orders) : orders;
      this.#hasOrders = cancels.length > 0;
      this.#saw(positions, orders);
      this.#exposure = positions.reduce((sum, { shares, price }) => sum + Math.abs(shares * price), 0);
      this.#compare(positions);
      const at = exchangeNow();
      const flows = this.#beats.beat?.flows ?? 0;
      const fixed = this.#loss.see(account, flows, { mono: now(), at, session: sessionOn(newYorkDay(at)) });
      if (fixed !== undefined) journal.append({ kind: "base", ...fixed });
      if (this.#state === "blind") this.#state = "watching";
    } catch (error) {
      this.#inVain += 1;
      this.#state = "blind";
      const text = error instanceof Error ? error.message : String(error);
      if (this.#inVain >= LOOKS_IN_VAIN)
        this.#tell("broker-silent", `the guardian cannot see the account: ${text}`);
    }
  }

  #saw(positions: readonly SeenPosition[], orders: readonly SeenOrder[]): void {
    const held = positions.map(({ symbol, shares }) => `${symbol} ${shares}`);
    const picture = [...held, ...orders.map(({ id }) => id)].toSorted().join();
    if (picture !== this.#picture) this.#unchangedSince = Number.NaN;
    this.#picture = picture;
  }

  /** GU-4. A broker that is not seen shows nothing: then the clock stands at its beginning, too. */
  #unchangedMs(mono: number, isMarketOpen: boolean): number {
    const counts = isMarketOpen && this.#state !== "blind" && this.#beats.isEngineClosing(mono);
    if (!counts) this.#unchangedSince = Number.NaN;
    else if (Number.isNaN(this.#unchangedSince)) this.#unchangedSince = mono;
    return counts ? mono - this.#unchangedSince : 0;
  }

  /** C-46: the broker's positions against what the engine says it holds; a fill between the two looks is forgiven. */
  #compare(positions: readonly SeenPosition[]): void {
    const { beat } = this.#beats;
    const isHeard = this.#beats.ageMs(this.#ports.now()) < ALIVE_MS;
    const isSame = beat === undefined || !isHeard || beat.positionsHash === positionsHash(positions);
    this.#differed = isSame ? 0 : this.#differed + 1;
    if (this.#differed === 2)
      this.#tell("books-differ", "the engine's positions are not the broker's, on two looks");
  }

  #decide(): Decision {
    const { now, exchangeNow, isAlive } = this.#ports;
    const mono = now();
    const { beat } = this.#beats;
    const haltMs = mono - this.#haltSince;
    const isMarketOpen = openSession(exchangeNow()) !== undefined;
    return decide({
      killMode: this.#killMode,
      isExposed: this.#isExposed,
      hasOrders: this.#hasOrders,
      isMarketOpen,
      unchangedMs: this.#unchangedMs(mono, isMarketOpen),
      haltMs: Number.isNaN(haltMs) ? undefined : haltMs,
      beatAgeMs: this.#beats.ageMs(mono),
      hasBeaten: beat !== undefined,
      isProcessGone: beat !== undefined && !isAlive(beat.pid),
      isEngineClosing: this.#beats.isEngineClosing(mono),
      lossMs: this.#loss.breachedMs(mono),
      leaseIdleMs: this.#beats.leaseIdleMs(mono),
    });
  }

  #start({ cause, does, reason }: Act): void {
    const { lease, journal, exchangeNow } = this.#ports;
    const at = exchangeNow();
    const told = this.#beats.beat?.haltId ?? lease.read()?.haltId ?? "";
    const haltId = HALT_ID.test(told) ? told : haltIdOf(at);
    const begun: FlattenBegun = { kind: "begun", haltId, cause, does, reason, at };
    this.#begin({ begun, signs: new Map() });
    journal.append(begun);
    const what = does === "flatten" ? "closes everything" : "cancels what could open positions";
    this.#tell("flatten-begun", `the guardian ${what}: ${reason}`, haltId);
  }

  #begin(flatten: OpenFlatten): void {
    const { broker, journal, alert, now } = this.#ports;
    this.#run = new FlattenRun({ broker, journal, alert, now, sinceOpenMs }, flatten);
    this.#haltId = flatten.begun.haltId;
    this.#state = "flattening";
    this.#roundAt = now();
    this.#runs += 1;
    this.#resumesAtStart = this.#resumes;
    this.#holdLease(this.#run);
  }

  async #round(run: FlattenRun): Promise<void> {
    const { outcome, waitMs } = await run.round(() => this.#isStillNeeded(run));
    this.#roundAt = this.#ports.now() + waitMs;
    if (outcome === "going" || outcome === "holding") {
      this.#state = outcome === "going" ? "flattening" : "holding";
      return;
    }
    this.#run = undefined;
    this.#ports.lease.release();
    this.#state = outcome === "flat" ? "flat" : "watching";
    this.#isExposed = outcome === "flat" ? false : this.#isExposed;
    this.#hasOrders = false;
    this.#runs += 1;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /** The silence of an engine can end by itself; a kill or a loss only by an operator, who resumes the engine. */
  #isStillNeeded(run: FlattenRun): boolean {
    if (this.#resumes !== this.#resumesAtStart) return false;
    const { beat } = this.#beats;
    const isAlive = beat !== undefined && this.#beats.ageMs(this.#ports.now()) < ALIVE_MS;
    if (run.begun.cause === "engine-dead") return !isAlive;
    const isOver = run === this.#past && beat?.haltId === undefined && !this.#ports.isHaltAsked();
    return !(isAlive && isOver);
  }

  #holdLease({ begun, line }: FlattenRun): void {
    const { lease, now } = this.#ports;
    lease.write({ haltId: begun.haltId, owner: "guardian", line, beatAtMs: now() });
  }

  #beat(mono: number): GuardianBeat {
    this.#seq += 1;
    return {
      kind: "guardian",
      seq: this.#seq,
      state: this.#state,
      differs: this.#differed >= 2,
      mono,
      ...(this.#haltId === undefined ? {} : { haltId: this.#haltId }),
      ...(this.#exposure === undefined ? {} : { exposure: this.#exposure }),
    };
  }

  #tell(code: GuardianAlert["code"], text: string, key: string = code): void {
    this.#ports.alert({ severity: code === "books-differ" ? "warning" : "critical", code, key, text });
  }
}

function openSession(at: EpochMicros): Session | undefined {
  const session = sessionOn(newYorkDay(at));
  return session !== undefined && isRegularHours(at, session) ? session : undefined;
}

function sinceOpenMs(at: EpochMicros): number | undefined {
  const session = openSession(at);
  return session === undefined ? undefined : (at - session.open) / 1000;
}
