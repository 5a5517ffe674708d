/**
 * Goal    a strategy that loses is stopped alone, at exactly the right event and for exactly as long as it should be.
 * Method  the same stories with and without a restart after every event; what is asked is whether each of two
 *         strategies may enter, and at which level it stands.
 */
import { describe, expect, it } from "vitest";
import { at, BreakerAccount } from "../../../test/breaker-case.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { table } from "../../../test/table.ts";
import type { BoundBreaker } from "../breaker.ts";
import { strategyLoss } from "./strategy-loss.ts";
import { strategyLosses } from "./strategy-losses.ts";
import { throttlePause } from "./throttle-pause.ts";

/** Rows of `minute  trade S PNL | won A B | refused S CONTROL | mark`: the levels of both strategies after it. */
const stories: Readonly<Record<string, readonly [breaker: BoundBreaker, rows: string]>> = {
  "three losses in a row pause that strategy for four hours, the other trades on": [
    strategyLosses.configure({}),
    `
      minute    what           first           second
      1         mark           NORMAL          NORMAL
      2         trade 0 -10    NORMAL          NORMAL
      3         trade 1 -500   NORMAL          NORMAL
      4         trade 0 -9.99  NORMAL          NORMAL
      5         trade 0 -500   NORMAL          NORMAL
      6         trade 0 -500   NO_NEW_ENTRIES  NORMAL
      7         trade 1 -500   NO_NEW_ENTRIES  NORMAL
      8         trade 1 20     NO_NEW_ENTRIES  NORMAL
      9         trade 1 -500   NO_NEW_ENTRIES  NORMAL
      245.9999  mark           NO_NEW_ENTRIES  NORMAL
      246       mark           NORMAL          NORMAL
    `,
  ],
  "a win in between starts the count again; after a pause it takes three more": [
    strategyLosses.configure({}),
    `
      minute  what          first           second
      1       trade 0 -50   NORMAL          NORMAL
      2       trade 0 -50   NORMAL          NORMAL
      3       trade 0 10    NORMAL          NORMAL
      4       trade 0 -50   NORMAL          NORMAL
      5       trade 0 -50   NORMAL          NORMAL
      6       trade 0 none  NO_NEW_ENTRIES  NORMAL
      246     mark          NORMAL          NORMAL
      247     trade 0 -50   NORMAL          NORMAL
      248     trade 0 -50   NORMAL          NORMAL
      249     trade 0 -50   NO_NEW_ENTRIES  NORMAL
    `,
  ],
  "five per cent of its own 50,000 disables a strategy for 24 h, then it is measured anew": [
    strategyLoss.configure({}),
    `
      minute     what                 first        second
      1          won 0 0              NORMAL       NORMAL
      2          won -2499.999999 0   NORMAL       NORMAL
      3          won -2500 5000       REDUCE_ONLY  NORMAL
      4          won -9000 5000       REDUCE_ONLY  NORMAL
      5          won 3000 -2500       REDUCE_ONLY  REDUCE_ONLY
      1442.9999  won -4000 -2500      REDUCE_ONLY  REDUCE_ONLY
      1443       won -4000 -2500      NORMAL       REDUCE_ONLY
      1444       won -6499.999999 0   NORMAL       REDUCE_ONLY
      1445       won -6500 0          REDUCE_ONLY  NORMAL
    `,
  ],
  "C-07: who hits the throttle is paused for a minute from the last hit, another rule's refusal is not that":
    [
      throttlePause.configure({}),
      `
      minute    what            first           second
      1         refused 0 C-13  NORMAL          NORMAL
      2         refused 0 C-07  NO_NEW_ENTRIES  NORMAL
      2.5       refused 0 C-07  NO_NEW_ENTRIES  NORMAL
      3         mark            NO_NEW_ENTRIES  NORMAL
      3.25      refused 1 C-07  NO_NEW_ENTRIES  NO_NEW_ENTRIES
      3.499999  mark            NO_NEW_ENTRIES  NO_NEW_ENTRIES
      3.5       mark            NORMAL          NO_NEW_ENTRIES
      4.25      mark            NORMAL          NORMAL
    `,
    ],
  "an unknown result disables nobody, and enables nobody before it is known": [
    strategyLoss.configure({}),
    `
      minute  what          first        second
      1       won none 0    NORMAL       NORMAL
      2       won -2500 0   REDUCE_ONLY  NORMAL
      1442    won none 0    NORMAL       NORMAL
      1443    won -3000 0   NORMAL       NORMAL
      1444    won -5499 0   NORMAL       NORMAL
      1445    won -5500 0   REDUCE_ONLY  NORMAL
    `,
  ],
};

function play(bound: BoundBreaker, rows: string, restarts: boolean): string[] {
  const account = new BreakerAccount([bound]);
  return table(rows).map((row) => {
    const moment = at(0, cellNumber(row.minute));
    const [kind, first, second] = (row.what ?? "").split(" ");
    if (kind === "trade")
      account.step({ kind: "trade", at: moment, strategy: cellNumber(first), pnl: cellNumber(second) });
    else if (kind === "refused")
      account.step({ kind, at: moment, strategy: cellNumber(first), control: second ?? "" });
    else {
      const pnl = kind === "won" ? { pnl: [cellNumber(first), cellNumber(second)] } : {};
      account.step({ kind: "mark", at: moment, equity: 100_000, ...pnl });
    }
    if (restarts) account.restart();
    const { authorities } = account;
    expect(authorities.permission.level).toBe("NORMAL");
    for (const strategy of [0, 1])
      expect(authorities.allowsEntries(strategy)).toBe(authorities.levelFor(strategy) === "NORMAL");
    return `${authorities.levelFor(0)} ${authorities.levelFor(1)}`;
  });
}

describe.each([false, true])("with a restart after every event: %s", (restarts) => {
  it.each(Object.entries(stories))("%s", (_, [bound, rows]) => {
    expect(play(bound, rows, restarts)).toEqual(table(rows).map(({ first, second }) => `${first} ${second}`));
  });
});
