/**
 * The door for operators and for whoever watches (ADMIN-1): answers questions from the stage's own books, turns acts
 * into events, and writes each act down before it works. Halting needs nothing but the word; resuming needs a reason,
 * clean books, a minute of delay, and no HALT file (C-02).
 */
import type { AuditRow } from "../../adapters/journal/journal-terms.ts";
import { InputError } from "../../domain/assert.ts";
import type { EngineEvent, OperatorActed } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { isWorking, type OrderNumber, OrderStatus, Purpose } from "../../domain/order.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, isoInstant, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import { OrderField, type OrderTable } from "../../execution/order-table.ts";
import { sessionAt, xnysSessions } from "../../market/calendar.ts";
import type { WatchdogVerdict } from "../../ops/watchdog/terms.ts";
import type { EngineSnapshot } from "../engine-snapshot.ts";
import { engineSnapshot } from "../engine-view.ts";
import { judgedOverride } from "../limit-override.ts";
import { type ControlAct, type ControlAnswer, type ControlRequest, controlRequest } from "./control-words.ts";
import type { ExecuteDriver } from "./execute-driver.ts";
import { haltAsked } from "./halt-file.ts";
import type { FeedState } from "./ingest-process.ts";
import { LastWords } from "./last-words.ts";
import { EXTERNAL } from "./run-engine.ts";
import type { StageContext } from "./stage-context.ts";

export interface ControlParts {
  readonly context: StageContext;
  readonly driver: ExecuteDriver;
  readonly audit: (row: AuditRow) => void;
  readonly feed: () => FeedState | undefined;
  readonly verdict: () => WatchdogVerdict | undefined;
  readonly event: (event: EngineEvent) => void;
  readonly resumed: () => void;
  /** Has ingest ask for the corporate actions; false when nobody hears it. */
  readonly checkActions: () => boolean;
}

/** Seconds of the wall between a halt and the end of it. */
const LEAST_HALT_SECONDS = 60;
const ORDERS_SHOWN = 200;
const CURVE_POINTS = 2000;
/** What holds while the system is being stopped, and until it is started again. */
const retired = {
  authority: "orchestrator",
  source: "stopping",
  level: "REDUCE_ONLY",
  scalar: 1,
  liftedBy: "itself",
} as const;

export class ControlDesk {
  readonly #parts: ControlParts;
  readonly #words: LastWords;
  readonly #curve: number[] = [];
  readonly #seen = new Set<string>();
  #audits = 0;
  /** When everything was told to be closed, as far as this process knows; long ago where it never was. */
  #haltedAtMs = Number.NEGATIVE_INFINITY;
  #isHalted = false;
  #bars = 0;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#words = new LastWords(parts.context.terms.strategyIds);
  }

  /** Every input that the stage consumed, replayed ones too. */
  saw(input: ExecuteInput): void {
    const isHalted = this.#parts.driver.live.stage.authorities.isAtLeast("FLATTEN");
    // Whoever halted it; after a restart as old as the process, which replays it: the delay is there to think.
    if (isHalted && !this.#isHalted) this.#haltedAtMs = this.#parts.context.clock.now();
    this.#isHalted = isHalted;
    if (input.kind === "decision") this.#words.decided(input.decision);
    if (input.kind !== "event" || input.event.kind !== "BarsClosed") return;
    this.#bars += input.event.bars.to - input.event.bars.from;
    this.#curve.push(this.#parts.driver.live.stage.portfolio.equity);
    if (this.#curve.length > CURVE_POINTS) this.#curve.shift();
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
      if (error instanceof InputError) return refused(request.id, error.message, error.exitCode);
      throw error;
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
      curve: this.#curve,
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
    }
  }

  #status() {
    const { context, driver, feed, verdict } = this.#parts;
    const { live } = driver;
    return {
      run: context.terms.run,
      killMode: live.stage.kill.mode,
      overrides: live.stage.overrides.list,
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
      lastReconciliation: live.reconciledAt === undefined ? null : isoInstant(live.reconciledAt),
      inputs: driver.inputs,
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
    const wanted = symbol === undefined ? undefined : this.#instrument(symbol);
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
    if (this.#seen.has(request.id)) return { id: request.id, kind: "accepted", auditId: request.id };
    const { context } = this.#parts;
    const { at } = context.now();
    if (request.verb === "resume") this.#mayResume();
    if (request.verb === "checkActions" && !this.#parts.checkActions())
      throw new InputError("checkActions: ingest is not there; try again, or see: plimsoll status", 1);
    const events = this.#eventsOf(request, at);
    this.#seen.add(request.id);
    const before = this.#parts.driver.live.stage.authorities.permission.level;
    for (const event of events) this.#parts.event(event);
    if (request.verb === "resume") this.#parts.resumed();
    const after = this.#parts.driver.live.stage.authorities.permission.level;
    this.#audits += 1;
    this.#parts.audit({
      id: request.id,
      at,
      who: request.by,
      action: request.verb,
      reason: request.reason,
      before: JSON.stringify({ level: before }),
      after: JSON.stringify({ level: after, ...subjectOf(request) }),
    });
    return { id: request.id, kind: "accepted", auditId: request.id };
  }

  #mayResume(): void {
    const { context, driver } = this.#parts;
    const asked = haltAsked(context.terms.killSwitch);
    if (asked !== undefined)
      throw new InputError(`resume: ${asked}; remove the cause first, then resume again`, 3);
    const { stage } = driver.live;
    const waited = (context.clock.now() - this.#haltedAtMs) / 1000;
    if (waited < LEAST_HALT_SECONDS)
      throw new InputError(
        `resume: the halt is ${Math.floor(waited)} s old; wait until it is ${LEAST_HALT_SECONDS} s old`,
        3,
      );
    if (stage.flattening !== undefined)
      throw new InputError("resume: not everything is closed yet; see: plimsoll status", 3);
    const [standing] = stage.standing(context.now().at);
    if (standing !== undefined)
      throw new InputError(`resume: ${standing} today; a new session may be resumed into`, 3);
    const problem = driver.live.notReconciled;
    if (problem !== undefined) throw new InputError(`resume: ${problem}; see: plimsoll status`, 3);
  }

  #eventsOf(request: ControlAct, at: EpochMicros): readonly EngineEvent[] {
    if (request.verb === "checkActions") return [];
    if (request.verb !== "override") return [this.#eventOf(request, at)];
    const until = (at + request.forSeconds * MICROS_PER_SECOND) as EpochMicros;
    const wanted = judgedOverride(this.#parts.context.terms.config, request.key, request.value);
    return wanted.map((limit) => ({ kind: "LimitOverridden", at, ...limit, until }));
  }

  #eventOf(
    request: Exclude<ControlAct, { readonly verb: "override" | "checkActions" }>,
    at: EpochMicros,
  ): EngineEvent {
    const { by, reason } = request;
    const acted = (action: OperatorActed["action"], more: Partial<OperatorActed> = {}): OperatorActed => ({
      kind: "OperatorActed",
      at,
      action,
      by,
      reason,
      ...more,
    });
    switch (request.verb) {
      case "flatten":
        return acted(
          "flatten",
          request.symbol === undefined ? {} : { instrument: this.#instrument(request.symbol) },
        );
      case "close":
        return acted("close", { instrument: this.#instrument(request.symbol) });
      case "enable":
      case "disable":
        return acted(request.verb, { strategy: this.#strategy(request.strategy) });
      case "acknowledge":
        return { kind: "InstrumentUnlocked", at, instrument: this.#instrument(request.symbol) };
      case "acknowledgeCash":
        return { kind: "CashMoved", at, dollars: this.#cashAhead(), reason: `${by}: ${reason}` };
      case "retire":
        return { kind: "ClaimChanged", at, claim: { ...retired, reason: `${by}: ${reason}` } };
      case "return":
        return {
          kind: "ClaimChanged",
          at,
          lifted: { authority: retired.authority, source: retired.source, by: "itself" },
        };
      default:
        return acted(request.verb);
    }
  }

  #cashAhead(): number {
    const { cashAhead } = this.#parts.driver.live;
    if (cashAhead !== undefined) return cashAhead;
    throw new InputError("acknowledge --cash: no cash waits for it; what differs is in: plimsoll status", 3);
  }

  #instrument(symbol: string): InstrumentId {
    const found = this.#parts.context.instruments.find(symbol);
    if (found !== undefined) return found;
    const known = this.#parts.context.instruments.symbols.slice(0, 8).join(", ");
    throw new InputError(`${symbol}: this run does not trade it; it knows ${known} ...`, 2);
  }

  #strategy(id: string): number {
    const { strategyIds } = this.#parts.context.terms;
    const found = strategyIds.indexOf(id);
    if (found >= 0) return found;
    throw new InputError(`${id}: no strategy of this run; it has ${strategyIds.join(", ")}`, 2);
  }
}

/** Orders that the broker may still fill, and the entries among them; legs that wait for their entry are none. */
function workingOrders(orders: OrderTable): {
  readonly workingOrders: number;
  readonly workingEntries: number;
} {
  let workingOrders = 0;
  let workingEntries = 0;
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const isAsleep = orders.status(order) === OrderStatus.Sent && orders.get(order, OrderField.parent) >= 0;
    if (!isWorking(orders.status(order)) || isAsleep) continue;
    workingOrders += 1;
    if (orders.purpose(order) === Purpose.Entry) workingEntries += 1;
  }
  return { workingOrders, workingEntries };
}

/** What it was about, for the audit: a close without its symbol tells nobody anything. */
function subjectOf(request: ControlAct): Readonly<Record<string, string | number>> {
  if (request.verb === "override") {
    const { key, value, forSeconds } = request;
    return { key, value, forSeconds };
  }
  if ("strategy" in request) return { strategy: request.strategy };
  return "symbol" in request && request.symbol !== undefined ? { symbol: request.symbol } : {};
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
