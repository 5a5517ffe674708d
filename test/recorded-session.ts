/**
 * A synthetic session through the three live stages, each with its journal, as their processes keep them: what tests
 * of replay, parity and report read. In the middle execute is started again, as after a crash.
 */

import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import type { JournalPart, JournalRow } from "../src/adapters/journal/journal-terms.ts";
import { ExecuteDriver } from "../src/app/live/execute-driver.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { ingestConfigOf } from "../src/app/live/ingest-config.ts";
import { noKillPoints } from "../src/app/live/kill-points.ts";
import { asRecorded } from "../src/app/live/recorded-inputs.ts";
import {
  type JournaledStage,
  journaledStages,
  journalPath,
  type RecordedRun,
  warmingBatches,
} from "../src/app/live/recorded-run.ts";
import { recordedExecute } from "../src/app/live/replayed-stages.ts";
import { engineOf, historyOf, modelsOf } from "../src/app/live/run-engine.ts";
import { placedTerms, type RunTerms, runPlaces } from "../src/app/live/run-terms.ts";
import { checkpoint, computeDigest, toldLine } from "../src/app/live/stage-digest.ts";
import type { BarsClosed } from "../src/domain/events.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_SECOND, parseIsoDate } from "../src/domain/time.ts";
import { type ComputeInput, LiveCompute } from "../src/engine/live-compute.ts";
import type { ExecuteWord } from "../src/engine/live-execute.ts";
import { type IngestInput, LiveIngest } from "../src/engine/live-ingest.ts";
import {
  computeInputText,
  decisionText,
  parseExecuteInput,
  parseFeedback,
  parseStageEvent,
  stageEventText,
} from "../src/engine/stage-text.ts";
import { createSyntheticMarket } from "../src/sim/synthetic-market.ts";
import { terms } from "./live-session.ts";
import { PromptBroker } from "./prompt-broker.ts";

const MINUTE = 60 * MICROS_PER_SECOND;
const market = createSyntheticMarket({ seed: 7, firstSession: parseIsoDate("2026-11-18") as DayNumber });
const { instruments } = market;

function termsOf(root: string, more: Partial<RunTerms>): RunTerms {
  mkdirSync(join(root, "run"), { recursive: true });
  const history = { ...market.history(2), instruments };
  const file = join(root, "run", "history-test.json");
  const kept = { file: basename(file), sha256: writeHistory(file, history), bars: history.closedAt.length };
  return { ...terms, feed: "sip", ...more, history: kept };
}

/** Writes the journals of one session's first `minutes` below `root`; `more` are terms of its own. */
export function recordSession(root: string, minutes: number, more: Partial<RunTerms> = {}): void {
  new Recording(root, more).run(minutes);
}

class Recording {
  readonly #run: RecordedRun;
  readonly #stores: Readonly<Record<JournaledStage, JournalStore>>;
  readonly #ingest: LiveIngest;
  readonly #compute: LiveCompute;
  readonly #broker: PromptBroker;
  #driver: ExecuteDriver;
  readonly #executed: string[] = [];
  readonly #rows: Readonly<Record<JournaledStage, JournalRow[]>> = { ingest: [], compute: [], execute: [] };
  readonly #told: BarsClosed[] = [];
  readonly #toCompute: ComputeInput[] = [];
  #now: EpochMicros;
  #minutes = 0;
  #computed = 0;

  constructor(root: string, more: Partial<RunTerms>) {
    const begun = termsOf(root, more);
    const terms = placedTerms(begun, runPlaces(root));
    const history = historyOf(terms, runPlaces(root));
    this.#run = { root, run: terms.run, terms, instruments: history?.instruments ?? instruments, history };
    this.#now = (market.session(0).closedAt[0] ?? 0) as EpochMicros;
    this.#broker = new PromptBroker(terms.cash, this.#now);
    const header = JSON.stringify(begun);
    const store = (stage: JournaledStage) => {
      const opened = new JournalStore(journalPath(root, stage));
      const of = stage === "execute" ? header : JSON.stringify({ run: terms.run });
      opened.openRun({ run: terms.run, startedAt: terms.startedAt, header: of });
      return opened;
    };
    this.#stores = { ingest: store("ingest"), compute: store("compute"), execute: store("execute") };
    this.#ingest = new LiveIngest(ingestConfigOf(terms, instruments), (event) => {
      const text = stageEventText(event);
      this.#write("ingest", "command", toldLine(this.#minutes++, text));
      const copy = parseStageEvent(text, instruments);
      if (copy.kind === "BarsClosed") this.#told.push(copy);
    });
    const models = modelsOf(terms, runPlaces(root));
    this.#compute = new LiveCompute(engineOf(terms, instruments, models).compute);
    for (const batch of warmingBatches(this.#run)) this.#compute.stage.warm(batch);
    this.#driver = this.#newDriver();
  }

  run(minutes: number): void {
    this.#execute({ kind: "restarted", life: 1 });
    this.#execute({ kind: "news", news: { kind: "line", state: "up", reason: "ready" } });
    this.#execute({ kind: "time" });
    for (let n = 0; n < minutes; n++) {
      this.#minute(n);
      if (n === Math.floor(minutes / 2)) this.#restart();
    }
    for (const stage of journaledStages) {
      this.#stores[stage].write([this.#rows[stage]]);
      this.#stores[stage].close();
    }
  }

  #minute(batch: number): void {
    const columns = market.session(0);
    const end = (columns.closedAt[batch] ?? 0) as EpochMicros;
    this.#now = end;
    const bars = [];
    for (let row = columns.offset[batch] ?? 0; row < (columns.offset[batch + 1] ?? 0); row++) {
      const symbol = instruments.symbols[columns.instrument[row]!] ?? "";
      const [open, high] = [columns.open[row]!, columns.high[row]!];
      const [low, close, volume] = [columns.low[row]!, columns.close[row]!, columns.volume[row]!];
      bars.push({ symbol, timestamp: (end - MINUTE) as EpochMicros, open, high, low, close, volume });
    }
    this.#broker.minute(end, bars);
    this.#hearBroker();
    this.#hear({ kind: "minute", at: end, end });
    for (const bar of bars) this.#hear({ kind: "bar", at: (end + 1000) as EpochMicros, bar });
    this.#now = (end + 3 * MICROS_PER_SECOND) as EpochMicros;
    this.#hear({ kind: "time", at: this.#now });
    for (const event of this.#told.splice(0)) {
      const sequence = this.#minutes - 1;
      this.#execute({ kind: "event", event, sequence });
      this.#decide({ kind: "market", sequence, event });
    }
    this.#hearBroker();
    this.#now = (end + 30 * MICROS_PER_SECOND) as EpochMicros;
    this.#execute({ kind: "time" });
    this.#hearBroker();
  }

  /** As the process: the record again, then a new life. */
  #restart(): void {
    this.#driver = this.#newDriver();
    for (const text of this.#executed) this.#driver.replay(parseExecuteInput(text, instruments));
    this.#execute({ kind: "restarted", life: 2 });
    this.#execute({ kind: "news", news: { kind: "line", state: "up", reason: "ready" } });
    this.#execute({ kind: "time" });
    this.#hearBroker();
  }

  #newDriver(): ExecuteDriver {
    return new ExecuteDriver({
      run: this.#run.run,
      points: noKillPoints,
      live: recordedExecute(this.#run),
      now: () => ({ at: this.#now, mono: this.#now / 1000 - 1.7e12 }),
      write: (rows) => {
        this.#rows.execute.push(...rows);
        for (const row of rows)
          if (row.kind === "entry" && row.part === "input") this.#executed.push(String(row.payload));
        return 0;
      },
      whenWritten: (_, done) => done(),
      send: (request) => this.#broker.ask(request),
      tell: (sequence, text) =>
        this.#toCompute.push({ kind: "feedback", sequence, feedback: parseFeedback(text) }),
      journalWaitMs: 100,
      egressMicros: Number.POSITIVE_INFINITY,
    });
  }

  #hear(heard: IngestInput): void {
    const { text, input } = asRecorded(heard);
    this.#write("ingest", "input", text);
    this.#ingest.step(input);
    for (const entry of this.#ingest.audit.splice(0))
      this.#write("ingest", "note", `audit ${JSON.stringify(entry)}`);
  }

  #execute(word: ExecuteWord): void {
    this.#driver.consume(word);
    for (const input of this.#toCompute.splice(0)) this.#decide(input);
  }

  #decide(input: ComputeInput): void {
    this.#write("compute", "input", computeInputText(input));
    this.#compute.step(input);
    this.#computed += 1;
    const decisions = this.#compute.decisions.splice(0);
    for (const decision of decisions) this.#write("compute", "command", decisionText(decision));
    const digest = checkpoint("compute", this.#computed, () => computeDigest(this.#compute));
    if (digest !== undefined) this.#write("compute", "note", digest);
    for (const decision of decisions) this.#execute({ kind: "decision", decision });
  }

  #hearBroker(): void {
    for (let news = this.#broker.news.shift(); news !== undefined; news = this.#broker.news.shift())
      this.#execute({ kind: "news", news });
  }

  #write(stage: JournaledStage, part: JournalPart, payload: string): void {
    this.#rows[stage].push({ kind: "entry", part, at: this.#now, payload });
  }
}
