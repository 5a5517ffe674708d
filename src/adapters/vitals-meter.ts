/** Measures this process: memory, event loop, cores. A reading costs microseconds; it spans what was since the last. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { ProcessVitals } from "../domain/process-vitals.ts";

const RESOLUTION_MS = 20;
const NANOS_PER_MS = 1e6;

export interface VitalsMeter {
  read(): ProcessVitals;
  close(): void;
}

export function vitalsMeter(): VitalsMeter {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let cpu = process.cpuUsage();
  let readAtMs = performance.now();
  return {
    read: () => {
      const nowMs = performance.now();
      const used = process.cpuUsage(cpu);
      const elapsedMicros = Math.max(1, (nowMs - readAtMs) * 1000);
      cpu = process.cpuUsage();
      readAtMs = nowMs;
      const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
      // The histogram counts its own interval in, and knows nothing before its first sample.
      const beyond = (nanos: number): number =>
        Number.isFinite(nanos) ? Math.max(0, nanos / NANOS_PER_MS - RESOLUTION_MS) : 0;
      const [loopP50Ms, loopP99Ms] = [delays.percentile(50), delays.percentile(99)].map(beyond);
      const loopMaxMs = delays.count === 0 ? 0 : beyond(delays.max);
      delays.reset();
      return {
        rssBytes: process.memoryUsage.rss(),
        heapUsedBytes,
        heapLimitBytes,
        loopP50Ms: loopP50Ms ?? 0,
        loopP99Ms: loopP99Ms ?? 0,
        loopMaxMs,
        cpuShare: (used.user + used.system) / elapsedMicros,
        upSeconds: process.uptime(),
      };
    },
    close: () => delays.disable(),
  };
}
