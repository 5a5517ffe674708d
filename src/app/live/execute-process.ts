/**
 * The execute process: authority, risk gate, orders, portfolio, and the only way to the broker (OPS-2, C-12). It wires
 * the stage to its journal, the broker, the other processes and the clock, and decides nothing.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { AlpacaBroker } from "../../adapters/brokers/alpaca/broker.ts";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { LiveJournal } from "../../adapters/journal/live-journal.ts";
import type { TimerHandle } from "../../adapters/net/ports.ts";
import { InputError } from "../../domain/assert.ts";
import type { EngineEvent } from "../../domain/events.ts";
import { BEAT_EVERY_MS } from "../../domain/guardian-beat.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import { parseDecision, parseStageEvent } from "../../engine/stage-text.ts";
import { TickSieve } from "../../engine/tick-sieve.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { brokerOf, keyOf } from "./build-broker.ts";
import { buildExecuteOf, egressMicros, lifecycleOf } from "./build-execute.ts";
import { watchPostOf } from "./build-watch.ts";
import { ControlDesk } from "./control-desk.ts";
import { type EntryLock, LockWords, safeStart } from "./entry-locks.ts";
import { ExecuteDriver } from "./execute-driver.ts";
import { ExecuteGauges, type GaugeReads } from "./execute-gauges.ts";
import { tellFirst } from "./first-words.ts";
import { FrameKind, linkBounds, numbered, parseNumbered, textOf } from "./frames.ts";
import { GuardianDuty, LEASE_EVERY_MS } from "./guardian-duty.ts";
import { haltAsked } from "./halt-file.ts";
import type { FeedState } from "./ingest-process.ts";
import { JournalFollower } from "./journal-follower.ts";
import { JournalGuard } from "./journal-guard.ts";
import { heardAt, type KillPoint, type KillSwitchPoints, noKillPoints } from "./kill-points.ts";
import { PeerBeats, processFigures } from "./process-figures.ts";
import { ProcessTimers } from "./process-timers.ts";
import { brokenAtStart } from "./record-proof.ts";
import { begunTerms } from "./run-terms.ts";
import { type StageBus, stageBus } from "./stage-bus.ts";
import type { StageContext } from "./stage-context.ts";
import { dueAfterMs, TIME_EVERY_MS, TimeKeeper, timeBeatMs } from "./time-keeper.ts";
import type { WatchPost } from "./watch-post.ts";

const WATCH_EVERY_MS = 100;
/** How often one that stands by reads on. */
const FOLLOW_EVERY_MS = 100;
const DISK_FULL = "the disk is full: what the ballast left is enough to close with; make room on it";

export async function runExecute(
  context: StageContext,
  points: KillSwitchPoints<KillPoint<"execute">> = noKillPoints,
): Promise<() => Promise<void>> {
  const stage = new ExecuteProcess(context, points);
  await stage.start();
  return () => stage.stop();
}

class ExecuteProcess {
  readonly #context: StageContext;
  readonly #driver: ExecuteDriver;
  readonly #broker: AlpacaBroker;
  readonly #sieve: TickSieve;
  readonly #post: WatchPost;
  readonly #watch: WatchPost["duty"];
  readonly #guardian: GuardianDuty;
  readonly #control: ControlDesk;
  readonly #gauges: ExecuteGauges;
  readonly #journalGuard = new JournalGuard();
  readonly #lockWords = new LockWords();
  readonly #beats = new PeerBeats();
  #journal: LiveJournal | undefined;
  #bus: StageBus | undefined;
  #fromIngest: Link | undefined;
  #compute: Link | undefined;
  #computePid: number | undefined;
  #feed: FeedState | undefined;
  #guardianMs = Number.NaN;
  #isHaltTold = false;
  #isStopped = false;
  #life = 1;
  readonly #timers: ProcessTimers;
  #due: TimerHandle | undefined;

  constructor(context: StageContext, points: KillSwitchPoints<KillPoint<"execute">>) {
    this.#context = context;
    const { terms, places, instruments, clock, now } = context;
    this.#timers = new ProcessTimers(clock);
    const credentials = keyOf(context);
    const live = buildExecuteOf(terms, places, lifecycleOf(terms));
    this.#gauges = new ExecuteGauges(context, live);
    this.#driver = new ExecuteDriver({
      run: terms.run,
      live,
      now,
      write: (rows) => this.#openJournal.transaction(rows),
      whenWritten: (ticket, done) =>
        this.#openJournal.onWritten(ticket, (isDurable) => {
          if (isDurable) done();
        }),
      send: (request) => {
        if (request.kind === "Submit") points.reached("before-send");
        this.#gauges.sent(request);
        this.#broker.request(request);
        if (request.kind === "Submit") points.reached("after-send");
      },
      tell: (sequence, text) => this.#compute?.send(FrameKind.Feedback, numbered(sequence, text)),
      journalWaitMs: terms.config.live.journalWaitMs,
      egressMicros: egressMicros(terms),
      stepped: (input, output) => this.#gauges.stepped(input, output),
      points,
    });
    this.#broker = brokerOf(context, credentials, {
      exposed: () => live.stage.portfolio.gross > 0,
      barred: (request) => this.#driver.barred(request),
      onNews: (news) => {
        this.#post.heard(news);
        heardAt(points, news);
        this.#consume({ kind: "news", news });
      },
      onPulse: () => this.#watch.answered("trade-updates", clock.now()),
      onTerminal: (reason) => this.#driver.page(`the broker's stream of updates refuses our key: ${reason}`),
      onRoundTrip: (ms) => this.#post.roundTrip(ms),
      gauges: this.#gauges,
    });
    this.#sieve = new TickSieve({
      instruments: instruments.symbols.length,
      hearsEvery: (instrument) => live.hearsEvery(instrument),
      stopDistance: (instrument, price) => live.stopDistance(instrument, price),
    });
    this.#post = watchPostOf(context, {
      onBallast: (isKept) => this.#journal?.room(isKept),
      broker: this.#broker,
      credentials,
      live: () => this.#driver.live,
      computePid: () => this.#computePid,
      claim: (event) => this.#consume({ kind: "event", event }),
      page: (text) => this.#driver.page(text),
    });
    this.#watch = this.#post.duty;
    this.#guardian = new GuardianDuty(context, this.#driver, (beat) => {
      this.#guardianMs = clock.now();
      this.#watch.beat("guardian", clock.now(), beat.seq, 0);
      this.#lock(this.#lockWords.heard(beat));
    });
    this.#control = new ControlDesk({
      context,
      driver: this.#driver,
      audit: (row) => void this.#openJournal.transaction([{ kind: "audit", row }]),
      feed: () => this.#feed,
      verdict: () => this.#watch.verdict,
      event: (event) => this.#consume({ kind: "event", event }),
      quote: (instrument) => this.#sieve.waiting(instrument),
      checkActions: () => this.#fromIngest?.send(FrameKind.WantActions, "") ?? false,
      resumed: () => {
        this.#isHaltTold = false;
        this.#post.operatorResumed();
      },
      metrics: () => this.#gauges.read(this.#figures()),
    });
  }

  #figures(): GaugeReads {
    const guardianAgeMs = this.#context.clock.now() - this.#guardianMs;
    return processFigures({
      ...{ journal: this.#openJournal, driver: this.#driver, broker: this.#broker, post: this.#post },
      ...{ feed: this.#feed, ingest: this.#fromIngest, compute: this.#compute, guardianAgeMs },
    });
  }

  async start(): Promise<void> {
    const { terms, places, clock, log, turn } = this.#context;
    const path = join(places.root, "db", "journal.db");
    const follower = this.#follower(path);
    if (turn !== undefined) await follower.followUntil(turn, FOLLOW_EVERY_MS);
    this.#journal = await LiveJournal.open({
      path,
      run: { run: terms.run, startedAt: terms.startedAt, header: JSON.stringify(begunTerms(places)) },
      lease: { name: "execute", owner: randomUUID() },
      isKnownSound: turn !== undefined,
      goesOnBroken: true,
      onFailed: (reason) => {
        log("critical", `journal.db: ${reason}`);
        this.#driver.journalFailed(reason);
      },
      ballast: places.ballast,
      onFull: () => this.#driver.page(DISK_FULL),
      onCommit: this.#gauges.committed,
      onLeaseLost: () => {
        log("critical", "another execute has the lease: this one stops");
        process.exit(3);
      },
      nowMs: () => clock.now(),
    });
    follower.catchUp();
    if (follower.inputs > 0) log("info", `replayed ${follower.inputs} inputs; life ${this.#life}`);
    this.#post.begin();
    await this.#guardian.listen();
    this.#bus = await stageBus(this.#context);
    await this.#listen(this.#bus);
    this.#consume({ kind: "restarted", life: this.#life });
    tellFirst(this.#context, this.#control);
    this.#lock(safeStart(process.env));
    this.#lock(this.#lockWords.record(brokenAtStart(places.root, terms.run, this.#journal.brokenAt)));
    this.#hearIngest(this.#bus);
    this.#broker.start();
    this.#timers.every(BEAT_EVERY_MS, () => this.#guardian.beat());
    this.#timers.every(LEASE_EVERY_MS, () => this.#guardian.keepLease());
    this.#timers.every(WATCH_EVERY_MS, () => this.#lookAround());
    const { speed } = terms.clock;
    const time = new TimeKeeper(xnysSessions());
    this.#timers.every(timeBeatMs(speed), () => {
      if (time.passes(this.#context.now(), this.#driver.live.nextDue)) this.#consume({ kind: "time" });
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timers.cancel();
    this.#due?.cancel();
    this.#broker.stop();
    this.#post.close();
    this.#guardian.close();
    await this.#bus?.close();
    await this.#journal?.close();
  }

  get #openJournal(): LiveJournal {
    if (this.#journal === undefined) throw new InputError("execute: its journal is not open yet", 1);
    return this.#journal;
  }

  #follower(path: string): JournalFollower {
    const { terms, instruments } = this.#context;
    const take = (input: ExecuteInput) => {
      if (input.kind === "restarted") this.#life = input.life + 1;
      this.#driver.replay(input);
      this.#control.saw(input);
      this.#lockWords.saw(input);
    };
    return new JournalFollower({ path, run: terms.run, instruments, take });
  }

  #lock(claim: EntryLock | undefined): void {
    if (claim === undefined) return;
    const { at } = this.#context.now();
    this.#consume({ kind: "event", event: { kind: "ClaimChanged", at, claim } });
    this.#driver.page(claim.reason);
  }

  async #listen(bus: StageBus): Promise<void> {
    const { clock, log } = this.#context;
    await bus.serve("execute", {
      hello: () => this.#context.hello(this.#driver.nextDecision),
      peers: ["compute", "control"],
      bounds: linkBounds,
      beat: () => ({ sequence: this.#driver.inputs, pending: 0 }),
      clock,
      events: {
        up: (link) => {
          if (link.peer.role !== "compute") return;
          this.#compute = link;
          // A process of another machine cannot be looked at: its beats are all that is known of it.
          if (bus.isLocal) this.#computePid = link.peer.pid;
          try {
            this.#driver.tellFrom(link.peer.resumeFrom, (sequence, text) =>
              link.send(FrameKind.Feedback, numbered(sequence, text)),
            );
          } catch (error) {
            log("critical", (error as Error).message);
            link.cut("asked for what is not kept any more");
          }
        },
        frame: (kind, payload, link) => this.#frame(kind, payload, link),
        down: (_, link) => {
          if (this.#compute === link) this.#compute = undefined;
        },
        refused: (reason) => log("error", `refused a link: ${reason}`),
      },
    });
  }

  #hearIngest(bus: StageBus): void {
    const { clock, log } = this.#context;
    bus.connect("ingest", {
      hello: () => this.#context.hello(this.#driver.marketSequence + 1),
      peers: ["ingest"],
      bounds: linkBounds,
      beat: () => ({ sequence: this.#driver.inputs, pending: 0 }),
      clock,
      events: {
        up: (link) => {
          this.#fromIngest = link;
          link.send(FrameKind.WantTicks, "");
        },
        frame: (kind, payload) => this.#market(kind, payload),
        down: (reason) => {
          this.#fromIngest = undefined;
          log("warning", `ingest is gone: ${reason}`);
        },
        refused: (reason) => log("critical", `refused: ${reason}`),
      },
    });
  }

  #frame(kind: number, payload: Uint8Array, link: Link): void {
    if (kind === FrameKind.Decision && link === this.#compute) {
      const { sequence, text } = parseNumbered(payload);
      if (sequence !== this.#driver.nextDecision) return;
      const decision = parseDecision(text);
      const { at } = this.#context.now();
      for (const { instrument } of decision.intents)
        for (const quote of this.#sieve.of(instrument, at)) this.#consume({ kind: "event", event: quote });
      this.#consume({ kind: "decision", decision });
    } else if (kind === FrameKind.Request && link.peer.role === "control") {
      link.send(FrameKind.Answer, JSON.stringify(this.#control.answer(textOf(payload))));
    }
  }

  #market(kind: number, payload: Uint8Array): void {
    const { instruments } = this.#context;
    if (kind === FrameKind.FeedState) {
      this.#feed = JSON.parse(textOf(payload)) as FeedState;
      this.#gauges.feed(this.#feed);
      this.#post.feed(this.#feed);
    } else if (kind === FrameKind.Tick) {
      this.#tick(parseStageEvent(textOf(payload), instruments));
    } else if (kind === FrameKind.Market) {
      const { sequence, text } = parseNumbered(payload);
      if (sequence <= this.#driver.marketSequence) return;
      const event = parseStageEvent(text, instruments);
      if (event.kind === "TradingHalted" || event.kind === "TradingResumed") {
        const symbol = instruments.symbols[event.instrument] ?? "";
        this.#watch.halted(symbol, event.kind === "TradingHalted", this.#context.clock.now());
      }
      this.#consume({ kind: "event", event, sequence });
    }
  }

  #tick(event: EngineEvent): void {
    this.#gauges.tick(event);
    const passed =
      event.kind === "QuoteUpdated"
        ? this.#sieve.quote(event)
        : event.kind === "TradePrinted"
          ? this.#sieve.trade(event)
          : [];
    for (const each of passed) this.#consume({ kind: "event", event: each });
  }

  #consume(word: Parameters<ExecuteDriver["consume"]>[0]): void {
    // What is heard now is heard again by whoever starts next.
    if (this.#isStopped) return;
    this.#post.beforeClosing();
    this.#driver.consume(word);
    if (word.kind !== "time") this.#control.saw({ ...word, now: this.#context.now() });
    this.#arm();
  }

  /** A timer for whatever the life cycle has to do next. */
  #arm(): void {
    const { clock, exchange } = this.#context;
    const afterMs = dueAfterMs(this.#driver.live.nextDue, exchange, clock);
    this.#due?.cancel();
    this.#due = undefined;
    if (!Number.isFinite(afterMs) || afterMs >= TIME_EVERY_MS) return;
    this.#due = clock.timer(Math.max(1, afterMs), () => this.#consume({ kind: "time" }));
  }

  /** Ten times a second: the kill switch, the watchdog, and what has waited for the journal. */
  #lookAround(): void {
    const { clock, terms, now } = this.#context;
    const { at } = now();
    this.#driver.releaseOverdue();
    const asked = haltAsked(terms.killSwitch);
    if (asked !== undefined && !this.#isHaltTold) {
      this.#isHaltTold = true;
      const event = { kind: "OperatorActed", at, action: "halt", by: "kill switch", reason: asked } as const;
      this.#consume({ kind: "event", event });
    }
    this.#hearBeats("ingest", this.#fromIngest, clock.now());
    this.#hearBeats("compute", this.#compute, clock.now());
    this.#post.look();
    this.#control.look(now());
    const claim = this.#journalGuard.look(this.#openJournal.health());
    if (claim !== undefined) this.#consume({ kind: "event", event: { kind: "ClaimChanged", at, ...claim } });
  }

  #hearBeats(channel: string, link: Link | undefined, mono: number): void {
    const beat = this.#beats.of(channel, link, mono);
    if (beat === undefined) return;
    const { sequence, pending, heardMs } = beat;
    const { marketSequence } = this.#driver;
    // What ingest has told and we have not heard is its backlog, whatever it says of itself.
    if (channel === "ingest")
      this.#watch.beat(channel, heardMs, marketSequence, Math.max(0, sequence - 1 - marketSequence));
    else this.#watch.beat(channel, heardMs, sequence, pending);
  }
}
