/** Makes the context of a task out of the running system: the door to execute, the ledger, files. Decides nothing. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { backupKey } from "../../adapters/backup/sealed-file.ts";
import { replaceFile } from "../../adapters/durable-file.ts";
import { JobsReader, type RunLine } from "../../adapters/jobs/jobs-reader.ts";
import { jobsPath } from "../../adapters/jobs/jobs-store.ts";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { keptName } from "../../adapters/kept-answers.ts";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { removeOldBelow, removeOldFiles } from "../../adapters/old-files.ts";
import { InputError } from "../../domain/assert.ts";
import type { Session } from "../../domain/session.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import { nextSession, sessionOn } from "../../market/calendar.ts";
import { readActive } from "../live/active-run.ts";
import { ownArchives } from "../live/backup.ts";
import { lifecycleOf } from "../live/build-execute.ts";
import type { ControlClient, ControlQuestion } from "../live/control-client.ts";
import type { ControlAnswer } from "../live/control-words.ts";
import { executeJournal } from "../live/ledger-process.ts";
import type { MarketLine } from "../live/market-lines.ts";
import { verifyRecord } from "../live/record-proof.ts";
import { restoreDrill } from "../live/restore-drill.ts";
import { scheduledBackup, scheduleFolder } from "../live/scheduled-backup.ts";
import type { StageContext } from "../live/stage-context.ts";
import { statusOf } from "../live/status-answer.ts";
import { modelDoor } from "../models/model-door.ts";
import { intradayIds } from "../own-strategies.ts";
import { referencesOf, tablesToTell } from "../references/run-tables.ts";
import { keptFitsFolder } from "../regime/kept-fits.ts";
import { liveReading } from "../regime/live-reading.ts";
import { COMMAND_ENTRY, commandJson } from "./command-port.ts";
import { LedgerFile } from "./ledger-facts.ts";
import { done, type TaskResult } from "./task.ts";
import type { Door, TaskContext } from "./task-context.ts";
import { type MadeReport, tellDay } from "./tell-day.ts";
import { walkSettings } from "./walk-settings.ts";

const DAY_MS = 86_400_000;
const ANSWER_WITHIN_MS = 5000;
/** Attempts of one task that one session can have. */
const EARLIER_ROWS = 20;
const COMPRESSED_LOG = /^plimsoll-\d{4}-\d{2}-\d{2}\.log(?:\.gz)?$/;
/** As the runtime names what it has compiled. */
const COMPILED = /^[0-9a-f]{6,16}$/;
/** Windows that walks and searches have run: of use until the study is done. */
const JOB_RECORD = /^(?:wf|op)-[0-9a-f]{12}\.jsonl$/;

/** What differs from run to run. */
export interface RunOf {
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly crashedAtMs: number | undefined;
  readonly memory: Map<string, number>;
}

export interface ContextParts {
  readonly stage: StageContext;
  readonly door: Door;
  readonly found: TaskContext["found"];
}

export function contextOf({ stage, door, found }: ContextParts, run: RunOf): TaskContext {
  const { terms, places, clock, log, now } = stage;
  const { root } = places;
  const { session, signal, memory, crashedAtMs } = run;
  const base = dirname(terms.killSwitch);
  return {
    ...{ run: terms.run, root, mode: terms.mode, symbols: terms.symbols, door, found, log, now },
    ...{ session, signal, memory, crashedAtMs, date: isoDate(session.date) },
    nextSession: nextSession(session.date),
    strategyIds: terms.strategyIds,
    intraday: intradayIds(terms.config),
    modelMaxAgeDays: terms.config.learn.maxAgeDays,
    models: modelDoor(base, () => new Date().toISOString()),
    params: terms.config.orchestrator,
    researchParams: terms.config.research,
    earlier: (task) => earlierRun(root, terms.run, task, isoDate(session.date)),
    writeReport: (name, text) => {
      const file = join(base, "reports", name);
      replaceFile(file, text);
      return file;
    },
    ledger: new LedgerFile(ledgerPlaces(root), terms.run),
    pause: (ms) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(new InputError("its time is over", 1));
        if (signal.aborted) stop();
        const timer = clock.timer(ms, () => {
          signal.removeEventListener("abort", aborted);
          resolve();
        });
        const aborted = () => {
          timer.cancel();
          stop();
        };
        signal.addEventListener("abort", aborted, { once: true });
      }),
    processes: () => readActive(base)?.processes ?? [],
    journalEntries: () => journalEntries(root),
    files: {
      remove: (logDays, cacheDays) => ({
        logs: removeOldFiles(join(root, "logs"), COMPRESSED_LOG, Date.now() - logDays * DAY_MS),
        caches: [
          ...removeOldBelow(join(root, "cache"), COMPILED, Date.now() - cacheDays * DAY_MS),
          // The lake and what was learned of it belong to the folder of all state.
          ...removeOldFiles(keptFitsFolder(base), keptName, Date.now() - cacheDays * DAY_MS),
          ...["walk-forward", "optimise"].flatMap((folder) =>
            removeOldFiles(join(base, "run", folder), JOB_RECORD, Date.now() - cacheDays * DAY_MS),
          ),
        ],
      }),
    },
    ...heavyPorts(stage, signal),
    ...regimePort(stage, session),
    ...referencesPort(stage, session),
  };
}

function regimePort({ terms }: StageContext, session: Session): Pick<TaskContext, "regimeReading"> {
  const { regime: source, config, killSwitch } = terms;
  if (source === undefined) return {};
  return { regimeReading: () => liveReading(config.regime, source, dirname(killSwitch), session.date) };
}

function referencesPort(stage: StageContext, session: Session): Partial<TaskContext> {
  const { early, late } = tablesToTell(stage.terms);
  const known = (tables: typeof early) => () => referencesOf(stage, session.date, tables);
  return {
    isSynthetic: stage.terms.regime?.from === "synthetic",
    ...(early.length === 0 ? {} : { references: known(early) }),
    ...(late.length === 0 ? {} : { news: { tables: late.map(({ id }) => id), known: known(late) } }),
  };
}

/** What takes long: called in a process of its own. */
function heavyPorts(stage: StageContext, signal: AbortSignal): Partial<TaskContext> {
  const { terms, places } = stage;
  const { root } = places;
  const settings = terms.config.backup;
  const backup = async () => {
    const made = await scheduledBackup({ root, settings, key: backupKey(process.env), nowMs: Date.now });
    const text = `${made.file}, ${(made.bytes / 2 ** 20).toFixed(1)} MB in ${made.tookMs} ms`;
    return done(`${text}${made.sealed ? ", sealed" : ""}; ${made.removed} older removed`, made);
  };
  const { [COMMAND_ENTRY]: entry } = process.env;
  return {
    ...(entry === undefined
      ? {}
      : {
          dailyReport: (date) => dailyReport(entry, stage, date),
          dataSettings: (["universe", "fundamentals"] as const).flatMap((block) => [
            ...["--set", `${block}=${JSON.stringify(terms.config[block])}`],
          ]),
          sourceSettings: ["--set", `data=${JSON.stringify(terms.config.data)}`],
          // Lake and models belong to the root, not to a run in it.
          research: (words, folder, withinMinutes) => {
            const base = dirname(terms.killSwitch);
            const out = folder === null ? [] : ["--out", join(base, "reports", folder)];
            return within(signal, withinMinutes, (ends) =>
              commandJson(entry, [...words, ...out, "--root", base], ends),
            );
          },
          ...(terms.mode === "demo" ? {} : { walkSettings: walkSettings(terms.config) }),
        }),
    checkpoint: backup,
    backup,
    newestArchive: () => newestArchive(scheduleFolder(root, settings)),
    verifyRecords: async () => verifyRecord(root, Date.now()),
    restoreDrill: async () => {
      const drill = restoreDrill({
        root,
        settings,
        key: backupKey(process.env),
        lifecycleOf,
        nowMs: Date.now,
      });
      return done(
        `${drill.file}: ${drill.inputs} inputs replayed in ${drill.tookMs} ms, the same state`,
        drill,
      );
    },
  };
}

/** Rejects saying so when its time is over; what is under way ends with it. */
async function within<Answer>(
  signal: AbortSignal,
  minutes: number | undefined,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  if (minutes === undefined) return work(signal);
  const late = AbortSignal.timeout(minutes * 60_000);
  try {
    return await work(AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    throw new InputError(
      `it took longer than ${minutes} min, which is all that research.nightly.stepMinutes gives`,
      1,
    );
  }
}

/** Undefined where the task has not ended in this session. */
function earlierRun(root: string, run: string, task: string, session: string): RunLine | undefined {
  const path = jobsPath(root);
  if (!existsSync(path)) return undefined;
  const reader = new JobsReader(path);
  try {
    const rows = reader.history(run, EARLIER_ROWS, task);
    return rows.find((row) => row.session === session && row.state !== "running");
  } finally {
    reader.close();
  }
}

async function dailyReport(
  entry: string,
  { terms, places, now }: StageContext,
  date: string,
): Promise<TaskResult> {
  const { run, mode } = terms;
  const base = dirname(terms.killSwitch);
  const words = ["report", "daily", "--date", date, "--run", run, "--root", base];
  const made = await commandJson(entry, mode === "demo" ? [...words, "--demo"] : words);
  const report = made as MadeReport;
  const { file } = report;
  // Asked for by hand in the middle of a day it is no report of the day: that one is still to be told.
  const isOver = now().at >= (sessionOn(parseIsoDate(date) as DayNumber)?.close ?? Number.POSITIVE_INFINITY);
  if (isOver) tellDay({ root: places.root, run: terms, date }, report);
  return done(`the report of ${date} is in ${file}`, { file, told: isOver });
}

function newestArchive(folder: string): { readonly ms: number; readonly file: string } | undefined {
  const file = existsSync(folder) ? ownArchives(folder).at(-1) : undefined;
  const [, year, month, day, hour, minute, second, ms] =
    /^plimsoll-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(file ?? "") ?? [];
  if (file === undefined || year === undefined) return undefined;
  return { file, ms: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`) };
}

function journalEntries(root: string): number | undefined {
  const path = executeJournal(root);
  if (!existsSync(path)) return undefined;
  const reader = new JournalReader(path);
  try {
    const { journal } = reader.heads();
    return journal === null ? undefined : journal.sequence + 1;
  } finally {
    reader.close();
  }
}

/** Execute's door, as the orchestrator goes through it. */
export function controlDoor(client: ControlClient): Door {
  const asked = async (question: ControlQuestion, id?: string): Promise<ControlAnswer> => {
    const answer = await client.ask(question, ANSWER_WITHIN_MS, id);
    if (answer.kind === "refused") throw new InputError(`${question.verb}: refused: ${answer.reason}`, 3);
    return answer;
  };
  return {
    async status() {
      const status = statusOf(await asked({ verb: "status" }));
      if (status === undefined) throw new InputError("execute does not tell its status; see its log", 1);
      return status;
    },
    async market() {
      const answer = await asked({ verb: "market" });
      return answer.kind === "told" ? (answer.value as MarketLine[]) : [];
    },
    async act(act, id) {
      await asked({ ...act, by: "orchestrator" } as ControlQuestion, id);
    },
  };
}
