/**
 * What only the running stage knew of a session: its curve, how far each limit was used, what each symbol made, what
 * was held at the end. Execute's journal goes through a stage of its own once more, up to the end of that day.
 */
import type { InstrumentId } from "../../domain/instrument.ts";
import { BUY, type OrderNumber } from "../../domain/order.ts";
import { empty } from "../../domain/small-list.ts";
import { type DayNumber, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { Blocked } from "../../engine/block-tally.ts";
import { FillField } from "../../engine/fill-table.ts";
import type { ExecuteInput, LiveExecute } from "../../engine/live-execute.ts";
import { parseExecuteInput } from "../../engine/stage-text.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { Permission } from "../../risk/authority.ts";
import { buildExecute, ledgerTerms } from "../live/build-execute.ts";
import { entriesOf, type RecordedRun } from "../live/recorded-run.ts";
import type { DailyBlocked, DailyCurve, DailyPosition, LimitHigh, SymbolResult } from "./daily-terms.ts";
import { LimitHighs } from "./limit-highs.ts";

export interface ReplayedSession {
  /** The last input that was counted: its place in the journal, and epoch micros. */
  readonly sequence: number;
  readonly asOf: number;
  readonly startEquity: number;
  readonly equity: number;
  readonly cash: number;
  readonly gross: number;
  readonly net: number;
  /** Deposits less withdrawals of the day, dollars. */
  readonly flows: number;
  readonly permission: Permission;
  readonly curve: DailyCurve;
  readonly limits: readonly LimitHigh[];
  readonly bySymbol: readonly SymbolResult[];
  readonly positions: readonly DailyPosition[];
  readonly blocked: readonly Omit<DailyBlocked, "worst">[];
  /** Ends of the minutes that were valued, epoch micros. */
  readonly minutes: readonly number[];
  readonly halts: number;
}

/** What one symbol has cost and brought since the day began, dollars; shares and worth then. */
interface SymbolBook {
  readonly startValue: number;
  flows: number;
  traded: number;
  fills: number;
}

export function replaySession(
  recorded: RecordedRun,
  session: { readonly date: DayNumber; readonly open: number },
  lifecycle: Lifecycle,
): ReplayedSession {
  const { terms, instruments, history } = recorded;
  const replay = new SessionReplay(recorded, buildExecute(terms, lifecycle, history), session);
  for (const { part, payload, at, sequence } of entriesOf(recorded, "execute")) {
    if (part !== "input") continue;
    if (newYorkDay(at) > session.date) break;
    replay.step(parseExecuteInput(String(payload), instruments), sequence);
  }
  return replay.result();
}

class SessionReplay {
  readonly #recorded: RecordedRun;
  readonly #execute: LiveExecute;
  readonly #date: DayNumber;
  readonly #open: number;
  readonly #limits: LimitHighs;
  readonly #rungs: { readonly high: number; readonly base: number };
  readonly #books = new Map<number, SymbolBook>();
  readonly #minutes: number[] = [];
  readonly #equity: number[] = [];
  readonly #highs: number[] = [];
  readonly #bases: number[] = [];
  #blockedBefore: readonly Blocked[] = [];
  #fillsSeen = 0;
  #isDay = false;
  #asOf = 0;
  #sequence = -1;
  #halts = 0;

  constructor(
    recorded: RecordedRun,
    execute: LiveExecute,
    { date, open }: { readonly date: DayNumber; readonly open: number },
  ) {
    const { breakers } = recorded.terms.config;
    this.#recorded = recorded;
    this.#execute = execute;
    this.#date = date;
    this.#open = open;
    this.#limits = new LimitHighs(recorded.terms.config);
    this.#rungs = {
      high: maxFractionOf(breakers.day_high_drawdown),
      base: maxFractionOf(breakers.day_base_loss),
    };
  }

  step(input: ExecuteInput, sequence: number): void {
    const { stage, output } = this.#execute;
    // The session begins within a step, and what was held before it is gone by then.
    if (!this.#isDay && newYorkDay(input.now.at) >= this.#date) this.#keepStart();
    this.#execute.step(input);
    this.#asOf = input.now.at;
    this.#sequence = sequence;
    for (const list of [output.requests, output.feedback, output.brokerEvents, output.commands, output.notes])
      empty(list);
    if (stage.clock.date === this.#date) this.#isDay = true;
    if (!this.#isDay) return;
    this.#countFills();
    if (input.kind === "event") this.#event(input.event);
    if (input.kind === "decision") this.#limits.sample(stage, input.now.at);
  }

  result(): ReplayedSession {
    const { stage } = this.#execute;
    const { portfolio, baselines, authorities } = stage;
    const { previous, units } = baselines.save();
    return {
      sequence: this.#sequence,
      asOf: this.#asOf,
      startEquity: previous * units,
      equity: portfolio.equity,
      cash: portfolio.cash,
      gross: portfolio.gross,
      net: portfolio.net,
      flows: baselines.flowToday,
      permission: authorities.permission,
      curve: {
        minute: this.#minutes.map((at) => (at - this.#open) / MICROS_PER_MINUTE),
        equity: this.#equity,
        highRung: this.#highs,
        baseRung: this.#bases,
        highRungFraction: this.#rungs.high,
        baseRungFraction: this.#rungs.base,
      },
      limits: this.#limits.list(),
      bySymbol: this.#symbols(),
      positions: this.#positions(),
      blocked: this.#blocked(),
      minutes: this.#minutes,
      halts: this.#halts,
    };
  }

  #keepStart(): void {
    const { portfolio, fills, blocked } = this.#execute.stage;
    this.#books.clear();
    for (const { instrument, shares, mark } of portfolio.positions())
      this.#books.set(instrument, { startValue: shares * mark, flows: 0, traded: 0, fills: 0 });
    this.#fillsSeen = fills.length;
    this.#blockedBefore = blocked.list();
  }

  #event(event: Extract<ExecuteInput, { readonly kind: "event" }>["event"]): void {
    const { stage } = this.#execute;
    const { portfolio, baselines } = stage;
    if (event.kind === "TradingHalted") this.#halts += 1;
    else if (event.kind === "PositionAdjusted") {
      const price = event.price > 0 ? event.price : portfolio.mark(event.instrument);
      this.#book(event.instrument).flows -= event.shares * price;
    } else if (event.kind === "DividendPaid") {
      // Whoever holds on the ex-date is paid for it.
      this.#book(event.instrument).flows += portfolio.shares(event.instrument) * event.perShare;
    } else if (event.kind === "BarsClosed") {
      const { at } = event.bars;
      this.#limits.sample(stage, at);
      this.#minutes.push(at);
      this.#equity.push(portfolio.equity);
      this.#highs.push(baselines.dayHigh * (1 - this.#rungs.high));
      this.#bases.push(baselines.dayBase * (1 - this.#rungs.base));
    }
  }

  #countFills(): void {
    const { fills, orders } = this.#execute.stage;
    for (; this.#fillsSeen < fills.length; this.#fillsSeen++) {
      const get = (field: FillField) => fills.get(this.#fillsSeen, field);
      const order = get(FillField.order) as OrderNumber;
      const book = this.#book(orders.instrument(order));
      const dollars = get(FillField.shares) * get(FillField.price);
      const sign = orders.side(order) === BUY ? -1 : 1;
      book.flows += sign * dollars - get(FillField.commission) - get(FillField.regulatory);
      book.traded += dollars;
      book.fills += 1;
    }
  }

  #book(instrument: number): SymbolBook {
    const known = this.#books.get(instrument);
    if (known !== undefined) return known;
    const made = { startValue: 0, flows: 0, traded: 0, fills: 0 };
    this.#books.set(instrument, made);
    return made;
  }

  #symbols(): SymbolResult[] {
    const { portfolio } = this.#execute.stage;
    return [...this.#books]
      .map(([instrument, { startValue, flows, traded, fills }]) => {
        const shares = portfolio.shares(instrument as InstrumentId);
        const worth = shares === 0 ? 0 : shares * portfolio.mark(instrument as InstrumentId);
        const pnl = worth - startValue + flows;
        const symbol = this.#symbol(instrument);
        return { symbol, pnl: Number.isFinite(pnl) ? pnl : null, traded, fills, shares };
      })
      .toSorted((a, b) => (b.pnl ?? 0) - (a.pnl ?? 0) || (a.symbol < b.symbol ? -1 : 1));
  }

  #positions(): DailyPosition[] {
    const { stage } = this.#execute;
    const { strategyIds } = ledgerTerms(this.#recorded.terms);
    return stage.portfolio.positions().flatMap(({ instrument, mark }) =>
      stage.lots.holders(strategyIds.length, instrument).map(({ strategy, shares }): DailyPosition => {
        const entry = stage.lots.averageEntry(strategy, instrument);
        return {
          symbol: this.#symbol(instrument),
          strategy: strategyIds[strategy] ?? "unknown",
          shares,
          entry,
          mark: known(mark),
          unrealised: known(shares * (mark - entry)),
          stop: known(stage.restingStop(strategy, instrument)),
        };
      }),
    );
  }

  #blocked(): Omit<DailyBlocked, "worst">[] {
    const before = new Map(this.#blockedBefore.map((one) => [one.rule, one]));
    return this.#execute.stage.blocked.list().flatMap((now) => {
      const then = before.get(now.rule);
      const since = (of: (one: Blocked) => number) => of(now) - (then === undefined ? 0 : of(then));
      const day = {
        rule: now.rule,
        refused: since(({ count }) => count),
        trimmed: since(({ shrunk }) => shrunk),
        notional: since(({ notional }) => notional),
        saved: since(({ saved }) => saved),
        cost: since(({ cost }) => cost),
        followed: since(({ followed }) => followed),
      };
      return day.refused + day.trimmed > 0 ? [day] : [];
    });
  }

  #symbol(instrument: number): string {
    return this.#recorded.instruments.symbols[instrument] ?? `#${instrument}`;
  }
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

const maxFractionOf = (params: unknown): number =>
  Number((params as { readonly maxFraction?: number } | undefined)?.maxFraction ?? Number.NaN);
