/**
 * One seed of the storm: market, engine, journal and a misbehaving venue run together minute by minute, crash at
 * random, restart from the journal, and are checked after every event. Same seed, same run, to the last event.
 */
import { InvariantError } from "../../domain/assert.ts";
import type { EngineEvent } from "../../domain/events.ts";
import type { OrderNumber } from "../../domain/order.ts";
import type { Sequence } from "../../domain/time.ts";
import { commandText, eventText, parseEvent } from "../../engine/event-text.ts";
import type { Command, EventSource, Journal, Venue } from "../../engine/ports.ts";
import { type Engine, pumpOnce } from "../../engine/pump.ts";
import type { SingleLoop } from "../../engine/single-loop.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import type { RiskRule } from "../../risk/rule.ts";
import { costParams } from "../cost-model.ts";
import { SimulatedVenue } from "../venue.ts";
import { afterRestart, endsOf } from "./abandon.ts";
import { Book } from "./book.ts";
import { broken, type Scene, StormViolation } from "./check.ts";
import { Delivery } from "./delivery.ts";
import { Egress } from "./egress.ts";
import { buildStormEngine, stormBreakers, stormRules, stormStrategies } from "./engine-build.ts";
import { FaultDice } from "./fault-dice.ts";
import { FaultVenue } from "./fault-venue.ts";
import { CrashDice, CrashSignal, StormJournal } from "./journal.ts";
import { type StormMarket, stormMarket } from "./market.ts";
import {
  drawPlan,
  type FaultKind,
  type KnownLimits,
  knownLimits,
  type StormPlan,
  type StormSize,
  usualSize,
} from "./plan.ts";
import { type Counts, Reach } from "./reach.ts";
import { checkSettled } from "./settled.ts";
import { StormSource } from "./source.ts";
import { stateDigest } from "./state-digest.ts";
import { Watch } from "./watch.ts";

/**
 * Ways to break a part from outside, for the planted bugs. `life` counts the engines of a seed: 0 is the first, one
 * more after each crash.
 */
export interface Sabotage {
  rules?(rules: RiskRule[], life: number): RiskRule[];
  /** A loop just built, before its journal is replayed. */
  built?(loop: SingleLoop, life: number): void;
  /** A loop whose journal was replayed. */
  restarted?(loop: SingleLoop): void;
  engine?(loop: SingleLoop): Engine;
  journal?(journal: Journal, venue: Venue): Journal;
  venue?(venue: Venue): Venue;
  source?(source: EventSource, venue: FaultVenue): EventSource;
  /** Old decisions are sent again like new ones. */
  readonly sendsStale?: boolean;
  /** What is sent again after a crash. */
  resend?(commands: readonly Command[], loop: SingleLoop): readonly Command[];
}

export interface StormRequest {
  readonly seed: number;
  readonly size?: StormSize;
  readonly known?: Partial<KnownLimits>;
  /** Faults of this seed that are left out; the others stay as they are. */
  readonly without?: readonly FaultKind[];
  readonly sabotage?: Sabotage;
  /** Called with one line per event, command and crash. */
  readonly trace?: (line: string) => void;
}

export interface StormResult {
  readonly seed: number;
  /** Undefined when every invariant held. */
  readonly violation: { readonly id: string; readonly message: string } | undefined;
  readonly events: number;
  readonly commands: number;
  readonly crashes: number;
  readonly counts: Counts;
  /** Of the engine's last state. */
  readonly digest: string;
  /** The end of the journal, when an invariant broke. */
  readonly tail: readonly string[];
}

/** More events than any seed has: an engine that answers itself for ever is a failure too. */
const MOST_EVENTS = 200_000;
/** In minutes. */
const LONGEST_DOWNTIME = 3;
/** Journal lines shown with a failure. */
const TAIL = 20;
const costs = costParams.parse({
  commissionPerShare: 0.0035,
  feeSchedule: [{ from: "2006-01-01", secPerMillion: 27.8, tafPerShare: 0.000166, tafCap: 8.3 }],
});

export function runStorm(request: StormRequest): StormResult {
  const { seed, size = usualSize, known = {}, without = [] } = request;
  const plan = drawPlan(seed, size, { ...knownLimits, ...known });
  const off = Object.fromEntries(without.map((kind) => [kind, 0]));
  return new Storm({ ...plan, rates: { ...plan.rates, ...off } }, request).run();
}

class Storm {
  readonly #plan: StormPlan;
  readonly #request: StormRequest;
  readonly #reach: Reach;
  readonly #market: StormMarket;
  readonly #crashRng: Rng;
  readonly #faults: FaultDice;
  readonly #dice: CrashDice;
  readonly #journal: StormJournal;
  readonly #venue: FaultVenue;
  readonly #egress: Egress;
  readonly #source: StormSource;
  /** State of the engine by the number of journal entries that led to it. */
  readonly #digests = new Map<number, string>();
  #loop: SingleLoop;
  #watch: Engine;
  #book: Book;
  #life = 0;
  #events = 0;

  constructor(plan: StormPlan, request: StormRequest) {
    const root = createRng(plan.seed, "storm faults");
    const reach = new Reach(request.trace);
    this.#reach = reach;
    this.#plan = plan;
    this.#request = request;
    this.#market = stormMarket(plan, reach);
    this.#crashRng = root.fork("what a crash leaves");
    const dice = new FaultDice(plan, root, reach);
    this.#faults = dice;
    this.#dice = new CrashDice(dice, plan.crashesMax, reach);
    this.#journal = new StormJournal(this.#dice);
    const delivery = new Delivery(plan, dice, reach);
    const strategies = stormStrategies(plan).length;
    this.#venue = new FaultVenue({
      inner: new SimulatedVenue(plan.symbols, costs, this.#market.sessions),
      plan,
      dice,
      delivery,
      reach,
      lots: strategies * plan.symbols,
      lotOf: (order) => {
        const { orders } = this.#loop.execute;
        return orders.strategy(order) * plan.symbols + orders.instrument(order);
      },
      crossed: (lot) => this.#book.crossed[lot] ?? 0,
    });
    this.#egress = new Egress({
      venue: this.#venue,
      journal: this.#journal,
      dice: this.#dice,
      isBarred: () => this.#book.isBarred,
      now: () => this.#source.now,
      told: () => this.#book.at,
      refused: (order) => {
        this.#reach.hit("stale entry refused");
        this.#source.tell(endsOf(order, this.#source.now));
      },
      log: (command) => this.#trace(() => `    sent ${commandText(command)}`),
    });
    const { minutes } = this.#market;
    this.#source = new StormSource({
      plan,
      minutes,
      venue: this.#venue,
      delivery,
      dice,
      rng: root.fork("source"),
      reach,
    });
    const scene = this.#build();
    this.#loop = scene.loop;
    this.#book = scene.book;
    this.#watch = scene.watch;
  }

  run(): StormResult {
    let violation: StormResult["violation"];
    try {
      this.#runAll();
    } catch (error) {
      violation = violationOf(error);
      this.#trace(() => `*** ${violation?.message}`);
    }
    return {
      seed: this.#plan.seed,
      violation,
      events: this.#events,
      commands: this.#journal.entries.length - this.#events,
      crashes: this.#life,
      counts: this.#reach.counts(),
      digest: this.#digest(),
      tail: violation === undefined ? [] : this.#journal.entries.slice(-TAIL).map(({ text }) => text),
    };
  }

  #runAll(): void {
    const { sabotage = {} } = this.#request;
    const source = sabotage.source?.(this.#source, this.#venue) ?? this.#source;
    const venue = sabotage.venue?.(this.#egress) ?? this.#egress;
    const journal = sabotage.journal?.(this.#journal, venue) ?? this.#journal;
    for (;;) {
      if (this.#source.isOver) this.#dice.heal();
      this.#egress.begin();
      try {
        const sequence = this.#events as Sequence;
        if (!pumpOnce(source, this.#watched(), journal, venue, sequence)) break;
      } catch (error) {
        if (!(error instanceof CrashSignal)) throw error;
        this.#restart(error.message, venue);
      }
      this.#events = this.#journal.events;
      this.#egress.allArrived();
      if (this.#source.taken?.kind === "BarsClosed") this.#digests.set(this.#events, this.#digest());
      if (this.#events > MOST_EVENTS) broken("I-20", `${this.#events} events and no end`);
    }
    checkSettled(this.#loop, this.#book, this.#venue);
    this.#replay();
  }

  /** What the pump is given: acts on journaled events only (EN-2), and says so in the trace. */
  #watched(): Engine {
    const watch = this.#watch;
    const before = (event: EngineEvent) => {
      this.#trace(() => `${this.#events} ${eventText(event)}`);
      if (this.#journal.lastEvent !== event)
        broken("EN-2", `acted on ${event.kind} before it was written down`);
    };
    return {
      get commands() {
        return watch.commands;
      },
      step(event) {
        before(event);
        watch.step(event);
      },
    };
  }

  /** A crash, and crashes of the restart itself, until one succeeds. */
  #restart(place: string, venue: Venue): void {
    const { taken } = this.#source;
    this.#trace(() => `--- crash ${place}`);
    let lost = this.#journal.crash(this.#crashRng, this.#reach);
    const isKnown = taken === undefined || this.#journal.lastEvent === taken || lost.includes(taken);
    if (!isKnown) lost = [...lost, taken];
    this.#source.tellAgain(lost);
    if (this.#faults.hits("downtime"))
      this.#source.passUnseen(1 + this.#faults.integer("downtime", LONGEST_DOWNTIME));
    for (const events of this.#digests.keys()) {
      if (events > this.#journal.events) this.#digests.delete(events);
    }
    for (;;) {
      try {
        this.#resume(venue);
        return;
      } catch (error) {
        if (!(error instanceof CrashSignal)) throw error;
        this.#trace(() => `--- crash of the restart ${error.message}`);
      }
    }
  }

  /** A new engine from the journal; what may not have been sent is sent again under its number. */
  #resume(venue: Venue): void {
    const { sabotage = {} } = this.#request;
    this.#life += 1;
    const commands = this.#replay();
    sabotage.restarted?.(this.#loop);
    const { arrived, givenUp } = this.#egress;
    const isKnown = (order: OrderNumber) => arrived.has(order) || givenUp.has(order);
    const after = afterRestart(commands, this.#source.now, isKnown);
    for (const order of after.givenUp) {
      this.#reach.hit("stale entry given up");
      givenUp.add(order);
    }
    this.#source.tell(after.told);
    const again = sabotage.resend?.(sabotage.sendsStale ? commands : after.send, this.#loop) ?? after.send;
    this.#egress.begin("again");
    for (const command of again) venue.send(command);
    this.#trace(() => `--- restarted, ${again.length} commands sent again`);
  }

  /**
   * I-25: the journal through a fresh engine gives the journaled commands and, minute by minute, the state there was.
   * Returns the commands of the last event, completed in the journal where the crash had cut them off.
   */
  #replay(): readonly Command[] {
    const { loop, book, watch } = this.#build();
    this.#loop = loop;
    this.#book = book;
    this.#watch = watch;
    let events = 0;
    let expected: Command[] = [];
    let said = 0;
    for (const entry of this.#journal.entries) {
      if (entry.part === "command") {
        const command = expected[said++];
        const text = command === undefined ? "nothing" : commandText(command);
        if (text !== entry.text) broken("I-25", `the journal says ${entry.text}, the replay ${text}`);
        continue;
      }
      if (said < expected.length)
        broken("I-25", `the replay also says ${commandText(expected[said] as Command)}`);
      watch.step(parseEvent(entry.text, this.#market.instruments));
      events += 1;
      expected = [...watch.commands];
      said = 0;
      watch.commands.length = 0;
      const before = this.#digests.get(events);
      if (before !== undefined && before !== this.#digest()) {
        broken("I-25", `after ${events} events the replayed state is another than it was`);
      }
    }
    this.#journal.complete(expected.slice(said));
    return expected;
  }

  #build() {
    const { sabotage = {} } = this.#request;
    const plan = this.#plan;
    const strategies = stormStrategies(plan);
    const rules = stormRules(plan);
    const loop = buildStormEngine(
      this.#market,
      strategies,
      sabotage.rules?.(rules, this.#life) ?? rules,
      stormBreakers(plan),
      plan,
    );
    sabotage.built?.(loop, this.#life);
    const book = new Book({
      strategies: strategies.length,
      instruments: plan.symbols,
      sessions: this.#market.sessions,
      strategyOf: (order: OrderNumber) => loop.execute.orders.strategy(order),
    });
    const scene: Scene = { plan, loop, book, reach: this.#reach, now: () => this.#source.now };
    return { loop, book, watch: new Watch(scene, sabotage.engine?.(loop) ?? loop) };
  }

  #digest(): string {
    return stateDigest(this.#loop, this.#venue.lots / this.#plan.symbols, this.#plan.symbols);
  }

  #trace(line: () => string): void {
    this.#request.trace?.(line());
  }
}

/** The engine's own halt is a failure as much as a checker's report, and so is an error that nobody expected. */
function violationOf(error: unknown): { readonly id: string; readonly message: string } {
  if (error instanceof StormViolation) return { id: error.id, message: error.message };
  if (!(error instanceof Error)) throw error;
  if (!(error instanceof InvariantError)) return { id: "threw", message: error.stack ?? error.message };
  return { id: `halt ${error.message.split(":")[0] ?? ""}`, message: error.message };
}
