/**
 * Replay: each stage of a run again, alone, from its own journal. What it says must be what it said, byte for byte: the
 * minutes, the decisions, the commands, the broker's events, the checkpoints of its books (I-25, LEDGER-2, ADR 0002).
 * A record that was altered proves nothing, so its chain is walked first.
 */
import type { JournalEntry, JournalPart } from "../../adapters/journal/journal-terms.ts";
import { codeVersion } from "../code-version.ts";
import {
  alteredAt,
  countsOn,
  entriesOf,
  findRun,
  type JournaledStage,
  journaledStages,
  type RecordedRun,
  type RunChoice,
} from "./recorded-run.ts";
import { type ReplayedStage, replayedStage } from "./replayed-stages.ts";

export interface Difference {
  /** Sequence in the stage's journal; -1: the record ended before. */
  readonly entry: number;
  readonly recorded: string | null;
  readonly replayed: string | null;
}

export interface StageReplay {
  readonly stage: JournaledStage;
  /** Inputs, and rows of what it asked for. */
  readonly events: number;
  readonly commands: number;
  /** Checkpoints of its books that were compared. */
  readonly checkpoints: number;
  /** False also when the record is not what was written: then nothing was replayed. */
  readonly identical: boolean;
  readonly alteredAt: number | null;
  readonly firstDifference: Difference | null;
}

export interface ReplayResult {
  readonly run: string;
  /** Of the code that recorded, and of this one: another build may differ and be right. */
  readonly recordedBy: string;
  readonly replayedBy: string;
  readonly events: number;
  readonly commands: number;
  readonly identical: boolean;
  readonly firstDifference: (Difference & { readonly stage: JournaledStage }) | null;
  readonly stages: readonly StageReplay[];
}

/** Throws InputError (exit 1) when there is no such run. */
export function replayRun(choice: RunChoice): ReplayResult {
  const recorded = findRun(choice);
  const stages = journaledStages.map((stage) => replayStage(recorded, stage, choice));
  const apart = stages.find(({ firstDifference }) => firstDifference !== null);
  const sum = (of: "events" | "commands") => stages.reduce((total, stage) => total + stage[of], 0);
  return {
    run: recorded.run,
    recordedBy: recorded.terms.build,
    replayedBy: codeVersion(),
    events: sum("events"),
    commands: sum("commands"),
    identical: stages.every(({ identical }) => identical),
    firstDifference: apart?.firstDifference ? { stage: apart.stage, ...apart.firstDifference } : null,
    stages,
  };
}

function replayStage(recorded: RecordedRun, stage: JournaledStage, { date }: RunChoice): StageReplay {
  const altered = alteredAt(recorded, stage);
  const nothing = { stage, events: 0, commands: 0, checkpoints: 0, identical: false } as const;
  if (altered !== null) return { ...nothing, alteredAt: altered, firstDifference: null };
  return new Comparison(stage, replayedStage(recorded, stage), countsOn(date)).over(
    entriesOf(recorded, stage),
  );
}

/** One row that a stage writes about a step. */
export interface StageRow {
  readonly part: Exclude<JournalPart, "input">;
  readonly payload: string;
}

class Comparison {
  readonly #name: JournaledStage;
  readonly #stage: ReplayedStage;
  readonly #counts: (entry: JournalEntry) => boolean;
  #events = 0;
  #commands = 0;
  #checkpoints = 0;
  /** What the last step said and the record has not yet shown. */
  #expected: StageRow[] = [];

  constructor(name: JournaledStage, stage: ReplayedStage, counts: (entry: JournalEntry) => boolean) {
    this.#name = name;
    this.#stage = stage;
    this.#counts = counts;
  }

  over(entries: Iterable<JournalEntry>): StageReplay {
    for (const entry of entries) {
      const difference = this.#next(entry);
      if (difference !== undefined) return this.#result(difference);
    }
    const [left] = this.#expected;
    if (left === undefined) return this.#result(null);
    return this.#result({ entry: -1, recorded: null, replayed: left.payload });
  }

  #next(entry: JournalEntry): Difference | undefined {
    const { sequence, part } = entry;
    const payload = String(entry.payload);
    if (part === "input") {
      const [left] = this.#expected;
      if (left !== undefined) return { entry: sequence, recorded: null, replayed: left.payload };
      if (this.#counts(entry)) this.#events += 1;
      try {
        this.#expected = this.#stage.step(payload);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { entry: sequence, recorded: payload, replayed: `the stage stops: ${why}` };
      }
      return undefined;
    }
    if (part === "note" && !this.#stage.writes(payload)) return undefined;
    const replayed = this.#expected.shift();
    if (replayed?.part !== part || replayed.payload !== payload)
      return { entry: sequence, recorded: payload, replayed: replayed?.payload ?? null };
    if (!this.#counts(entry)) return undefined;
    if (part === "command") this.#commands += 1;
    if (payload.startsWith("digest ")) this.#checkpoints += 1;
    return undefined;
  }

  #result(firstDifference: Difference | null): StageReplay {
    return {
      stage: this.#name,
      events: this.#events,
      commands: this.#commands,
      checkpoints: this.#checkpoints,
      identical: firstDifference === null,
      alteredAt: null,
      firstDifference,
    };
  }
}
