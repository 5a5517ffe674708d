/**
 * The whole system under one supervisor (OPS-2): the exchange where there is no other, ingest, compute, execute and the
 * guardian, each restarted alone. Chooses nothing: who starts it says what is traded and where.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { makeFolder } from "../../adapters/durable-file.ts";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { GUARDIAN_LOSS_MAX } from "../../guardian/terms.ts";
import { AlertSilence } from "../../ops/alerts/alert-silence.ts";
import type { LogRecord } from "../../ops/log-file.ts";
import type { ProcessPlan, SupervisorReport } from "../../ops/process-plan.ts";
import { type Supervision, superviseProcesses } from "../../ops/supervise-processes.ts";
import type { Config } from "../config.ts";
import { killWarning } from "../kill-params.ts";
import type { LiveParams } from "../live-params.ts";
import { criticalLinesPath } from "../monitor/alert-sources.ts";
import type { ProcessState } from "./active-run.ts";
import { CriticalOutbox } from "./critical-outbox.ts";
import { beginBarIn } from "./ending-line.ts";
import { ErrorCollector } from "./error-collector.ts";
import { logFolder } from "./log-folder.ts";
import { type RunTerms, runPlaces } from "./run-terms.ts";

export interface SystemTerms {
  readonly root: string;
  readonly run: RunTerms;
  readonly credentials: AlpacaCredentials;
  /** The guardian's own, so that it can close when the others are revoked; absent: it shares them. */
  readonly guardian?: AlpacaCredentials | undefined;
  /** Entries of the processes, from the command line's table. */
  readonly paths: Readonly<Record<"ingest" | "compute" | "execute" | "ledger" | "guardian", string>>;
  /** Of the processes that nobody waits for: trading goes on without them. Absent: they are not started. */
  readonly around?: Readonly<Partial<Record<AroundId, AroundPlan>>> | undefined;
  readonly report: (report: SupervisorReport) => void;
  /** Bound of the wait before a process starts again; the supervisor's own when absent. */
  readonly longestWaitMs?: number;
  /** Abnormal ends in ten minutes that are a crash loop; the supervisor's own when absent. */
  readonly crashesMax?: number;
  /** Keys of the bus between the stages, as they stand in an environment. */
  readonly bus?: Readonly<Record<string, string>> | undefined;
  /** Every line of the log, where it is wanted beside the file. */
  readonly echo?: ((line: string) => void) | undefined;
}

/** They watch, tell and show; none of them trades. */
export const aroundIds = ["monitor", "orchestrator", "dashboard"] as const;
export type AroundId = (typeof aroundIds)[number];

export interface AroundPlan {
  readonly path: string;
  /** What it alone is given. */
  readonly env?: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 60_000;
/**
 * Execute reads all of its run before it is ready, some two seconds for a session. Killing it for that would make a run
 * of weeks one that never starts again; the guardian judges meanwhile what is held.
 */
const REPLAY_WITHIN_MS = 900_000;
const STOP_WITHIN_MS = 20_000;

export class LiveSystem {
  readonly #supervision: Supervision;
  readonly #errors: ErrorCollector;
  readonly #critical: CriticalOutbox;
  readonly #around: ReadonlySet<string>;
  /** Stages of another machine. */
  readonly #elsewhere: ReadonlySet<string>;
  readonly #silence = new AlertSilence();
  /** Why a process that is not ready cannot begin, by its id. */
  readonly #beginBars = new Map<string, string>();

  constructor(terms: SystemTerms) {
    this.#around = new Set(Object.keys(terms.around ?? {}));
    const { root, run, report, longestWaitMs, crashesMax } = terms;
    this.#elsewhere = new Set(run.config.bus.elsewhere);
    makeFolder(run.killSwitch);
    makeFolder(join(root, "run"));
    this.#errors = new ErrorCollector({
      path: ledgerPlaces(root).performance,
      now: () => performance.now(),
      wallMs: Date.now,
      failed: (reason) => this.note(`what goes wrong is in this log alone: ${reason}`),
    });
    this.#critical = new CriticalOutbox(criticalLinesPath(root), Date.now);
    this.#supervision = superviseProcesses({
      root,
      logs: logFolder(root, process.env),
      secrets: secretsOf(terms),
      correlation: run.run,
      ...(terms.echo === undefined ? {} : { echo: terms.echo }),
      env: bareEnvironment,
      wallMs: Date.now,
      plans: plansOf(terms),
      readyWithinMs: READY_WITHIN_MS,
      stopOrder: stopOrder(plansOf(terms)),
      stopWithinMs: STOP_WITHIN_MS,
      longestWaitMs,
      crashesMax,
      isClosing: () => existsSync(runPlaces(root).flattenLease),
      onReport: (told) => {
        if (told.kind === "ready") this.#beginBars.delete(told.id);
        report(told);
      },
      onLine: (record) => {
        this.#noteBeginBar(record);
        this.#critical.take(record);
        this.#errors.take(record);
      },
    });
    const warning = killWarning(run.config.kill);
    if (warning !== undefined) this.note(warning);
  }

  /** Resolves when all are ready. */
  async start(): Promise<void> {
    const { supervisor } = this.#supervision;
    const isHere = (id: string) => !this.#elsewhere.has(id);
    for (const id of ["ingest", "execute", "compute", "guardian"].filter(isHere)) supervisor.start(id);
    for (const id of ["ingest", "compute", "execute"].filter(isHere)) await supervisor.whenReady(id);
    // It follows execute's journal, which is there by now.
    supervisor.start("ledger");
    for (const id of aroundIds) if (this.#around.has(id)) supervisor.start(id);
  }

  /** Resolves when one that nobody waits for is ready; at once where it is not part of the system. */
  async whenReady(id: AroundId): Promise<void> {
    if (this.#around.has(id)) await this.#supervision.supervisor.whenReady(id);
  }

  /** A line of our own in the log of all processes. */
  note(text: string): void {
    this.#supervision.note(text);
  }

  status(): ProcessState[] {
    return this.#supervision.supervisor.status().map((child) => {
      const cannotBegin = this.#beginBars.get(child.id);
      // Who stands by has the same name: what bars it is no word about the one that is there.
      return cannotBegin === undefined || child.state === "ready" ? child : { ...child, cannotBegin };
    });
  }

  #noteBeginBar({ process: id, level, text }: LogRecord): void {
    const bar = level === "CRITICAL" && typeof text === "string" ? beginBarIn(text) : undefined;
    if (bar !== undefined) this.#beginBars.set(id, bar);
  }

  /**
   * To be called every few seconds: says of a monitor that does not live that nobody hears of anything, on a path that
   * does not need it. Returns what it said, for whoever sits before it.
   */
  lookAtMonitor(nowMs: number): string | undefined {
    const monitor = this.status().find(({ id }) => id === "monitor");
    const text = monitor === undefined ? undefined : this.#silence.look(monitor, nowMs);
    if (text !== undefined) this.#supervision.alarm(text);
    return text;
  }

  async stop(): Promise<void> {
    await this.#supervision.stop();
    this.#critical.close();
    this.#errors.close();
  }
}

/** All that no line of the log may hold. */
function secretsOf({ credentials, guardian, around = {}, bus = {} }: SystemTerms): string[] {
  const keys = [credentials, guardian].flatMap((pair) =>
    pair === undefined ? [] : [pair.keyId.reveal(), pair.secretKey.reveal()],
  );
  const given = [...Object.values(around), { env: bus }].flatMap(({ env = {} }) =>
    Object.entries(env).flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : [])),
  );
  return [...keys, ...given];
}

const SECRET_NAME = /SECRET|TOKEN|PASS|KEY|SID|URL|USER/;

/** Keys reach only who needs them, and by the environment: no list of processes shows them. */
export function plansOf({
  root,
  run,
  credentials,
  guardian: ofGuardian = credentials,
  paths,
  around = {},
  bus = {},
}: Pick<
  SystemTerms,
  "root" | "run" | "credentials" | "guardian" | "paths" | "around" | "bus"
>): ProcessPlan[] {
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
  const { deadManUrl } = run.config.live;
  const elsewhere: ReadonlySet<string> = new Set(run.config.bus.elsewhere);
  const guardian = {
    root,
    killSwitch: run.killSwitch,
    apiUrl: run.hosts.trading,
    dataUrl: run.hosts.data,
    socketPath: places.guardianSocket,
    killMode: run.config.kill.mode,
    dayLossMax: guardianLossMax(run.config),
    clock: run.clock,
    // A demo that is well says nothing of a system that is not.
    ...(run.mode === "demo" || deadManUrl === "" ? {} : { deadManUrl }),
  };
  const plans: ProcessPlan[] = [
    stage("ingest", { ...keys, ...bus }),
    // What it knows is the journal of the whole run: reading that takes longer than a position may be unwatched.
    {
      ...stage("execute", { ...keys, ...bus }),
      ...{ standby: run.config.live.standby, readyWithinMs: REPLAY_WITHIN_MS, isGuarded: true },
    },
    stage("compute", bus),
    stage("ledger", {}),
    {
      id: "guardian",
      command: process.execPath,
      args: [paths.guardian],
      env: {
        GUARDIAN_TERMS: JSON.stringify(guardian),
        GUARDIAN_KEY_ID: ofGuardian.keyId.reveal(),
        GUARDIAN_SECRET_KEY: ofGuardian.secretKey.reveal(),
      },
      restart: "always",
      ready: "started",
      isGuarded: true,
      ...means("guardian"),
    },
    ...aroundIds.flatMap((id): ProcessPlan[] => {
      const plan = around[id];
      if (plan === undefined) return [];
      const { path, env = {} } = plan;
      const args = [path, root];
      const mayAsk = id === "monitor";
      return [
        { id, command: process.execPath, args, env, restart: "always", ready: "ipc", mayAsk, ...means(id) },
      ];
    }),
  ];
  return plans.filter(({ id }) => !elsewhere.has(id));
}

/** Tasks first, then what trades; who shows and tells sees the end. */
function stopOrder(plans: readonly ProcessPlan[]): string[] {
  const order = [
    "orchestrator",
    "compute",
    "execute",
    "ledger",
    "ingest",
    "guardian",
    "dashboard",
    "monitor",
  ];
  return order.filter((id) => plans.some((plan) => plan.id === id));
}

/** The limit of the breaker that it stands behind (C-30), and never a looser one than it may have by itself. */
const guardianLossMax = ({ breakers }: Config): number =>
  Math.min(GUARDIAN_LOSS_MAX, (breakers.day_base_loss as { readonly maxFraction: number }).maxFraction);

/** What a child needs of ours: where programs are, and nothing that is a secret. */
function bareEnvironment(): Readonly<Record<string, string | undefined>> {
  const { PATH, HOME, TZ, LANG, TMPDIR, LOG_LEVEL, PLIMSOLL_KILL_AT } = process.env;
  return { PATH, HOME, TZ, LANG, TMPDIR, LOG_LEVEL, PLIMSOLL_KILL_AT };
}
