/**
 * A recorded run as a backtest: compute and execute in one loop, as in a backtest, on the recorded bars, words of
 * operators and authorities, and the broker's events, each at its recorded place (BACK-4). No life cycle, no broker, no
 * process: what comes out must not depend on them.
 *
 * A decision is made with its bars and acted upon where it arrived; in between the world went on. A venue of arithmetic
 * may stand where the broker stood: then it fills the orders, and what the record says of the real one is passed over.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type {
  BarsClosed,
  CorporateActionEvent,
  EngineEvent,
  QuoteUpdated,
  TradePrinted,
} from "../../domain/events.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { AskedCancels } from "../../engine/asked-cancels.ts";
import { ComputeStage } from "../../engine/compute.ts";
import type { AllocatedStrategy } from "../../engine/compute-config.ts";
import { commandText, parseEvent } from "../../engine/event-text.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { decisionOf } from "../../engine/live-compute.ts";
import { LiveDecisions } from "../../engine/live-decisions.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import type { Venue } from "../../engine/ports.ts";
import type { Decision } from "../../engine/stage-messages.ts";
import { parseComputeInput, parseExecuteInput } from "../../engine/stage-text.ts";
import { tellExecute } from "../../engine/tell-execute.ts";
import type { BarVenue } from "../../sim/timeline.ts";
import { decisionAgeMicros } from "./ingest-schedule.ts";
import { entriesOf, faultsOf, type RecordedRun, warmingBatches } from "./recorded-run.ts";
import { engineOf, modelsOf, warmCompute } from "./run-engine.ts";
import { runPlaces } from "./run-terms.ts";

/** A command of the record beside that of the loop; null for what one of them has not. */
export interface CommandPair {
  readonly entry: number;
  readonly at: number;
  readonly recorded: string | null;
  readonly replayed: string | null;
}

/** Fills orders instead of the recorded broker. */
export type FillingVenue = Venue & BarVenue;

/** What the record tells of the real broker's books: of nobody's concern where another one fills. */
const ofTheBroker: readonly EngineEvent["kind"][] = [
  "PositionAdjusted",
  "InstrumentLocked",
  "InstrumentUnlocked",
  "PositionDoubted",
  "FlattenVerified",
  "BooksAsked",
  "CashMoved",
];

export interface ParityWatcher {
  /** The account is valued at these bars and decided on. */
  valued?(execute: ExecuteStage, bars: BarBatch): void;
  decided?(decision: Decision): void;
  /** Decisions that the record has and the loop could not make. */
  undecided?(recorded: Decision): void;
  commanded?(pair: CommandPair): void;
}

export class ParityLoop {
  readonly #recorded: RecordedRun;
  readonly #watcher: ParityWatcher;
  readonly #venue: FillingVenue | undefined;
  readonly #config: ReturnType<typeof engineOf>;
  readonly #decisions: LiveDecisions;
  readonly #ticks: Iterator<readonly (QuoteUpdated | TradePrinted)[]>;
  readonly compute: ComputeStage;
  readonly execute: ExecuteStage;
  /** Made and not yet arrived. */
  readonly #onTheWay: Decision[] = [];
  readonly #cancels = new AskedCancels();
  /** Commands that the record has not yet shown. */
  readonly #commands: string[] = [];

  constructor(recorded: RecordedRun, watcher: ParityWatcher, venue?: FillingVenue) {
    const { root, terms, instruments } = recorded;
    this.#recorded = recorded;
    this.#watcher = watcher;
    this.#venue = venue;
    this.#config = engineOf(terms, instruments, modelsOf(terms, runPlaces(root)));
    const { compute, execute } = this.#config;
    this.compute = new ComputeStage(compute);
    // Without the broker nobody reads its books twice.
    const verifiesFlat = venue === undefined && execute.verifiesFlat === true;
    const ageMicros = decisionAgeMicros(terms, terms.config.live.decisionAgeSeconds);
    this.#decisions = new LiveDecisions({ ...execute, verifiesFlat }, ageMicros, (fill) => {
      if (fill.strategy !== execute.externalStrategy) this.compute.filled(fill);
    });
    this.execute = this.#decisions.stage;
    this.compute.turns.follow(faultsOf(recorded));
    warmCompute(this.compute, recorded);
    for (const batch of warmingBatches(recorded)) {
      this.execute.bars(batch);
      venue?.match(batch);
    }
    this.#ticks = this.compute.bank.readsTicks ? ticksByDecision(recorded) : [][Symbol.iterator]();
  }

  get allocated(): readonly AllocatedStrategy[] {
    return this.#config.compute.strategies;
  }

  /** Once through the record. Throws what the stages throw when the record cannot be followed any further. */
  run(): void {
    const { instruments } = this.#recorded;
    for (const { part, payload, sequence, at } of entriesOf(this.#recorded, "execute")) {
      const text = String(payload);
      if (part === "input") {
        this.#unsaid(sequence, at);
        this.#input(parseExecuteInput(text, instruments));
      } else if (this.#venue !== undefined) continue;
      else if (part === "command") this.#compare({ entry: sequence, at, recorded: text });
      else if (text.startsWith("event ")) this.#meant(parseEvent(text.slice("event ".length), instruments));
      this.#take();
    }
    this.#unsaid(-1, 0);
  }

  #input(input: ExecuteInput): void {
    const { now } = input;
    if (input.kind === "event") this.#tell(input.event);
    else if (input.kind === "decision") this.#arrived(input.decision, now.at);
    else if (input.kind === "time") this.#decisions.timePassed(now.at);
    // What the broker said is in the events that it meant.
  }

  #tell(event: EngineEvent): void {
    if (event.kind === "BarsClosed") {
      this.#fill(event.bars);
      this.#bars(event);
    } else if (event.kind === "SharesSplit" || event.kind === "DividendPaid") {
      if (this.#decisions.takes(event)) this.#act(event);
    } else if (this.#venue === undefined || !ofTheBroker.includes(event.kind)) {
      this.#decisions.told(event);
      if (event.kind === "OperatorActed" && event.action === "enable" && event.strategy !== undefined)
        this.compute.turns.enable(event.strategy);
      if (event.kind === "ReferenceTold") this.compute.told(event);
    }
  }

  #act(event: CorporateActionEvent): void {
    this.compute.action(event, this.#decisions.told(event));
  }

  /** What the broker's news meant for the books. */
  #meant(event: EngineEvent): void {
    if (event.kind === "SharesSplit") this.#act(event);
    else if (event.kind !== "BarsClosed") tellExecute(this.execute, event);
  }

  /** The bar comes to the orders before anybody decides on it. */
  #fill(bars: BarBatch): void {
    if (this.#venue === undefined) return;
    this.#venue.match(bars);
    for (const event of this.#venue.events.splice(0)) {
      tellExecute(this.execute, event);
      this.#take();
    }
  }

  #bars({ bars }: BarsClosed): void {
    this.#decisions.bars(bars);
    for (const tick of this.#ticks.next().value ?? []) {
      if (tick.kind === "QuoteUpdated") this.compute.quote(tick);
      else this.compute.trade(tick);
    }
    const first = this.compute.signals.length;
    this.compute.bars(bars, this.execute);
    const decision = decisionOf(this.compute, this.#config.compute, bars.at, first);
    this.#onTheWay.push(decision);
    this.#watcher.decided?.(decision);
    this.#watcher.valued?.(this.execute, bars);
  }

  /** As the live stage: what comes too late takes away and enters nothing (LE-3). */
  #arrived(recorded: Decision, at: EpochMicros): void {
    while ((this.#onTheWay[0]?.at ?? recorded.at) < recorded.at) this.#onTheWay.shift();
    const isThere = this.#onTheWay[0]?.at === recorded.at;
    if (!isThere) this.#watcher.undecided?.(recorded);
    this.#decisions.decided((isThere ? this.#onTheWay.shift() : undefined) ?? recorded, at);
  }

  #take(): void {
    for (const command of this.execute.commands.splice(0)) {
      if (this.#venue !== undefined) this.#venue.send(command);
      else if (this.#cancels.isNews(command)) this.#commands.push(commandText(command));
    }
  }

  #compare(row: Omit<CommandPair, "replayed">): void {
    this.#watcher.commanded?.({ ...row, replayed: this.#commands.shift() ?? null });
  }

  /** What the loop commanded and the record has not. */
  #unsaid(entry: number, at: number): void {
    for (const replayed of this.#commands.splice(0))
      this.#watcher.commanded?.({ entry, at, recorded: null, replayed });
  }
}

/** What compute heard between bars, by the decision that it came before. */
function* ticksByDecision(recorded: RecordedRun): Generator<readonly (QuoteUpdated | TradePrinted)[]> {
  let [bars, valued] = [0, 0];
  let ticks: (QuoteUpdated | TradePrinted)[] = [];
  for (const { part, payload } of entriesOf(recorded, "compute")) {
    if (part !== "input") continue;
    const input = parseComputeInput(String(payload), recorded.instruments);
    const before = Math.min(bars, valued);
    if (input.kind === "feedback") valued += input.feedback.kind === "valued" ? 1 : 0;
    else if (input.event.kind === "BarsClosed") bars += 1;
    else ticks.push(input.event);
    if (Math.min(bars, valued) === before) continue;
    yield ticks;
    ticks = [];
  }
}
