/**
 * Goal: the built page, under the policy of the real server, works in every state, theme and width, by mouse and by
 * keyboard, and halting takes two presses even while nothing is heard of execute. Method: a browser before the fixture
 * server. Pictures of all views go to PAGE_SHOTS when it names a folder.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DashboardFixture } from "../dashboard-fixture.ts";
import { type FixtureState, fixtureStates } from "../dashboard-fixture-picture.ts";
import { focused, noBrowser, openPage, overflow, shows, startBrowser } from "./page-browser.ts";
import { pageWeight } from "./page-weight.ts";

const dist = "dist/dashboard";
const absent = noBrowser();
const shots = process.env.PAGE_SHOTS;

const words: Readonly<Record<FixtureState, string>> = {
  normal: "Yes, at full size.",
  scaled: "Yes, at 0.70 of normal size.",
  noentries: "No new entries. Exits run.",
  halted: "No. Flat and locked.",
  stale: "No new entries. Safe hold.",
  lost: "Unknown. Last known: yes, at 0.70.",
  empty: "Not yet. Entries open at 09:35 ET.",
};

/** The browser's own bar counts as the body. */
const isInside =
  "document.activeElement === document.body || document.activeElement?.closest('dialog') !== null";
const title = (page: Page) => page.title();
const viewIds = (page: Page): Promise<string[]> =>
  page
    .locator("nav.side a")
    .evaluateAll((links) => links.map((link) => (link.getAttribute("href") ?? "").replace("#/", "")));

async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

describe.skipIf(absent !== undefined)(`the page in a browser${absent ?? ""}`, () => {
  let browser: Browser;
  let fixture: DashboardFixture;
  let origin: string;

  beforeAll(async () => {
    execFileSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "error"]);
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    await fixture?.close();
  });

  async function serve(options: ConstructorParameters<typeof DashboardFixture>[0] = {}): Promise<void> {
    fixture = new DashboardFixture({ dist, everyMs: 200, ...options });
    origin = await fixture.listen();
  }

  for (const theme of ["dark", "light"] as const)
    for (const width of [1440, 900, 390] as const)
      it(`${theme}, ${width} px: every state and every view without an error, a stranger or an overflow`, async () => {
        await serve();
        const { page, problems, close } = await openPage(browser, origin, { theme, width });
        await page.goto(origin);
        for (const state of fixtureStates) {
          fixture.become(state);
          // Another address, so that the page is loaded anew with all its questions.
          await page.goto(`${origin}/?${state}#/overview`);
          await shows(page, words[state]);
          await page.locator(".host canvas").waitFor();
          await page.waitForTimeout(200);
          expect(await overflow(page), `overview, ${state}`).toBe(0);
          await shoot(page, `overview-${state}-${theme}-${width}`);
        }
        fixture.become("empty");
        for (const view of await viewIds(page)) {
          await page.goto(`${origin}/#/${view}`);
          await page.locator("main section").first().waitFor();
          await page.waitForTimeout(250);
          expect(await overflow(page), `${view}, empty`).toBe(0);
          if (view !== "overview") await shoot(page, `${view}-empty-${theme}-${width}`);
        }
        expect(problems).toEqual([]);
        await close();
      });

  it("halts in two presses, written down once", async () => {
    await serve({ state: "scaled" });
    const { page, problems, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    await page.getByRole("button", { name: "Halt", exact: true }).click();
    await page.getByRole("button", { name: "Halt, keep positions" }).click();
    await shows(page, "pause: accepted");
    expect(fixture.acts).toHaveLength(1);
    expect(fixture.acts[0]).toMatchObject({ verb: "pause", reason: "No reason given" });
    expect(problems).toEqual([]);
    await close();
  });

  it("flattening is held for a second; a mere click does nothing", async () => {
    await serve({ state: "scaled" });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    await page.getByRole("button", { name: "Halt", exact: true }).click();
    await page.getByText("Halt and flatten").first().click();
    await page.getByRole("button", { name: "News" }).click();
    const confirm = page.getByRole("button", { name: "Hold 1 s: Halt and flatten" });
    await confirm.click();
    await page.waitForTimeout(300);
    expect(fixture.acts).toHaveLength(0);
    await confirm.hover();
    await page.mouse.down();
    await shows(page, "halt: accepted");
    await page.mouse.up();
    expect(fixture.acts).toHaveLength(1);
    expect(fixture.acts[0]).toMatchObject({ verb: "halt", reason: "News" });
    await close();
  });

  it("the keyboard alone: Halt one Tab after the skip link, held by Enter, focus given back", async () => {
    await serve({ state: "scaled" });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to content");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Halt");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate<boolean>(isInside)).toBe(true);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Halt");
    await close();
  });

  it("every view is reached by its digit, the palette opens and acts, ? lists the keys", async () => {
    await serve({ state: "scaled" });
    const { page, problems, close } = await openPage(browser, origin, { theme: "light", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    const ids = await viewIds(page);
    for (const [place, id] of ids.entries()) {
      await page.keyboard.press(["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-"][place] ?? "none");
      await page.locator(`nav.side a[href="#/${id}"][aria-current=page]`).waitFor({ timeout: 5000 });
    }
    await page.keyboard.press("Control+k");
    await page.keyboard.type("pause");
    await page.getByText("tightens, one step").first().waitFor();
    await shoot(page, "palette-light-1440");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Pause entries" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it("while nothing is heard the level is unknown, no water is drawn, and halting works", async () => {
    await serve({ state: "scaled" });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    expect(await page.locator("g.water").count()).toBe(1);
    fixture.breakStream();
    await shows(page, "Figures are old");
    await shows(page, "This page lost the engine");
    expect(await page.locator("g.water").count()).toBe(0);
    expect(await title(page)).toBe("Lost · Plimsoll");
    expect(await page.locator('link[rel="icon"]').getAttribute("href")).toBe("./icon-lost.svg");
    await shoot(page, "dead-stream-dark-1440");
    await page.getByRole("button", { name: "Halt", exact: true }).click();
    await page.getByRole("button", { name: /Halt and flatten/ }).hover();
    await page.mouse.down();
    await shows(page, "halt: accepted");
    await page.mouse.up();
    expect(fixture.acts[0]).toMatchObject({ verb: "halt" });
    fixture.isStreaming = true;
    await expect.poll(() => title(page), { timeout: 10_000 }).toBe("Plimsoll");
    await close();
  });

  it("a halt is seen in the title and the icon, and told to a screen reader once; prices are not", async () => {
    await serve({ state: "normal" });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.normal);
    const spoken = page.locator('[aria-live="assertive"]');
    expect(await spoken.textContent()).toBe("");
    fixture.become("halted");
    await shows(page, words.halted);
    expect(await spoken.textContent()).toBe("Halted. No. Flat and locked.");
    expect(await title(page)).toBe("HALTED · Plimsoll");
    expect(await page.locator('link[rel="icon"]').getAttribute("href")).toBe("./icon-halted.svg");
    expect(await page.getByRole("button", { name: "Halted" }).isDisabled()).toBe(true);
    const live = await page.locator("[aria-live]:not([aria-live=off])").allTextContents();
    expect(live.join(" ")).not.toMatch(/397,588|412,380/);
    await close();
  });

  it("resuming wants a reason, the key and the phrase; a wrong key is told and nothing is lost", async () => {
    await serve({ state: "halted" });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.halted);
    await page.getByRole("button", { name: "Resume…" }).click();
    const confirm = page.getByRole("button", { name: "Resume", exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Cause found and fixed" }).click();
    await page.getByLabel("Key", { exact: true }).fill("k");
    await page.getByLabel(/resume trading/).fill("resume");
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/resume trading/).fill("resume trading");
    fixture.answerActs = () => ({ kind: "refused", text: "The key is wrong." });
    await shoot(page, "resume-dark-1440");
    await confirm.click();
    await page.getByRole("dialog").getByText("The key is wrong.").waitFor();
    expect(await page.getByLabel("Reason").inputValue()).toBe("Cause found and fixed");
    expect(fixture.acts[0]).toMatchObject({ verb: "resume", phrase: "resume trading", key: "k" });
    await close();
  });

  it("an override only tightens, and says its ceiling", async () => {
    await serve({ state: "scaled" });
    const { page, close } = await openPage(browser, origin, { theme: "light", width: 1440 });
    await page.goto(`${origin}/#/risk`);
    await page.getByRole("button", { name: "Tighten…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Ceiling 1").waitFor();
    await dialog.getByLabel(/New value/).fill("1.2");
    await dialog.getByText("only less than 1 is stricter").waitFor();
    const confirm = dialog.getByRole("button", { name: "Tighten", exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/New value/).fill("0.8");
    await shoot(page, "override-light-1440");
    await confirm.click();
    await shows(page, "override: accepted");
    expect(fixture.acts[0]).toMatchObject({ verb: "override", value: 0.8, forSeconds: 3600 });
    await close();
  });

  it("the key in the address is exchanged and taken out of it; without one the page asks for it", async () => {
    await serve({ state: "scaled", key: "the-right-key" });
    const { page, problems, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, "This page needs its key.");
    await shoot(page, "login-dark-1440");
    await page.getByLabel("Key").fill("wrong");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("alert").getByText(/key/).first().waitFor();
    await page.goto("about:blank");
    await page.goto(`${origin}/#key=the-right-key`);
    await shows(page, words.scaled);
    expect(page.url()).toBe(`${origin}/`);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
      "the-right-key",
    );
    fixture.endSessions();
    fixture.breakStream();
    fixture.isStreaming = true;
    await shows(page, "Give the key again.");
    await page.getByLabel("Key").fill("the-right-key");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("Give the key again.").waitFor({ state: "detached" });
    await shows(page, words.scaled);
    // Refusals and broken streams are told in the console by the browser itself; nothing else may be.
    expect(problems.filter((problem) => !/Failed to load resource|ERR_/.test(problem))).toEqual([]);
    await close();
  });

  it("theme and colours are kept over a reload", async () => {
    await serve({ state: "scaled" });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Light", exact: true }).click();
    await page.getByRole("button", { name: "Blue and orange" }).click();
    await page.reload();
    await shows(page, words.scaled);
    expect(await page.locator("html").getAttribute("data-theme")).toBe("light");
    expect(await page.locator("html").getAttribute("data-pnl")).toBe("bo");
    await close();
  });

  it("at 320 px and at twice the size nothing is cut off", async () => {
    await serve({ state: "scaled" });
    for (const width of [320, 720]) {
      const { page, close } = await openPage(browser, origin, { theme: "dark", width });
      await page.goto(origin);
      await shows(page, words.scaled);
      expect(await overflow(page), `${width} px`).toBe(0);
      await close();
    }
  });

  it("weighs at most 150 KB gzipped, without fonts and the candles of an order's chain; nothing is inline", () => {
    const { files, page } = pageWeight(dist);
    console.log(`page, gzip: ${page} bytes\n${files.map(([name, size]) => `${size}\t${name}`).join("\n")}`);
    expect(page).toBeGreaterThan(50 * 1024);
    expect(page).toBeLessThanOrEqual(150 * 1024);
    const index = readFileSync(join(dist, "index.html"), "utf8");
    expect(index).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it("draws its first content soon, and follows at most four pictures a second", async () => {
    await serve({ state: "scaled", everyMs: 20 });
    const { page, close } = await openPage(browser, origin, { theme: "dark", width: 1440 });
    await page.goto(origin);
    await shows(page, words.scaled);
    const paint = await page.evaluate<number>(
      'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN',
    );
    console.log(`first contentful paint: ${paint.toFixed(0)} ms`);
    expect(paint).toBeLessThan(5000);
    const changes = await page.evaluate<number>(`(async () => {
      let seen = 0;
      const watch = new MutationObserver(() => { seen += 1; });
      watch.observe(document.querySelector(".clock .value"), { characterData: true, subtree: true, childList: true });
      await new Promise((resolve) => setTimeout(resolve, 4000));
      return seen;
    })()`);
    expect(changes).toBeGreaterThan(0);
    expect(changes).toBeLessThanOrEqual(17);
    await close();
  });
});
