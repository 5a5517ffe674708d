/**
 * Does the running system lose a bar of real data?
 *
 * Question  the built-in exchange plays recorded prices at a speed, the real processes trade them by the minute
 *           (reference_ema_cross); every minute of the files is looked for in what compute decided on and execute
 *           valued, and the exchange's account is compared with ours at the end.
 * Budget    no bar dropped, twice, or late, and no difference in orders, fills and positions. At 60 x for five
 *           sessions, and at the highest speed for all of them.
 *
 *   npm run bench -- sessions --data FILE[,FILE] [--sessions 5] [--speed 60] [--json]
 */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../src/app/config.ts";
import { tradedConfig } from "../src/app/traded-config.ts";
import { MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { FilePrices } from "../src/exchange/prices/file-prices.ts";
import { readPriceFiles } from "../src/exchange/prices/read-price-files.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { onlyShares } from "../test/strategy-shares.ts";
import { checkAccount } from "./live/account-check.ts";
import { type BarTally, playedDays, tallyBars } from "./live/bar-tally.ts";
import { type LiveRig, startRig } from "./live/rig.ts";
import { memoryLines, positive } from "./soak.bench.ts";

/** After the last close: the exchange lives through three minutes of it. */
const AFTER_CLOSE_MICROS = 2 * MICROS_PER_MINUTE;
const LOOK_EVERY_MS = 15_000;
/** By the wall: what was said last must reach everybody before the books are compared. */
const SETTLE_MS = 1500;
const LOOK_AROUND_MS = 250;
const BEHIND_SECONDS = 60;

/** One strategy by minutes, the whole capital, and no judgement over months that would end its trading. */
const SETTINGS = [
  "demo.ensemble=false",
  ...onlyShares({ reference_ema_cross: 1 }),
  "demo.params.reference_ema_cross={fast: 20, slow: 50}",
];

const options = {
  data: { type: "string" },
  sessions: { type: "string", default: "5" },
  speed: { type: "string", default: "60" },
  json: { type: "boolean", default: false },
} as const;

interface Status {
  readonly inputs: number;
  readonly staleDecisions: number;
  readonly feed: { readonly late: number; readonly rejected: number; readonly line: string } | null;
}

/** Exit status: 1 when a bar was lost or the books differ. */
export async function sessionsBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  if (values.data === undefined)
    throw new Error("bench sessions: --data is missing; give files of minutes, quotes or trades, as A,B");
  const speed = positive("speed", values.speed);
  const prices = new FilePrices(await readPriceFiles(values.data.split(",")), 1);
  const days = playedDays(prices, positive("sessions", values.sessions));
  const last = days.at(-1);
  const close = last === undefined ? undefined : sessionOn(last)?.close;
  if (close === undefined) throw new Error(`bench sessions: ${values.data} holds no session`);
  const rig = await startRig({
    config: tradedConfig(loadConfig({ assignments: SETTINGS }), "demo"),
    speed,
    words: ["--data", values.data],
    historySessions: 0,
    lookEveryMs: LOOK_EVERY_MS,
  });
  try {
    while (rig.now() < close + AFTER_CLOSE_MICROS) await pause(LOOK_AROUND_MS);
    // On a machine that is too slow for the speed the prices are behind the clock, and come all the same.
    while ((await behindSeconds(rig)) > BEHIND_SECONDS) await pause(LOOK_AROUND_MS);
    await pause(SETTLE_MS);
    const figures = await figuresOf(rig, { prices, sessions: days.length, speed });
    if (values.json) console.log(JSON.stringify(figures));
    else for (const line of linesOf(figures)) console.log(line);
    return figures.broken.length === 0 ? 0 : 1;
  } finally {
    await rig.stop();
  }
}

const behindSeconds = async (rig: LiveRig): Promise<number> =>
  (await rig.get<{ readonly behind_seconds: number }>("/admin/state")).behind_seconds;

interface Played {
  readonly prices: FilePrices;
  readonly sessions: number;
  readonly speed: number;
}

async function figuresOf(rig: LiveRig, { prices, sessions, speed }: Played) {
  const { inputs, staleDecisions, feed } = await rig.ask<Status>({ verb: "status" });
  const account = await checkAccount(rig);
  const tallies = tallyBars(rig.root, rig.run, prices, sessions);
  const sum = (field: Exclude<keyof BarTally, "session">) =>
    tallies.reduce((total, tally) => total + tally[field], 0);
  const [dropped, wrong, late] = [sum("dropped"), sum("wrong"), feed?.late ?? 0];
  const broken = [...account.differences, ...rig.deaths];
  if (dropped > 0) broken.push(`${dropped} bars dropped`);
  if (wrong > 0) broken.push(`${wrong} bars told twice or wrongly`);
  if (late > 0) broken.push(`${late} bars late`);
  return {
    ...{ bench: "sessions", symbols: rig.run.symbols.length, sessions, speed },
    ...{ bars: sum("bars"), valued: sum("valued"), decided: sum("decided"), dropped, wrong, late },
    ...{ rejected: feed?.rejected ?? 0, inputs, staleDecisions },
    ...account,
    ...{ worst: tallies.filter((tally) => tally.dropped + tally.wrong > 0).slice(0, 5) },
    ...{ memory: rig.memory(), broken },
    verdict: broken.length === 0 ? "nothing lost" : "broken",
  };
}

function linesOf(figures: Awaited<ReturnType<typeof figuresOf>>): string[] {
  const { sessions, symbols, speed, bars, valued, decided, dropped, wrong, late } = figures;
  return [
    ...memoryLines(figures.memory),
    ...figures.worst.map(
      (tally) => `${tally.session}: ${tally.dropped} of ${tally.bars} dropped, ${tally.wrong} wrong`,
    ),
    `sessions: ${sessions} of ${symbols} symbols at ${speed} x: ${bars} bars in the files, ${valued} valued, ` +
      `${decided} decided on, ${dropped} dropped, ${wrong} wrong, ${late} late, ${figures.rejected} rejected; ` +
      `${figures.staleDecisions} stale decisions; ${figures.orders} orders, ${figures.filledOrders} filled, ` +
      `${figures.trades} trades, ${figures.positions} positions held; ${figures.differences.length} differences: ` +
      `${figures.verdict} ${figures.broken.slice(0, 8).join("; ")}`,
  ];
}
