/** Each stage as a replay drives it: a recorded input in, out comes what the process writes of its step. */
import { LiveCompute } from "../../engine/live-compute.ts";
import type { ExecuteInput, LiveExecute } from "../../engine/live-execute.ts";
import { type IngestInput, LiveIngest } from "../../engine/live-ingest.ts";
import {
  decisionText,
  parseComputeInput,
  parseExecuteInput,
  stageEventText,
} from "../../engine/stage-text.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { buildExecute, lifecycleOf } from "./build-execute.ts";
import { ExecuteDriver } from "./execute-driver.ts";
import { ingestConfigOf } from "./ingest-config.ts";
import { noKillPoints } from "./kill-points.ts";
import { type JournaledStage, type RecordedRun, warmingBatches } from "./recorded-run.ts";
import type { StageRow } from "./replay-run.ts";
import { engineOf } from "./run-engine.ts";
import { checkpoint, computeDigest, toldLine } from "./stage-digest.ts";

export interface ReplayedStage {
  /** What it says of that input, in order. Throws what the stage throws. */
  step(input: string): StageRow[];
  /** True for a note of the stage itself; others are its process's and follow from no input. */
  writes(note: string): boolean;
}

export function replayedStage(recorded: RecordedRun, stage: JournaledStage): ReplayedStage {
  if (stage === "ingest") return new ReplayedIngest(recorded);
  return stage === "compute" ? new ReplayedCompute(recorded) : new ReplayedExecute(recorded);
}

/** The execute stage of a recorded run at its beginning. */
export const recordedExecute = ({ terms, history }: RecordedRun): LiveExecute =>
  buildExecute(terms, lifecycleOf(terms), history);

class ReplayedIngest implements ReplayedStage {
  readonly #live: LiveIngest;
  readonly #rows: StageRow[] = [];
  #told = 0;

  constructor({ terms, instruments }: RecordedRun) {
    this.#live = new LiveIngest(ingestConfigOf(terms, instruments), (event) => {
      this.#rows.push({ part: "command", payload: toldLine(this.#told++, stageEventText(event)) });
    });
  }

  step(input: string): StageRow[] {
    this.#live.step(JSON.parse(input) as IngestInput);
    for (const entry of this.#live.audit.splice(0))
      this.#rows.push({ part: "note", payload: `audit ${JSON.stringify(entry)}` });
    return this.#rows.splice(0);
  }

  writes(note: string): boolean {
    return note.startsWith("audit ");
  }
}

class ReplayedCompute implements ReplayedStage {
  readonly #recorded: RecordedRun;
  readonly #live: LiveCompute;
  #inputs = 0;

  constructor(recorded: RecordedRun) {
    const { terms, instruments } = recorded;
    this.#recorded = recorded;
    this.#live = new LiveCompute(engineOf(terms, instruments).compute);
    for (const batch of warmingBatches(recorded)) this.#live.warm(batch);
  }

  step(input: string): StageRow[] {
    this.#inputs += 1;
    this.#live.step(parseComputeInput(input, this.#recorded.instruments));
    const rows: StageRow[] = this.#live.decisions
      .splice(0)
      .map((decision) => ({ part: "command", payload: decisionText(decision) }));
    const digest = checkpoint("compute", this.#inputs, () => computeDigest(this.#live));
    return digest === undefined ? rows : [...rows, { part: "note", payload: digest }];
  }

  writes(note: string): boolean {
    return note.startsWith("digest ");
  }
}

/** The words that the driver begins its notes with. */
const EXECUTE_NOTES = /^(?:event|life|flatten|digest) /;

/** By the process's own driver, so that what it writes of a step cannot differ from what is compared. */
class ReplayedExecute implements ReplayedStage {
  readonly #recorded: RecordedRun;
  readonly #driver: ExecuteDriver;
  readonly #rows: StageRow[] = [];
  #now: Instants | undefined;

  constructor(recorded: RecordedRun) {
    this.#recorded = recorded;
    this.#driver = new ExecuteDriver({
      run: recorded.run,
      points: noKillPoints,
      live: recordedExecute(recorded),
      now: () => this.#now as Instants,
      write: (rows) => {
        for (const row of rows)
          if (row.kind === "entry" && row.part !== "input")
            this.#rows.push({ part: row.part, payload: String(row.payload) });
        return 0;
      },
      whenWritten: () => undefined,
      send: () => undefined,
      tell: () => undefined,
      journalWaitMs: Number.POSITIVE_INFINITY,
      egressMicros: Number.POSITIVE_INFINITY,
    });
  }

  step(text: string): StageRow[] {
    const { now, ...word }: ExecuteInput = parseExecuteInput(text, this.#recorded.instruments);
    this.#now = now;
    this.#driver.consume(word);
    return this.#rows.splice(0);
  }

  writes(note: string): boolean {
    return EXECUTE_NOTES.test(note);
  }
}
