/**
 * One sitting of the system: starts its processes, shows how it is, and ends it in good order (RUN-2). The demo closes
 * everything first; paper and live take back what would enter, close what is held for the day only, and leave the rest
 * under the stops that rest at the broker.
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type VitalsMeter, vitalsMeter } from "../../adapters/vitals-meter.ts";
import { InputError } from "../../domain/assert.ts";
import { parseLease } from "../../domain/guardian-beat.ts";
import { type ProcessVitals, VITALS_EVERY_MS } from "../../domain/process-vitals.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { ExchangeClock } from "../../market/exchange-clock.ts";
import type { LifeSight } from "../../ops/life-signs.ts";
import type { SupervisorReport } from "../../ops/process-plan.ts";
import type { EngineSnapshot } from "../engine-snapshot.ts";
import { intradayIds } from "../own-strategies.ts";
import { removeActive, writeActive } from "./active-run.ts";
import type { Begun } from "./begin-run.ts";
import { ControlClient, type ControlQuestion } from "./control-client.ts";
import { logFolder } from "./log-folder.ts";
import { closeRun } from "./open-run.ts";
import { type RunTerms, runPlaces } from "./run-terms.ts";
import { isAtRest, type StatusValue, statusOf } from "./status-answer.ts";
import { aroundIds, LiveSystem, type SystemTerms } from "./system.ts";
import { falseTripsOf } from "./watch-duty.ts";

export interface SittingTerms {
  /** Folder of all state; `root` of the run lies in it or is it. */
  readonly root: string;
  readonly runRoot: string;
  readonly begun: Begun;
  readonly paths: SystemTerms["paths"];
  readonly around?: SystemTerms["around"];
  readonly bus?: SystemTerms["bus"];
  /** Every line of the log, where it is wanted beside the file. */
  readonly echo?: ((line: string) => void) | undefined;
  /** Ends by itself after so many; absent: never. */
  readonly sessions?: number;
  /** Called about four times a second. */
  readonly show: (snapshot: EngineSnapshot) => void;
  readonly tell: (line: string) => void;
  /** The dashboard has begun, or has said why it has not. */
  readonly dashboardBegan?: () => void;
  readonly stop: AbortSignal;
  /** Whoever wants to know whether it gets on; hears it after each look and when the end begins. */
  readonly seen?: ((sight: LifeSight) => void) | undefined;
}

export interface SittingEnd {
  readonly status: StatusValue | undefined;
  /** Nothing is held and no order works. */
  readonly atRest: boolean;
  /** What ended it too soon; undefined in good order. */
  readonly trouble: string | undefined;
}

/** Minutes before the last close at which the demo closes everything. */
const CLOSE_OUT_MINUTES = 10;
const LOOK_EVERY_MS = 250;
/** Of the wall, from the wish to end to the end, whatever is held by then. */
const CLOSING_MS = { demo: 120_000, paper: 30_000, live: 30_000 } as const;

export async function sitThrough(terms: SittingTerms): Promise<SittingEnd> {
  const sitting = new Sitting(terms);
  try {
    await sitting.start();
    return await sitting.watch();
  } finally {
    await sitting.end();
  }
}

/** A process refuses to join a run of another build (C-55). */
const OTHER_BUILD = 3;

class Sitting {
  readonly #terms: SittingTerms;
  readonly #system: LiveSystem;
  readonly #control: ControlClient;
  readonly #exchange: ExchangeClock;
  /** Strategies of the day. */
  readonly #intraday: ReadonlySet<string>;
  readonly #endsAt: number;
  /** Of the exchange's clock, when this sitting began. */
  readonly #beganAt: number;
  readonly #startedAt = new Date().toISOString();
  readonly #trouble = Promise.withResolvers<string>();
  readonly #interrupt = new AbortController();
  readonly #meter: VitalsMeter = vitalsMeter();
  #vitals: ProcessVitals | undefined;
  #telling: NodeJS.Timeout | undefined;
  #status: StatusValue | undefined;
  #broken: string | undefined;
  #isReady = false;
  #closingSinceMs: number | undefined;
  #isBuildTold = false;
  /** The wish to end has been heard. */
  #isHeard = false;

  constructor(terms: SittingTerms) {
    this.#terms = terms;
    const { begun, runRoot, paths, around, bus, echo } = terms;
    const { run, credentials, guardian } = begun;
    const report = (told: SupervisorReport) => this.#reported(told);
    this.#system = new LiveSystem({
      ...{ root: runRoot, run, credentials, guardian, paths, around, bus, report, echo },
    });
    this.#control = new ControlClient(runRoot, run);
    this.#intraday = intradayIds(run.config);
    this.#exchange = new ExchangeClock(run.clock, xnysSessions());
    this.#endsAt = endOf(run, terms.sessions);
    this.#beganAt = this.#now();
    void begun.exchangeGone.then(() => this.#trouble.resolve("the exchange ended by itself"));
    void this.#trouble.promise.then((text) => {
      this.#broken = text;
      this.#interrupt.abort();
    });
  }

  async start(): Promise<void> {
    const { begun, stop, tell } = this.#terms;
    for (const line of falseTripLines(begun.run)) this.#system.note(line);
    const ready = this.#system.start().then(() => undefined);
    const stopped = Promise.withResolvers<undefined>();
    const onStop = () => stopped.resolve(undefined);
    stop.addEventListener("abort", onStop, { once: true });
    const trouble = await Promise.race([ready, this.#trouble.promise, stopped.promise]);
    stop.removeEventListener("abort", onStop);
    if (trouble !== undefined)
      throw new InputError(
        `the system does not come up: ${trouble}; see ${logFolder(this.#terms.runRoot, process.env)}`,
        1,
      );
    this.#isReady = true;
    const { dashboardBegan } = this.#terms;
    if (dashboardBegan !== undefined) void this.#system.whenReady("dashboard").then(dashboardBegan);
    this.#telling = setInterval(() => this.#tellOthers(this.#meter.read()), VITALS_EVERY_MS);
    tell(`run ${begun.run.run} ${begun.goesOn ? "goes on" : "begins"}`);
  }

  async watch(): Promise<SittingEnd> {
    const { stop, begun } = this.#terms;
    const wake = AbortSignal.any([stop, this.#interrupt.signal]);
    let isBack = !begun.goesOn;
    while (this.#broken === undefined) {
      this.#tellSight(await this.#look());
      const silence = this.#system.lookAtMonitor(performance.now());
      if (silence !== undefined) this.#terms.tell(`CRITICAL: ${silence}`);
      if (!isBack)
        isBack = await this.#act({ verb: "return", by: "start", reason: "the system was started again" });
      if (this.#closingSinceMs === undefined && (stop.aborted || this.#now() >= this.#endsAt)) {
        this.#closingSinceMs = performance.now();
        this.#tellSight(false);
      }
      if (this.#closingSinceMs !== undefined && (await this.#isClosed(this.#closingSinceMs))) break;
      await pause(LOOK_EVERY_MS, undefined, { signal: stop.aborted ? this.#interrupt.signal : wake }).catch(
        () => undefined,
      );
    }
    const status = this.#status;
    const atRest = status !== undefined && this.#isHeard && isAtRest(status);
    return { status, atRest, trouble: this.#broken };
  }

  async end(): Promise<void> {
    const { begun, root, runRoot } = this.#terms;
    const isOver = this.#status !== undefined && this.#isHeard && isAtRest(this.#status);
    this.#control.close();
    await this.#system.stop();
    clearInterval(this.#telling);
    this.#meter.close();
    await begun.end();
    if (begun.run.mode === "demo" || isOver) closeRun(runRoot, begun.run, new Date().toISOString());
    removeActive(root);
  }

  #now(): number {
    return this.#exchange.exchangeAt(Date.now());
  }

  /** True when execute answered. */
  async #look(): Promise<boolean> {
    try {
      const status = statusOf(await this.#control.ask({ verb: "status" }, 2000));
      if (status === undefined) return false;
      this.#status = status;
      this.#terms.show(status.snapshot);
      return true;
    } catch (error) {
      // Execute may be starting again: the next look tells.
      if (!(error instanceof InputError)) throw error;
      return false;
    }
  }

  #tellSight(answered: boolean): void {
    const { seen, runRoot } = this.#terms;
    if (seen === undefined) return;
    const { inputs = 0, turns = 0, lastReconciliation = null } = this.#status ?? {};
    seen({
      nowMs: performance.now(),
      answered,
      progress: inputs + turns,
      isReconciled: lastReconciliation !== null && Date.parse(lastReconciliation) * 1000 >= this.#beganAt,
      isExecuteUp: this.#system.status().some(({ id, state }) => id === "execute" && state === "ready"),
      closingBeat: closingBeatOf(runRoot),
      isEnding: this.#closingSinceMs !== undefined,
      text: sightText(this.#status, answered),
    });
  }

  async #act(question: ControlQuestion): Promise<boolean> {
    try {
      return (await this.#control.ask(question, 2000)).kind === "accepted";
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return false;
    }
  }

  /** One step towards the end; true when it is reached, or has taken too long. */
  async #isClosed(sinceMs: number): Promise<boolean> {
    const { mode } = this.#terms.begun.run;
    const isLate = performance.now() - sinceMs > CLOSING_MS[mode];
    const by = "start";
    const reason = this.#terms.stop.aborted ? "stopped from outside" : "the last session ends";
    if (!this.#isHeard) {
      const verb = mode === "demo" ? "finish" : "retire";
      this.#isHeard = await this.#act({ verb, by, reason });
      if (this.#isHeard && mode !== "demo") await this.#closeForTheDay(by, reason);
      return isLate;
    }
    const status = this.#status;
    if (status === undefined) return isLate;
    const isDone = mode === "demo" ? isAtRest(status) : this.#isSafelyHeld(status);
    return isDone || isLate;
  }

  async #closeForTheDay(by: string, reason: string): Promise<void> {
    for (const symbol of this.#dayHoldings()) await this.#act({ verb: "close", by, reason, symbol });
  }

  #isSafelyHeld({ workingEntries, unknownOrders, requestsHeld }: StatusValue): boolean {
    const isQuiet = workingEntries === 0 && unknownOrders === 0 && requestsHeld === 0;
    return isQuiet && this.#dayHoldings().length === 0;
  }

  /** Symbols in which a strategy of the day holds something. */
  #dayHoldings(): readonly string[] {
    const held = this.#status?.snapshot.positions.filter(({ strategy }) => this.#intraday.has(strategy));
    return [...new Set(held?.map(({ symbol }) => symbol))];
  }

  /** How the processes are, for whoever looks; a disk that is full keeps nothing else from going on. */
  #tellOthers(vitals?: ProcessVitals): void {
    const { root, begun } = this.#terms;
    this.#vitals = vitals ?? this.#vitals;
    const run = { mode: begun.run.mode, startedAt: this.#startedAt, supervisor: this.#vitals };
    try {
      writeActive(root, run, this.#system.status());
    } catch (error) {
      this.#system.note(`run/active.json: ${(error as Error).message}`);
    }
  }

  #reported(told: SupervisorReport): void {
    const { tell } = this.#terms;
    this.#tellOthers();
    if (told.kind === "crash-loop") {
      const isAround = aroundIds.some((id) => id === told.id);
      if (!this.#isReady && !isAround) {
        const bar = this.#system.status().find(({ id }) => id === told.id)?.cannotBegin;
        this.#trouble.resolve(`${told.id} ended ${told.exits} times${bar === undefined ? "" : `: ${bar}`}`);
      }
      const then = isAround ? "trading goes on without it" : "it starts in safe hold";
      tell(`${told.id} has ended ${told.exits} times in ten minutes; ${then}; see the log`);
    } else if (told.kind === "standby-ended" && told.exit.code === OTHER_BUILD && !this.#isBuildTold) {
      this.#isBuildTold = true;
      tell(
        "the program on the disk is not the one that runs: nothing can take over a death of execute; start again",
      );
    } else if (told.kind === "exited" && told.isAbnormal)
      tell(`${told.id} ended with ${told.exit.signal ?? `code ${told.exit.code}`}; it is started again`);
  }
}

/** Of whoever closes everything now, engine or guardian; undefined: nobody does. */
function closingBeatOf(runRoot: string): number | undefined {
  try {
    return parseLease(readFileSync(runPlaces(runRoot).flattenLease, "utf8"))?.beatAtMs;
  } catch {
    return undefined;
  }
}

/** Shown to everybody on the machine: counts, and no money. */
function sightText(status: StatusValue | undefined, answered: boolean): string {
  if (status === undefined) return "starting";
  const { permission, positions, mode } = status.snapshot;
  const counts = `${positions.length} positions, ${status.unknownOrders} orders unknown`;
  const silent = answered ? "" : "; execute does not answer";
  return `${mode} run ${status.run}: ${permission.level}, ${counts}${silent}`;
}

/** Exchange micros at which the end begins; infinite without one. */
function endOf({ clock, mode }: RunTerms, sessions: number | undefined): number {
  if (sessions === undefined) return Number.POSITIVE_INFINITY;
  const { close } = xnysSessions();
  const last = close[sessionIndexAt(xnysSessions(), clock.exchangeAt) + sessions - 1];
  if (last === undefined) return Number.POSITIVE_INFINITY;
  return mode === "demo" ? last - CLOSE_OUT_MINUTES * MICROS_PER_MINUTE : last;
}

/** How often the deadlines would trip on a day when nothing is wrong (RELIABILITY 1.3). */
const falseTripLines = ({ feed, config }: Pick<RunTerms, "feed" | "config">): readonly string[] =>
  falseTripsOf(config.watchdog, feed).map(
    ({ channel, deadlineMs, tripsPerSession, note }) =>
      `false trips of ${channel} at ${deadlineMs} ms: ${tripsPerSession.toPrecision(2)} a session (${note})`,
  );
