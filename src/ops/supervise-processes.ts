/**
 * The supervisor on a real machine: real children, the monotonic clock, the log of all of them, the compile cache
 * (OPS-2, OPS-6, ADR 0007). Who collects errors and raises alerts listens to the lines: it works when execute is dead.
 */
import { join } from "node:path";
import { prepareCompileCache } from "./compile-cache.ts";
import { LogFile, type LogRecord, logRecord } from "./log-file.ts";
import { isAtLeast, type LogLevel, levelNamed, logLevels } from "./log-level.ts";
import { logRedactor, oneLogLine } from "./log-redaction.ts";
import type { SupervisorReport } from "./process-plan.ts";
import { findPinning, spawnChild } from "./spawn-child.ts";
import { Supervisor, type SupervisorTerms } from "./supervisor.ts";

export interface SupervisionTerms extends SupervisorTerms {
  /** Where `cache/` is, and `logs/` unless told otherwise; is there already. */
  readonly root: string;
  /** Folder of the log; absent: `logs` below the root. */
  readonly logs?: string | undefined;
  /** What a child is given of our own environment; asked at each start. */
  readonly env: () => Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970: names the day of a log line. */
  readonly wallMs: () => number;
  /** Every line, after it was written; those below `LOG_LEVEL`, which are not written, too. */
  readonly onLine?: (record: LogRecord) => void;
  readonly onReport?: (report: SupervisorReport) => void;
  /** Values that must stand in no line. */
  readonly secrets?: readonly string[];
  /** Names what lines of all processes belong to: stands in each that names nothing narrower itself. */
  readonly correlation?: string;
  /** Every line that is written, for who wants them beside the file. */
  readonly echo?: (line: string) => void;
}

export interface Supervision {
  readonly supervisor: Supervisor;
  /** A line of our own in the log of all processes. */
  note(text: string): void;
  /** The same, where a person must act. */
  alarm(text: string): void;
  /** Stops the children in order, then closes the log. */
  stop(): Promise<void>;
}

const levels: Readonly<Record<SupervisorReport["kind"], LogLevel>> = {
  started: "INFO",
  ready: "INFO",
  "standing-by": "INFO",
  "took-over": "WARNING",
  "standby-ended": "WARNING",
  exited: "INFO",
  restarting: "WARNING",
  "crash-loop": "CRITICAL",
  killed: "ERROR",
  "not-started": "ERROR",
  asked: "WARNING",
};

/** Nothing is started yet. */
export function superviseProcesses(terms: SupervisionTerms): Supervision {
  const { root, env, wallMs, onLine, onReport, secrets = [], correlation, echo } = terms;
  const redacted = logRedactor(secrets);
  const log = new LogFile(terms.logs ?? join(root, "logs"), wallMs);
  const { LOG_LEVEL: asked } = env();
  const least = levelNamed(asked) ?? "INFO";
  const write = (id: string, level: LogLevel, text: string) => {
    const told = logRecord(id, level, text, wallMs());
    const { component = id } = told;
    const record = redacted({ ...(correlation === undefined ? {} : { correlation }), ...told, component });
    if (isAtLeast(record.level, least)) {
      const line = oneLogLine(record);
      log.write(line);
      echo?.(line);
    }
    onLine?.(record);
  };
  if (levelNamed(asked ?? least) === undefined)
    write(
      "supervisor",
      "WARNING",
      `LOG_LEVEL = ${asked}: must be one of ${logLevels.join(", ")}; INFO holds`,
    );
  const cache = prepareCompileCache(join(root, "cache"));
  if (cache.note !== undefined) write("supervisor", "WARNING", cache.note);
  const spawning = () => ({
    env: { ...env(), ...cache.env },
    envNow: env,
    pinWith: findPinning(process.platform, env().PATH ?? ""),
    line: (id: string, stream: "out" | "err", text: string) =>
      write(id, stream === "err" ? "WARNING" : "INFO", text),
  });
  const supervisor = new Supervisor(terms, {
    start: (plan, added, events) => spawnChild(plan, added, events, spawning()),
    now: () => performance.now(),
    timer(afterMs, fire) {
      const timer = setTimeout(fire, afterMs);
      return { cancel: () => clearTimeout(timer) };
    },
    report(report) {
      write("supervisor", levelOf(report), JSON.stringify({ ...report, text: sentence(report) }));
      onReport?.(report);
    },
  });
  return {
    supervisor,
    note: (text) => write("supervisor", "INFO", text),
    alarm: (text) => write("supervisor", "CRITICAL", text),
    async stop() {
      await supervisor.stop();
      await log.close();
    },
  };
}

const levelOf = (report: SupervisorReport): LogLevel =>
  report.kind === "exited" && report.isAbnormal ? "ERROR" : levels[report.kind];

/** For people. */
export function sentence(report: SupervisorReport): string {
  const { id } = report;
  switch (report.kind) {
    case "started":
      return `${id} was started as process ${report.pid}${report.isSafeStart ? " in safe hold" : ""}`;
    case "ready":
      return `${id} is ready after ${Math.round(report.afterMs)} ms`;
    case "exited":
      return `${id} ended with ${report.exit.signal ?? `code ${report.exit.code}`}`;
    case "standing-by":
      return `a second ${id} stands by as process ${report.pid}`;
    case "took-over":
      return `process ${report.pid} takes the place of ${id}${report.isSafeStart ? ", in safe hold" : ""}`;
    case "standby-ended":
      return `the ${id} that stood by ended with ${report.exit.signal ?? `code ${report.exit.code}`}`;
    case "restarting":
      return `${id} is started again in ${report.afterMs} ms`;
    case "crash-loop":
      return `${id} has crashed ${report.exits} times in 10 minutes: it starts in safe hold from now on`;
    case "killed":
      return `${id} was killed: ${report.why}`;
    case "not-started":
      return `${id} could not be started: ${report.why}`;
    case "asked":
      return report.refusal === undefined
        ? `${report.by} asked for a ${report.wish} of ${id}: ${report.why}`
        : `${report.by} asked for a ${report.wish} of ${id} (${report.why}), refused: ${report.refusal}`;
  }
}
