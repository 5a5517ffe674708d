/**
 * The whole system under one supervisor (OPS-2): the exchange where there is no other, ingest, compute, execute and the
 * guardian, each restarted alone. Chooses nothing: who starts it says what is traded and where.
 */
import { join } from "node:path";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { makeFolder } from "../../adapters/durable-file.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { prepareCompileCache } from "../../ops/compile-cache.ts";
import { LogFile, type LogLevel, logLine } from "../../ops/log-file.ts";
import type { ProcessPlan, SupervisorReport } from "../../ops/process-plan.ts";
import { findPinning, spawnChild } from "../../ops/spawn-child.ts";
import { Supervisor } from "../../ops/supervisor.ts";
import { killWarning } from "../kill-params.ts";
import type { LiveParams } from "../live-params.ts";
import { type RunTerms, runPlaces } from "./run-terms.ts";

export interface SystemTerms {
  readonly root: string;
  readonly run: RunTerms;
  readonly credentials: AlpacaCredentials;
  /** Entries of the processes, from the command line's table. */
  readonly paths: Readonly<Record<"ingest" | "compute" | "execute" | "ledger" | "guardian", string>>;
  readonly report: (report: SupervisorReport) => void;
  /** Bound of the wait before a process starts again; the supervisor's own when absent. */
  readonly longestWaitMs?: number;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;

export class LiveSystem {
  readonly #supervisor: Supervisor;
  readonly #log: LogFile;

  constructor({ root, run, credentials, paths, report, longestWaitMs }: SystemTerms) {
    const clock = new RealClock();
    makeFolder(run.killSwitch);
    makeFolder(join(root, "run"));
    this.#log = new LogFile(join(root, "logs"), Date.now);
    const cache = prepareCompileCache(join(root, "run", "compile-cache"));
    const pinWith = findPinning(process.platform, process.env.PATH ?? "");
    const write = (id: string, level: LogLevel, text: string) =>
      this.#log.write(logLine(id, level, text, Date.now()));
    const line = (id: string, stream: "out" | "err", text: string) =>
      write(id, stream === "err" ? "ERROR" : "INFO", text);
    const warning = killWarning(run.config.kill);
    if (warning !== undefined) write("supervisor", "WARNING", warning);
    this.#supervisor = new Supervisor(
      {
        plans: plansOf({ root, run, credentials, paths }),
        readyWithinMs: READY_WITHIN_MS,
        stopOrder: ["compute", "execute", "ledger", "ingest", "guardian"],
        stopWithinMs: STOP_WITHIN_MS,
        longestWaitMs,
      },
      {
        start: (plan, env, events) =>
          spawnChild(plan, { ...cache.env, ...env }, events, { env: bareEnvironment(), pinWith, line }),
        now: () => clock.now(),
        timer: (afterMs, fire) => clock.timer(afterMs, fire),
        report: (given) => {
          write("supervisor", "INFO", JSON.stringify(given));
          report(given);
        },
      },
    );
  }

  /** Resolves when all are ready. */
  async start(): Promise<void> {
    for (const id of ["ingest", "execute", "compute", "guardian"]) this.#supervisor.start(id);
    for (const id of ["ingest", "compute", "execute"]) await this.#supervisor.whenReady(id);
    // It follows execute's journal, which is there by now.
    this.#supervisor.start("ledger");
  }

  /** A line of our own in the log of all processes. */
  note(text: string): void {
    this.#log.write(logLine("supervisor", "INFO", text, Date.now()));
  }

  status() {
    return this.#supervisor.status();
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop();
    await this.#log.close();
  }
}

/** Keys reach only who needs them, and by the environment: no list of processes shows them. */
function plansOf({
  root,
  run,
  credentials,
  paths,
}: Pick<SystemTerms, "root" | "run" | "credentials" | "paths">): ProcessPlan[] {
  const { keyId, secretKey } = credentials;
  const keys = { ALPACA_API_KEY: keyId.reveal(), ALPACA_SECRET_KEY: secretKey.reveal() };
  const means = (id: keyof LiveParams["processes"]) => {
    const { cpu, memoryMb } = run.config.live.processes[id];
    return {
      ...(cpu === undefined ? {} : { cpu }),
      ...(memoryMb === undefined ? {} : { maxMemoryMb: memoryMb }),
    };
  };
  const stage = (
    id: "ingest" | "compute" | "execute" | "ledger",
    env: Readonly<Record<string, string>>,
  ): ProcessPlan => ({
    id,
    command: process.execPath,
    args: [paths[id], root],
    env,
    restart: "always",
    ready: "ipc",
    ...means(id),
  });
  const places = runPlaces(root);
  const guardian = {
    root,
    killSwitch: run.killSwitch,
    apiUrl: run.hosts.trading,
    dataUrl: run.hosts.data,
    socketPath: places.guardianSocket,
    killMode: run.config.kill.mode,
    dayLossMax: 0.03,
    clock: run.clock,
  };
  return [
    stage("ingest", keys),
    stage("execute", keys),
    stage("compute", {}),
    stage("ledger", {}),
    {
      id: "guardian",
      command: process.execPath,
      args: [paths.guardian],
      env: {
        GUARDIAN_TERMS: JSON.stringify(guardian),
        GUARDIAN_KEY_ID: keyId.reveal(),
        GUARDIAN_SECRET_KEY: secretKey.reveal(),
      },
      restart: "always",
      ready: "started",
      ...means("guardian"),
    },
  ];
}

/** What a child needs of ours: where programs are, and nothing that is a secret. */
function bareEnvironment(): Readonly<Record<string, string | undefined>> {
  const { PATH, HOME, TZ, LANG, TMPDIR, LOG_LEVEL, PLIMSOLL_KILL_AT } = process.env;
  return { PATH, HOME, TZ, LANG, TMPDIR, LOG_LEVEL, PLIMSOLL_KILL_AT };
}
