/** Rows of positions and of their split over strategies, as the engine holds them now. */
import type { Change, Row, TradesTable } from "../../adapters/ledger/ledger-rows.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import type { LedgerLots } from "./ledger-lots.ts";
import type { LedgerNames } from "./ledger-names.ts";

interface Books {
  readonly names: LedgerNames;
  readonly stage: ExecuteStage;
  readonly lots: LedgerLots;
  readonly instruments: number;
  /** What the signal aimed at, dollars per share; null without a target. */
  targetOf(signal: number): number | null;
}

/** All of both tables: what is not among them stands no more. */
export function positionChanges(books: Books): Change<TradesTable>[] {
  const { names, stage, lots, instruments } = books;
  const held = new Map<InstrumentId, number[]>();
  for (const slot of lots.open) {
    const [, instrument] = lots.split(slot);
    held.set(instrument, [...(held.get(instrument) ?? []), slot]);
  }
  const changes: Change<TradesTable>[] = [
    { kind: "clear", table: "position_lots" },
    { kind: "clear", table: "positions" },
  ];
  for (let i = 0; i < instruments; i++) {
    const instrument = i as InstrumentId;
    const slots = held.get(instrument);
    if (slots !== undefined) {
      changes.push({ kind: "put", table: "positions", row: openRow(books, instrument, slots) });
      for (const slot of slots) {
        const [s] = lots.split(slot);
        changes.push({
          kind: "put",
          table: "position_lots",
          row: {
            symbol: names.symbol(i),
            strategy: names.strategy(s),
            run: names.run,
            quantity: stage.lots.shares(s, instrument),
            entry_price: stage.lots.averageEntry(s, instrument),
            trade_id: names.trade(s, i, lots.trip(slot)),
          },
        });
      }
    } else if (lots.lastHolder(i) >= 0)
      changes.push({ kind: "put", table: "positions", row: closedRow(books, instrument) });
  }
  return changes;
}

function openRow(
  { names, stage, lots, targetOf }: Books,
  instrument: InstrumentId,
  slots: readonly number[],
): Row {
  const parts = slots.map((slot) => {
    const [s] = lots.split(slot);
    const lot = stage.trades.openLot(s, instrument);
    return {
      s,
      shares: stage.lots.shares(s, instrument),
      entry: stage.lots.averageEntry(s, instrument),
      openedAt: lot?.openedAt ?? Number.NaN,
      signal: lot?.signal ?? -1,
    };
  });
  const shares = stage.portfolio.shares(instrument);
  const mark = stage.portfolio.mark(instrument);
  const largest = parts.reduce((top, part) => (Math.abs(part.shares) > Math.abs(top.shares) ? part : top));
  // Lots on both sides of one position have no common entry: then the largest holder's stands for it.
  const isOneSided = parts.every((part) => part.shares > 0 === largest.shares > 0);
  const paid = parts.reduce((sum, part) => sum + part.shares * part.entry, 0);
  const unrealised = parts.reduce((sum, part) => sum + part.shares * (mark - part.entry), 0);
  const entry = isOneSided && shares !== 0 ? paid / shares : largest.entry;
  return {
    symbol: names.symbol(instrument),
    run: names.run,
    strategy: names.strategy(largest.s),
    side: shares === 0 ? "flat" : shares > 0 ? "long" : "short",
    quantity: Math.abs(shares),
    entry_price: entry,
    entry_timestamp: Math.min(...parts.map(({ openedAt }) => openedAt)),
    stop_loss: stage.restingStop(largest.s, instrument),
    target_price: targetOf(largest.signal),
    current_price: mark,
    unrealized_pnl: unrealised,
    unrealized_pnl_pct: unrealised / (Math.abs(shares) * entry),
    status: "open",
  };
}

function closedRow({ names, stage, lots }: Books, instrument: InstrumentId): Row {
  return {
    symbol: names.symbol(instrument),
    run: names.run,
    strategy: names.strategy(lots.lastHolder(instrument)),
    side: "flat",
    quantity: 0,
    entry_price: null,
    entry_timestamp: null,
    stop_loss: null,
    target_price: null,
    current_price: stage.portfolio.mark(instrument),
    unrealized_pnl: 0,
    unrealized_pnl_pct: null,
    status: "closed",
  };
}
