/** Scrolls the long list of a page from its top to its end, and measures frames, long tasks and the processor. */
import type { Page } from "playwright-core";

export interface Scrolled {
  readonly frames: number;
  readonly medianMs: number;
  readonly worstMs: number;
  /** Of all frames, those that took longer than two of a 60 Hz screen. */
  readonly shareOver32Ms: number;
  readonly longestTaskMs: number;
  /** Of the page's main thread, milliseconds of the processor. */
  readonly cpuMsPerFrame: number;
  readonly rowsMost: number;
}

/** Frames and long tasks are measured. `step`: pixels a frame; 0: what leads to the end of the list. */
const scrollThrough = `async (element, step) => {
  const tasks = [];
  const observer = new PerformanceObserver((entries) => {
    for (const { duration } of entries.getEntries()) tasks.push(duration);
  });
  observer.observe({ type: "longtask" });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const count = 240;
  const gaps = [];
  let rowsMost = 0;
  element.scrollTop = 0;
  await frame();
  let before = await frame();
  for (let k = 1; k <= count; k++) {
    element.scrollTop = step > 0 ? k * step : ((element.scrollHeight - element.clientHeight) * k) / count;
    const now = await frame();
    gaps.push(now - before);
    before = now;
    rowsMost = Math.max(rowsMost, element.querySelectorAll("tr[data-at]").length);
  }
  observer.disconnect();
  const sorted = gaps.toSorted((a, b) => a - b);
  const rounded = (value) => Math.round(value * 10) / 10;
  return {
    frames: count,
    medianMs: rounded(sorted[count / 2]),
    worstMs: rounded(sorted.at(-1)),
    shareOver32Ms: Math.round((gaps.filter((gap) => gap > 32).length / count) * 1000) / 1000,
    longestTaskMs: rounded(Math.max(0, ...tasks)),
    rowsMost,
  };
}`;

/**
 * The long list of the document, of which there is one, in 240 frames: by so many pixels each, or from its top to its
 * end as a dragged scroll bar does.
 */
export async function scrolled(page: Page, step = 0): Promise<Scrolled> {
  const tools = await page.context().newCDPSession(page);
  await tools.send("Performance.enable", { timeDomain: "threadTicks" });
  const cpuMs = async () => {
    const { metrics } = await tools.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
  const before = await cpuMs();
  const found = await page.evaluate<Omit<Scrolled, "cpuMsPerFrame">>(
    `(${scrollThrough})(document.querySelector(".long"), ${step})`,
  );
  const spent = (await cpuMs()) - before;
  await tools.detach();
  return { ...found, cpuMsPerFrame: Math.round((spent / found.frames) * 10) / 10 };
}
