/** What an operator's act comes to: the events that the engine is told, and nothing that is done here. */
import { InputError } from "../../domain/assert.ts";
import type { EngineEvent, OperatorActed, ReferenceTold } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { MARKET_ROW, type ReferenceRow } from "../../domain/reference-table.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { SessionClock } from "../../engine/session-clock.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { regimeTable } from "../../market/references/regime.ts";
import { referenceTables } from "../../market/references/registry.ts";
import { judgedOverride } from "../limit-override.ts";
import { type ClaimAct, claimsOf, taskLifts } from "./claim-acts.ts";
import type { ControlAct } from "./control-words.ts";
import type { StageContext } from "./stage-context.ts";

/** Acts that are one event each. */
type SingleAct = Exclude<
  ControlAct,
  ClaimAct | { readonly verb: "override" | "note" | "checkActions" | "tellRegime" | "tellReference" }
>;

/** What an act is understood by: the run's names and limits, and what stands now. */
export interface ActWorld {
  readonly context: Pick<StageContext, "terms" | "instruments">;
  readonly live: LiveExecute;
}

/** Throws InputError: exit 2 for a name or a limit that the run does not have, 3 where there is nothing to be done. */
export function eventsOf(request: ControlAct, at: EpochMicros, world: ActWorld): readonly EngineEvent[] {
  switch (request.verb) {
    case "note":
    case "checkActions":
      return [];
    case "override": {
      const until = (at + request.forSeconds * MICROS_PER_SECOND) as EpochMicros;
      const wanted = judgedOverride(world.context.terms.config, request.key, request.value);
      return wanted.map((limit) => ({ kind: "LimitOverridden", at, ...limit, until }));
    }
    case "tellRegime":
      requireKnowable(request.reading.session, at, "tellRegime: reading.session");
      return regimeOf(request.reading, at);
    case "tellReference":
      return [referenceOf(request, at, world.context)];
    case "retire":
    case "return":
    case "hold":
    case "release":
    case "barEntries":
    case "allowEntries":
      return claimsOf(request).map((word) => ({ kind: "ClaimChanged", at, ...word }));
    case "resume": {
      const { claims } = world.live.stage.authorities.permission;
      const lifts = taskLifts(claims).map((lift) => ({ kind: "ClaimChanged", at, ...lift }) as const);
      return [eventOf(request, at, world), ...lifts];
    }
    default:
      return [eventOf(request, at, world)];
  }
}

/** One word for both that hear it: the gate, and the strategies that read the table. */
function regimeOf(reading: RegimeReading, at: EpochMicros): readonly EngineEvent[] {
  const { bull, neutral, bear } = reading;
  const rows = [{ instrument: MARKET_ROW, values: [bull, neutral, bear] }] as const;
  return [
    { kind: "RegimeTold", at, ...reading },
    { kind: "ReferenceTold", at, table: regimeTable.id, rows },
  ];
}

/** Throws InputError (exit 2) for a table or a width that is unknown. */
function referenceOf(
  { table: id, rows, isWhole, session }: Extract<ControlAct, { readonly verb: "tellReference" }>,
  at: EpochMicros,
  { instruments }: ActWorld["context"],
): ReferenceTold {
  const table = referenceTables.find((one) => one.id === id);
  const width = Object.keys(table?.columns ?? {}).length;
  if (table === undefined || rows.some(({ values }) => values.length !== width)) {
    const known = referenceTables.map((one) => `${one.id} (${Object.keys(one.columns).length} values)`);
    throw new InputError(
      `tellReference ${id}: no such table or wrong values; there are ${known.join(", ")}`,
      2,
    );
  }
  const told = rows.flatMap(({ symbol, values, basis }): ReferenceRow[] => {
    const instrument = table.scope === "market" ? MARKET_ROW : instruments.find(symbol);
    return instrument === undefined
      ? []
      : [{ instrument, values, ...(basis === undefined ? {} : { basis }) }];
  });
  if (session !== undefined) requireKnowable(session, at, "tellReference: session");
  return {
    ...{ kind: "ReferenceTold", at, table: id, rows: told, ...(isWhole === true ? { isWhole } : {}) },
    ...(session === undefined ? {} : { session }),
  };
}

/** Nobody knows anything of a session before the one ahead of it is over (RW-4). */
function requireKnowable(session: DayNumber, at: EpochMicros, what: string): void {
  if (session <= new SessionClock(xnysSessions()).dateAfter(at)) return;
  throw new InputError(`${what} is beyond the next session; must be this one or the next`, 2);
}

function eventOf(request: SingleAct, at: EpochMicros, { context, live }: ActWorld): EngineEvent {
  const { by, reason } = request;
  const acted = (action: OperatorActed["action"], more: Partial<OperatorActed> = {}): OperatorActed => ({
    kind: "OperatorActed",
    at,
    action,
    by,
    reason,
    ...more,
  });
  const of = (symbol: string) => ({ instrument: instrumentOf(context.instruments, symbol) });
  switch (request.verb) {
    case "flatten":
      return acted("flatten", request.symbol === undefined ? {} : of(request.symbol));
    case "close":
      return acted("close", of(request.symbol));
    case "enable":
    case "disable":
      return acted(request.verb, { strategy: strategyOf(context.terms.strategyIds, request.strategy) });
    case "acknowledge":
      return { kind: "InstrumentUnlocked", at, ...of(request.symbol) };
    case "acknowledgeCash":
      return { kind: "CashMoved", at, dollars: cashAhead(live), reason: `${by}: ${reason}` };
    case "reconcile":
      return { kind: "BooksAsked", at, reason: `${by}: ${reason}` };
    default:
      return acted(request.verb);
  }
}

function cashAhead({ cashAhead: dollars }: LiveExecute): number {
  if (dollars !== undefined) return dollars;
  throw new InputError("acknowledge --cash: no cash waits for it; what differs is in: plimsoll status", 3);
}

/** Throws InputError (exit 2) with some of what the run trades. */
export function instrumentOf(instruments: StageContext["instruments"], symbol: string): InstrumentId {
  const found = instruments.find(symbol);
  if (found !== undefined) return found;
  const known = instruments.symbols.slice(0, 8).join(", ");
  throw new InputError(`${symbol}: this run does not trade it; it knows ${known} ...`, 2);
}

function strategyOf(ids: readonly string[], id: string): number {
  const found = ids.indexOf(id);
  if (found >= 0) return found;
  throw new InputError(`${id}: no strategy of this run; it has ${ids.join(", ")}`, 2);
}
