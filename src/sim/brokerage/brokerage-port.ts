/** The brokerage as whoever puts it on a wire sees it. */
import type { TradingStatusEvent } from "../../domain/events.ts";
import type { Quote, TradePrint } from "../../domain/quote.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type {
  AccountView,
  Activity,
  ActivityFilter,
  CancelRow,
  CloseRow,
  HistoryFilter,
  HistoryRow,
  PositionView,
} from "./account-view.ts";
import type { ChangeRequest, CloseRequest, OrderRequest } from "./order-request.ts";
import type { OrderFilter, OrderView, TradeUpdate } from "./order-view.ts";
import type { Refusal } from "./refusals.ts";
import type { AccountConfiguration } from "./terms.ts";

/** Instants never go back: an earlier one than was told before counts as now. */
export interface BrokeragePort {
  /** Told in order and emptied by whoever sends them on. */
  readonly updates: TradeUpdate[];
  /** Earliest instant at which time alone changes something; Infinity for never. */
  readonly nextDue: number;

  quote(quote: Quote): void;
  trade(print: TradePrint): void;
  status(event: TradingStatusEvent): void;
  advance(at: EpochMicros): void;

  /** The order as it was acknowledged: what it met at once is told in `updates`. */
  submit(request: OrderRequest, at: EpochMicros): OrderView | Refusal;
  /** The successor, which has a new id. */
  change(id: string, patch: ChangeRequest, at: EpochMicros): OrderView | Refusal;
  cancel(id: string, at: EpochMicros): OrderView | Refusal;
  cancelAll(at: EpochMicros): readonly CancelRow[];
  closePosition(symbol: string, part: CloseRequest, at: EpochMicros): OrderView | Refusal;
  closeAll(cancelOrders: boolean, at: EpochMicros): readonly CloseRow[];

  order(id: string, nested?: boolean): OrderView | Refusal;
  orderByClientId(clientOrderId: string): OrderView | Refusal;
  orders(filter?: OrderFilter): readonly OrderView[];
  account(): AccountView;
  /** By symbol or asset id. */
  position(symbol: string): PositionView | Refusal;
  positions(): readonly PositionView[];
  activities(filter?: ActivityFilter): readonly Activity[];
  portfolioHistory(filter: HistoryFilter): readonly HistoryRow[];
  /** The id by which the asset goes, also in place of its symbol; undefined for an unknown symbol. */
  assetId(symbol: string): string | undefined;
  /** As it stands: borrowing may have become hard since the start. */
  isEasyToBorrow(symbol: string): boolean;

  readonly configuration: AccountConfiguration;
  configure(patch: Partial<AccountConfiguration>): AccountConfiguration;

  /** Cancels of that symbol (`*`: of any) stay pending from now on; undefined: all that hang are carried out. */
  stickCancels(symbol: string | undefined): void;
  /** The next orders are accepted and then rejected. */
  rejectAfterAccept(count: number): void;
  /** The next updates are never told. */
  loseUpdates(count: number): void;
  /** From now on the symbol is hard to borrow; open short sales of it are canceled before the next open. */
  htbFlip(symbol: string): void;
  /** Orders submitted from now on exist and can be found only that much later; 0 ends it. */
  creationDelay(micros: number): void;
}
