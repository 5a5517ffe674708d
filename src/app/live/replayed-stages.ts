/** Each stage as a replay drives it: a recorded input in, out comes what the process writes of its step. */
import type { InstrumentTable } from "../../domain/instrument.ts";
import { LiveCompute } from "../../engine/live-compute.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { type IngestInput, LiveIngest } from "../../engine/live-ingest.ts";
import {
  decisionText,
  parseComputeInput,
  parseExecuteInput,
  stageEventText,
} from "../../engine/stage-text.ts";
import { buildExecute, lifecycleOf } from "./build-execute.ts";
import { ingestConfigOf } from "./ingest-config.ts";
import { faultsOf, type JournaledStage, type RecordedRun } from "./recorded-run.ts";
import type { StageRow } from "./replay-run.ts";
import { engineOf, modelsOf, warmCompute } from "./run-engine.ts";
import { runPlaces } from "./run-terms.ts";
import { checkpoint, computeDigest, toldLine } from "./stage-digest.ts";
import { emptyOutput, isOfStep, StepRows } from "./step-rows.ts";

export interface ReplayedStage {
  /** What it says of that input, in order. Throws what the stage throws. */
  step(input: string): StageRow[];
  /** True for a note of the stage itself; others are its process's and follow from no input. */
  writes(note: string): boolean;
}

export function replayedStage(recorded: RecordedRun, stage: JournaledStage): ReplayedStage {
  if (stage === "ingest") return new ReplayedIngest(recorded);
  if (stage === "compute") return new ReplayedCompute(recorded);
  return new ReplayedExecute(recorded.run, recordedExecute(recorded), recorded.instruments);
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
    const { root, terms, instruments } = recorded;
    const models = modelsOf(terms, runPlaces(root));
    this.#recorded = recorded;
    this.#live = new LiveCompute(engineOf(terms, instruments, models).compute);
    this.#live.stage.turns.follow(faultsOf(recorded));
    warmCompute(this.#live.stage, recorded);
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

export class ReplayedExecute implements ReplayedStage {
  readonly #live: LiveExecute;
  readonly #instruments: InstrumentTable;
  readonly #record: StepRows;
  #inputs = 0;

  /** `live` is at the beginning of the run. */
  constructor(run: string, live: LiveExecute, instruments: InstrumentTable) {
    this.#live = live;
    this.#instruments = instruments;
    this.#record = new StepRows(run, live);
  }

  step(text: string): StageRow[] {
    const input = parseExecuteInput(text, this.#instruments);
    this.#inputs += 1;
    this.#live.step(input);
    const rows = this.#record.of(this.#inputs, input.now.at).filter((row) => row.kind === "entry");
    emptyOutput(this.#live);
    return rows.flatMap(({ part, payload }) =>
      part === "input" ? [] : [{ part, payload: String(payload) }],
    );
  }

  writes(note: string): boolean {
    return isOfStep(note);
  }
}
