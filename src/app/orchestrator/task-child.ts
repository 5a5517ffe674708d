/**
 * Runs a heavy task in a process of its own: the loop of the orchestrator stays free, and its time can be ended. What
 * it has started, a training for one, ends with it: else the next attempt would be a second one on the same record.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type TaskResult, unjudged } from "./task.ts";

const ENTRY = join(import.meta.dirname, "task-main.ts");
const LAST_WORDS = 300;

export interface ChildRun {
  /** Of the run. */
  readonly root: string;
  readonly task: string;
  readonly date: string;
  readonly crashedAtMs: number | undefined;
  readonly isAfterCrash: boolean;
  /** Kills it. */
  readonly signal: AbortSignal;
  /** Default: the entry of all heavy tasks. */
  readonly entry?: string;
}

/** Never rejects: an end without a result is a failure. */
export function runInChild({
  root,
  task,
  date,
  crashedAtMs,
  isAfterCrash,
  signal,
  entry = ENTRY,
}: ChildRun): Promise<TaskResult> {
  return new Promise((resolve) => {
    const words = [root, task, date, String(crashedAtMs ?? ""), isAfterCrash ? "crash" : "first"];
    // Leader of a group of its own, by which all that it starts is found.
    const child = fork(entry, words, { stdio: ["ignore", "inherit", "pipe", "ipc"], detached: true });
    let said = "";
    let result: TaskResult | undefined;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-LAST_WORDS);
    });
    child.on("message", (message) => {
      result = message as TaskResult;
    });
    const kill = () => killGroup(child);
    signal.addEventListener("abort", kill, { once: true });
    child.once("error", (error) => resolve(unjudged(`its process could not be started: ${error.message}`)));
    child.once("exit", (code, ended) => {
      signal.removeEventListener("abort", kill);
      if (result === undefined) kill();
      resolve(
        result ??
          unjudged(`its process ended with ${ended ?? `code ${code}`}: ${said.trim() || "it said nothing"}`),
      );
    });
    if (signal.aborted) kill();
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended, or this system knows no groups.
    child.kill("SIGKILL");
  }
}
