/**
 * The ingest process: the one connection to the market's data, the gatekeeper, the minutes (OPS-2, DATA-4, DATA-7). It
 * tells compute and execute what the market did, each event with a number; a minute waits for its stragglers, and for
 * the line itself: what was missed while it was down is fetched and told in its order, marked by its age alone.
 */
import { join } from "node:path";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { AlpacaDataStream } from "../../adapters/feeds/alpaca/data-stream.ts";
import { AlpacaHistory } from "../../adapters/feeds/alpaca/history.ts";
import type { FeedBar, FeedRecord } from "../../adapters/feeds/alpaca/records.ts";
import { LiveJournal } from "../../adapters/journal/live-journal.ts";
import { Counts } from "../../adapters/net/counts.ts";
import type { TimerHandle } from "../../adapters/net/ports.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import type { QuoteUpdated, TradePrinted } from "../../domain/events.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { type IngestInput, LiveIngest, type MarketNews } from "../../engine/live-ingest.ts";
import { stageEventText } from "../../engine/stage-text.ts";
import { TickIngest } from "../../engine/tick-ingest.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { plural } from "../formats.ts";
import { CadenceKeeper } from "./cadence-keeper.ts";
import { FeedStamps, type StampsTold } from "./feed-stamps.ts";
import { type FeedFigures, FeedTally, rawBar, statusEvent } from "./feed-words.ts";
import { FrameKind, linkBounds } from "./frames.ts";
import { ingestConfigOf, marketKeys, skewMicrosOf } from "./ingest-config.ts";
import {
  isSessionMinute,
  type MinuteGrace,
  minuteGrace,
  minutesOver,
  nextMinuteEnd,
  untilMs,
} from "./ingest-schedule.ts";
import { type KillPoint, type KillSwitchPoints, noKillPoints } from "./kill-points.ts";
import { MarketTeller } from "./market-teller.ts";
import { missedBars, tellMissed } from "./missed-bars.ts";
import { ProcessTimers } from "./process-timers.ts";
import { asRecorded, recordedInputs } from "./recorded-inputs.ts";
import { refusedNotes } from "./refused-ticks.ts";
import { SessionActions } from "./session-actions.ts";
import { type StageBus, stageBus } from "./stage-bus.ts";
import type { StageContext } from "./stage-context.ts";

const STATE_EVERY_MS = 200;
/** A failed fetch is tried again: without it the minutes of before stay untold. */
const RETRY_MS = 2000;

/** What execute is told of the feed, five times a second. */
export interface FeedState extends StampsTold, FeedFigures {
  readonly line: "up" | "down";
  readonly reason: string;
  readonly messageAgeMs: number;
  readonly pulseAgeMs: number;
  /** Silence that is too long by what was learned, milliseconds of the exchange's clock. */
  readonly cadenceMs: number;
  readonly symbols: number;
  readonly rejected: number;
  readonly late: number;
  /** Why nobody knows the corporate actions of the session; empty while they are known. */
  readonly actionsUnknown: string;
}

export async function runIngest(
  context: StageContext,
  points: KillSwitchPoints<KillPoint<"ingest">> = noKillPoints,
): Promise<() => Promise<void>> {
  const process = new IngestProcess(context, points);
  await process.start();
  return () => process.stop();
}

class IngestProcess {
  readonly #context: StageContext;
  readonly #points: KillSwitchPoints<KillPoint<"ingest">>;
  readonly #stage: LiveIngest;
  readonly #ticks: TickIngest;
  readonly #stream: AlpacaDataStream;
  readonly #history: AlpacaHistory;
  readonly #cadence: CadenceKeeper;
  readonly #stamps: FeedStamps;
  readonly #teller: MarketTeller;
  readonly #actions: SessionActions;
  #journal: LiveJournal | undefined;
  #bus: StageBus | undefined;
  /** Behind those of the instruments. */
  readonly #stateKey: number;
  /** The minute that is waited for. */
  #end: EpochMicros | undefined;
  /** End of the last minute that was told. */
  #through: EpochMicros;
  #line: "up" | "down" = "down";
  #reason = "not connected yet";
  /** All that was missed has been told. */
  #isCaughtUp = false;
  /** Times that was begun: a line that fell and came back begins it anew. */
  #catchUps = 0;
  /** Bars that came meanwhile: told in their order, behind what was missed. */
  #held: { readonly bar: FeedBar; readonly at: EpochMicros }[] = [];
  /** End of the last minute whose bars were fetched: those come on the line as well, and are no second ones. */
  #fetchedThrough: EpochMicros;
  #minute: TimerHandle | undefined;
  readonly #grace: MinuteGrace;
  /** The feed tells what happened in its order: nothing older than this comes any more. */
  #feedAt = 0;
  #isReplaying = true;
  readonly #figures = new FeedTally();
  readonly #timers: ProcessTimers;

  constructor(context: StageContext, points: KillSwitchPoints<KillPoint<"ingest">>) {
    this.#context = context;
    this.#points = points;
    this.#timers = new ProcessTimers(context.clock);
    this.#teller = new MarketTeller(context.log);
    const { terms, instruments, clock, log } = context;
    this.#stateKey = instruments.symbols.length;
    this.#grace = minuteGrace(terms);
    const credentials = marketKeys(context.places.root);
    this.#stage = new LiveIngest(ingestConfigOf(terms, instruments), (event) => this.#told(event));
    this.#ticks = new TickIngest({ instruments, skewMicros: skewMicrosOf(terms) });
    this.#stamps = new FeedStamps(skewMicrosOf(terms));
    this.#through = terms.clock.exchangeAt;
    this.#fetchedThrough = this.#through;
    const shared = { clock, transport: new RealTransport(), credentials, seed: 1, counts: new Counts() };
    this.#stream = new AlpacaDataStream({
      ...shared,
      origin: terms.hosts.stream,
      path: `v2/${terms.feed}`,
      log: (line) => log("info", line),
      exposed: () => true,
      onRecord: (record) => this.#record(record),
      onLine: (state, reason) => this.#lineChanged(state, reason),
      onGap: ({ downMs }) => this.#figures.gap(log, downMs),
      onPulse: (rttMs) => this.#figures.pulse(rttMs),
      onMessage: () => this.#cadence.message(context.now().at),
      onRefused: ({ channel, symbol }, reason) => log("error", `${channel} of ${symbol}: ${reason}`),
      onTerminal: (reason) => log("critical", `the feed refuses us: ${reason}`),
    });
    this.#history = new AlpacaHistory({ ...shared, origin: terms.hosts.data, feed: terms.feed });
    this.#actions = new SessionActions({
      ...{
        history: this.#history,
        instruments,
        sessions: xnysSessions(),
        startAt: terms.clock.exchangeAt,
        log,
      },
      ...{ now: () => context.now().at, nowMs: () => clock.now(), through: () => this.#through },
      step: (input) => this.#step(input),
    });
    this.#cadence = new CadenceKeeper({
      feed: terms.feed,
      sessions: xnysSessions(),
      // What a hurried clock teaches is no use to the real one.
      path: terms.clock.speed === 1 ? join(context.places.root, "db", "cadence.json") : undefined,
      log: (line) => log("warning", line),
    });
  }

  async start(): Promise<void> {
    const context = this.#context;
    const { terms, places, clock, log } = context;
    const path = join(places.root, "db", "ingest.db");
    this.#journal = await LiveJournal.open({
      path,
      ballast: places.ballast,
      run: { run: terms.run, startedAt: terms.startedAt, header: JSON.stringify({ run: terms.run }) },
      onFailed: (reason) => log("critical", `ingest.db: ${reason}`),
      nowMs: () => clock.now(),
    });
    this.#replay(path);
    this.#isReplaying = false;
    this.#bus = await stageBus(context);
    await this.#bus.serve("ingest", {
      hello: () => context.hello(0),
      peers: ["compute", "execute"],
      bounds: linkBounds,
      beat: () => ({ sequence: this.#teller.next, pending: 0 }),
      clock,
      events: {
        up: (link) => this.#teller.up(link),
        frame: (kind, _, link) => {
          if (kind === FrameKind.WantTicks) this.#teller.wantsTicks(link);
          else if (kind === FrameKind.WantActions) void this.#actions.ask();
        },
        down: (_, link) => this.#teller.down(link),
        refused: (reason) => log("error", `refused a link: ${reason}`),
      },
    });
    for (const channel of ["bars", "quotes", "trades", "statuses"] as const)
      this.#stream.subscribe(channel, terms.symbols);
    context.parent.onAsk("reconnect", (why) => this.#stream.renew(`asked for: ${why}`));
    this.#stream.start();
    this.#tellState();
    this.#actions.eachMorning((at, look) => this.#timers.after(untilMs(context.exchange, at), look));
    this.#await();
  }

  async stop(): Promise<void> {
    this.#timers.cancel();
    this.#minute?.cancel();
    this.#stream.stop();
    this.#history.stop();
    await this.#bus?.close();
    await this.#journal?.close();
  }

  /** What was heard in an earlier life of this run leads to the same minutes. */
  #replay(path: string): void {
    for (const input of recordedInputs(path, this.#context.terms.run)) {
      this.#stage.step(input);
      this.#actions.replayed(input);
    }
    this.#stage.audit.length = 0;
  }

  #step(heard: IngestInput): void {
    const { text, input } = asRecorded(heard);
    this.#journal?.append("input", input.at, text);
    this.#stage.step(input);
    if (input.kind === "action" && input.event.kind !== "InstrumentLocked") this.#ticks.action(input.event);
    for (const refused of this.#stage.audit.splice(0))
      this.#journal?.append("note", input.at, `audit ${JSON.stringify(refused)}`);
  }

  #told(event: MarketNews): void {
    if (event.kind === "BarsClosed") this.#through = event.bars.at;
    if (this.#isReplaying) this.#teller.replayed(event);
    else {
      this.#points.reached("after-close-before-tell");
      if (this.#journal !== undefined) this.#teller.tell(event, this.#journal);
    }
  }

  #record(record: FeedRecord): void {
    const { at } = this.#context.now();
    this.#figures.record();
    if (record.kind === "bar") {
      this.#bar(record, at);
      return;
    }
    if (record.kind === "quote") {
      this.#heardOf(record.timestamp, at);
      const quote = this.#ticks.quote(record, at);
      if (quote !== undefined)
        this.#tick((link, text) => link.sendNewest(quote.instrument, FrameKind.Tick, text), quote);
    } else if (record.kind === "trade") {
      this.#heardOf(record.timestamp, at);
      const trade = this.#ticks.trade(record, at);
      if (trade !== undefined) this.#tick((link, text) => link.send(FrameKind.Tick, text), trade);
    } else if (record.kind === "status") {
      const event = statusEvent(record, this.#context.instruments, at);
      if (event !== undefined) this.#step({ kind: "status", at, event });
    }
  }

  #tick(send: (link: Link, text: string) => void, event: QuoteUpdated | TradePrinted): void {
    const text = stageEventText(event);
    this.#teller.tick((link) => send(link, text));
  }

  #bar(bar: FeedBar, at: EpochMicros): void {
    const end = (bar.timestamp + MICROS_PER_MINUTE) as EpochMicros;
    if (end <= this.#fetchedThrough || !isSessionMinute(xnysSessions(), end)) return;
    if (!this.#isCaughtUp || this.#waitsForActions(end)) {
      // It would close its minute before those that were missed.
      this.#held.push({ bar, at });
      return;
    }
    this.#step({ kind: "bar", at: Math.min(at, this.#lived(end)) as EpochMicros, bar: rawBar(bar) });
    if (this.#end !== undefined && this.#through >= this.#end) this.#await();
  }

  /** A minute that the feed has left behind for long enough is over, however late the machine is. */
  #heardOf(told: number, now: EpochMicros): void {
    this.#stamps.heard(told, now, this.#context.clock.now());
    // An instant that has not come yet is a mistake of the feed.
    this.#feedAt = Math.max(this.#feedAt, Math.min(told, now));
    const end = this.#end;
    if (end === undefined || !this.#isCaughtUp || this.#feedAt < end + this.#grace.byFeedMicros) return;
    if (this.#waitsForActions(end)) return;
    if (this.#through < end)
      this.#step({ kind: "time", at: (end + this.#grace.byClockMicros) as EpochMicros });
    this.#await();
  }

  #lineChanged(state: "up" | "down", reason: string): void {
    this.#line = state;
    this.#reason = reason;
    this.#context.log(state === "up" ? "info" : "warning", `the line is ${state}: ${reason}`);
    if (state === "up") {
      void this.#catchUp();
      return;
    }
    this.#isCaughtUp = false;
    this.#end = undefined;
    this.#minute?.cancel();
  }

  /** Fetches the minutes that were over before the line stood, and tells them in their order. */
  async #catchUp(): Promise<void> {
    const { terms, log } = this.#context;
    this.#catchUps += 1;
    const turn = this.#catchUps;
    // All that is over by now is fetched; what came of it before is not needed.
    this.#held = [];
    await this.#actions.ready();
    const missed = minutesOver(xnysSessions(), this.#through, this.#context.now().at);
    const answer = await missedBars(this.#history, terms.symbols, missed);
    if (this.#line === "down" || turn !== this.#catchUps) return;
    if (!answer.ok) log("error", `the missed minutes could not be fetched: ${answer.reason}`);
    if (!answer.ok || !this.#actions.covers(this.#context.now().at)) {
      this.#timers.after(RETRY_MS, () => {
        if (turn === this.#catchUps && this.#line === "up") void this.#catchUp();
      });
      return;
    }
    if (missed.length > 0) log("warning", `told now what was missed: ${plural(missed.length, "minute")}`);
    this.#fetchedThrough = tellMissed(missed, answer.value, {
      step: (input) => this.#step(input),
      before: (end) => this.#actions.before(end, end),
      through: () => this.#through,
      graceMicros: this.#grace.byClockMicros,
      now: this.#context.now().at,
      fetchedThrough: this.#fetchedThrough,
    });
    this.#isCaughtUp = true;
    for (const { bar, at } of this.#held.splice(0)) this.#bar(bar, at);
    this.#await();
  }

  /** Waits for the end of the next minute and its grace; while the line is down nobody can tell silence from loss. */
  #await(): void {
    const { clock, terms } = this.#context;
    const end = nextMinuteEnd(xnysSessions(), this.#through);
    if (end === undefined || end === this.#end || !this.#isCaughtUp) return;
    this.#end = end;
    const at = this.#lived(end);
    this.#actions.before(end, this.#context.now().at);
    this.#step({ kind: "minute", at, end });
    const due = (end + this.#grace.byClockMicros) as EpochMicros;
    this.#minute?.cancel();
    const afterMs = Math.max(0, (due - at) / 1000 / terms.clock.speed);
    this.#minute = clock.timer(afterMs, () => this.#minuteOver(end, due));
  }

  /** Now, as if no hours had been skipped since `end`: what is waited for is time lived through. */
  #lived(end: EpochMicros): EpochMicros {
    const { exchange, terms } = this.#context;
    const passedMs = Date.now() - exchange.machineAt(end);
    return Math.round(end + passedMs * 1000 * terms.clock.speed) as EpochMicros;
  }

  #minuteOver(end: EpochMicros, due: EpochMicros): void {
    this.#end = undefined;
    if (!this.#isCaughtUp || this.#waitsForActions(end)) return;
    const at = this.#lived(end);
    // A timer may be a little early; the minute is not.
    if (at < due && this.#through < end) {
      this.#end = end;
      this.#minute = this.#context.clock.timer(1, () => this.#minuteOver(end, due));
      return;
    }
    if (this.#through < end) this.#step({ kind: "time", at });
    this.#await();
  }

  /** Nothing of a session is told before what changed its shares overnight (SA-1). */
  #waitsForActions(end: EpochMicros): boolean {
    if (this.#actions.covers(end)) return false;
    this.#isCaughtUp = false;
    this.#end = undefined;
    void this.#catchUp();
    return true;
  }

  #tellState(): void {
    const { messageAgeMs } = this.#stream;
    const { clock } = this.#context.terms;
    const heard = { isUp: this.#line === "up", silentMs: messageAgeMs * clock.speed };
    const state: FeedState = {
      line: this.#line,
      reason: this.#reason,
      messageAgeMs,
      cadenceMs: this.#cadence.deadlineMs(this.#context.now().at, heard),
      pulseAgeMs: this.#stream.pulseAgeMs,
      symbols: this.#context.terms.symbols.length,
      rejected: this.#stage.rejected + this.#ticks.rejected,
      late: this.#stage.late,
      ...this.#figures.told,
      actionsUnknown: this.#actions.unknown,
      ...this.#stamps.told,
    };
    this.#teller.state(this.#stateKey, JSON.stringify(state));
    const { at } = this.#context.now();
    for (const note of refusedNotes(this.#ticks.audit)) this.#journal?.append("note", at, note);
    this.#timers.after(STATE_EVERY_MS, () => this.#tellState());
  }
}
