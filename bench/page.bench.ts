/**
 * How fast and how heavy is the page?
 *
 * Question  first contentful paint of five cold loads (a new browser context each, nothing cached) of the page of a
 *           demo that trades at 60 x; scrolling lists of 10,000 orders and 5,000 errors for 240 frames, at 100 pixels a
 *           frame, which is a fast fling, and from top to end, as the scroll bar is dragged, the middle one of five
 *           passes each; bytes after gzip.
 * Budget    median of the paints 1.0 s; of a fling half of the frames within one of a 60 Hz screen (17 ms) and at most
 *           two in a hundred more over two of them than of plain lines; 150 KiB without fonts and without the candles,
 *           which load when a chain is opened.
 *           The drag is told and has none: each of its frames shows forty other rows, drawn by the processor alone.
 * Rival     to the same browser: an empty page, and a list of 10,000 plain lines in which nothing is ever drawn anew.
 *
 *   npm run bench -- page [--json]
 */
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { DashboardFixture } from "../test/dashboard-fixture.ts";
import { noBrowser, openPage, startBrowser } from "../test/system/page-browser.ts";
import { type PageWeight, pageWeight } from "../test/system/page-weight.ts";
import { RunningDemo } from "../test/system/running-demo.ts";
import { type Scrolled, scrolled } from "../test/system/scrolling.ts";

const SPEED = 60;
const LOADS = 5;
const PASSES = 5;
const DIST = "dist/dashboard";
const budget = { paintMs: 1000, frameMs: 17, moreOver32Ms: 0.02, gzipBytes: 150 * 1024 } as const;
const look = { theme: "dark", width: 1440 } as const;
const LINES = Array.from(
  { length: 10_000 },
  (_, n) => `<p style="height:28px;margin:0">${n} TILLA buy 127 filled</p>`,
);
const PLAIN = `<div class="long" style="height:620px;overflow-y:auto;contain:strict">${LINES.join("")}</div>`;
const FLING_PIXELS = 100;
const paintOf = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN';

interface Scrolling {
  readonly fling: Scrolled;
  readonly drag: Scrolled;
}

interface Figures {
  readonly paintsMs: readonly number[];
  readonly emptyPaintsMs: readonly number[];
  readonly orders: Scrolling;
  readonly errors: Scrolling;
  readonly plain: Scrolling;
  readonly weight: PageWeight;
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
    const figures = { ...(await paints(browser)), ...(await lists(browser)), weight: pageWeight(DIST) };
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
async function lists(browser: Browser): Promise<Pick<Figures, "orders" | "errors" | "plain">> {
  const fixture = new DashboardFixture({ state: "scaled", dist: DIST });
  const origin = await fixture.listen();
  const { page, close } = await openPage(browser, origin, look);
  try {
    await page.goto(`${origin}/#/orders`);
    await page.locator(".long tr[data-at='3']").waitFor();
    const orders = await both(page);
    await page.goto(`${origin}/#/health`);
    await page.getByRole("button", { name: "Every line" }).click();
    await page.locator(".long tr[data-at='3']").waitFor();
    const errors = await both(page);
    await page.goto("about:blank");
    await page.setContent(PLAIN);
    return { orders, errors, plain: await both(page) };
  } finally {
    await close();
    await fixture.close();
  }
}

const both = async (page: Page): Promise<Scrolling> => ({
  fling: await middle(page, FLING_PIXELS),
  drag: await middle(page),
});

/** Of several passes the one in the middle: one pass has 240 frames, of which another process can take a few. */
async function middle(page: Page, step = 0): Promise<Scrolled> {
  const passes: Scrolled[] = [];
  while (passes.length < PASSES) passes.push(await scrolled(page, step));
  return passes.toSorted((a, b) => a.shareOver32Ms - b.shareOver32Ms)[Math.floor(PASSES / 2)] as Scrolled;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function brokenBudgets({ paintsMs, orders, errors, plain, weight }: Figures): string[] {
  const isFluid = ({ fling: { medianMs, shareOver32Ms } }: Scrolling) =>
    medianMs <= budget.frameMs && shareOver32Ms <= plain.fling.shareOver32Ms + budget.moreOver32Ms;
  return [
    ...(median(paintsMs) <= budget.paintMs ? [] : ["first contentful paint"]),
    ...(isFluid(orders) ? [] : ["scrolling orders"]),
    ...(isFluid(errors) ? [] : ["scrolling errors"]),
    ...(weight.page <= budget.gzipBytes ? [] : ["weight"]),
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
    scroll("10,000 orders, fling", figures.orders.fling),
    scroll("10,000 orders, drag", figures.orders.drag),
    scroll("5,000 errors, fling", figures.errors.fling),
    scroll("5,000 errors, drag", figures.errors.drag),
    scroll("plain lines, fling", figures.plain.fling),
    scroll("plain lines, drag", figures.plain.drag),
    `weight   ${figures.weight.page} bytes after gzip (goal ${budget.gzipBytes}), ` +
      `${figures.weight.candles} more when a chain is opened`,
    broken.length === 0 ? "budgets  held" : `budgets  NOT held: ${broken.join(", ")}`,
  ];
}
