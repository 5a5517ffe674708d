/**
 * Three looks at the machine itself, each a function of what was measured: the clock (C-50), the event loop (C-51),
 * disk and heap (C-52, OPS-3). All of them bar entries at most: no exit ever waits for a healthy machine.
 */

/** `warn` tells people; `hold` bars entries until it is over; `restart` bars them until everything is reconciled. */
export type HealthLevel = "well" | "warn" | "hold" | "restart";

export interface HealthVerdict {
  readonly level: HealthLevel;
  /** What is wrong with both numbers; empty when well. */
  readonly reason: string;
}

const WELL: HealthVerdict = { level: "well", reason: "" };
const SKEW_WARN_MS = 250;
const SKEW_HOLD_MS = 1000;
const SKEW_RESTART_MS = 2000;
const JUMP_MS = 2000;
const STALL_MS = 500;
const DELAY_P99_WARN_MS = 100;
const DISK_MIN_BYTES = 1e9;
const DISK_MIN_SHARE = 0.05;
const DISK_WARN_SHARE = 0.1;
const HEAP_MAX_SHARE = 0.8;

export interface ClockReading {
  /** Our wall clock less the broker's, corrected for half of the round trip, milliseconds. */
  readonly skewMs: number;
  /** How far our wall clock and our monotonic clock moved since the last reading, milliseconds. */
  readonly wallMs: number;
  readonly monoMs: number;
}

/**
 * C-50. Above 1 s of skew there are no entries, above 2 s, or after a jump of the wall clock or a sleep of the machine,
 * everything is to be looked at as after a restart. A skew that is no number bars entries.
 */
export function judgeClock({ skewMs, wallMs, monoMs }: ClockReading): HealthVerdict {
  const jumpMs = Math.abs(wallMs - monoMs);
  if (!(jumpMs <= JUMP_MS))
    return {
      level: "restart",
      reason: `wall clock moved ${shownMs(jumpMs)} ms against the monotonic one, ${JUMP_MS} allowed`,
    };
  const skew = Math.abs(skewMs);
  const told = (most: number): string => `clock is ${shownMs(skewMs)} ms off the broker's, ${most} allowed`;
  if (skew > SKEW_RESTART_MS) return { level: "restart", reason: told(SKEW_RESTART_MS) };
  if (!(skew <= SKEW_HOLD_MS)) return { level: "hold", reason: told(SKEW_HOLD_MS) };
  return skew > SKEW_WARN_MS ? { level: "warn", reason: told(SKEW_WARN_MS) } : WELL;
}

export interface LoopReading {
  /** Longest stall since the last reading, milliseconds. */
  readonly longestMs: number;
  readonly delayP99Ms: number;
}

/** C-51. After a stall above 500 ms everything is reconciled before the next entry. */
export function judgeLoop({ longestMs, delayP99Ms }: LoopReading): HealthVerdict {
  if (!(longestMs <= STALL_MS))
    return {
      level: "restart",
      reason: `event loop stood still for ${shownMs(longestMs)} ms, ${STALL_MS} allowed`,
    };
  return delayP99Ms > DELAY_P99_WARN_MS
    ? { level: "warn", reason: `event loop delay p99 ${shownMs(delayP99Ms)} ms, ${DELAY_P99_WARN_MS} wanted` }
    : WELL;
}

export interface ResourceReading {
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
}

/** C-52: below 1 GB or 5 % of disk, or above 80 % of heap, there are no entries. Unreadable figures count as short. */
export function judgeResources(reading: ResourceReading): HealthVerdict {
  const { diskFreeBytes, diskBytes, heapUsedBytes, heapLimitBytes } = reading;
  const diskShare = diskFreeBytes / diskBytes;
  const heapShare = heapUsedBytes / heapLimitBytes;
  if (!(diskFreeBytes >= DISK_MIN_BYTES && diskShare >= DISK_MIN_SHARE))
    return { level: "hold", reason: `disk ${shown(diskFreeBytes, diskShare)} free, 1 GB and 5 % needed` };
  if (!(heapShare <= HEAP_MAX_SHARE))
    return { level: "hold", reason: `heap ${shown(heapUsedBytes, heapShare)} used, 80 % allowed` };
  return diskShare < DISK_WARN_SHARE
    ? { level: "warn", reason: `disk ${shown(diskFreeBytes, diskShare)} free, 10 % wanted` }
    : WELL;
}

/** Whole milliseconds, away from nought: what is above a limit is not shown as equal to it. */
const shownMs = (ms: number): string =>
  Number.isFinite(ms) ? String(Math.sign(ms) * Math.ceil(Math.abs(ms))) : "an unknown number of";

const shown = (bytes: number, share: number): string =>
  `${(bytes / 1e9).toFixed(2)} GB (${(share * 100).toFixed(1)} %)`;
