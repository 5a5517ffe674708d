/**
 * Alpaca's list of corporate actions over REST, `GET /v1/corporate-actions`, as actions of the lake (DATA-6). It is
 * read by the same words as before a session (`announced.ts`), so that a run and the lake count the same. Listed by the
 * day of processing, which for a dividend is that of its payment. Shapes after the protocol reference; not tried
 * against the real service.
 */
import { z } from "zod";
import {
  type AnnouncedAction,
  type CorporateAction,
  SPLITS_APART_DAYS,
} from "../../domain/corporate-action.ts";
import { civilDate, type DayNumber, dayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import { announcedOf } from "../feeds/alpaca/announced.ts";
import type { ActionsAnswer, ActionsQuery, SourceReach } from "./bar-source.ts";
import { followPages } from "./source-pages.ts";

const PAGE = 1_000;
/** A dividend is paid so long after its ex-date at most, but for a few. */
const PROCESSED_DAYS = 90;
/** Of a window that ended so long ago the answer is kept; a copy is asked about again after a month. */
const SETTLED_DAYS = 60;

const page = z.object({
  corporate_actions: z.record(z.string(), z.array(z.record(z.string(), z.unknown())).nullish()).nullish(),
  next_page_token: z.string().nullish(),
});

interface Read {
  readonly announced: AnnouncedAction;
  readonly payDate: DayNumber | undefined;
}

/** All actions of these symbols with an ex-date from `from` to `to`, or a reason and none. */
export async function alpacaActions(
  { client, origin, keys }: SourceReach,
  { symbols, from, to }: ActionsQuery,
): Promise<ActionsAnswer> {
  const [keyId, secret] = keys;
  const headers = {
    "APCA-API-KEY-ID": keyId?.reveal() ?? "",
    "APCA-API-SECRET-KEY": secret?.reveal() ?? "",
    accept: "application/json",
  };
  const asked = new Set(symbols);
  const found: Read[] = [];
  for (const { start, end } of windowsOf(from, to)) {
    const words = { symbols: symbols.join(","), start: isoDate(start), end: isoDate(end) };
    const first = `${origin}/v1/corporate-actions?${new URLSearchParams({ ...words, limit: String(PAGE) })}`;
    const failure = await followPages(
      first,
      (url) =>
        client.get({
          ...{ url, headers, asking: "background", isSettled: end < to - SETTLED_DAYS },
          read: (body) => {
            const { corporate_actions: lists, next_page_token: token } = page.parse(JSON.parse(body));
            const next =
              token == null || token === "" ? undefined : `${first}&page_token=${encodeURIComponent(token)}`;
            return { read: readAll(lists ?? {}, asked, to), next };
          },
        }),
      ({ read }) => found.push(...read),
    );
    if (failure !== undefined) return failure;
  }
  return {
    ok: true,
    ...actionsOf(found.filter(({ announced: { exDate } }) => exDate >= from && exDate <= to)),
  };
}

/** A year each, by the calendar: yesterday's question about a year that is over is today's. */
function windowsOf(from: DayNumber, to: DayNumber): readonly { start: DayNumber; end: DayNumber }[] {
  const [first, last] = [civilDate(from).year, civilDate((to + PROCESSED_DAYS) as DayNumber).year];
  return Array.from({ length: last - first + 1 }, (_, n) => ({
    start: dayNumber(first + n, 1, 1),
    end: dayNumber(first + n, 12, 31),
  }));
}

function readAll(
  lists: NonNullable<z.infer<typeof page>["corporate_actions"]>,
  asked: ReadonlySet<string>,
  today: DayNumber,
): readonly Read[] {
  return Object.entries(lists).flatMap(([type, rows]) =>
    (rows ?? []).flatMap((fields): Read[] => {
      const announced = announcedOf({ type, fields }, (symbol) => asked.has(symbol), today);
      const paid =
        typeof fields.payable_date === "string" ? parseIsoDate(fields.payable_date.slice(0, 10)) : undefined;
      return announced === undefined ? [] : [{ announced, payDate: paid }];
    }),
  );
}

type Told = Pick<Extract<ActionsAnswer, { readonly ok: true }>, "actions" | "unread">;

/** What is no list's to hold is named and not made up. */
function actionsOf(found: readonly Read[]): Told {
  const bySymbol = [...Map.groupBy(found, ({ announced }) => announced.symbol).values()];
  const told = bySymbol.flatMap((of) => [splitsOf(of), cashOf(of)]);
  const others = found.flatMap(({ announced }) =>
    announced.terms.kind === "other" ? [named(announced, announced.terms.what)] : [],
  );
  return {
    actions: told.flatMap(({ actions }) => actions),
    unread: [...others, ...told.flatMap(({ unread }) => unread)].toSorted(),
  };
}

/** Of one symbol. Under two names it is one split; of two of a month nobody knows which one it is. */
function splitsOf(found: readonly Read[]): Told {
  const splits = new Map<string, CorporateAction>();
  for (const { announced } of found) {
    const { symbol, exDate, terms } = announced;
    if (terms.kind !== "split") continue;
    const { newShares, oldShares } = terms;
    const split = { ...actionOn(symbol, exDate), kind: "split", newShares, oldShares } as const;
    splits.set(`${exDate} ${newShares} ${oldShares}`, split);
  }
  const all = [...splits.values()];
  const isAlone = (split: CorporateAction) =>
    all.every((one) => one === split || Math.abs(one.exDate - split.exDate) > SPLITS_APART_DAYS);
  const unsure = all.filter((split) => !isAlone(split));
  return {
    actions: all.filter(isAlone),
    unread: unsure.map((one) => named(one, "one of two splits of a month")),
  };
}

/** Of one symbol. The same amount under two names is one; several of a day are one sum, paid when the last is. */
function cashOf(found: readonly Read[]): Told {
  const days = Map.groupBy(
    found.filter(({ announced }) => announced.terms.kind === "dividend"),
    ({ announced }) => announced.exDate,
  );
  const actions = [...days].map(([exDate, all]): CorporateAction => {
    const amounts = new Set(
      all.map(({ announced: { terms } }) => (terms.kind === "dividend" ? terms.perShare : 0)),
    );
    const cashPerShare = [...amounts].reduce((sum, dollars) => sum + dollars, 0);
    const dates = all.flatMap(({ payDate }) => (payDate === undefined ? [] : [payDate]));
    const payDate = dates.length < all.length ? {} : { payDate: Math.max(...dates) as DayNumber };
    const { symbol } = (all[0] as Read).announced;
    return { ...actionOn(symbol, exDate), kind: "dividend", cashPerShare, ...payDate };
  });
  return { actions, unread: [] };
}

const actionOn = (symbol: string, exDate: DayNumber) => ({
  ...{ symbol, exDate, newShares: 1, oldShares: 1, cashPerShare: 0, reference: Number.NaN },
});

const named = ({ symbol, exDate }: Pick<CorporateAction, "symbol" | "exDate">, what: string): string =>
  `${symbol} ${isoDate(exDate)} ${what}`;
