/**
 * How one order came to be and what became of it, step by step, each with its numbers: the bars, what the strategy saw,
 * the signal, what others wished, the size, the gate, the order, the fills, the slippage. A denied order ends at the
 * gate.
 */
import type { BarPoint, ChainAnswer, ChainStep } from "../../contract/trading-answers.ts";
import { instant, known, text } from "../known.ts";
import type { ReadDatabase, Row } from "../read-database.ts";
import { barsAround } from "./bars-around.ts";
import { figure, ORDER_COLUMNS, orderRow, slippageOf } from "./orders.ts";

export interface ChainSources {
  readonly trades: ReadDatabase;
  readonly journal: ReadDatabase;
  readonly symbols: readonly string[];
}

/** Undefined where there is no such order. */
export function chainAnswer({ trades, journal, symbols }: ChainSources, id: string): ChainAnswer | undefined {
  const row = trades.first(`SELECT ${ORDER_COLUMNS} WHERE o.id = ?`, id);
  if (row === undefined) return undefined;
  const order = orderRow(row);
  const isDenied = row.status === "denied";
  const entry =
    row.parent_id === null ? row : trades.first("SELECT * FROM orders WHERE id = ?", String(row.parent_id));
  const signal = trades.first(
    "SELECT * FROM signals WHERE id = ?",
    row.signal_id ?? entry?.signal_id ?? null,
  );
  const instrument = symbols.indexOf(order.symbol);
  const bars = barsAround(journal, { run: String(row.run), instrument, at: Number(row.decided_at) });
  const steps = [
    barStep(row, bars),
    ...(signal === undefined
      ? []
      : [...featuresStep(signal), signalStep(signal), ...voteStep(trades, signal)]),
    ...(signal === undefined || row.purpose !== "entry" ? [] : [sizeStep(signal, row)]),
    gateStep(trades, row),
    ...(isDenied ? [] : [orderStep(row), ...fillSteps(trades, row)]),
  ];
  const name = `${order.side} ${order.shares} ${order.symbol}, ${order.purpose.replaceAll("_", " ")}`;
  return {
    order,
    title: `${name}: ${order.state.replaceAll("_", " ")}`,
    clientOrderId: text(row.client_order_id),
    steps,
  };
}

function barStep(row: Row, bars: readonly BarPoint[]): ChainStep {
  const reference = figure(row.reference_price);
  const said =
    bars.length === 0 ? "The bars around it are not kept any more." : `Decided at the close of ${reference}.`;
  return { kind: "bar", at: instant(row.decided_at), text: said, isRefusal: false, bars };
}

/** None where it was not written down: before it was, and for what an operator asked. */
function featuresStep(signal: Row): ChainStep[] {
  const seen = parsedList(signal.features) as readonly (readonly [string, number | null])[];
  if (seen.length === 0) return [];
  const text = `What ${signal.strategy} saw of ${signal.symbol}.`;
  const figures = seen.map(([name, value]) => ({ name, value: known(value) }));
  return [{ kind: "features", at: instant(signal.timestamp), text, isRefusal: false, figures }];
}

/** What every strategy wished of the symbol at that instant: + buys, - sells, 0 leaves. */
function voteStep(trades: ReadDatabase, signal: Row): ChainStep[] {
  const votes = trades.all(
    `SELECT strategy, confidence FROM signals
     WHERE symbol = ? AND timestamp = ? AND run = ? AND signal_type <> 'PROTECT' ORDER BY number`,
    ...[String(signal.symbol), Number(signal.timestamp), String(signal.run)],
  );
  if (votes.length === 0) return [];
  const sign = (n: number) => votes.filter(({ confidence }) => Math.sign(Number(confidence)) === n).length;
  const counts = `${sign(1)} to buy, ${sign(-1)} to sell, ${sign(0)} to leave`;
  return [
    {
      kind: "vote",
      at: instant(signal.timestamp),
      text:
        votes.length === 1 ? "Nobody else spoke of it." : `${counts}: opposite wishes meet each other first.`,
      isRefusal: false,
      figures: votes.map(({ strategy, confidence }) => ({
        name: String(strategy),
        value: known(confidence),
      })),
    },
  ];
}

function signalStep(signal: Row): ChainStep {
  const { strategy, signal_type: kind } = signal;
  return {
    kind: "signal",
    at: instant(signal.timestamp),
    text: `${strategy} said ${kind}: ${signal.reason}.`,
    isRefusal: false,
    figures: [
      { name: "price", value: known(signal.price) },
      { name: "conviction", value: known(signal.confidence) },
      { name: "stop", value: known(signal.stop_loss) },
      { name: "target", value: known(signal.take_profit) },
    ],
  };
}

/** The smallest that was allowed binds; the rest stand beside it. */
function sizeStep(signal: Row, order: Row): ChainStep {
  const binding = text(signal.sizing);
  const steps = parsedList(signal.sizes) as readonly (readonly [string, number])[];
  const constraints = steps
    .map(([name, shares]) => ({ name, shares: known(shares), isBinding: name === binding }))
    .toSorted((a, b) => Number(b.isBinding) - Number(a.isBinding) || (a.shares ?? 0) - (b.shares ?? 0));
  const isUnsized = signal.status === "unsized";
  const wanted = figure(signal.quantity ?? order.requested);
  return {
    kind: "size",
    at: instant(signal.timestamp),
    text: isUnsized
      ? `No share: ${binding} left no room.`
      : `${wanted} shares: ${binding ?? "nothing"} bound.`,
    isRefusal: isUnsized,
    constraints,
  };
}

type Verdict = readonly [rule: string, kind: string, used: number | null, limit: number | null];

function gateStep(trades: ReadDatabase, row: Row): ChainStep {
  const kept = trades.first("SELECT verdicts FROM order_verdicts WHERE order_id = ?", row.id ?? "");
  const asked = parsedList(kept?.verdicts) as readonly Verdict[];
  const isDenied = row.status === "denied";
  const barred = text(row.barred_by);
  const verdicts = asked
    .map(([rule, kind, use, limit]) => ({
      rule,
      use: known(use),
      limit: known(limit),
      passed: kind !== "deny",
      text: wordsOf(kind, use, limit),
    }))
    .toSorted((a, b) => Number(a.passed) - Number(b.passed) || nearness(b) - nearness(a));
  return {
    kind: "gate",
    at: instant(row.decided_at),
    text: gateText(row, barred, asked.length),
    isRefusal: isDenied,
    verdicts,
  };
}

function gateText(row: Row, barred: string | null, asked: number): string {
  if (barred !== null) return `Barred before any rule was asked: ${barred}.`;
  const rule = text(row.rule);
  const numbers = `${figure(row.rule_used)} of ${figure(row.rule_limit)}`;
  if (row.status === "denied")
    return rule === null ? "Refused: no share was left to ask for." : `${rule} refused it: ${numbers}.`;
  if (rule !== null) return `${rule} trimmed it to ${figure(row.quantity)} shares: ${numbers}.`;
  return asked === 0 ? "Passed in full." : `Passed in full: ${asked} rules were asked.`;
}

function wordsOf(kind: string, use: number | null, limit: number | null): string {
  const numbers = known(use) === null ? "nothing to measure" : `${figure(use)} of ${figure(limit)}`;
  return { deny: `refused: ${numbers}`, shrink: `trimmed: ${numbers}` }[kind] ?? numbers;
}

/** 1: at its limit. Some limits are the least that there must be: what passed above one is the nearer the smaller. */
function nearness({ use, limit }: { readonly use: number | null; readonly limit: number | null }): number {
  if (use === null || limit === null || limit === 0 || use === 0) return 0;
  const share = Math.abs(use / limit);
  return share > 1 ? 1 / share : share;
}

function orderStep(row: Row): ChainStep {
  const at = known(row.limit_price) === null ? "" : `, limit ${figure(row.limit_price)}`;
  const stop =
    row.purpose === "entry" && known(row.stop_price) !== null ? `, stop ${figure(row.stop_price)}` : "";
  const taken =
    row.alpaca_order_id === null
      ? "The broker has not named it."
      : `The broker took it as ${row.alpaca_order_id}.`;
  const legs = `${row.order_type} ${row.time_in_force}`;
  return {
    kind: "order",
    at: instant(row.decided_at),
    text: `${row.side} ${figure(row.quantity)} ${row.symbol}, ${legs}${at}${stop}. ${taken}`,
    isRefusal: row.status === "rejected",
  };
}

function fillSteps(trades: ReadDatabase, row: Row): ChainStep[] {
  const rows = trades.all("SELECT * FROM executions WHERE order_id = ? ORDER BY number", row.id ?? "");
  if (rows.length === 0) return [];
  const fills = rows.map((fill) => ({
    at: instant(fill.executed_at) ?? "",
    shares: known(fill.quantity) ?? 0,
    price: known(fill.fill_price) ?? 0,
  }));
  const last = fills.at(-1);
  const bps = slippageOf(row);
  const got = `${figure(row.filled_qty)} of ${figure(row.quantity)} shares at ${figure(row.filled_avg_price)}`;
  const filled: ChainStep = {
    kind: "fills",
    at: last?.at ?? null,
    text: `${got} in ${fills.length} fills.`,
    isRefusal: false,
    fills,
  };
  if (bps === null) return [filled];
  const costs = rows.reduce((sum, fill) => sum + Number(fill.commission) + Number(fill.regulatory), 0);
  return [
    filled,
    {
      kind: "slippage",
      at: last?.at ?? null,
      text: `${bps.toFixed(2)} bps against the close that it was decided at; + costs us.`,
      isRefusal: false,
      figures: [
        { name: "slippage bps", value: bps },
        { name: "commission and fees", value: costs },
      ],
    },
  ];
}

function parsedList(value: unknown): readonly unknown[] {
  if (typeof value !== "string") return [];
  const list: unknown = JSON.parse(value);
  return Array.isArray(list) ? list : [];
}
