/**
 * What every process tells its supervisor of itself, by the channel it was started with: memory, event loop, cores.
 * Here, so that rooms that may not know each other share the words. Plain values that survive JSON.
 *
 * PV-1  Vitals say that the event loop turns, and nothing else: what a process is for is judged by its own beats.
 */

/** Each process tells that often, milliseconds. */
export const VITALS_EVERY_MS = 5000;

/** Counts per bucket, the last one for everything above the bounds, and the sum of all values. */
export interface HistogramCounts {
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface ProcessVitals {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** What the runtime may use at most; beyond it the process dies. */
  readonly heapLimitBytes: number;
  /** Delay of the event loop since the vitals before, milliseconds. */
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Of one core, since the vitals before; above 1 where threads work beside the loop. */
  readonly cpuShare: number;
  readonly upSeconds: number;
  /** What it has timed, by name, in the buckets of `latencyBounds`. */
  readonly histograms?: Readonly<Record<string, HistogramCounts>>;
}

export interface VitalsMessage {
  readonly vitals: ProcessVitals;
}

const figures = [
  "rssBytes",
  "heapUsedBytes",
  "heapLimitBytes",
  "loopP50Ms",
  "loopP99Ms",
  "loopMaxMs",
  "cpuShare",
  "upSeconds",
] as const;

/** The vitals in a message of a child; undefined where it is something else. */
export function vitalsIn(message: unknown): ProcessVitals | undefined {
  const vitals = (message as Partial<VitalsMessage> | null | undefined)?.vitals;
  if (typeof vitals !== "object" || vitals === null) return undefined;
  const isWhole = figures.every((figure) => Number.isFinite(vitals[figure]));
  return isWhole ? vitals : undefined;
}
