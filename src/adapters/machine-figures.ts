/**
 * What Linux tells of the machine and of single processes: memory, cores, network, disks (OPS-5). NaN where it does
 * not, as on other systems.
 */
import { readdirSync, readFileSync, statfsSync } from "node:fs";
import { loadavg, totalmem } from "node:os";

/** Of the kernel's tables, whatever the hardware. */
const SECTOR_BYTES = 512;
const TICKS_PER_SECOND = 100;
const KIBIBYTE = 1024;
const MODES = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"] as const;

export interface MachineFigures {
  /** Of the machine, or of the group of processes that this one may not leave, whichever is smaller. */
  readonly memoryBytes: number;
  readonly availableBytes: number;
  readonly load: readonly [number, number, number];
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** All devices but the loopback. */
  readonly network: { readonly received: number; readonly sent: number };
  readonly diskIo: { readonly read: number; readonly written: number };
  /** Of the disk that holds the folder. */
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
}

export function machineFigures(folder: string): MachineFigures {
  const [one = Number.NaN, five = Number.NaN, fifteen = Number.NaN] = loadavg();
  return {
    ...memory(),
    ...disk(folder),
    load: [one, five, fifteen],
    cpuSeconds: cpuSeconds(textOf("/proc/stat")),
    network: network(textOf("/proc/net/dev")),
    diskIo: diskIo(textOf("/proc/diskstats")),
  };
}

export interface ProcessFigures {
  readonly openFiles: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export function processFiguresOf(pid: number): ProcessFigures {
  const io = textOf(`/proc/${pid}/io`);
  const bytes = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(io)?.[1] ?? Number.NaN);
  return {
    openFiles: entriesOf(`/proc/${pid}/fd`),
    readBytes: bytes("read_bytes"),
    writtenBytes: bytes("write_bytes"),
  };
}

function memory(): Pick<MachineFigures, "memoryBytes" | "availableBytes"> {
  const info = textOf("/proc/meminfo");
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(info)?.[1]);
  const host = { memoryBytes: totalmem(), availableBytes: kibibytes("MemAvailable") * KIBIBYTE };
  const limit = Number(textOf("/sys/fs/cgroup/memory.max") || Number.NaN);
  const used = Number(textOf("/sys/fs/cgroup/memory.current") || Number.NaN);
  // What the kernel could give back of files that were read is free in all but name.
  const cached = Number(
    /^inactive_file (\d+)/m.exec(textOf("/sys/fs/cgroup/memory.stat"))?.[1] ?? Number.NaN,
  );
  if (!(limit < host.memoryBytes) || Number.isNaN(used)) return host;
  const free = limit - used + (Number.isNaN(cached) ? 0 : cached);
  return { memoryBytes: limit, availableBytes: Math.min(free, host.availableBytes) };
}

function disk(folder: string): Pick<MachineFigures, "diskFreeBytes" | "diskBytes"> {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { diskFreeBytes: bavail * bsize, diskBytes: blocks * bsize };
  } catch {
    return { diskFreeBytes: Number.NaN, diskBytes: Number.NaN };
  }
}

/** The first line of `/proc/stat`, in seconds by what the cores did. */
export function cpuSeconds(stat: string): Readonly<Record<string, number>> {
  const [name, ...ticks] = stat.split("\n", 1)[0]?.split(/\s+/) ?? [];
  if (name !== "cpu") return {};
  return Object.fromEntries(
    MODES.map((mode, n) => [mode, Number(ticks[n] ?? Number.NaN) / TICKS_PER_SECOND]),
  );
}

export function network(table: string): MachineFigures["network"] {
  const rows = table
    .split("\n")
    .map((line) => /^\s*([^:\s]+):\s+(.*)$/.exec(line))
    .filter((row) => row !== null && row[1] !== "lo")
    .map((row) => (row?.[2] ?? "").split(/\s+/).map(Number));
  if (table === "") return { received: Number.NaN, sent: Number.NaN };
  const sum = (column: number) => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return { received: sum(0), sent: sum(8) };
}

/** Whole disks only: what their parts moved is in them. */
export function diskIo(table: string): MachineFigures["diskIo"] {
  if (table === "") return { read: Number.NaN, written: Number.NaN };
  const disks = table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , name = ""]) => /^(?:[sv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(name));
  const sum = (column: number) =>
    disks.reduce((total, row) => total + Number(row[column] ?? 0) * SECTOR_BYTES, 0);
  return { read: sum(5), written: sum(9) };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return Number.NaN;
  }
}
