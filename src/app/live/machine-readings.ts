/** What the machine measures of itself: its event loop, its disk and heap, its wall clock (C-50, C-51, C-52). */
import { statfs } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { LoopReading, ResourceReading } from "../../ops/health/guards.ts";

const RESOLUTION_MS = 20;
const NANOS = 1e6;

export interface MachineReadings {
  /** Since the last reading. */
  loop(): LoopReading;
  /** Figures that cannot be read are NaN: the guard counts them as short. */
  resources(): Promise<ResourceReading>;
  wallMs(): number;
  close(): void;
}

/** Of this process, and of the disk that holds `folder`. */
export function machineReadings(folder: string): MachineReadings {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    loop: () => {
      // The histogram counts its own interval in; what is beyond it is delay.
      const beyond = (nanos: number): number => Math.max(0, nanos / NANOS - RESOLUTION_MS);
      const reading = { longestMs: beyond(delays.max), delayP99Ms: beyond(delays.percentile(99)) };
      delays.reset();
      return reading;
    },
    resources: async () => {
      const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
      const heap = { heapUsedBytes, heapLimitBytes };
      try {
        const { bavail, blocks, bsize } = await statfs(folder);
        return { ...heap, diskFreeBytes: bavail * bsize, diskBytes: blocks * bsize };
      } catch {
        return { ...heap, diskFreeBytes: Number.NaN, diskBytes: Number.NaN };
      }
    },
    wallMs: () => Date.now(),
    close: () => delays.disable(),
  };
}

/** Whether there is such a process; one that may not be signalled is there. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
