/**
 * Pictures of every view of a running system's page, for the README and docs/page.md.
 *
 *   npm start -- --root DIR --speed 60        (in another terminal; leave it an hour of its clock)
 *   npm run pictures -- LINK                  (what `plimsoll dashboard --root DIR` prints)
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { noBrowser, openPage, startBrowser } from "../test/system/page-browser.ts";

const FOLDER = "docs/images";
/** For what a view asks after it is shown. */
const SETTLE_MS = 2500;

interface Shot {
  readonly name: string;
  readonly view: string;
  readonly theme?: "dark" | "light";
  readonly width?: number;
  readonly prepare?: (page: Page) => Promise<void>;
}

const views = [
  "overview",
  "risk",
  "why",
  "signals",
  "strategies",
  "research",
  "backtests",
  "health",
  "jobs",
  "audit",
];

const openChain = async (page: Page): Promise<void> => {
  await page.getByRole("combobox", { name: "State" }).selectOption("filled");
  await page
    .getByRole("region", { name: /^Orders of today/ })
    .locator("tr[data-at='0']")
    .click();
  await page.locator("[data-chain] [data-step='bar'] canvas").first().waitFor();
};
const openHalt = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Halt", exact: true }).click();
};

const shots: readonly Shot[] = [
  ...views.map((view) => ({ name: view, view })),
  { name: "orders", view: "orders", prepare: openChain },
  { name: "halt", view: "overview", prepare: openHalt },
  { name: "overview-light", view: "overview", theme: "light" },
  { name: "overview-phone", view: "overview", width: 390 },
];

const link = process.argv[2];
if (link === undefined) {
  console.error("page-pictures: the link is missing; see: plimsoll dashboard");
  process.exit(2);
}
const missing = noBrowser();
if (missing !== undefined) {
  console.error(`page-pictures:${missing}`);
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
const browser = await startBrowser();
try {
  for (const shot of shots) console.log(await taken(browser, link, shot));
} finally {
  await browser.close();
}

async function taken(from: Browser, address: string, shot: Shot): Promise<string> {
  const { theme = "dark", width = 1440 } = shot;
  const { page, problems, close } = await openPage(from, new URL(address).origin, { theme, width });
  await page.goto(address);
  await page.locator("header .equity .value").waitFor();
  await page.goto(`${new URL(address).origin}/#/${shot.view}`);
  await page.waitForTimeout(SETTLE_MS);
  await shot.prepare?.(page);
  await page.waitForTimeout(SETTLE_MS);
  const path = join(FOLDER, `page-${shot.name}.png`);
  await page.screenshot({ path, fullPage: shot.name !== "halt" && width > 720 });
  await close();
  return problems.length === 0 ? path : `${path}: ${problems.join("; ")}`;
}
