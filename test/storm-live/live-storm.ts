/**
 * One seed of the live storm: the real stages, driver, life cycle and Alpaca client under virtual time, against the
 * pure brokerage behind a bad line, on a disk that is slow, in processes that die. First faults, then a while of fair
 * weather, then rest, and everything must agree. Same seed, same run, to the last request.
 */
import { VirtualClock } from "../../src/adapters/net/virtual-clock.ts";
import { VirtualNetwork } from "../../src/adapters/net/virtual-network.ts";
import { InvariantError } from "../../src/domain/assert.ts";
import type { EngineEvent, OperatorActed } from "../../src/domain/events.ts";
import type { InstrumentId } from "../../src/domain/instrument.ts";
import type { EpochMicros } from "../../src/domain/time.ts";
import type { ExecuteInput, LiveExecute } from "../../src/engine/live-execute.ts";
import { parseExecuteInput } from "../../src/engine/stage-text.ts";
import { createRng, type Rng } from "../../src/numerics/rng.ts";
import { Brokerage } from "../../src/sim/brokerage/brokerage.ts";
import { broken, StormViolation } from "../../src/sim/storm/check.ts";
import { STARTING_CASH, stormStrategies } from "../../src/sim/storm/engine-build.ts";
import { type StormMarket, stormMarket } from "../../src/sim/storm/market.ts";
import { type Counts, Reach } from "../../src/sim/storm/reach.ts";
import { LiveBooks } from "./books.ts";
import { BrokerFront } from "./broker-front.ts";
import { ComputeLife } from "./compute-life.ts";
import { Door, isBarred } from "./door.ts";
import { CrashSignal, ExecuteLife, type ExecuteSabotage } from "./execute-life.ts";
import { FaultDice } from "./fault-dice.ts";
import { LifeClock } from "./life-clock.ts";
import { buildCompute, buildExecute } from "./live-build.ts";
import { LiveDigest } from "./live-digest.ts";
import { LiveStormJournal } from "./live-journal.ts";
import {
  drawLivePlan,
  HEALED_MINUTES,
  type LiveFault,
  type LivePlan,
  type LiveSize,
  QUIET_MS,
  SETTLE_MINUTES,
  usualSize,
} from "./plan.ts";
import { checkSettled } from "./settled.ts";
import { type Moment, tapeOf } from "./tape.ts";
import { Truth } from "./truth.ts";

export interface LiveStormRequest {
  readonly seed: number;
  readonly size?: LiveSize;
  readonly without?: readonly LiveFault[];
  readonly sabotage?: ExecuteSabotage;
  readonly trace?: (line: string) => void;
}

export interface LiveStormResult {
  readonly seed: number;
  readonly violation: { readonly id: string; readonly message: string } | undefined;
  readonly virtualSeconds: number;
  readonly inputs: number;
  readonly requests: number;
  readonly fills: number;
  readonly crashes: number;
  readonly counts: Counts;
  readonly digest: string;
}

const START_BEFORE_MS = 5_000;
const SECOND_MS = 1_000;
const LINK_MS = 1;
const LONGEST_DOWN_MS = 20_000;
const SLOW_DISK_MS = 1_500;
const LONGEST_LATE_MS = 4_000;
const STUCK_MS = 60_000;
const DIGEST_EVERY = 25;
/** From the end of a minute until its bars are told. */
const FEED_MS = 300;

export async function runLiveStorm(request: LiveStormRequest): Promise<LiveStormResult> {
  const { seed, size = usualSize, without = [] } = request;
  const plan = drawLivePlan(seed, size);
  const off = Object.fromEntries(without.map((kind) => [kind, 0]));
  return new LiveStorm({ ...plan, rates: { ...plan.rates, ...off } }, request).run();
}

class LiveStorm {
  readonly #plan: LivePlan;
  readonly #request: LiveStormRequest;
  readonly #reach: Reach;
  readonly #dice: FaultDice;
  readonly #rng: Rng;
  readonly #clock = new VirtualClock();
  readonly #market: StormMarket;
  readonly #tape: readonly Moment[];
  readonly #startAt: EpochMicros;
  readonly #brokerage: Brokerage;
  readonly #front: BrokerFront;
  readonly #network: VirtualNetwork;
  readonly #truth = new Truth();
  readonly #door: Door;
  readonly #journal: LiveStormJournal;
  readonly #computeJournal: LiveStormJournal;
  readonly #strategies: number;
  /** What ingest has told so far, in order. */
  readonly #told: EngineEvent[] = [];
  readonly #digests = new Map<number, string>();
  #execute: ExecuteLife | undefined;
  #compute: ComputeLife | undefined;
  #books: LiveBooks | undefined;
  #lives = 0;
  #inputs = 0;
  #lifeInputs = 0;
  #requests = 0;
  #crashes = 0;
  #skewMicros = 0;
  #halts: number[] = [];
  #failure: unknown;

  constructor(plan: LivePlan, request: LiveStormRequest) {
    const root = createRng(plan.seed, "live storm");
    this.#plan = plan;
    this.#request = request;
    this.#reach = new Reach(request.trace);
    this.#rng = root.fork("world");
    this.#dice = new FaultDice(plan, root, this.#reach);
    this.#market = stormMarket(plan.storm, this.#reach);
    this.#strategies = stormStrategies(plan.storm).length;
    const whole = plan.minutes + HEALED_MINUTES + SETTLE_MINUTES;
    this.#tape = tapeOf(this.#market, whole, plan.displayed, root.fork("tape"));
    const open = this.#market.sessions.open[0] ?? 0;
    this.#startAt = (open - START_BEFORE_MS * 1000) as EpochMicros;
    const assets = this.#market.instruments.symbols.map((symbol) => ({
      ...{ symbol, name: symbol, exchange: "NASDAQ", tradable: true, shortable: true, easyToBorrow: true },
      ...{ fractionable: true, marginable: true },
    }));
    this.#brokerage = new Brokerage({
      ...{ assets, sessions: this.#market.sessions, startsAt: this.#startAt, startingCash: STARTING_CASH },
      ...{ multiplier: 4, seed: plan.seed, fillModel: plan.fillModel, requestMicros: plan.requestMicros },
    });
    this.#journal = new LiveStormJournal(this.#clock, { delayMs: () => this.#diskMs() });
    this.#computeJournal = new LiveStormJournal(this.#clock, { delayMs: () => plan.journalMs });
    this.#door = new Door({
      journal: this.#journal,
      truth: this.#truth,
      sessions: this.#market.sessions,
      reach: this.#reach,
      live: () => this.#alive.live,
      exchangeNow: () => this.#now,
      monoNow: () => this.#clock.now(),
    });
    this.#front = new BrokerFront({
      brokerage: this.#brokerage,
      assets,
      clock: this.#clock,
      dice: this.#dice,
      reach: this.#reach,
      now: () => this.#now,
      arrived: (method, path, body) => this.#door.arrived(method, path, body),
      happened: (update) => {
        this.#truth.happened(update);
        this.#reach.hit(`broker ${update.event}`);
      },
      trace: (line) => this.#trace(line),
    });
    this.#network = new VirtualNetwork({
      clock: this.#clock,
      latencyMs: plan.latencyMs,
      server: this.#front,
    });
  }

  async run(): Promise<LiveStormResult> {
    let violation: LiveStormResult["violation"];
    try {
      await this.#runAll();
    } catch (error) {
      violation = violationOf(error);
      this.#trace(() => `*** ${violation?.message}`);
    }
    return {
      seed: this.#plan.seed,
      violation,
      virtualSeconds: this.#clock.now() / 1000,
      inputs: this.#inputs,
      requests: this.#requests,
      fills: this.#truth.fills,
      crashes: this.#crashes,
      counts: this.#reach.counts(),
      digest: this.#execute === undefined ? "" : this.#digest.of(this.#alive.live, this.#plan.storm.symbols),
    };
  }

  #digest = new LiveDigest();

  get #now(): EpochMicros {
    return (this.#startAt + Math.round(this.#clock.now() * 1000)) as EpochMicros;
  }

  get #alive(): ExecuteLife {
    if (this.#execute === undefined) throw new Error("the storm has no execute yet");
    return this.#execute;
  }

  async #runAll(): Promise<void> {
    const { minutes } = this.#plan;
    this.#startExecute();
    this.#startCompute();
    for (const moment of this.#tape) this.#at(moment.at, () => this.#happens(moment));
    this.#everySecond();
    await this.#advance(START_BEFORE_MS + minutes * 60_000 + 500);
    this.#heal();
    await this.#advance(HEALED_MINUTES * 60_000);
    this.#operate("pause");
    await this.#advance(SETTLE_MINUTES * 60_000 + QUIET_MS);
    this.#settled();
    this.#replayed();
  }

  async #advance(ms: number): Promise<void> {
    const end = this.#clock.now() + ms;
    while (this.#clock.now() < end && this.#failure === undefined)
      await this.#clock.advance(Math.min(SECOND_MS, end - this.#clock.now()));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #at(at: EpochMicros, act: () => void): void {
    this.#clock.timer((at - this.#now) / 1000, act);
  }

  #happens(moment: Moment): void {
    if (moment.kind === "tick") {
      this.#brokerage.quote(moment.quote);
      this.#brokerage.trade(moment.print);
      this.#front.tell();
      this.#execute?.tick({ kind: "QuoteUpdated", ...moment.quote });
      this.#execute?.tick({ kind: "TradePrinted", ...moment.print });
      return;
    }
    if (moment.kind === "status") this.#brokerage.status(moment.event);
    const isLate = moment.kind === "bars" && this.#dice.hits("market_late");
    const lateMs = FEED_MS + (isLate ? this.#dice.integer("market_late", LONGEST_LATE_MS) : 0);
    this.#clock.timer(lateMs, () => this.#tellMarket(moment.event));
  }

  /** In order, whatever was late: a gap is what nobody may see. */
  #tellMarket(event: EngineEvent): void {
    const sequence = this.#told.length;
    this.#told.push(event);
    this.#execute?.market(sequence, event);
    if (event.kind === "BarsClosed") this.#compute?.market(sequence, event);
  }

  #everySecond(): void {
    this.#clock.timer(SECOND_MS, () => {
      this.#second();
      this.#everySecond();
    });
  }

  #second(): void {
    const dice = this.#dice;
    this.#brokerage.advance(this.#now);
    this.#front.tell();
    this.#front.second();
    if (dice.hits("created_late"))
      this.#fora("created_late", 10_000, (on) =>
        this.#brokerage.creationDelay(on ? 1_000_000 * (1 + dice.integer("created_late", 25)) : 0),
      );
    if (dice.hits("rejected_after_accepted")) this.#brokerage.rejectAfterAccept(1);
    if (dice.hits("cancel_stuck"))
      this.#fora("cancel_stuck", STUCK_MS, (on) => this.#brokerage.stickCancels(on ? "*" : undefined));
    if (dice.hits("account_restricted"))
      this.#fora("account_restricted", STUCK_MS, (on) => this.#brokerage.configure({ suspendTrade: on }));
    if (dice.hits("clock_jump")) {
      this.#skewMicros = (dice.integer("clock_jump", 4_000) - 2_000) * 1000;
      this.#trace(() => `--- the clock is off by ${this.#skewMicros / 1000} ms`);
    }
    if (this.#execute !== undefined && dice.hits("journal_failed"))
      this.#execute.journalFailed("no space left");
    this.#operator();
  }

  /** On now, off again after a while of at most that long. */
  #fora(kind: LiveFault, mostMs: number, set: (on: boolean) => void): void {
    set(true);
    this.#clock.timer(1 + this.#dice.integer(kind, mostMs), () => set(false));
  }

  #operator(): void {
    if (this.#dice.isHealed || this.#rng.uniform() >= this.#plan.operatorRate / 60) return;
    const action = (["pause", "resume", "halt", "flatten", "close", "resume"] as const)[this.#rng.integer(6)];
    if (action === undefined) return;
    const instrument = this.#rng.integer(this.#plan.storm.symbols) as InstrumentId;
    this.#operate(action, action === "close" || this.#rng.uniform() < 0.3 ? instrument : undefined);
  }

  /** What the control desk would let through. */
  #operate(action: OperatorActed["action"], instrument?: InstrumentId): void {
    const execute = this.#execute;
    if (execute === undefined) return;
    const { live } = execute;
    const haltedAt = this.#halts.at(-1) ?? Number.NEGATIVE_INFINITY;
    const isSoon = this.#clock.now() - haltedAt < 60_000;
    const isOpen = live.stage.flattening !== undefined || live.notReconciled !== undefined;
    if (action === "resume" && (isSoon || isOpen)) return;
    if (action === "halt") this.#halts.push(this.#clock.now());
    this.#reach.hit(`operator ${action}`);
    const { at } = execute.now;
    const named =
      instrument === undefined || (action !== "close" && action !== "flatten") ? {} : { instrument };
    execute.consume({
      kind: "event",
      event: { kind: "OperatorActed", at, action, by: "storm", reason: "storm", ...named },
    });
  }

  #diskMs(): number {
    const { journalMs } = this.#plan;
    return this.#dice.hits("journal_slow") ? this.#dice.integer("journal_slow", SLOW_DISK_MS) : journalMs;
  }

  #startExecute(): void {
    const { seed } = this.#plan;
    this.#lives += 1;
    this.#lifeInputs = 0;
    this.#digest = new LiveDigest();
    this.#door.restarted();
    const clock = new LifeClock(this.#clock);
    const live = buildExecute(this.#plan, this.#market);
    const { instruments } = this.#market;
    const books = new LiveBooks({
      live,
      strategies: this.#strategies,
      instruments,
      truth: this.#truth,
      reach: this.#reach,
    });
    this.#books = books;
    const life = new ExecuteLife({
      life: seed * 100 + this.#lives,
      clock,
      transport: this.#network,
      journal: this.#journal,
      instruments,
      live,
      sabotage: this.#request.sabotage ?? {},
      exchangeNow: () => (this.#now + this.#skewMicros) as EpochMicros,
      at: (point) => this.#mayCrash("crash_execute", `execute ${point}`),
      threw: (error) => this.#executeThrew(error, clock),
      stepped: (input) => this.#stepped(live, books, input),
      sent: (request) => {
        this.#requests += 1;
        this.#reach.hit(`request ${request.kind}`);
        this.#door.sent(request);
      },
      tell: (sequence, text) => this.#toCompute(sequence, text),
      trace: (line) => this.#trace(line),
    });
    this.#execute = life;
    try {
      life.start();
    } catch (error) {
      this.#executeThrew(error, clock);
    }
    if (clock.isDead) return;
    for (const [sequence, event] of this.#told.entries()) life.market(sequence, event);
    this.#link();
  }

  #startCompute(): void {
    const clock = new LifeClock(this.#clock);
    const life = new ComputeLife({
      clock,
      journal: this.#computeJournal,
      instruments: this.#market.instruments,
      live: buildCompute(this.#plan, this.#market),
      exchangeNow: () => this.#now,
      at: (point) => this.#mayCrash("crash_compute", `compute ${point}`),
      threw: (error) => this.#computeThrew(error, clock),
      decided: (sequence, text) =>
        this.#clock.timer(LINK_MS, () => {
          if (!clock.isDead) this.#execute?.decided(sequence, text);
        }),
    });
    this.#compute = life;
    life.start();
    for (const [sequence, event] of this.#told.entries())
      if (event.kind === "BarsClosed") life.market(sequence, event);
    this.#link();
  }

  /** Both stages are there: each tells the other what it has missed. */
  #link(): void {
    const [execute, compute] = [this.#execute, this.#compute];
    if (execute === undefined || compute === undefined) return;
    this.#clock.timer(LINK_MS, () => {
      if (this.#execute !== execute || this.#compute !== compute) return;
      execute.driver.tellFrom(compute.nextFeedback, (sequence, text) => compute.feedback(sequence, text));
      compute.linked(execute.driver.nextDecision);
    });
  }

  #toCompute(sequence: number, text: string): void {
    const compute = this.#compute;
    this.#clock.timer(LINK_MS, () => compute?.feedback(sequence, text));
  }

  #stepped(live: LiveExecute, books: LiveBooks, input: ExecuteInput): void {
    this.#inputs += 1;
    this.#lifeInputs += 1;
    for (const note of live.output.notes) {
      this.#door.noted(note);
      this.#trace(
        () => `  = ${note.clientId} ${note.from} -> ${note.to} (${note.kind}, ${note.cause}: ${note.reason})`,
      );
      this.#reach.hit(note.kind === "transition" ? `life ${note.from} -> ${note.to}` : `life ${note.kind}`);
    }
    books.stepped(input);
    this.#door.looked(isBarred(live));
    this.#digest.stepped(live, input);
    if (this.#lifeInputs % DIGEST_EVERY !== 0) return;
    const digest = this.#digest.of(live, this.#plan.storm.symbols);
    const before = this.#digests.get(this.#lifeInputs);
    if (before !== undefined && before !== digest)
      broken("I-25", `after ${this.#lifeInputs} inputs the replay is in another state: ${before} ${digest}`);
    this.#digests.set(this.#lifeInputs, digest);
  }

  #mayCrash(kind: "crash_execute" | "crash_compute", where: string): void {
    if (this.#crashes >= this.#plan.crashesMax || !this.#dice.hits(kind)) return;
    this.#reach.hit(`crash of ${where}`);
    throw new CrashSignal(where);
  }

  #executeThrew(error: unknown, clock: LifeClock): void {
    if (clock.isDead) return;
    if (!(error instanceof CrashSignal)) {
      clock.isDead = true;
      this.#failure ??= error;
      return;
    }
    this.#crash(clock, `execute ${error.message}`, this.#journal, "crash_execute", () =>
      this.#startExecute(),
    );
    this.#execute = undefined;
    this.#front.drop("the process is gone");
    for (const inputs of this.#digests.keys())
      if (inputs > this.#journal.inputs.length) this.#digests.delete(inputs);
  }

  #computeThrew(error: unknown, clock: LifeClock): void {
    if (clock.isDead) return;
    if (!(error instanceof CrashSignal)) {
      clock.isDead = true;
      this.#failure ??= error;
      return;
    }
    this.#compute = undefined;
    this.#crash(clock, error.message, this.#computeJournal, "crash_compute", () => this.#startCompute());
  }

  #crash(
    clock: LifeClock,
    what: string,
    journal: LiveStormJournal,
    kind: "crash_execute" | "crash_compute",
    restart: () => void,
  ): void {
    clock.isDead = true;
    this.#crashes += 1;
    journal.crashed((pending) => {
      const kept = this.#dice.integer(kind, pending + 1);
      if (kept < pending) this.#reach.hit("rows lost in a crash");
      return kept;
    });
    const downMs = this.#dice.integer(kind, LONGEST_DOWN_MS);
    this.#trace(() => `--- crash of ${what}, back in ${downMs} ms`);
    this.#clock.timer(downMs, restart);
  }

  #heal(): void {
    this.#trace(() => "--- healed");
    this.#dice.isHealed = true;
    this.#skewMicros = 0;
    this.#brokerage.stickCancels(undefined);
    this.#brokerage.creationDelay(0);
    this.#brokerage.configure({ suspendTrade: false });
    this.#front.heal();
  }

  #settled(): void {
    const { live, driver, isUp } = this.#alive;
    const compute = this.#compute;
    if (compute === undefined || this.#books === undefined) broken("I-29", "compute is not back");
    checkSettled({
      live,
      compute: compute.live,
      books: this.#books,
      truth: this.#truth,
      instruments: this.#market.instruments,
      strategies: this.#strategies,
      held: driver.held,
      isHalted: this.#books.isHalted,
      isUp,
    });
  }

  /** I-25: the whole journal through a fresh engine is where this one was. */
  #replayed(): void {
    const live = buildExecute(this.#plan, this.#market);
    const digest = new LiveDigest();
    const { symbols } = this.#plan.storm;
    for (const [n, text] of this.#journal.inputs.entries()) {
      const input = parseExecuteInput(text, this.#market.instruments);
      live.step(input);
      digest.stepped(live, input);
      for (const list of Object.values(live.output)) list.length = 0;
      const before = (n + 1) % DIGEST_EVERY === 0 ? this.#digests.get(n + 1) : undefined;
      if (before !== undefined && before !== digest.of(live, symbols))
        broken("I-25", `after ${n + 1} inputs the replay is in another state than there was`);
    }
  }

  #trace(line: () => string): void {
    if (this.#request.trace === undefined) return;
    const text = line();
    if (text !== "") this.#request.trace(`${(this.#clock.now() / 1000).toFixed(3)} ${text}`);
  }
}

function violationOf(error: unknown): { readonly id: string; readonly message: string } {
  if (error instanceof StormViolation) return { id: error.id, message: error.message };
  if (!(error instanceof Error)) throw error;
  if (!(error instanceof InvariantError)) return { id: "threw", message: error.stack ?? error.message };
  return { id: `halt ${error.message.split(":")[0] ?? ""}`, message: error.message };
}
