/** A browser before the built page, and what it must not do there: errors in the console, requests to anybody else. */
import { type Browser, chromium, type Page } from "playwright-core";
import { missingPrograms } from "./missing-programs.ts";

const executablePath = "/usr/bin/chromium";

/** What is missing, for the name of a test that is skipped; undefined: nothing. */
export const noBrowser = (): string | undefined => missingPrograms([executablePath]);

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

export interface Look {
  readonly theme: "dark" | "light";
  readonly width: number;
  readonly height?: number;
  readonly motion?: "reduce" | "no-preference";
}

/** A page that keeps what went wrong on it. */
export async function openPage(browser: Browser, origin: string, look: Look) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height ?? 900 },
    colorScheme: look.theme,
    reducedMotion: look.motion ?? "reduce",
    hasTouch: look.width < 721,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`request to ${request.url()}`);
  });
  return { page, problems, close: () => context.close() };
}

/** Pixels by which the document is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** What has the focus, in its own words. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate<string>("document.activeElement?.textContent?.trim() ?? ''");

/** Waits until the page shows what the fixture says. */
export async function shows(page: Page, words: string): Promise<void> {
  await page.getByText(words).first().waitFor({ timeout: 10_000 });
}
