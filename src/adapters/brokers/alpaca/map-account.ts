/** Alpaca's account, positions and assets in our words. What is not plainly allowed is not allowed. */
import type { BrokerAccount, BrokerAsset, BrokerPosition } from "../../../domain/broker.ts";
import type { WireAccount, WireAsset, WirePosition } from "./wire-account.ts";

export function accountFrom(wire: WireAccount): BrokerAccount {
  const isOpen = wire.status === "ACTIVE" && !wire.account_blocked && !wire.trading_blocked;
  return {
    id: wire.id,
    number: wire.account_number,
    mayTrade: isOpen && !wire.trade_suspended_by_user,
    mayShort: isOpen && wire.shorting_enabled,
    cash: wire.cash,
    equity: wire.equity,
    lastEquity: wire.last_equity,
    buyingPower: wire.buying_power,
    multiplier: wire.multiplier,
  };
}

/** Without a last price the entry's stands in: the broker leaves it out while nothing has traded. */
export function positionFrom(wire: WirePosition): BrokerPosition {
  const size = Math.abs(wire.qty);
  return {
    symbol: wire.symbol,
    shares: wire.side === "short" ? -size : wire.qty,
    available: Math.abs(wire.qty_available ?? size),
    averageEntry: wire.avg_entry_price,
    price: wire.current_price ?? wire.avg_entry_price,
  };
}

export function assetFrom(wire: WireAsset): BrokerAsset {
  return {
    symbol: wire.symbol,
    tradable: wire.tradable && wire.status === "active",
    shortable: wire.shortable,
    easyToBorrow:
      wire.borrow_status == null ? wire.easy_to_borrow === true : wire.borrow_status === "easy_to_borrow",
    fractionable: wire.fractionable,
  };
}
