/**
 * How fast and how heavy is the page?
 *
 * Question  first contentful paint of five cold loads (a new browser context each, nothing cached) of the page of a
 *           demo that trades at 60 x; scrolling 10,000 orders and 5,000 errors from top to end in 240 frames; bytes
 *           after gzip.
 * Budget    median of the paints 1.0 s; half of the frames within one of a 60 Hz screen (17 ms), at most 5 % over two
 *           of them; 150 KiB without fonts and without the candles, which load when an order's chain is opened.
 * Rival     an empty page by the same server to the same browser: what the machine takes for nothing.
 *
 *   npm run bench -- page [--json]
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { DashboardFixture } from "../test/dashboard-fixture.ts";
import { noBrowser, openPage, startBrowser } from "../test/system/page-browser.ts";
import { RunningDemo } from "../test/system/running-demo.ts";
import { type Scrolled, scrolled } from "../test/system/scrolling.ts";

const SPEED = 60;
const LOADS = 5;
const DIST = "dist/dashboard";
const budget = { paintMs: 1000, frameMs: 17, shareOver32Ms: 0.05, gzipBytes: 150 * 1024 } as const;
const look = { theme: "dark", width: 1440 } as const;
const paintOf = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN';

interface Figures {
  readonly paintsMs: readonly number[];
  readonly emptyPaintsMs: readonly number[];
  readonly orders: Scrolled;
  readonly errors: Scrolled;
  readonly gzipBytes: number;
  readonly candlesGzipBytes: number;
}

/** Exit status: 1 when a budget is not held. */
export async function pageBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean", default: false } },
  });
  const missing = noBrowser();
  if (missing !== undefined) throw new Error(`bench page:${missing}`);
  execFileSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "error"]);
  const browser = await startBrowser();
  try {
    const figures = { ...(await paints(browser)), ...(await lists(browser)), ...weight() };
    const broken = brokenBudgets(figures);
    if (values.json) console.log(JSON.stringify({ ...figures, broken }));
    else for (const line of linesOf(figures, broken)) console.log(line);
    return broken.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

async function paints(browser: Browser): Promise<Pick<Figures, "paintsMs" | "emptyPaintsMs">> {
  const empty = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html").end("<!doctype html><title>nothing</title><p>nothing");
  }).listen(0, "127.0.0.1");
  const demo = await RunningDemo.start(SPEED);
  try {
    const paintsMs: number[] = [];
    const emptyPaintsMs: number[] = [];
    for (let load = 0; load < LOADS; load++) {
      paintsMs.push(await paint(browser, demo.link));
      emptyPaintsMs.push(await paint(browser, `http://127.0.0.1:${(empty.address() as AddressInfo).port}/`));
    }
    return { paintsMs, emptyPaintsMs };
  } finally {
    await demo.stop();
    empty.close();
  }
}

async function paint(browser: Browser, address: string): Promise<number> {
  const { page, close } = await openPage(browser, new URL(address).origin, look);
  await page.goto(address, { waitUntil: "load" });
  let found = Number.NaN;
  while (Number.isNaN(found)) found = await page.evaluate<number>(paintOf);
  await close();
  return Math.round(found);
}

/** Of the fixture: the real server and the built page, with as many rows as no demo writes. */
async function lists(browser: Browser): Promise<Pick<Figures, "orders" | "errors">> {
  const fixture = new DashboardFixture({ state: "scaled", dist: DIST });
  const origin = await fixture.listen();
  const { page, close } = await openPage(browser, origin, look);
  try {
    await page.goto(`${origin}/#/orders`);
    await page.locator(".long tr[data-at='3']").waitFor();
    const orders = await scrolled(page);
    await page.goto(`${origin}/#/health`);
    await page.getByRole("button", { name: "Every line" }).click();
    await page.locator(".long tr[data-at='3']").waitFor();
    return { orders, errors: await scrolled(page) };
  } finally {
    await close();
    await fixture.close();
  }
}

function weight(): Pick<Figures, "gzipBytes" | "candlesGzipBytes"> {
  const folder = join(DIST, "assets");
  const bytesOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  const names = readdirSync(folder).filter((name) => !name.endsWith(".woff2"));
  const isCandles = (name: string) => name.startsWith("candles");
  return {
    gzipBytes: bytesOf(names.filter((name) => !isCandles(name))),
    candlesGzipBytes: bytesOf(names.filter(isCandles)),
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function brokenBudgets({ paintsMs, orders, errors, gzipBytes }: Figures): string[] {
  const isFluid = ({ medianMs, shareOver32Ms }: Scrolled) =>
    medianMs <= budget.frameMs && shareOver32Ms <= budget.shareOver32Ms;
  return [
    ...(median(paintsMs) <= budget.paintMs ? [] : ["first contentful paint"]),
    ...(isFluid(orders) ? [] : ["scrolling orders"]),
    ...(isFluid(errors) ? [] : ["scrolling errors"]),
    ...(gzipBytes <= budget.gzipBytes ? [] : ["weight"]),
  ];
}

function linesOf({ paintsMs, emptyPaintsMs, ...figures }: Figures, broken: readonly string[]): string[] {
  const scroll = (what: string, run: Scrolled) =>
    `scroll   ${what}: frame ${run.medianMs} ms median, ${run.worstMs} ms worst, ` +
    `${(100 * run.shareOver32Ms).toFixed(1)} % over 32 ms, longest task ${run.longestTaskMs} ms, ` +
    `${run.cpuMsPerFrame} ms of the processor per frame, at most ${run.rowsMost} rows in the document`;
  return [
    `paint    ${median(paintsMs)} ms median of ${paintsMs.join(", ")} (goal ${budget.paintMs}); an empty page ` +
      `${median(emptyPaintsMs)} ms`,
    scroll("10,000 orders", figures.orders),
    scroll(" 5,000 errors", figures.errors),
    `weight   ${figures.gzipBytes} bytes after gzip (goal ${budget.gzipBytes}), ` +
      `${figures.candlesGzipBytes} more when a chain is opened`,
    broken.length === 0 ? "budgets  held" : `budgets  NOT held: ${broken.join(", ")}`,
  ];
}
