/**
 * Goal    each breaker that watches the whole account acts at exactly the right event: at the limit, not one
 *         micro-dollar before; holds as long as it should; and says the same after a restart at every event.
 * Method  days told as rows of marks; each row says what stands after it. Each table runs twice, the second time
 *         with a restart after every event.
 */
import { describe, expect, it } from "vitest";
import { type AccountEvent, at, BreakerAccount } from "../../../test/breaker-case.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { table } from "../../../test/table.ts";
import type { BoundBreaker } from "../breaker.ts";
import { accountLosses } from "./account-losses.ts";
import { dayHighDrawdown } from "./day-high-drawdown.ts";
import { dayBaseLoss } from "./day-loss.ts";
import { highWaterMark } from "./high-water-mark.ts";
import { rapidLoss } from "./rapid-loss.ts";

/** Rows of `day  minute  equity|pnl|flow  level`; 0.000001 is the micro-dollar that must not matter. */
function play(bound: BoundBreaker, rows: string, restarts: boolean): string[] {
  const account = new BreakerAccount([bound]);
  return table(rows).map((row) => {
    const moment = at(cellNumber(row.day), cellNumber(row.minute));
    account.step(eventOf(row.what ?? "", moment));
    if (restarts) account.restart();
    const { level, scalar } = account.authorities.permission;
    const says = scalar === 1 ? level : `${level} ${scalar}`;
    return account.halvings === 0 ? says : `${says} halved ${account.halvings}`;
  });
}

function eventOf(what: string, moment: ReturnType<typeof at>): AccountEvent {
  const [kind = "", amount] = what.split(" ");
  if (kind === "flow") return { kind: "flow", dollars: cellNumber(amount) };
  if (kind === "trade") return { kind: "trade", at: moment, strategy: 0, pnl: cellNumber(amount) };
  return { kind: "mark", at: moment, equity: cellNumber(kind) };
}

const stories: Readonly<Record<string, readonly [breaker: BoundBreaker, rows: string]>> = {
  "rapid_loss at the limit, and not a micro-dollar before": [
    rapidLoss.configure({}),
    `
      day  minute  what          says
      0    1       100000        NORMAL
      0    2       99000.000001  NORMAL
      0    3       99000         NO_NEW_ENTRIES
      0    32.99   99000         NO_NEW_ENTRIES
      0    33      99000         NORMAL
    `,
  ],
  "rapid_loss holds the edge of its window": [
    rapidLoss.configure({}),
    `
      day  minute    what    says
      0    1         100000  NORMAL
      0    2         99500   NORMAL
      0    16.00001  99000   NORMAL
      1    1         100000  NORMAL
      1    2         99500   NORMAL
      1    16        99000   NO_NEW_ENTRIES
    `,
  ],
  "rapid_loss measures from the highest value of the window, and rises with it": [
    rapidLoss.configure({}),
    `
      day  minute  what     says
      0    1       100000   NORMAL
      0    2       101000   NORMAL
      0    3       99991    NORMAL
      0    4       99990    NO_NEW_ENTRIES
    `,
  ],
  "a second hit of rapid_loss bars entries to the end of the session; the first fall is not counted twice": [
    rapidLoss.configure({}),
    `
      day  minute  what    says
      0    1       100000  NORMAL
      0    2       98900   NO_NEW_ENTRIES
      0    3       98800   NO_NEW_ENTRIES
      0    33      98800   NORMAL
      0    34      97800   NO_NEW_ENTRIES
      0    80      97800   NO_NEW_ENTRIES
      0    390     97800   NO_NEW_ENTRIES
      1    1       97800   NORMAL
      1    2       96800   NO_NEW_ENTRIES
      1    32      96800   NORMAL
    `,
  ],
  "a withdrawal is no rapid loss, a deposit hides none": [
    rapidLoss.configure({}),
    `
      day  minute  what        says
      0    1       100000      NORMAL
      0    2       flow -5000  NORMAL
      0    3       95000       NORMAL
      0    4       flow 50000  NORMAL
      0    5       143600      NORMAL
      0    6       143550      NO_NEW_ENTRIES
    `,
  ],
  "an overnight gap is outside the window, and a missing mark is no loss": [
    rapidLoss.configure({}),
    `
      day  minute  what    says
      0    390     100000  NORMAL
      1    1       98000   NORMAL
      1    2       none    NORMAL
      1    3       97500   NORMAL
      1    4       97020   NO_NEW_ENTRIES
    `,
  ],
  "day_high_drawdown at the limit, from the ratcheted high, to the end of the session": [
    dayHighDrawdown.configure({}),
    `
      day  minute  what          says
      0    1       100000        NORMAL
      0    2       102000        NORMAL
      0    3       99960.000001  NORMAL
      0    4       99960         REDUCE_ONLY
      0    5       102000        REDUCE_ONLY
      0    390     102000        REDUCE_ONLY
      1    1       102000        NORMAL
    `,
  ],
  "day_high_drawdown counts an overnight gap": [
    dayHighDrawdown.configure({}),
    `
      day  minute  what    says
      0    390     100000  NORMAL
      1    1       98000   REDUCE_ONLY
    `,
  ],
  "day_high_drawdown as a kill is latched over nights": [
    dayHighDrawdown.configure({ action: "kill" }),
    `
      day  minute  what          says
      0    1       100000        NORMAL
      0    2       98000.000001  NORMAL
      0    3       98000         FLATTEN
      1    1       98000         FLATTEN
      2    1       99000         FLATTEN
    `,
  ],
  "a deposit does not raise the high, a withdrawal is no drawdown": [
    dayHighDrawdown.configure({}),
    `
      day  minute  what         says
      0    1       100000       NORMAL
      0    2       flow 100000  NORMAL
      0    3       197000       NORMAL
      0    4       flow -97000  NORMAL
      0    5       100000       NORMAL
      0    6       99400        REDUCE_ONLY
    `,
  ],
  "day_base_loss at the limit, from the higher of last close and open, latched": [
    dayBaseLoss.configure({}),
    `
      day  minute  what          says
      0    1       100000        NORMAL
      0    2       110000        NORMAL
      0    3       97000.000001  NORMAL
      0    4       97000         FLATTEN
      0    5       120000        FLATTEN
      1    1       120000        FLATTEN
    `,
  ],
  "day_base_loss measures from the open where that is the higher": [
    dayBaseLoss.configure({}),
    `
      day  minute  what          says
      0    390     100000        NORMAL
      1    1       101000        NORMAL
      1    2       97970.000001  NORMAL
      1    3       97970         FLATTEN
    `,
  ],
  "before open + 60 s a breach only reduces; it is withdrawn if the next prints do not confirm it": [
    dayBaseLoss.configure({}),
    `
      day  minute  what    says
      0    390     100000  NORMAL
      1    0.2     96000   REDUCE_ONLY
      1    0.5     99000   REDUCE_ONLY
      1    0.9     none    REDUCE_ONLY
      1    1       99500   NORMAL
      2    0.5     96000   REDUCE_ONLY
      2    1       96000   FLATTEN
    `,
  ],
  "high_water_mark halves once per crossing and scales until -10 %": [
    highWaterMark.configure({}),
    `
      day  minute  what          says
      0    1       100000        NORMAL
      1    1       85000.000001  NORMAL
      2    1       85000         SCALED 0.5 halved 1
      3    1       80000         SCALED 0.5 halved 1
      4    1       86000         SCALED 0.5 halved 1
      5    1       84000         SCALED 0.5 halved 1
      6    1       89999.999999  SCALED 0.5 halved 1
      7    1       none          SCALED 0.5 halved 1
      8    1       90000         NORMAL halved 1
      9    1       86000         NORMAL halved 1
      10   1       85000         SCALED 0.5 halved 2
      11   1       101000        NORMAL halved 2
    `,
  ],
  "account_losses after five in a row, to the next session; a scratch neither adds nor resets": [
    accountLosses.configure({}),
    `
      day  minute  what            says
      0    1       100000          NORMAL
      0    2       trade -10       NORMAL
      0    3       trade -9.99     NORMAL
      0    4       trade -500      NORMAL
      0    5       trade 9.99      NORMAL
      0    6       trade -500      NORMAL
      0    7       trade -500      NORMAL
      0    8       trade 0         NORMAL
      0    9       trade -500      NO_NEW_ENTRIES
      0    390     100000          NO_NEW_ENTRIES
      1    1       100000          NORMAL
      1    2       trade -500      NORMAL
    `,
  ],
  "a win ends the streak of the account, and the streak goes on over night": [
    accountLosses.configure({}),
    `
      day  minute  what        says
      0    1       100000      NORMAL
      0    2       trade -50   NORMAL
      0    3       trade -50   NORMAL
      0    4       trade -50   NORMAL
      0    5       trade -50   NORMAL
      0    6       trade 10    NORMAL
      0    7       trade -50   NORMAL
      0    8       trade -50   NORMAL
      0    9       trade -50   NORMAL
      1    1       trade -50   NORMAL
      1    2       trade none  NO_NEW_ENTRIES
      2    1       trade -50   NORMAL
    `,
  ],
};

describe.each([false, true])("with a restart after every event: %s", (restarts) => {
  it.each(Object.entries(stories))("%s", (_, [bound, rows]) => {
    expect(play(bound, rows, restarts)).toEqual(table(rows).map(({ says }) => says));
  });
});

it("a resume while the trigger stands fires it again, and not once it is gone", () => {
  const account = new BreakerAccount([dayBaseLoss.configure({})]);
  const mark = (minute: number, equity: number) => account.step({ kind: "mark", at: at(0, minute), equity });
  const resume = () => account.authorities.lift("circuit_breakers", "day_base_loss", "operator");
  mark(1, 100_000);
  mark(2, 96_000);
  expect(account.authorities.permission.level).toBe("FLATTEN");
  expect(resume()).toBe(true);
  mark(3, 96_000);
  expect(account.authorities.permission.level).toBe("FLATTEN");
  resume();
  mark(4, 99_000);
  expect(account.authorities.permission.level).toBe("NORMAL");
});

it("reasons name both numbers", () => {
  const account = new BreakerAccount([dayBaseLoss.configure({})]);
  account.step({ kind: "mark", at: at(0, 1), equity: 100_000 });
  account.step({ kind: "mark", at: at(0, 2), equity: 96_870 });
  expect(account.authorities.permission.claims[0]?.reason).toBe("lost 3.13% of the day's base, limit 3.00%");
});
