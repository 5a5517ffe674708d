/** What the processes of a run held over its time, and how fast that grows. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface MemorySample {
  /** Of the machine, milliseconds since 1970. */
  readonly atMs: number;
  readonly pid: number;
  readonly rssBytes: number;
  /** Heap and buffers outside it, after a full collection. */
  readonly heldBytes: number;
  /** Null where the system does not say. */
  readonly openFiles: number | null;
}

export interface MemoryFigures {
  readonly process: string;
  readonly samples: number;
  /** Processes that bore the role: more than one means that it ended and was started again. */
  readonly lives: number;
  readonly heldMb: number;
  readonly rssMb: number;
  readonly heldMbPerHour: number;
  readonly rssMbPerHour: number;
  readonly openFilesFirst: number | null;
  readonly openFilesLast: number | null;
  readonly openFilesMost: number | null;
}

/** Of the folder, below the system's for such files, that the bench and its children share. */
export const samplesFolder = (benchPid: number): string => `plimsoll-bench-${benchPid}`;

const MB = 2 ** 20;
/** Code is compiled and tables grow to their size in the first part of a run: not a leak. */
const SETTLING_SHARE = 0.25;

/** By role. `speed`: exchange seconds per second; hours are the exchange's. */
export function memoryFigures(folder: string, speed: number): MemoryFigures[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.toSorted().map((name) => {
    const lines = readFileSync(join(folder, name), "utf8").trim().split("\n");
    const all = lines.map((line) => JSON.parse(line) as MemorySample);
    return figuresOf(basename(name, ".jsonl"), all, speed);
  });
}

function figuresOf(name: string, all: readonly MemorySample[], speed: number): MemoryFigures {
  const settled = all.slice(Math.floor(all.length * SETTLING_SHARE));
  const hour = (sample: MemorySample) => (sample.atMs * speed) / 3_600_000;
  const slope = (bytes: (sample: MemorySample) => number) =>
    slopeOf(settled.map((sample) => [hour(sample) - hour(all[0]!), bytes(sample) / MB]));
  const last = all.at(-1)!;
  const counts = settled.map(({ openFiles }) => openFiles).filter((count) => count !== null);
  return {
    process: name,
    samples: all.length,
    lives: new Set(all.map(({ pid }) => pid)).size,
    heldMb: last.heldBytes / MB,
    rssMb: last.rssBytes / MB,
    heldMbPerHour: slope(({ heldBytes }) => heldBytes),
    rssMbPerHour: slope(({ rssBytes }) => rssBytes),
    openFilesFirst: counts[0] ?? null,
    openFilesLast: counts.at(-1) ?? null,
    openFilesMost: counts.length === 0 ? null : Math.max(...counts),
  };
}

/** Of the line of least squares; 0 for fewer than two points. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const n = points.length;
  if (n < 2) return 0;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
