/** Account, positions and activities as JSON of the trading API. */
import { type DayNumber, isoDate } from "../domain/time.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import type { AccountView, Activity, PositionView } from "../sim/brokerage/account-view.ts";
import { dollarText, ratioText, shareText } from "./decimals.ts";
import { wireTime } from "./wire-time.ts";

/** Without the keys that were removed in July 2026 (pattern day trading). */
export function accountJson(account: AccountView) {
  return {
    id: account.id,
    account_number: account.accountNumber,
    status: "ACTIVE",
    crypto_status: "INACTIVE",
    currency: "USD",
    created_at: wireTime(account.createdAt),
    cash: dollarText(account.cash),
    equity: dollarText(account.equity),
    portfolio_value: dollarText(account.equity),
    last_equity: dollarText(account.lastEquity),
    balance_asof: isoDate(account.balanceDay as DayNumber),
    long_market_value: dollarText(account.longMarketValue),
    short_market_value: dollarText(account.shortMarketValue),
    position_market_value: dollarText(account.longMarketValue - account.shortMarketValue),
    initial_margin: dollarText(account.initialMargin),
    maintenance_margin: dollarText(account.maintenanceMargin),
    last_maintenance_margin: dollarText(account.lastMaintenanceMargin),
    sma: "0",
    accrued_fees: dollarText(account.accruedFees),
    pending_reg_taf_fees: dollarText(account.pendingTafFees),
    pending_transfer_in: "0",
    pending_transfer_out: "0",
    intraday_adjustments: "0",
    buying_power: dollarText(account.buyingPower),
    regt_buying_power: dollarText(account.regtBuyingPower),
    non_marginable_buying_power: dollarText(account.nonMarginableBuyingPower),
    options_buying_power: dollarText(account.nonMarginableBuyingPower),
    multiplier: String(account.multiplier),
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: account.tradeSuspendedByUser,
    shorting_enabled: account.shortingEnabled,
    options_approved_level: 0,
    options_trading_level: 0,
    admin_configurations: {},
    user_configurations: null,
  };
}

export function positionJson(position: PositionView) {
  return {
    asset_id: position.assetId,
    symbol: position.symbol,
    exchange: position.exchange,
    asset_class: "us_equity",
    asset_marginable: position.marginable,
    qty: shareText(position.quantity),
    qty_available: shareText(position.quantityAvailable),
    avg_entry_price: dollarText(position.averageEntryPrice),
    side: position.side,
    market_value: dollarText(position.marketValue),
    cost_basis: dollarText(position.costBasis),
    unrealized_pl: dollarText(position.unrealized),
    unrealized_plpc: ratioText(position.unrealized, Math.abs(position.costBasis)),
    unrealized_intraday_pl: dollarText(position.unrealizedIntraday),
    unrealized_intraday_plpc: ratioText(position.unrealizedIntraday, position.intradayBasis),
    current_price: dollarText(position.currentPrice),
    lastday_price: dollarText(position.lastDayPrice),
    change_today: ratioText(position.currentPrice - position.lastDayPrice, position.lastDayPrice),
  };
}

export function activityJson(activity: Activity) {
  if (activity.activityType === "FEE")
    return {
      id: activity.id,
      activity_type: "FEE",
      activity_sub_type: activity.activitySubType,
      date: isoDate(activity.day as DayNumber),
      created_at: wireTime(activity.at),
      net_amount: dollarText(activity.netAmount),
      status: "executed",
      description: `${activity.activitySubType} fee for proceeds of the day`,
      currency: "USD",
    };
  if (activity.activityType !== "FILL")
    return {
      id: activity.id,
      activity_type: activity.activityType,
      date: isoDate(newYorkDay(activity.at)),
      created_at: wireTime(activity.at),
      net_amount: dollarText(activity.netAmount),
      ...(activity.symbol === undefined ? {} : { symbol: activity.symbol }),
      status: "executed",
      currency: "USD",
    };
  return {
    id: activity.id,
    activity_type: "FILL",
    type: activity.type,
    order_id: activity.orderId,
    order_status: activity.orderStatus,
    symbol: activity.symbol,
    side: activity.side,
    qty: shareText(activity.quantity),
    price: dollarText(activity.price),
    cum_qty: shareText(activity.cumulativeQuantity),
    leaves_qty: shareText(activity.leavesQuantity),
    transaction_time: wireTime(activity.at),
  };
}
