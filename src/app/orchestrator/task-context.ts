/** What a task of the day may ask and do: ports, so that its tests need no running system. */

import type { TaskTable } from "../../adapters/jobs/jobs-schema.ts";
import type { FoundRow } from "../../adapters/jobs/jobs-store.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import type { Session } from "../../domain/session.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import type { ControlAct } from "../live/control-words.ts";
import type { RecordProof } from "../live/kept-records.ts";
import type { MarketLine } from "../live/market-lines.ts";
import type { StageLog } from "../live/stage-log.ts";
import type { StatusValue } from "../live/status-answer.ts";
import type { ModelDoor } from "../models/model-door.ts";
import type { OrchestratorParams } from "../orchestrator-params.ts";
import type { LiveReferences } from "../references/live-references.ts";
import type { ResearchParams } from "../research-params.ts";
import type { LedgerFacts } from "./ledger-facts.ts";
import type { TaskResult } from "./task.ts";
import type { WalkSettings } from "./walk-settings.ts";

/** What is asked of execute, less who asks. */
export type TaskAct = ControlAct extends infer Act
  ? Act extends { readonly by: string }
    ? Omit<Act, "id" | "by">
    : never
  : never;

export interface Door {
  /** Throws InputError when execute does not answer. */
  status(): Promise<StatusValue>;
  market(): Promise<readonly MarketLine[]>;
  /** Throws InputError when it was refused. With an `id`, the same act is one act however often it is asked. */
  act(act: TaskAct, id?: string): Promise<void>;
}

export interface ProcessState {
  readonly id: string;
  readonly state: string;
}

/** Files that are old: removed by their own kind's rule, never a journal. */
export interface OldFiles {
  /** Of the run's logs, compiled code and kept fits; returns what was removed. */
  remove(
    logDays: number,
    cacheDays: number,
  ): { readonly logs: readonly string[]; readonly caches: readonly string[] };
}

export interface TaskContext {
  readonly run: string;
  /** Folder of the run. */
  readonly root: string;
  readonly mode: "demo" | "paper" | "live";
  /** The session that it is run for, and its date YYYY-MM-DD. */
  readonly session: Session;
  readonly date: string;
  /** The one after it; undefined behind the calendar's end. */
  readonly nextSession: Session | undefined;
  readonly symbols: readonly string[];
  readonly strategyIds: readonly string[];
  /** A model that knows nothing of so many days is too old. */
  readonly modelMaxAgeDays: number;
  /** Strategies of the run that end each day flat. */
  readonly intraday: ReadonlySet<string>;
  readonly params: OrchestratorParams;
  readonly researchParams: ResearchParams;
  /** Its time is over, or the orchestrator is being stopped. */
  readonly signal: AbortSignal;
  /** When the attempt that crashed began, the machine's milliseconds since 1970; undefined: there was none. */
  readonly crashedAtMs: number | undefined;
  readonly log: StageLog;
  readonly door: Door;
  readonly ledger: LedgerFacts;
  /** What the task noted in this life: for beats that compare with the one before. */
  readonly memory: Map<string, number>;
  now(): Instants;
  /** Of the wall. Rejects when its time is over. */
  pause(ms: number): Promise<void>;
  processes(): readonly ProcessState[];
  /** Entries of the journal of execute; undefined without one. */
  journalEntries(): number | undefined;
  /** Replaces what was found of the session (JB-2). */
  found(table: TaskTable, session: string, rows: readonly FoundRow[]): void;
  readonly files: OldFiles;
  /** One archive of all databases, kept by the schedule's settings. */
  readonly checkpoint?: () => Promise<TaskResult>;
  /** When the newest archive was begun, milliseconds since 1970, and its file. */
  readonly newestArchive?: () => { readonly ms: number; readonly file: string } | undefined;
  readonly verifyRecords?: () => Promise<RecordProof>;
  /** What the regime detector says of the session; absent where no regime binds the run. */
  readonly regimeReading?: () => Promise<RegimeReading>;
  /** The market is made of chance: the lake of the root knows nothing of it. */
  readonly isSynthetic?: boolean;
  /** What the reference tables say of the session that nobody else tells; absent where no strategy reads one. */
  readonly references?: () => Promise<LiveReferences>;
  /** Those of them that are known just before the open alone, and what they say; absent where no strategy reads one. */
  readonly news?: { readonly tables: readonly string[]; readonly known: () => Promise<LiveReferences> };
  /** The registry of models. */
  readonly models?: ModelDoor;
  // Each absent where its part is not built or not wired: its task says so and fails nothing.
  readonly backup?: () => Promise<TaskResult>;
  readonly dailyReport?: (date: string) => Promise<TaskResult>;
  readonly restoreDrill?: () => Promise<TaskResult>;
  /**
   * A command of the command line over the data of the root, its files in `folder` of the root's reports, null for one
   * that leaves none; its JSON, also where one of its gates said no. Ended and rejected when its time is over.
   */
  readonly research?: (
    words: readonly string[],
    folder: string | null,
    withinMinutes?: number,
  ) => Promise<unknown>;
  /** Settings of the run as words of a walk; absent in a demo, whose walks are by the settings of a backtest. */
  readonly walkSettings?: WalkSettings;
  /** How the last attempt of a task in this session ended, and its output; undefined: none has. */
  readonly earlier?: (task: string) => { readonly state: string; readonly output: unknown } | undefined;
  /** Writes into the root's reports; the file's path. */
  readonly writeReport?: (name: string, text: string) => string;
  /** The run's settings of universe and company reports, as words of such a command. */
  readonly dataSettings?: readonly string[];
  /** Those of who is asked for bars. */
  readonly sourceSettings?: readonly string[];
}
