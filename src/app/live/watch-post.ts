/**
 * All that watches inside the execute process, in one place: the watchdog with its witnesses, and the guards of the
 * machine and of the line. Ten times a second it looks around; whatever it finds leaves as claims, in the order in
 * which they are to be applied (C-36, C-37, C-50, C-51, C-52).
 */
import { skewMicros } from "../../adapters/brokers/alpaca/account-reads.ts";
import type { AlpacaBroker } from "../../adapters/brokers/alpaca/broker.ts";
import type { BrokerNews } from "../../domain/broker.ts";
import type { ClaimChanged } from "../../domain/events.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { xnysSessions } from "../../market/calendar.ts";
import {
  type HealthVerdict,
  judgeClock,
  judgeLoop,
  judgeResources,
  type ResourceReading,
} from "../../ops/health/guards.ts";
import { RoundTrips } from "../../ops/health/round-trips.ts";
import { openSession } from "../../ops/watchdog/feed-watch.ts";
import { ActionsGuard } from "./actions-guard.ts";
import { CertificateGuard } from "./certificate-guard.ts";
import { HealthDuty, type HealthGuard } from "./health-duty.ts";
import type { FeedState } from "./ingest-process.ts";
import type { MachineReadings } from "./machine-readings.ts";
import { type ClaimWord, WatchDuty, type WatchDutyTerms } from "./watch-duty.ts";
import { type ProbeParts, WatchProbes } from "./watch-probes.ts";

const LOOP_EVERY_MS = 1_000;
const RESOURCES_EVERY_MS = 5_000;
/** A compute that ended is started again by the supervisor and has another number: so long it may take. */
const RESTART_MS = 7_000;

export interface WatchPostParts {
  readonly terms: WatchDutyTerms;
  readonly live: () => LiveExecute;
  readonly broker: Pick<AlpacaBroker, "isUp" | "pulseAgeMs" | "reads">;
  readonly quotes: ProbeParts["quotes"];
  readonly machine: MachineReadings;
  readonly now: () => Instants;
  /** The number of the compute process that was linked last; undefined before the first. */
  readonly computePid: () => number | undefined;
  readonly isAlive: (pid: number) => boolean;
  readonly claim: (event: ClaimChanged) => void;
  /** Symbols that were halted when the journal was read: what is told later comes to the duty. */
  readonly halted: () => readonly string[];
  /** Of trouble. */
  readonly log: (line: string) => void;
  /** Of what is merely to be known. */
  readonly note: (line: string) => void;
  /** A person is to be called. */
  readonly page: (text: string) => void;
}

export class WatchPost {
  readonly #parts: WatchPostParts;
  readonly duty: WatchDuty;
  readonly #health: HealthDuty;
  readonly #probes: WatchProbes;
  readonly #roundTrips = new RoundTrips();
  readonly #certificates = new CertificateGuard();
  readonly #actions = new ActionsGuard();
  #loopMs: number;
  #resourcesMs: number;
  #readings: { readonly wallMs: number; readonly monoMs: number };
  #deadSinceMs: number | undefined;
  #isRejudging = false;
  /** Our clock less the broker's by the last answer, milliseconds; undefined before the first. */
  skewMs: number | undefined;

  constructor(parts: WatchPostParts) {
    this.#parts = parts;
    const { terms, now, broker, quotes, machine, log } = parts;
    const { mono } = now();
    this.duty = new WatchDuty(terms, now());
    this.#health = new HealthDuty(log);
    this.#loopMs = mono;
    this.#resourcesMs = Number.NEGATIVE_INFINITY;
    this.#readings = { wallMs: machine.wallMs(), monoMs: mono };
    this.#probes = new WatchProbes({
      now,
      quotes,
      clock: () => broker.reads.clock(),
      onClockAsked: (asked) => this.duty.asked("broker", asked),
      onClock: (clock, heard) => this.#clock(clock, heard),
      onQuotes: (haveAdvanced, heard) => this.duty.witness("rest-quote", haveAdvanced, heard),
    });
  }

  /** What came before is no stall of the running system. Says what each deadline would cost on a quiet day. */
  begin(): void {
    const { machine, now, halted } = this.#parts;
    const { mono } = now();
    for (const symbol of halted()) this.duty.halted(symbol, true, mono);
    machine.loop();
    this.#loopMs = mono;
    this.#readings = { wallMs: machine.wallMs(), monoMs: mono };
    for (const { channel, deadlineMs, tripsPerSession, note } of this.duty.falseTrips)
      this.#parts.note(
        `watchdog: ${channel}, ${deadlineMs} ms: ${tripsPerSession.toPrecision(2)} false trips a session (${note})`,
      );
  }

  /** The readings of the machine end. */
  close(): void {
    this.#parts.machine.close();
  }

  /** The broker answered, or was given up, after so many milliseconds (fault 5). */
  roundTrip(ms: number): void {
    this.#roundTrips.answered(this.#parts.now().mono, ms);
  }

  /** What the broker tells, for what it says of the line to it. */
  heard(news: BrokerNews): void {
    const { mono } = this.#parts.now();
    const isAnswer = "request" in news && news.kind !== "unknown" && news.kind !== "notSent";
    if (isAnswer) this.duty.answered("broker", mono);
    if (news.kind === "line") this.duty.line("trade-updates", news.state, mono);
    if ("reason" in news) this.#failed(news.reason);
  }

  feed(state: FeedState): void {
    this.duty.feed(state, this.#parts.now());
    if (state.line === "down") this.#failed(state.reason);
    const claim = this.#actions.look(state.actionsUnknown);
    if (claim !== undefined) this.#parts.claim({ kind: "ClaimChanged", at: this.#parts.now().at, ...claim });
  }

  operatorResumed(): void {
    this.duty.operatorResumed(this.#parts.now().mono);
    this.#certificates.resumed();
  }

  /** To be called every 100 ms. */
  look(): void {
    const { broker, now } = this.#parts;
    const at = now();
    this.#jump(at);
    if (broker.isUp && broker.pulseAgeMs > 0) this.duty.asked("trade-updates", at.mono - broker.pulseAgeMs);
    this.#compute(at.mono);
    this.#judge(at);
    const isOpen = openSession(xnysSessions(), at.at) !== undefined;
    const stage = this.duty.verdict?.stage ?? "clear";
    const isExposed = this.#parts.live().stage.portfolio.gross > 0;
    const wantsClock = this.#roundTrips.isHeld;
    this.#probes.look(at.mono, { isExposed, wantsClock, wantsQuotes: isOpen && stage !== "clear" });
    this.#loop(at);
    this.#resources(at);
  }

  /** Right before whatever may send the first closing order: evidence that is gone withdraws the closing (WD-2). */
  beforeClosing(): void {
    const live = this.#parts.live();
    const isOurs = this.duty.verdict?.level === "FLATTEN";
    if (!isOurs || this.#isRejudging || live.stage.flattening === undefined || live.isClosing) return;
    this.#isRejudging = true;
    try {
      this.#judge(this.#parts.now());
    } finally {
      this.#isRejudging = false;
    }
  }

  #judge(at: Instants): void {
    const live = this.#parts.live();
    const { flattening } = live.stage;
    const isVerified = flattening === undefined || live.flattenLine === "F4" || live.flattenLine === "F5";
    const changed = this.duty.tick(at, {
      exposure: live.stage.portfolio.gross,
      isReconciled: live.notReconciled === undefined,
      isFlat: live.isFlat && isVerified,
      isClosing: live.isClosing,
    });
    this.#claim(changed, at);
    const page = this.duty.verdict?.page;
    if (page !== undefined) this.#parts.page(page);
  }

  #failed(reason: string): void {
    const word = this.#certificates.heard(reason);
    if (word === undefined) return;
    this.#claim(word, this.#parts.now());
    this.#parts.page(`${word.claim.reason}: no entries until somebody has looked and resumed`);
  }

  #claim(word: ClaimWord | undefined, { at }: Instants): void {
    if (word !== undefined) this.#parts.claim({ kind: "ClaimChanged", at, ...word });
  }

  #compute(mono: number): void {
    const { computePid, isAlive } = this.#parts;
    const pid = computePid();
    if (pid === undefined) return;
    this.#deadSinceMs = isAlive(pid) ? undefined : (this.#deadSinceMs ?? mono);
    const isGone = this.#deadSinceMs !== undefined && mono - this.#deadSinceMs >= RESTART_MS;
    this.duty.witness("process", !isGone, mono);
  }

  #clock(clock: Parameters<ProbeParts["onClock"]>[0], heard: Instants): void {
    const { terms } = this.#parts;
    this.duty.witness("broker-clock", clock !== undefined, heard.mono);
    if (clock === undefined) return;
    this.duty.answered("broker", heard.mono);
    const skewMs = -Math.round(skewMicros(clock, heard.at, terms.speed) / (1000 * terms.speed));
    this.skewMs = skewMs;
    this.#judged("clock", judgeClock({ skewMs, wallMs: 0, monoMs: 0 }), heard);
  }

  /** A step of the wall clock, or a sleep of the machine, which the monotonic clock does not count. */
  #jump(at: Instants): void {
    const before = this.#readings;
    this.#readings = { wallMs: this.#parts.machine.wallMs(), monoMs: at.mono };
    const wallMs = this.#readings.wallMs - before.wallMs;
    const verdict = judgeClock({ skewMs: 0, wallMs, monoMs: at.mono - before.monoMs });
    if (verdict.level === "well") return;
    this.duty.resumed(at.mono);
    this.#judged("clock", verdict, at);
  }

  #loop(at: Instants): void {
    if (at.mono - this.#loopMs < LOOP_EVERY_MS) return;
    this.#loopMs = at.mono;
    this.#judged("event-loop", judgeLoop(this.#parts.machine.loop()), at);
    this.#judged("round-trips", this.#roundTrips.judge(at.mono), at);
  }

  #resources({ mono }: Instants): void {
    if (mono - this.#resourcesMs < RESOURCES_EVERY_MS) return;
    this.#resourcesMs = mono;
    const { machine, now } = this.#parts;
    void machine
      .resources()
      .then((reading: ResourceReading) => this.#judged("resources", judgeResources(reading), now()));
  }

  #judged(guard: HealthGuard, verdict: HealthVerdict, at: Instants): void {
    this.#claim(this.#health.judged(guard, verdict, at.at), at);
    if (verdict.level !== "well" && verdict.level !== "warn") return;
    this.#claim(this.#health.released(guard, this.#parts.live().reconciledAt), at);
  }
}
