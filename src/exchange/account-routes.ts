/** Account, its configuration, its activities and its history, and the assets. */
import { z } from "zod";
import { type Money, toDollars } from "../domain/money.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../domain/time.ts";
import type { ActivityFilter, HistoryRow } from "../sim/brokerage/account-view.ts";
import type { BrokeragePort } from "../sim/brokerage/brokerage-port.ts";
import type { AccountConfiguration, AssetTerms } from "../sim/brokerage/terms.ts";
import { accountJson, activityJson } from "./account-wire.ts";
import {
  type Answer,
  type Ask,
  badParameter,
  listParameter,
  missing,
  ok,
  type Route,
  timeParameter,
  unprocessable,
  wholeParameter,
  wordParameter,
} from "./http-words.ts";
import { midnightOf } from "./timeframe.ts";
import { marketDate, marketDay, parseWireDay } from "./wire-time.ts";

/** Choices that change nothing here and are remembered because clients read them back. */
const INITIAL_CHOICES = {
  trade_confirm_email: "all",
  ptp_no_exception_entry: false,
  disable_overnight_trading: true,
  max_options_trading_level: 0,
};

const configurationBody = z.looseObject({
  suspend_trade: z.boolean().optional(),
  no_shorting: z.boolean().optional(),
  fractional_trading: z.boolean().optional(),
  max_margin_multiplier: z.enum(["1", "2", "4"]).optional(),
  trade_confirm_email: z.enum(["all", "none"]).optional(),
  ptp_no_exception_entry: z.boolean().optional(),
  disable_overnight_trading: z.boolean().optional(),
  max_options_trading_level: z.int().min(0).max(3).nullable().optional(),
});

const nonTrade = ["FEE", "CSD", "CSW", "DIV", "INT"];

export function accountRoutes(
  brokerage: BrokeragePort,
  assets: readonly AssetTerms[],
  now: () => EpochMicros,
): readonly Route[] {
  const routes = new AccountRoutes(brokerage, assets, now);
  const get = (path: RegExp, answer: (ask: Ask) => Answer): Route => ({
    method: "GET",
    path,
    group: "trading",
    answer,
  });
  return [
    get(/^\/v2\/account$/, () => ok(accountJson(brokerage.account()))),
    get(/^\/v2\/account\/configurations$/, () => ok(routes.configuration())),
    {
      method: "PATCH",
      path: /^\/v2\/account\/configurations$/,
      group: "trading",
      answer: (ask) => routes.configure(ask),
    },
    get(/^\/v2\/account\/activities(?:\/([A-Z]+))?$/, (ask) => routes.activities(ask)),
    get(/^\/v2\/account\/portfolio\/history$/, (ask) => routes.history(ask)),
    get(/^\/v2\/assets$/, (ask) => routes.assets(ask)),
    get(/^\/v2\/assets\/(.+)$/, (ask) => routes.asset(ask)),
  ];
}

class AccountRoutes {
  readonly #brokerage: BrokeragePort;
  readonly #assets: readonly AssetTerms[];
  readonly #now: () => EpochMicros;
  #choices: Readonly<Record<string, unknown>> = INITIAL_CHOICES;

  constructor(brokerage: BrokeragePort, assets: readonly AssetTerms[], now: () => EpochMicros) {
    this.#brokerage = brokerage;
    this.#assets = assets;
    this.#now = now;
  }

  configuration() {
    const { suspendTrade, noShorting, fractionalTrading, maxMarginMultiplier } =
      this.#brokerage.configuration;
    return {
      suspend_trade: suspendTrade,
      no_shorting: noShorting,
      fractional_trading: fractionalTrading,
      max_margin_multiplier: String(maxMarginMultiplier),
      ...this.#choices,
    };
  }

  configure({ body }: Ask): Answer {
    if (body === undefined) throw badParameter("request body format is invalid");
    const result = configurationBody.safeParse(body);
    if (!result.success)
      throw unprocessable(`invalid ${result.error.issues[0]?.path.join(".") ?? "configuration"}`);
    const given = result.data;
    const patch: Partial<AccountConfiguration> = {
      ...(given.suspend_trade === undefined ? {} : { suspendTrade: given.suspend_trade }),
      ...(given.no_shorting === undefined ? {} : { noShorting: given.no_shorting }),
      ...(given.fractional_trading === undefined ? {} : { fractionalTrading: given.fractional_trading }),
      ...(given.max_margin_multiplier === undefined
        ? {}
        : { maxMarginMultiplier: Number(given.max_margin_multiplier) as 1 | 2 | 4 }),
    };
    this.#brokerage.configure(patch);
    const kept = Object.keys(INITIAL_CHOICES).filter((key) => given[key] !== undefined);
    this.#choices = { ...this.#choices, ...Object.fromEntries(kept.map((key) => [key, given[key]])) };
    return ok(this.configuration());
  }

  activities({ parts, query }: Ask): Answer {
    const named =
      parts[0] === undefined || parts[0] === "" ? listParameter(query, "activity_types") : [parts[0]];
    const category = query.get("category");
    if (named !== undefined && category !== null)
      throw unprocessable("only one of activity_types and category is accepted");
    if (category !== null && !["trade_activity", "non_trade_activity"].includes(category))
      throw unprocessable(`invalid category: ${category.slice(0, 30)}`);
    const types = category === null ? named : category === "trade_activity" ? ["FILL"] : nonTrade;
    const token = query.get("page_token");
    const orderId = query.get("order_id");
    const filter: ActivityFilter = {
      direction: wordParameter(query, "direction", ["desc", "asc"]),
      pageSize: wholeParameter(query, "page_size", { least: 1, most: 100, otherwise: 100 }),
      ...(types === undefined ? {} : { types }),
      ...activityBounds(query),
      ...(token === null || token === "" ? {} : { pageToken: token }),
      ...(orderId === null || orderId === "" ? {} : { orderId }),
    };
    return ok(this.#brokerage.activities(filter).map(activityJson));
  }

  history({ query }: Ask): Answer {
    const frame = wordParameter(query, "timeframe", ["1d", "1min", "5min", "15min", "1h"]);
    const { from, to } = historySpan(query, this.#now());
    const isDaily = frame === "1d";
    if (!isDaily && to - from > 31 * MICROS_PER_DAY)
      throw unprocessable("only 1D is accepted beyond 30 days");
    const minutes = { "1d": 24 * 60, "1min": 1, "5min": 5, "15min": 15, "1h": 60 }[frame];
    const reporting = wordParameter(query, "intraday_reporting", [
      "market_hours",
      "extended_hours",
      "continuous",
    ]);
    const rows = this.#brokerage.portfolioHistory({
      from,
      to,
      stepMicros: minutes * MICROS_PER_MINUTE,
      hours: reporting === "market_hours" ? "market" : "extended",
    });
    const opened = toDollars(this.#brokerage.account().lastEquity as Money);
    const names = { "1d": "1D", "1min": "1Min", "5min": "5Min", "15min": "15Min", "1h": "1H" } as const;
    // Daily rows are a grid of 24 hours, which daylight time shifts against New York's midnights.
    const shown = isDaily
      ? rows.map(({ at, equity }) => ({
          at: midnightOf(marketDay((at + MICROS_PER_DAY / 2) as EpochMicros)),
          equity,
        }))
      : rows;
    return ok(historyJson(shown, opened, names[frame]));
  }

  assets({ query }: Ask): Answer {
    const status = query.get("status");
    const assetClass = query.get("asset_class");
    const exchange = query.get("exchange");
    if (status === "inactive" || (assetClass !== null && assetClass !== "" && assetClass !== "us_equity"))
      return ok([]);
    const found = this.#assets.filter(
      (asset) => exchange === null || exchange === "" || asset.exchange === exchange,
    );
    return ok(found.map((asset) => this.#assetJson(asset)));
  }

  asset({ parts }: Ask): Answer {
    const [name = ""] = parts;
    const found = this.#assets.find(
      ({ symbol }) => symbol === name || this.#brokerage.assetId(symbol) === name.toLowerCase(),
    );
    if (found === undefined) throw missing(`asset not found for ${name.slice(0, 60)}`);
    return ok(this.#assetJson(found));
  }

  #assetJson(asset: AssetTerms) {
    const isEasy = this.#brokerage.isEasyToBorrow(asset.symbol);
    return {
      id: this.#brokerage.assetId(asset.symbol) ?? "",
      class: "us_equity",
      exchange: asset.exchange,
      symbol: asset.symbol,
      name: asset.name,
      status: "active",
      tradable: asset.tradable,
      marginable: asset.marginable,
      shortable: asset.shortable,
      easy_to_borrow: isEasy,
      borrow_status: isEasy ? "easy_to_borrow" : "hard_to_borrow",
      fractionable: asset.fractionable,
      margin_requirement_long: asset.marginable ? "30" : "100",
      margin_requirement_short: asset.marginable ? "30" : "100",
      maintenance_margin_requirement: asset.marginable ? 30 : 100,
      attributes: asset.fractionable ? ["fractional_eh_enabled"] : [],
      cusip: null,
    };
  }
}

function activityBounds(query: URLSearchParams): Pick<ActivityFilter, "after" | "until"> {
  const date = query.get("date");
  const after = timeParameter(query, "after");
  const until = timeParameter(query, "until");
  if (date === null || date === "")
    return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
  if ((after ?? until) !== undefined) throw unprocessable("date cannot be combined with after or until");
  const day = parseWireDay(date);
  if (day === undefined) throw unprocessable(`invalid date: ${date.slice(0, 40)}`);
  const midnight = midnightOf(day);
  return { after: (midnight - 1) as EpochMicros, until: (midnight + MICROS_PER_DAY) as EpochMicros };
}

const PERIOD = /^(\d{1,3})(D|W|M|A)$/;
const DAYS = { D: 1, W: 7, M: 31, A: 366 } as const;

/** Two of period, start and end; the last month when nothing is said. */
function historySpan(
  query: URLSearchParams,
  now: EpochMicros,
): { readonly from: EpochMicros; readonly to: EpochMicros } {
  const start = timeParameter(query, "start");
  const end = timeParameter(query, "end") ?? timeParameter(query, "date_end");
  const text = query.get("period");
  const match = PERIOD.exec(text ?? (start === undefined || end === undefined ? "1M" : ""));
  if (text !== null && text !== "" && match === null)
    throw unprocessable(`invalid period: ${text.slice(0, 20)}`);
  if (text !== null && start !== undefined && end !== undefined)
    throw unprocessable("only two of period, start and end are accepted");
  const length = match === null ? 0 : Number(match[1]) * DAYS[match[2] as keyof typeof DAYS] * MICROS_PER_DAY;
  const to = Math.min(end ?? (start !== undefined && text !== null ? start + length : now), now);
  const from = start ?? midnightOf(marketDay((to - length) as EpochMicros));
  if (from > to) throw unprocessable("start must not be after end");
  return { from, to: to as EpochMicros };
}

/** Profit and loss is measured against the first row. */
function historyJson(rows: readonly HistoryRow[], opened: number, timeframe: string) {
  const equity = rows.map((row) => toDollars(row.equity as Money));
  const start = equity[0] ?? opened;
  return {
    timestamp: rows.map(({ at }) => Math.floor(at / 1_000_000)),
    equity,
    profit_loss: equity.map((value) => Math.round((value - start) * 1e6) / 1e6),
    profit_loss_pct: equity.map((value) => (start === 0 ? 0 : value / start - 1)),
    base_value: start,
    base_value_asof: rows[0] === undefined ? null : marketDate(rows[0].at),
    timeframe,
    cashflow: {},
  };
}
