/**
 * Goal: before a running demo of real processes a person sees equity move, opens the chain of an order, resolves an
 * error, pauses, resumes and halts; the journal has it; nothing leaves the origin and no error is told in the console
 * (UI-1, issue of the operator's room). Method: the built page in a real browser; the error is a process that was killed.
 */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JournalReader } from "../../src/adapters/journal/journal-reader.ts";
import { noBrowser, openPage, startBrowser } from "./page-browser.ts";
import { RunningDemo } from "./running-demo.ts";

const SPEED = 60;
/** For what the market or a process that starts anew takes on a busy machine. */
const patience = { timeout: 120_000 };
const absent = noBrowser();

describe.skipIf(absent !== undefined)(`an operator before the page${absent ?? ""}`, () => {
  let demo: RunningDemo;
  let browser: Browser;
  let page: Page;
  let problems: readonly string[];

  beforeAll(async () => {
    demo = await RunningDemo.start(SPEED);
    browser = await startBrowser();
    ({ page, problems } = await openPage(browser, demo.origin, { theme: "dark", width: 1440 }));
    await page.goto(demo.link);
    await page.locator("header .equity .value").waitFor(patience);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  }, 300_000);

  const equity = () => page.locator("header .equity .value").innerText();
  const level = () => page.locator("header .level").innerText();
  const hasLevel = (words: RegExp) => expect.poll(level, patience).toMatch(words);
  const go = (view: string) => page.locator(`nav.side a[href="#/${view}"]`).click();

  const acted = (): (readonly [string, string])[] => {
    const reader = new JournalReader(join(demo.root, "demo", "db", "journal.db"));
    try {
      const ours = reader.audit().filter(({ who }) => who.startsWith("dashboard:"));
      return ours.map(({ action, reason }) => [action, reason] as const);
    } finally {
      reader.close();
    }
  };

  it("equity moves, drawn and in figures", async () => {
    await page.locator(".host canvas").waitFor(patience);
    const seen = new Set<string>();
    await expect.poll(async () => seen.add(await equity()).size, patience).toBeGreaterThan(2);
    for (const figure of seen) expect(figure).toMatch(/^\d{1,3}(,\d{3})*\.\d\d$/);
  });

  it("the chain of a filled order opens: its bars, its decision, its verdict, its fill", async () => {
    await go("orders");
    await page.getByRole("combobox", { name: "State" }).selectOption("filled");
    const first = page.getByRole("region", { name: /^Orders of today/ }).locator("tr[data-at='0']");
    await first.waitFor(patience);
    await first.click();
    const chain = page.locator("[data-chain]");
    await chain.locator("[data-step='bar'] canvas").first().waitFor(patience);
    const steps = await chain
      .locator("[data-step]")
      .evaluateAll((found) => found.map((step) => step.getAttribute("data-step")));
    expect(steps).toEqual(expect.arrayContaining(["bar", "signal", "size", "gate", "order", "fills"]));
    await page.keyboard.press("Escape");
  });

  it("an error of the real system appears and is resolved", async () => {
    await go("health");
    process.kill(demo.pidOf("ledger"), "SIGKILL");
    const group = page.locator("[data-cause]").filter({ hasText: "ledger ended with SIGKILL" });
    await group.locator("[data-resolve]").click(patience);
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("killed by a test");
    await dialog.getByRole("textbox", { name: "Reason" }).press("Enter");
    await group.waitFor({ state: "detached", ...patience });
  });

  it("pauses in one step and resumes with reason, key and phrase", async () => {
    await go("overview");
    // Whatever the start still barred is over, so that what bars next is ours.
    await hasLevel(/NORMAL|SCALED/);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("button", { name: "News" }).click();
    await page.getByRole("button", { name: "Pause entries", exact: true }).click();
    await hasLevel(/NO NEW ENTRIES/);
    await page.getByRole("button", { name: "Resume…" }).first().click();
    await page.getByRole("button", { name: "Cause found and fixed" }).click();
    await page.getByLabel("Key", { exact: true }).fill(demo.key);
    await page.getByLabel(/resume trading/).fill("resume trading");
    const confirm = page.getByRole("button", { name: "Resume", exact: true });
    await expect.poll(() => confirm.isEnabled(), patience).toBe(true);
    await confirm.click();
    await hasLevel(/NORMAL|SCALED/);
  });

  it("halts and flattens, held for a second, ends flat, and the journal has every act in its order", async () => {
    await page.getByRole("button", { name: "Halt", exact: true }).click();
    await page.getByText("Halt and flatten").first().click();
    await page.getByRole("button", { name: "Hold 1 s: Halt and flatten" }).hover();
    await page.mouse.down();
    await page.getByText("halt: accepted").first().waitFor(patience);
    await page.mouse.up();
    await hasLevel(/HALTED/);
    await page.getByText("No. Flat and locked.").first().waitFor(patience);
    expect(acted().filter(([action]) => /^(pause|resume|halt)$/.test(action))).toEqual([
      ["pause", "News"],
      ["resume", "Cause found and fixed"],
      ["halt", "No reason given"],
    ]);
    // Errors are the monitor's: it writes down at once who resolved one, and hands it to the audit when it next looks.
    await expect.poll(acted, patience).toContainEqual(["resolve-error", "killed by a test"]);
  });

  it("no request left the origin and the console has no error", () => {
    expect(problems).toEqual([]);
  });
});
