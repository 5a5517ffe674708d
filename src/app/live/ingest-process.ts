/**
 * The ingest process: the one connection to the market's data, the gatekeeper, the minutes (OPS-2, DATA-4, DATA-7). It
 * tells compute and execute what the market did, each event with a number; a minute waits for its stragglers, and for
 * the line itself: what was missed while it was down is fetched and told in its order, marked by its age alone.
 */
import { join } from "node:path";
import { readCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { type LinkServer, serveLinks } from "../../adapters/bus/link-server.ts";
import { AlpacaDataStream } from "../../adapters/feeds/alpaca/data-stream.ts";
import { AlpacaHistory } from "../../adapters/feeds/alpaca/history.ts";
import type { FeedBar, FeedRecord } from "../../adapters/feeds/alpaca/records.ts";
import { tradingWord } from "../../adapters/feeds/alpaca/trading-status.ts";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { LiveJournal } from "../../adapters/journal/live-journal.ts";
import { Counts } from "../../adapters/net/counts.ts";
import type { TimerHandle } from "../../adapters/net/ports.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import { InputError } from "../../domain/assert.ts";
import {
  type BarsClosed,
  eventAt,
  type QuoteUpdated,
  type TradePrinted,
  type TradingStatusEvent,
} from "../../domain/events.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { type IngestInput, LiveIngest } from "../../engine/live-ingest.ts";
import { stageEventText } from "../../engine/stage-text.ts";
import { TickIngest } from "../../engine/tick-ingest.ts";
import { xnysSessions } from "../../market/calendar.ts";
import type { RawBar } from "../../market/gatekeeper.ts";
import { FrameKind, linkBounds, numbered } from "./frames.ts";
import { GRACE_MICROS, ingestConfigOf, skewMicrosOf } from "./ingest-config.ts";
import { isSessionMinute, nextMinuteEnd } from "./ingest-schedule.ts";
import type { StageContext } from "./stage-context.ts";
import { toldLine } from "./stage-digest.ts";

const STATE_EVERY_MS = 200;
/** A failed fetch is tried again: without it the minutes of before stay untold. */
const RETRY_MS = 2000;

/** What execute is told of the feed, five times a second. */
export interface FeedState {
  readonly line: "up" | "down";
  readonly reason: string;
  readonly messageAgeMs: number;
  readonly pulseAgeMs: number;
  readonly symbols: number;
  readonly rejected: number;
  readonly late: number;
}

interface Told {
  readonly sequence: number;
  readonly text: string;
}

export async function runIngest(context: StageContext): Promise<() => Promise<void>> {
  const process = new IngestProcess(context);
  await process.start();
  return () => process.stop();
}

class IngestProcess {
  readonly #context: StageContext;
  readonly #stage: LiveIngest;
  readonly #ticks: TickIngest;
  readonly #stream: AlpacaDataStream;
  readonly #history: AlpacaHistory;
  readonly #links = new Map<string, Link>();
  readonly #wantsTicks = new Set<string>();
  /** What nobody may miss, in this run. */
  readonly #told: Told[] = [];
  #journal: LiveJournal | undefined;
  #server: LinkServer | undefined;
  #sequence = 0;
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
  #isReplaying = true;
  #timers: TimerHandle[] = [];

  constructor(context: StageContext) {
    this.#context = context;
    const { terms, instruments, clock, log } = context;
    this.#stateKey = instruments.symbols.length;
    const credentials = readCredentials(process.env, join(context.places.root, ".env"));
    if (credentials === undefined)
      throw new InputError("ingest: no ALPACA_API_KEY; give it the keys of the market's data", 1);
    this.#stage = new LiveIngest(ingestConfigOf(terms, instruments), (event) => this.#tell(event));
    this.#ticks = new TickIngest({ instruments, skewMicros: skewMicrosOf(terms) });
    this.#through = terms.clock.exchangeAt;
    const shared = { clock, transport: new RealTransport(), credentials, seed: 1, counts: new Counts() };
    this.#stream = new AlpacaDataStream({
      ...shared,
      origin: terms.hosts.stream,
      path: `v2/${terms.feed}`,
      log: (line) => log("info", line),
      exposed: () => true,
      onRecord: (record) => this.#record(record),
      onLine: (state, reason) => this.#lineChanged(state, reason),
      onGap: ({ downMs }) => log("warning", `the line was down for ${Math.round(downMs)} ms`),
      onPulse: () => undefined,
      onMessage: () => undefined,
      onRefused: ({ channel, symbol }, reason) => log("error", `${channel} of ${symbol}: ${reason}`),
      onTerminal: (reason) => log("critical", `the feed refuses us: ${reason}`),
    });
    this.#history = new AlpacaHistory({ ...shared, origin: terms.hosts.data, feed: terms.feed });
  }

  async start(): Promise<void> {
    const { context } = { context: this.#context };
    const { terms, places, clock, log } = context;
    const path = join(places.root, "db", "ingest.db");
    this.#journal = await LiveJournal.open({
      path,
      run: { run: terms.run, startedAt: terms.startedAt, header: JSON.stringify({ run: terms.run }) },
      onFailed: (reason) => log("critical", `ingest.db: ${reason}`),
      nowMs: () => clock.now(),
    });
    this.#replay(path);
    this.#isReplaying = false;
    this.#server = await serveLinks({
      path: places.ingestSocket,
      hello: () => context.hello(0),
      peers: ["compute", "execute"],
      bounds: linkBounds,
      beat: () => ({ sequence: this.#sequence, pending: 0 }),
      clock,
      events: {
        up: (link) => this.#linkUp(link),
        // The only thing that anybody asks of ingest.
        frame: (kind, _, link) => {
          if (kind === FrameKind.WantTicks) this.#wantsTicks.add(link.peer.role);
        },
        down: (_, link) => {
          if (this.#links.get(link.peer.role) === link) this.#links.delete(link.peer.role);
        },
        refused: (reason) => log("error", `refused a link: ${reason}`),
      },
    });
    const { symbols } = terms;
    for (const channel of ["bars", "quotes", "trades", "statuses"] as const)
      this.#stream.subscribe(channel, symbols);
    this.#stream.start();
    this.#tellState();
    this.#await();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#stream.stop();
    this.#history.stop();
    await this.#server?.close();
    await this.#journal?.close();
  }

  /** What was heard in an earlier life of this run leads to the same minutes. */
  #replay(path: string): void {
    const reader = new JournalReader(path);
    try {
      for (const { part, payload } of reader.entries(this.#context.terms.run))
        if (part === "input") this.#stage.step(JSON.parse(String(payload)) as IngestInput);
    } finally {
      reader.close();
    }
  }

  #linkUp(link: Link): void {
    this.#links.set(link.peer.role, link);
    for (const { sequence, text } of this.#told)
      if (sequence >= link.peer.resumeFrom) link.send(FrameKind.Market, numbered(sequence, text));
  }

  #step(input: IngestInput): void {
    this.#journal?.append("input", input.at, JSON.stringify(input));
    this.#stage.step(input);
    for (const entry of this.#stage.audit.splice(0))
      this.#journal?.append("note", input.at, `audit ${JSON.stringify(entry)}`);
  }

  /** Nobody may miss it: kept for whoever restarts. */
  #tell(event: BarsClosed | TradingStatusEvent): void {
    if (event.kind === "BarsClosed") this.#through = event.bars.at;
    const told = { sequence: this.#sequence++, text: stageEventText(event) };
    this.#told.push(told);
    if (this.#isReplaying) return;
    this.#journal?.append("command", eventAt(event), toldLine(told.sequence, told.text));
    for (const link of this.#links.values()) link.send(FrameKind.Market, numbered(told.sequence, told.text));
  }

  #record(record: FeedRecord): void {
    const { at } = this.#context.now();
    if (record.kind === "bar") {
      this.#bar(record, at);
      return;
    }
    if (record.kind === "quote") {
      const quote = this.#ticks.quote(record, at);
      if (quote !== undefined)
        this.#tick((link, text) => link.sendNewest(quote.instrument, FrameKind.Tick, text), quote);
    } else if (record.kind === "trade") {
      const trade = this.#ticks.trade(record, at);
      if (trade !== undefined) this.#tick((link, text) => link.send(FrameKind.Tick, text), trade);
    } else if (record.kind === "status") {
      const word = tradingWord(record);
      const instrument = this.#context.instruments.find(record.symbol);
      if (word === undefined || instrument === undefined) return;
      const reason = `${record.message} ${record.reason}`.trim();
      const event: TradingStatusEvent =
        word === "halted"
          ? { kind: "TradingHalted", at, instrument, reason }
          : { kind: "TradingResumed", at, instrument };
      this.#step({ kind: "status", at, event });
    }
  }

  #tick(send: (link: Link, text: string) => void, event: QuoteUpdated | TradePrinted): void {
    const text = stageEventText(event);
    for (const [role, link] of this.#links) if (this.#wantsTicks.has(role)) send(link, text);
  }

  #bar(bar: FeedBar, at: EpochMicros): void {
    const end = (bar.timestamp + MICROS_PER_MINUTE) as EpochMicros;
    if (isSessionMinute(xnysSessions(), end)) this.#step({ kind: "bar", at, bar: rawBar(bar) });
  }

  #lineChanged(state: "up" | "down", reason: string): void {
    this.#line = state;
    this.#reason = reason;
    this.#context.log(state === "up" ? "info" : "warning", `the line is ${state}: ${reason}`);
    if (state === "down") this.#isCaughtUp = false;
    else void this.#catchUp();
  }

  /** Fetches the minutes that were over before the line stood, and tells them in their order. */
  async #catchUp(): Promise<void> {
    const { terms, log } = this.#context;
    const { at: now } = this.#context.now();
    const grace = GRACE_MICROS[terms.feed];
    const last = (Math.floor(now / MICROS_PER_MINUTE) * MICROS_PER_MINUTE) as EpochMicros;
    const missed: EpochMicros[] = [];
    for (let at = this.#through; ; ) {
      const end = nextMinuteEnd(xnysSessions(), at);
      if (end === undefined || end > last || end + grace > now) break;
      missed.push(end);
      at = end;
    }
    const [first] = missed;
    const end = missed.at(-1);
    if (first !== undefined && end !== undefined) {
      const answer = await this.#history.bars({
        symbols: terms.symbols,
        timeframe: "1Min",
        adjustment: "raw",
        from: (first - MICROS_PER_MINUTE) as EpochMicros,
        to: (end - MICROS_PER_MINUTE) as EpochMicros,
        priority: "reconcile",
      });
      if (this.#line === "down") return;
      if (!answer.ok) {
        log("error", `the missed minutes could not be fetched: ${answer.reason}`);
        this.#later(RETRY_MS, () => void this.#catchUp());
        return;
      }
      log("warning", `${missed.length} minutes were missed and are told now`);
      this.#tellMissed(missed, [...answer.value.values()].flat());
    }
    this.#isCaughtUp = true;
    this.#await();
  }

  #tellMissed(missed: readonly EpochMicros[], bars: readonly FeedBar[]): void {
    for (const end of missed) {
      this.#step({ kind: "minute", at: end, end });
      for (const bar of bars)
        if (bar.timestamp + MICROS_PER_MINUTE === end) this.#step({ kind: "bar", at: end, bar: rawBar(bar) });
      const due = (end + GRACE_MICROS[this.#context.terms.feed]) as EpochMicros;
      if (this.#through < end) this.#step({ kind: "time", at: due });
    }
  }

  /** Waits for the end of the next minute and its grace; while the line is down nobody can tell silence from loss. */
  #await(): void {
    const { exchange, terms } = this.#context;
    const end = nextMinuteEnd(xnysSessions(), this.#through);
    if (end === undefined || end === this.#end || !this.#isCaughtUp) return;
    this.#end = end;
    this.#step({ kind: "minute", at: this.#context.now().at, end });
    const due = (end + GRACE_MICROS[terms.feed]) as EpochMicros;
    this.#later(exchange.machineAt(due) - Date.now(), () => this.#minuteOver(end, due));
  }

  #minuteOver(end: EpochMicros, due: EpochMicros): void {
    this.#end = undefined;
    if (!this.#isCaughtUp) return;
    const { at } = this.#context.now();
    // A timer may be a little early; the minute is not.
    if (at < due && this.#through < end) {
      this.#end = end;
      this.#later(1, () => this.#minuteOver(end, due));
      return;
    }
    if (this.#through < end) this.#step({ kind: "time", at });
    this.#await();
  }

  #tellState(): void {
    const state: FeedState = {
      line: this.#line,
      reason: this.#reason,
      messageAgeMs: this.#stream.messageAgeMs,
      pulseAgeMs: this.#stream.pulseAgeMs,
      symbols: this.#context.terms.symbols.length,
      rejected: this.#stage.rejected + this.#ticks.rejected,
      late: this.#stage.late,
    };
    this.#links.get("execute")?.sendNewest(this.#stateKey, FrameKind.FeedState, JSON.stringify(state));
    this.#ticks.audit.length = 0;
    this.#later(STATE_EVERY_MS, () => this.#tellState());
  }

  #later(afterMs: number, act: () => void): void {
    const timer = this.#context.clock.timer(Math.max(0, afterMs), () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      act();
    });
    this.#timers.push(timer);
  }
}

const rawBar = ({ symbol, timestamp, open, high, low, close, volume }: FeedBar): RawBar => ({
  symbol,
  timestamp,
  open,
  high,
  low,
  close,
  volume,
});
