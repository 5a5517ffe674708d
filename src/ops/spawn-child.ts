/** Starts a child process by its plan: cores, memory bound, output as lines, readiness. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { LineSplitter } from "./line-splitter.ts";
import type { ProcessPlan } from "./process-plan.ts";
import type { RunningChild } from "./supervised-child.ts";
import type { ChildEvents } from "./supervisor.ts";

/** Where a line came from. */
export type OutputStream = "out" | "err";

/** To one that stands by: its turn has come, and what a start at this moment would have found in its environment. */
export interface TakeOver {
  readonly takeOver: Readonly<Record<string, string | null>>;
}

export interface SpawnTerms {
  /** Given to every child before the plan's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The same as it is when one that stands by takes over. */
  readonly envNow?: () => Readonly<Record<string, string | undefined>>;
  /** Program that pins; undefined where there is none. */
  readonly pinWith: string | undefined;
  readonly line: (id: string, stream: OutputStream, text: string) => void;
}

/** What is run in the end. Pure, so that it can be shown and tested. */
export function commandLine(plan: ProcessPlan, pinWith: string | undefined): readonly [string, ...string[]] {
  const { command, args, cpu, maxMemoryMb } = plan;
  const bound = maxMemoryMb === undefined ? [] : [`--max-old-space-size=${maxMemoryMb}`];
  const plain = [command, ...bound, ...args] as const;
  return cpu === undefined || pinWith === undefined ? plain : [pinWith, "-c", cpu.join(","), ...plain];
}

/** The path of `taskset` on Linux; undefined elsewhere, and where it is not installed: then nothing is pinned. */
export function findPinning(platform: string, path: string): string | undefined {
  if (platform !== "linux") return undefined;
  return path
    .split(delimiter)
    .map((folder) => join(folder, "taskset"))
    .find(isProgram);
}

/** Throws when the program cannot be started. */
export function spawnChild(
  plan: ProcessPlan,
  env: Readonly<Record<string, string>>,
  events: ChildEvents,
  terms: SpawnTerms,
): RunningChild {
  const [command, ...args] = commandLine(plan, terms.pinWith);
  if (plan.cpu !== undefined && terms.pinWith === undefined) {
    terms.line(plan.id, "err", "it runs on any core: there is no taskset on this machine");
  }
  const child = spawn(command, args, {
    env: { ...terms.env, ...plan.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C is for the supervisor alone, which stops the others in their order; without it they end by themselves.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    // The reason comes as an event, after this call.
    child.once("error", (error) => terms.line(plan.id, "err", error.message));
    throw new Error(`${command} cannot be started`);
  }
  listen(child, plan, events, terms);
  return {
    pid,
    kill: (signal) => void child.kill(signal),
    tell: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    takeOver: (added) => {
      const message: TakeOver = { takeOver: { ...absentAsNull(terms.envNow?.() ?? {}), ...added } };
      // One that is dying says so by its end, not here.
      if (child.connected) child.send(message, () => undefined);
    },
  };
}

function listen(child: ChildProcess, plan: ProcessPlan, events: ChildEvents, { line }: SpawnTerms): void {
  child.on("error", (error) => line(plan.id, "err", error.message));
  child.on("message", (message) => {
    if (message !== "ready") events.told(message);
    else if (plan.ready === "ipc") events.ready();
  });
  lines(child.stdout, (text) => {
    line(plan.id, "out", text);
    if (plan.ready === "line") events.ready();
  });
  lines(child.stderr, (text) => line(plan.id, "err", text));
  // Not at `close`: a grandchild may keep the pipes open for ever.
  child.once("exit", (code, signal) => events.exited({ code, signal }));
}

const absentAsNull = (env: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? null]));

function lines(stream: Readable | null, take: (text: string) => void): void {
  const splitter = new LineSplitter(take);
  stream?.setEncoding("utf8");
  stream?.on("data", (text: string) => splitter.push(text));
  stream?.on("end", () => splitter.end());
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
