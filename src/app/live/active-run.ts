/**
 * Which system runs on a root, and how its processes are: written by the supervisor, read by whoever asks when execute
 * does not answer. A file whose writer is gone tells of the last one.
 */
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, swapFile } from "../../adapters/durable-file.ts";
import { isRunning, ownIdentity } from "../../adapters/process-identity.ts";
import type { ProcessVitals } from "../../domain/process-vitals.ts";
import type { ChildStatus } from "../../ops/supervised-child.ts";
import { isClosed } from "./open-run.ts";
import { type RunTerms, readRunTerms, runPlaces, type TradingMode } from "./run-terms.ts";

/** A process as its supervisor tells of it. */
export interface ProcessState extends ChildStatus {
  /** What keeps it from beginning, one line with its cure; absent: nothing that it has named. */
  readonly cannotBegin?: string;
}

export interface ActiveRun {
  readonly mode: TradingMode;
  /** Folder of the run's own state. */
  readonly root: string;
  readonly pid: number;
  readonly started: string;
  readonly startedAt: string;
  /** Ages in it are as of this instant. */
  readonly writtenAt: string;
  /** Of the supervisor's own process. */
  readonly supervisor: ProcessVitals | undefined;
  readonly processes: readonly ProcessState[];
}

const activePath = (root: string): string => join(root, "run", "active.json");

/** Folder of a mode's state: the demo's apart from everything that could ever be real. */
export const stateRoot = (root: string, mode: TradingMode): string =>
  mode === "demo" ? join(root, "demo") : root;

export function writeActive(
  root: string,
  { mode, startedAt, supervisor }: Pick<ActiveRun, "mode" | "startedAt"> & Partial<ActiveRun>,
  processes: readonly ProcessState[],
): void {
  const told = { startedAt, writtenAt: new Date().toISOString(), supervisor, processes };
  const active = { mode, root: stateRoot(root, mode), ...ownIdentity(), ...told };
  makeFolder(dirname(activePath(root)));
  // It tells of living processes: after a power cut there is none.
  swapFile(activePath(root), `${JSON.stringify(active)}\n`);
}

export function removeActive(root: string): void {
  rmSync(activePath(root), { force: true });
}

/** The system that runs on the root now; undefined where none does. */
export function readActive(root: string): ActiveRun | undefined {
  try {
    const active = JSON.parse(readFileSync(activePath(root), "utf8")) as ActiveRun;
    return isRunning(active) ? active : undefined;
  } catch {
    return undefined;
  }
}

export interface KnownRun {
  readonly run: RunTerms;
  readonly root: string;
  /** Undefined when no supervisor runs. */
  readonly active: ActiveRun | undefined;
  /** It ended in good order and held nothing. */
  readonly isClosed: boolean;
}

/** The run that is meant when nobody names one: the one that runs, else the newest. Undefined when there was none. */
export function knownRun(root: string): KnownRun | undefined {
  const active = readActive(root);
  const roots = active === undefined ? [stateRoot(root, "live"), stateRoot(root, "demo")] : [active.root];
  const runs = roots.flatMap((each) => {
    const run = readRunTerms(runPlaces(each));
    return run === undefined ? [] : [{ run, root: each, active, isClosed: isClosed(each, run) }];
  });
  return runs.toSorted((a, b) => b.run.startedAt.localeCompare(a.run.startedAt))[0];
}
