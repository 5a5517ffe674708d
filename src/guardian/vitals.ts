/**
 * The guardian's own vitals to whoever started it: the same words as everybody's, by means of the runtime alone,
 * because what others measure with must not be able to break it.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import { VITALS_EVERY_MS, type VitalsMessage } from "../domain/process-vitals.ts";

const RESOLUTION_MS = 20;

/** Does nothing where nobody listens. */
export function tellVitals(): void {
  if (process.send === undefined) return;
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let cpu = process.cpuUsage();
  const delayMs = (nanos: number): number =>
    Number.isFinite(nanos) ? Math.max(0, nanos / 1e6 - RESOLUTION_MS) : 0;
  const tell = (): void => {
    if (!process.connected) return;
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
    const message: VitalsMessage = {
      vitals: {
        rssBytes: process.memoryUsage.rss(),
        heapUsedBytes,
        heapLimitBytes,
        loopP50Ms: delayMs(delays.percentile(50)),
        loopP99Ms: delayMs(delays.percentile(99)),
        loopMaxMs: delays.count === 0 ? 0 : delayMs(delays.max),
        cpuShare: (user + system) / (VITALS_EVERY_MS * 1000),
        upSeconds: process.uptime(),
      },
    };
    delays.reset();
    process.send?.(message, undefined, undefined, () => undefined);
  };
  setInterval(tell, VITALS_EVERY_MS).unref();
}
