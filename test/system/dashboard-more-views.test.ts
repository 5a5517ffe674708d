/**
 * The page's other views in a real browser, as they are built and under the policy that the server sends: both themes,
 * three widths, by the keyboard, and with thousands of rows. Figures are invented by the fixture server.
 *
 * DASHBOARD_SHOTS=/some/folder keeps a picture of each view.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DashboardFixture, type FixtureOptions } from "../dashboard-fixture.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { noBrowser, startBrowser } from "./page-browser.ts";
import { scrolled } from "./scrolling.ts";

const absent = noBrowser();
const shots = process.env.DASHBOARD_SHOTS ?? "";

const views = [
  ["orders/10000", "Orders"],
  ["risk", "Risk"],
  ["why", "Why"],
  ["why/AMD", "Why"],
  ["signals", "Signals"],
  ["strategies", "Strategies"],
  ["research", "Research"],
  ["backtests", "Backtests"],
  ["health", "System health"],
  ["jobs", "Jobs"],
  ["audit", "Audit"],
] as const;

let browser: Browser;
let dist = "";
const opened: { page: Page; fixture: DashboardFixture; troubles: string[] }[] = [];

describe.skipIf(absent !== undefined)(`the page's other views${absent ?? ""}`, () => {
  beforeAll(async () => {
    dist = scratchFolder("plimsoll-page-");
    const vite = join("node_modules", "vite", "bin", "vite.js");
    execFileSync(process.execPath, [vite, "build", "--logLevel", "error", "--emptyOutDir", "--outDir", dist]);
    if (shots !== "") mkdirSync(shots, { recursive: true });
    browser = await startBrowser();
  }, 180_000);

  afterEach(async () => {
    for (const { page, fixture } of opened.splice(0)) {
      await page.context().close();
      await fixture.close();
    }
  });

  afterAll(async () => {
    await browser?.close();
    if (dist !== "") rmSync(dist, { recursive: true, force: true });
  });

  test.each([
    ["dark", 1440],
    ["light", 1440],
    ["dark", 900],
    ["light", 900],
    ["dark", 390],
    ["light", 390],
  ] as const)(
    "%s, %i px: every view answers in its first sentence, nothing overflows, no error",
    async (theme, width) => {
      const { page, troubles, address } = await open({ theme, width });
      for (const [path, title] of views) {
        await page.goto(`${address}/#/${path}`);
        await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
        await holds(page, isAnswered);
        // Wide enough for the slowest question of the view; no figure depends on it.
        await page.waitForLoadState("networkidle", { timeout: 1500 }).catch(() => undefined);
        const tooWide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(tooWide, `${path} at ${width} px`).toBeLessThanOrEqual(0);
        if (shots !== "") {
          const name = `${path.replace("/", "-")}-${theme}-${width}.png`;
          await page.screenshot({ path: join(shots, name), fullPage: true });
        }
      }
      expect(troubles).toEqual([]);
    },
  );

  test("an empty day says in every view when it changes, and no view breaks", async () => {
    const { page, troubles, address } = await open({ state: "empty" });
    for (const [path, title] of views.filter(([path]) => path !== "orders/10000")) {
      await page.goto(`${address}/#/${path}`);
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
      await holds(page, isAnswered);
    }
    await page.goto(`${address}/#/orders`);
    await page.getByText("No order today.").waitFor();
    await page.goto(`${address}/#/health`);
    await page.getByText("Nothing is unresolved.").waitFor();
    expect(troubles).toEqual([]);
  });

  test("the chain of an order is opened by the keyboard alone, and Escape closes it", async () => {
    const { page, address, troubles } = await open({ width: 1440 });
    await page.goto(`${address}/#/orders`);
    await page.locator("tr[data-at='3']").waitFor();
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Symbol");
    await page.keyboard.type("amd");
    await holds(page, isAllAmd);
    const list = page.getByRole("region", { name: /^Orders of today/ });
    await list.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const chain = page.locator("[data-chain]");
    await chain.locator("[data-step='bar'] canvas").first().waitFor();
    await chain.locator("[data-step='gate']").waitFor();
    expect(page.url()).toMatch(/#\/orders\/\d+$/);
    await page.keyboard.press("Escape");
    await page.getByText("No order is open.").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a denied chain ends at the gate: the rule that refused first, hatched, with both numbers", async () => {
    const { page, address } = await open({ width: 390 });
    await page.goto(`${address}/#/orders/9999`);
    const sheet = page.getByRole("dialog");
    await sheet.locator("[data-step='gate']").waitFor();
    expect(await sheet.locator("[data-step]").last().getAttribute("data-step")).toBe("gate");
    const refused = sheet.locator("li.refused");
    expect(await refused.count()).toBe(1);
    expect(await refused.innerText()).toMatch(/Spread[\s\S]*7\.1 bps of 5\.0 bps/);
    const box = await sheet.boundingBox();
    expect(box).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
  });

  test("an error is resolved with a reason, and is gone", async () => {
    const { page, address, fixture, troubles } = await open({ width: 1440 });
    await page.goto(`${address}/#/health`);
    const group = page.locator("[data-cause]").filter({ hasText: "sentiment" });
    await group.locator("[data-resolve]").focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Known, does no harm" }).click();
    await dialog.getByRole("textbox", { name: "Reason" }).press("Enter");
    await group.waitFor({ state: "detached" });
    expect(fixture.acts).toMatchObject([
      { verb: "resolve-error", error: 4999, reason: "Known, does no harm" },
    ]);
    expect(troubles).toEqual([]);
  });

  test("what was logged often is resolved by one act, and a refusal is said", async () => {
    const { page, address, fixture } = await open({ width: 1440, openErrors: 60 });
    fixture.answerActs = () =>
      fixture.acts.length <= 1
        ? { kind: "refused", text: "The ledger is busy. Try again in a minute." }
        : { kind: "accepted", auditId: "1", text: "resolved" };
    await page.goto(`${address}/#/health`);
    const group = page.locator("[data-cause]").filter({ hasText: "features.drift" });
    await group.locator("[data-resolve]").click();
    const press = page.getByRole("dialog").getByRole("button", { name: /^Resolve \d+ errors$/ });
    await press.click();
    await page.getByText("The ledger is busy. Try again in a minute.").waitFor();
    await press.click();
    await group.waitFor({ state: "detached" });
    expect(fixture.acts).toMatchObject([{ verb: "resolve-errors" }, { verb: "resolve-errors" }]);
    expect(new Set(fixture.acts.map(({ id }) => id)).size).toBe(2);
  });

  test("an alert is acknowledged, and a test is sent", async () => {
    const { page, address, fixture, troubles } = await open({ width: 390 });
    await page.goto(`${address}/#/health`);
    const alert = page.locator("[data-alert='al-40']");
    await alert.locator("[data-acknowledge]").click();
    await page.getByRole("dialog").getByRole("button", { name: "Acknowledge", exact: true }).click();
    await alert.getByText(/seen by operator/).waitFor();
    await page.getByRole("button", { name: "Send a test", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send the test" }).click();
    await expect
      .poll(() => fixture.acts.map(({ verb }) => verb))
      .toEqual(["acknowledge-alert", "test-alerts"]);
    expect(troubles).toEqual([]);
  });

  test("a job is run now, and a strategy's buttons open the page's dialogs", async () => {
    const { page, address, fixture } = await open({ width: 1440 });
    await page.goto(`${address}/#/jobs`);
    await page.getByRole("button", { name: "Run now: backup" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Run it" }).click();
    await expect.poll(() => fixture.acts).toMatchObject([{ verb: "run-task", task: "backup" }]);
    await page.goto(`${address}/#/strategies`);
    await page.getByRole("button", { name: "Disable gap_fill" }).click();
    await page.getByRole("dialog").getByText("gap_fill").first().waitFor();
  });

  test("the export holds every order that the filter leaves", async () => {
    const { page, address } = await open({ width: 1440 });
    await page.goto(`${address}/#/orders`);
    await page.getByRole("combobox", { name: "State" }).selectOption("denied");
    const shown = page.getByText(/^[\d,]+ match/);
    await shown.waitFor();
    const matched = Number(/^([\d,]+)/.exec(await shown.innerText())?.[1]?.replaceAll(",", ""));
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export CSV" }).click(),
    ]);
    const lines = readFileSync(await file.path(), "utf8")
      .trimEnd()
      .split("\r\n");
    expect(lines[0]).toContain("slippage_bps");
    expect(lines.length - 1).toBe(matched);
    expect(matched).toBeGreaterThan(500);
    expect(file.suggestedFilename()).toBe("plimsoll-orders-2026-11-19.csv");
  });

  test("what a source does not answer any more stays on the screen, marked with its age", async () => {
    const { page, address } = await open({ width: 1440 });
    await page.goto(`${address}/#/strategies`);
    await page.getByText("mean_reversion").first().waitFor();
    await page.route("**/api/strategies", (route) =>
      route.fulfill({ status: 503, body: '{"text":"The ledger is closed."}' }),
    );
    await page
      .getByText(/old: The ledger is closed/)
      .first()
      .waitFor();
    expect(await page.getByText("mean_reversion").count()).toBeGreaterThan(0);
  });

  test("what is read stays in place when new orders come in above it; at the top they are seen", async () => {
    const { page, address, fixture, troubles } = await open({ width: 1440 });
    fixture.ordersToCome = 7;
    await page.goto(`${address}/#/orders`);
    await page.locator("tr[data-at='3']").waitFor();
    await page.evaluate(`document.querySelector(".long").scrollTop = 3005`);
    const row = page.locator("tr[data-at='110']");
    await row.filter({ hasText: /^\d\d:/ }).waitFor();
    const [text, box] = [await row.innerText(), await row.boundingBox()];
    fixture.ordersToCome = 0;
    const moved = page.locator("tr[data-at='117']");
    await expect.poll(() => moved.innerText(), { timeout: 15_000 }).toBe(text);
    expect((await moved.boundingBox())?.y).toBeCloseTo(box?.y ?? 0, 0);
    // Who looks at the newest sees what comes.
    fixture.ordersToCome = 9;
    await page.reload();
    const top = page.locator(".long tr[data-at='0']");
    await top.filter({ hasText: /^\d\d:/ }).waitFor();
    const newest = await top.innerText();
    fixture.ordersToCome = 0;
    await expect.poll(() => top.innerText(), { timeout: 15_000 }).not.toBe(newest);
    expect(await page.evaluate(`document.querySelector(".long").scrollTop`)).toBe(0);
    expect(troubles).toEqual([]);
  });

  test("ten thousand orders and five thousand errors scroll with few rows in the document", async () => {
    const { page, address, troubles } = await open({ width: 1440 });
    await page.goto(`${address}/#/orders`);
    await page.locator("tr[data-at='3']").waitFor();
    const orders = await scrolled(page);
    await page.getByText("…", { exact: true }).first().waitFor({ state: "detached", timeout: 10_000 });
    expect(await page.locator("tr[data-at='9999']").innerText()).toContain("\t");
    await page.goto(`${address}/#/health`);
    await page.getByRole("button", { name: "Every line" }).click();
    await page.locator(".long tr[data-at='3']").waitFor();
    const errors = await scrolled(page);
    console.log("orders", orders, "errors", errors);
    for (const run of [orders, errors]) {
      expect(run.rowsMost).toBeLessThan(90);
      // The processor's time, not the wall's: on a busy machine frames wait for others, which says nothing of the page.
      expect(run.cpuMsPerFrame).toBeLessThan(80);
    }
    expect(troubles).toEqual([]);
  });
});

interface Wanted {
  readonly theme?: "dark" | "light";
  readonly width?: number;
  readonly state?: FixtureOptions["state"];
  readonly openErrors?: number;
}

async function open({ theme = "dark", width = 1440, state = "scaled", openErrors = 3 }: Wanted) {
  const fixture = new DashboardFixture({ state, dist });
  fixture.openErrors = openErrors;
  const address = await fixture.listen();
  const context = await browser.newContext({
    viewport: { width, height: width < 700 ? 844 : 900 },
    colorScheme: theme,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("requestfailed", (request) => {
    if (!request.url().startsWith(address)) troubles.push(`asked another host: ${request.url()}`);
  });
  opened.push({ page, fixture, troubles });
  return { page, fixture, troubles, address };
}

/** What runs in the page is text: this side knows no document. */
const isAnswered = "(document.querySelector('.answer')?.textContent ?? '').trim().length > 8";
const isAllAmd = `(() => {
  const cells = [...document.querySelectorAll(".long tr[data-at] td:nth-child(2)")];
  return cells.length > 3 && cells.every(({ textContent }) => textContent === "AMD");
})()`;

/** Waits from this side: the page's policy lets nothing in it turn text into code. */
const holds = (page: Page, what: string) =>
  expect.poll(() => page.evaluate<boolean>(what), { timeout: 20_000 }).toBe(true);
