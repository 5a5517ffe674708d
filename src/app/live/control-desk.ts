/**
 * The door for operators and for whoever watches (ADMIN-1): answers questions from the stage's own books, turns acts
 * into events, and writes each act down before it works. Halting needs nothing but the word; resuming needs a reason,
 * clean books, a minute of delay, and no HALT file (C-02).
 */
import { randomUUID } from "node:crypto";
import type { AuditRow } from "../../adapters/journal/journal-terms.ts";
import { InputError } from "../../domain/assert.ts";
import type { EngineEvent } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { Quote } from "../../domain/quote.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, isoInstant } from "../../domain/time.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { sessionAt, xnysSessions } from "../../market/calendar.ts";
import type { EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import type { WatchdogVerdict } from "../../ops/watchdog/terms.ts";
import { needsChannel } from "../alert-params.ts";
import type { EngineSnapshot } from "../engine-snapshot.ts";
import { engineSnapshot } from "../engine-view.ts";
import { eventsOf, instrumentOf } from "./act-events.ts";
import { subjectOf } from "./act-subject.ts";
import { ChannelWord } from "./channel-word.ts";
import { type ControlAct, type ControlAnswer, type ControlRequest, controlRequest } from "./control-words.ts";
import { wasActed } from "./earlier-act.ts";
import { type EnginePicture, enginePicture } from "./engine-picture.ts";
import type { ExecuteDriver } from "./execute-driver.ts";
import type { FeedState } from "./ingest-process.ts";
import { LastWords } from "./last-words.ts";
import { marketLines } from "./market-lines.ts";
import { modelStates } from "./model-states.ts";
import { OrchestratorWord } from "./orchestrator-word.ts";
import { resumeBars } from "./resume-bars.ts";
import { EXTERNAL } from "./run-engine.ts";
import { Seldom } from "./seldom.ts";
import type { StageContext } from "./stage-context.ts";
import { workingOrders } from "./working-orders.ts";

export interface ControlParts {
  readonly context: StageContext;
  readonly driver: ExecuteDriver;
  readonly audit: (row: AuditRow) => void;
  readonly feed: () => FeedState | undefined;
  readonly verdict: () => WatchdogVerdict | undefined;
  readonly event: (event: EngineEvent) => void;
  /** The newest quote that the stage has not been told. */
  readonly quote: (instrument: InstrumentId) => Quote | undefined;
  readonly resumed: () => void;
  readonly metrics: () => EngineMetrics;
  /** Has ingest ask for the corporate actions; false when nobody hears it. */
  readonly checkActions: () => boolean;
}

const ORDERS_SHOWN = 200;
const CURVE_POINTS = 2000;
/** One valuation: exchange micros and dollars. */
export interface CurvePoint {
  readonly at: EpochMicros;
  readonly equity: number;
  /** The day's high so far. */
  readonly high: number;
}

export class ControlDesk {
  readonly #parts: ControlParts;
  readonly #words: LastWords;
  readonly #channels: ChannelWord;
  readonly #orchestrator = new OrchestratorWord();
  readonly #refusals = new Seldom();
  readonly #curve: CurvePoint[] = [];
  readonly #seen = new Set<string>();
  /** When everything was told to be closed, as far as this process knows; long ago where it never was. */
  #haltedAtMs = Number.NEGATIVE_INFINITY;
  #isHalted = false;
  #bars = 0;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    const { mode, strategyIds, config } = parts.context.terms;
    this.#words = new LastWords(strategyIds);
    const patienceMs = config.alerts.channelMinutes * 60_000;
    this.#channels = new ChannelWord({ isNeeded: needsChannel(mode, config.alerts), patienceMs });
  }

  /** Every input that the stage consumed, replayed ones too. */
  saw(input: ExecuteInput): void {
    const isHalted = this.#parts.driver.live.stage.authorities.isAtLeast("FLATTEN");
    // Whoever halted it; after a restart as old as the process, which replays it: the delay is there to think.
    if (isHalted && !this.#isHalted) this.#haltedAtMs = this.#parts.context.clock.now();
    this.#isHalted = isHalted;
    this.#channels.saw(input);
    if (input.kind === "decision") this.#words.decided(input.decision);
    if (input.kind !== "event" || input.event.kind !== "BarsClosed") return;
    this.#bars += input.event.bars.to - input.event.bars.from;
    const { portfolio, baselines } = this.#parts.driver.live.stage;
    this.#curve.push({ at: input.event.bars.at, equity: portfolio.equity, high: baselines.dayHigh });
    if (this.#curve.length > CURVE_POINTS) this.#curve.shift();
  }

  /** To be called ten times a second. */
  look({ at, mono }: Instants): void {
    const word = this.#channels.look(mono);
    if (word !== undefined) this.#parts.event({ kind: "ClaimChanged", at, ...word });
    const { context, driver } = this.#parts;
    for (const lapsed of this.#orchestrator.look(mono, driver.live.stage.authorities.permission.claims)) {
      context.log("warning", lapsed.text);
      this.#parts.event({ kind: "ClaimChanged", at, lifted: lapsed.lifted });
    }
  }

  /** Never throws: what cannot be answered is refused with one line. */
  answer(text: string): ControlAnswer {
    const parsed = controlRequest.safeParse(parsedJson(text));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refused("?", `request: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`, 2);
    }
    const request = parsed.data;
    try {
      return "by" in request
        ? this.#act(request)
        : { id: request.id, kind: "told", value: this.#tell(request) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if ("by" in request) this.#notDone(request, error.message);
      return refused(request.id, error.message, error.exitCode);
    }
  }

  snapshot(): EngineSnapshot {
    const { context, driver, feed } = this.#parts;
    const { terms, instruments } = context;
    const { at } = context.now();
    const { stage } = driver.live;
    const table = xnysSessions();
    const row = sessionIndexAt(table, at);
    const first = sessionIndexAt(table, terms.clock.exchangeAt);
    const { risk } = terms.config;
    return engineSnapshot({
      mode: terms.mode,
      execute: stage,
      strategies: [...terms.strategyIds, EXTERNAL],
      reason: (_, signal) => this.#words.reason(signal),
      instruments,
      at,
      session: sessionAt(table, row),
      sessionNumber: row - first,
      sessions: terms.sessions ?? Number.POSITIVE_INFINITY,
      startEquity: terms.cash,
      curve: this.#curve.map(({ equity }) => equity),
      limits: { drawdown: limitOf(risk.daily_drawdown), gross: limitOf(risk.gross_exposure) },
      rejectedRecords: feed()?.rejected ?? 0,
      bars: this.#bars,
      speed: terms.clock.speed,
      orders: ORDERS_SHOWN,
    });
  }

  #tell(request: Exclude<ControlRequest, ControlAct>): unknown {
    switch (request.verb) {
      case "status":
        return this.#status();
      case "why":
        return this.#why(request.symbol);
      case "orders":
        return this.snapshot().orders.slice(0, request.limit);
      case "trades":
        return this.snapshot().trades;
      case "market":
        return marketLines(this.#parts);
      case "picture":
        return this.#picture();
      case "curve":
        return this.#curve.filter(({ at }) => at > this.#parts.driver.live.stage.clock.open);
      case "channels":
        this.#channels.heard(request.working, this.#parts.context.clock.now());
        return { heard: request.working };
      case "onDuty":
        this.#orchestrator.heard(this.#parts.context.clock.now());
        return {};
      case "metrics":
        return this.#parts.metrics();
    }
  }

  #picture(): EnginePicture {
    const { context, driver, feed, verdict } = this.#parts;
    const { terms, instruments } = context;
    const { at } = context.now();
    const table = xnysSessions();
    const row = sessionIndexAt(table, at);
    const { open_risk: openRisk } = terms.config.risk;
    return enginePicture({
      run: terms.run,
      stage: driver.live.stage,
      strategies: [...terms.strategyIds, EXTERNAL],
      instruments,
      at,
      session: sessionAt(table, row),
      sessionNumber: row - sessionIndexAt(table, terms.clock.exchangeAt),
      sequence: driver.inputs,
      models: modelStates(terms, driver.live.heard.demotions),
      assumedFraction: (openRisk as { readonly assumedFraction: number }).assumedFraction,
      unknownOrders: driver.live.lifecycle.unknownCount,
      requestsHeld: driver.held,
      resumeBarred: this.#resumeBars(),
      feed: feed(),
      watchdog: verdict(),
      reconciledAt: driver.live.reconciledAt,
    });
  }

  #status() {
    const { context, driver, feed, verdict } = this.#parts;
    const { live } = driver;
    return {
      run: context.terms.run,
      killMode: live.stage.kill.mode,
      overrides: live.stage.overrides.list,
      models: modelStates(context.terms, live.heard.demotions),
      snapshot: this.snapshot(),
      feed: feed() ?? null,
      watchdog: verdict() ?? null,
      isFlat: live.isFlat,
      ...workingOrders(live.stage.orders),
      unknownOrders: live.lifecycle.unknownCount,
      staleDecisions: live.staleDecisions,
      opposedEntries: live.opposedEntries,
      deferrals: this.#deferrals(),
      requestsHeld: driver.held,
      booksDiffer: live.notReconciled ?? null,
      brokerRefuses: live.refusedBy ?? null,
      regime: live.stage.regime?.state ?? null,
      lastReconciliation: live.reconciledAt === undefined ? null : isoInstant(live.reconciledAt),
      inputs: driver.inputs,
      turns: driver.turns,
    };
  }

  /** Entries that wait for a better quote, and how those before them ended (EXEC-4). */
  #deferrals() {
    const { context, driver } = this.#parts;
    const { waiting, count } = driver.live.deferred;
    const { symbols } = context.instruments;
    return { ...count, waiting: waiting.map((one) => ({ ...one, symbol: symbols[one.instrument] ?? "" })) };
  }

  /** The last decision about the symbol, or about each: what was wanted, and what became of it. */
  #why(symbol: string | undefined): unknown {
    const { instruments } = this.#parts.context;
    const snapshot = this.snapshot();
    const wanted = symbol === undefined ? undefined : instrumentOf(instruments, symbol);
    return {
      permission: snapshot.permission,
      blocked: snapshot.blocked,
      deferrals: this.#deferrals(),
      decisions: this.#words.last(wanted).map((note) => ({
        ...note,
        symbol: instruments.symbols[note.instrument] ?? "",
        orders: snapshot.orders
          .filter((order) => order.symbol === instruments.symbols[note.instrument])
          .slice(0, 3),
      })),
      decidedAt: this.#words.decidedAt,
    };
  }

  #act(request: ControlAct): ControlAnswer {
    // A double click, or a command that was sent again, is one command.
    const { context } = this.#parts;
    if (this.#seen.has(request.id) || wasActed(context.places.root, request.id))
      return { id: request.id, kind: "accepted", auditId: request.id };
    const { at } = context.now();
    const [bar] = request.verb === "resume" ? this.#resumeBars() : [];
    if (bar !== undefined) throw new InputError(`resume: ${bar}`, 3);
    if (request.verb === "checkActions" && !this.#parts.checkActions())
      throw new InputError("checkActions: ingest is not there; try again, or see: plimsoll status", 1);
    const events = eventsOf(request, at, { context, live: this.#parts.driver.live });
    this.#seen.add(request.id);
    const before = this.#parts.driver.live.stage.authorities.permission;
    for (const event of events) this.#parts.event(event);
    if (request.verb === "resume") this.#parts.resumed();
    const after = this.#parts.driver.live.stage.authorities.permission;
    this.#parts.audit({
      id: request.id,
      at,
      who: request.by,
      action: request.verb === "note" ? request.what : request.verb,
      reason: request.reason,
      before: JSON.stringify({ level: before.level }),
      after: JSON.stringify({ level: after.level, ...subjectOf(request, before.claims, after.claims) }),
    });
    return { id: request.id, kind: "accepted", auditId: request.id };
  }

  /** A try stands in the audit too, under an id of its own: the same command may be sent again. */
  #notDone({ by, verb }: ControlAct, why: string): void {
    const { context, driver, audit } = this.#parts;
    const more = this.#refusals.admit(context.clock.now());
    if (more === undefined) return;
    const level = JSON.stringify({ level: driver.live.stage.authorities.permission.level });
    const said = why.startsWith(`${verb}: `) ? why : `${verb}: ${why}`;
    audit({
      ...{ id: randomUUID(), at: context.now().at, who: by },
      ...{ action: "request-refused", reason: `${said}${more}`, before: level, after: level },
    });
  }

  #resumeBars(): string[] {
    const { context, driver } = this.#parts;
    const haltedFor = (context.clock.now() - this.#haltedAtMs) / 1000;
    const { killSwitch } = context.terms;
    return resumeBars({ killSwitch, haltedFor, live: driver.live, at: context.now().at });
  }
}

const refused = (id: string, reason: string, exitCode: number): ControlAnswer => ({
  id,
  kind: "refused",
  reason,
  exitCode,
});

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function limitOf(params: unknown): number {
  const { maxFraction } = params as { readonly maxFraction?: number };
  return maxFraction ?? Number.NaN;
}
