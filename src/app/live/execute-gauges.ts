/**
 * Execute's own figures (OPS-5): what it can count at no cost while it works, and what it reads off its books when
 * somebody asks. Arrays and integers only; names for the outside are given elsewhere.
 */
import type { JournalHealth } from "../../adapters/journal/journal-terms.ts";
import { refusalClasses } from "../../domain/broker.ts";
import type { EngineEvent } from "../../domain/events.ts";
import { isoInstant, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { ExecuteInput, ExecuteOutput, LiveExecute } from "../../engine/live-execute.ts";
import { xnysSessions } from "../../market/calendar.ts";
import type { EngineChannel, EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import { LatencyHistogram } from "../../ops/metrics/latency-histogram.ts";
import { outageCause } from "../../ops/outage-causes.ts";
import { openSession } from "../../ops/watchdog/feed-watch.ts";
import type { WatchdogVerdict } from "../../ops/watchdog/terms.ts";
import { controlDecisions, heatOf, limitUses } from "./control-counts.ts";
import { Counted } from "./counted.ts";
import { FillQuality } from "./fill-quality.ts";
import type { FeedState } from "./ingest-process.ts";
import { LineCounts } from "./line-counts.ts";
import { RequestTimes } from "./request-times.ts";
import { termsHash } from "./run-terms.ts";
import type { StageContext } from "./stage-context.ts";

/** What the process around the stage knows at the moment of an answer. */
export interface GaugeReads {
  readonly feed: FeedState | undefined;
  readonly verdict: WatchdogVerdict | undefined;
  readonly journal: JournalHealth & { readonly next: number };
  readonly budget: EngineMetrics["budget"];
  readonly queues: EngineMetrics["queues"];
  /** Milliseconds since the last word of each; undefined: none yet. */
  readonly beatAges: Readonly<
    Record<"ingest" | "compute" | "guardian" | "trade-updates", number | undefined>
  >;
  readonly skewMs: number | undefined;
}

/** What a note or an event of the reconciler says of a difference. */
const mismatchKinds = ["position", "cash", "lock", "order", "bust", "overfill", "lateFill"] as const;
const noteMismatches: Readonly<Record<string, (typeof mismatchKinds)[number]>> = {
  mismatch: "order",
  bust: "bust",
  overfill: "overfill",
  lateFill: "lateFill",
};
const BEAT_DEADLINE_SECONDS = { ingest: 0.5, compute: 0.5, guardian: 2, "trade-updates": 0.5 } as const;
/** So many deadlines late is down. */
const DOWN_AFTER = 6;
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export class ExecuteGauges {
  readonly #context: StageContext;
  readonly #live: LiveExecute;
  readonly #quality: FillQuality;
  readonly #times = new RequestTimes();
  readonly #feedToEngine = new LatencyHistogram();
  readonly #commit = new LatencyHistogram();
  readonly #brokerRequest = new LatencyHistogram();
  readonly #requests = new Counted([], 200);
  readonly #rejects = new Counted(refusalClasses);
  readonly #mismatches = new Counted(mismatchKinds);
  readonly #transitions = new Counted([], 200);
  readonly #data = new LineCounts("data");
  readonly updates = new LineCounts("trade-updates");
  #claims = -1;
  #level = "NORMAL";
  #lagMicros = Number.NaN;
  #answeredMs = Number.NaN;

  constructor(context: StageContext, live: LiveExecute) {
    this.#context = context;
    this.#live = live;
    this.#quality = new FillQuality(live.stage);
  }

  /** After each step, replayed ones too; the output is still there. */
  stepped(input: ExecuteInput, output: ExecuteOutput): void {
    this.#times.stepped(input, output);
    if (input.kind === "news") {
      if (input.news.kind === "refused") this.#rejects.add(input.news.class);
      else if (input.news.kind === "line") this.updates.heard(input.news.state, input.news.reason);
    }
    if (input.kind === "event" && input.event.kind === "BarsClosed") {
      this.#lagMicros = input.now.at - input.event.bars.at;
      this.#quality.bars(input.event.bars);
    }
    for (const { kind } of output.notes) {
      const mismatch = noteMismatches[kind];
      if (mismatch !== undefined) this.#mismatches.add(mismatch);
    }
    for (const { kind } of output.brokerEvents) {
      if (kind === "PositionAdjusted") this.#mismatches.add("position");
      else if (kind === "CashMoved") this.#mismatches.add("cash");
      else if (kind === "InstrumentLocked") this.#mismatches.add("lock");
    }
    const { authorities } = this.#live.stage;
    if (authorities.version !== this.#claims) this.#permission();
  }

  sent = (request: Parameters<RequestTimes["sent"]>[0]): void =>
    this.#times.sent(request, this.#context.clock.now());

  /** A quote or a trade, and the instant that the exchange gave it: how old it is when it is here. */
  tick(event: EngineEvent): void {
    if (event.kind !== "QuoteUpdated" && event.kind !== "TradePrinted") return;
    const { at } = event;
    const { exchange, terms } = this.#context;
    const lagMicros = exchange.exchangeAt(Date.now()) - at;
    this.#feedToEngine.observe(Math.max(0, lagMicros) / (MICROS_PER_SECOND * terms.clock.speed));
  }

  feed({ line, reason, rttMs }: FeedState): void {
    this.#data.heard(line, reason);
    this.#data.pulse(rttMs);
  }

  committed = (ms: number): void => this.#commit.observe(ms / 1000);

  /** The broker answered with that status, or was given up (0). */
  answered(endpoint: string, status: number, ms: number): void {
    this.#requests.add(`${endpoint} ${status === 0 ? "none" : status}`);
    this.#brokerRequest.observe(ms / 1000);
    if (status !== 0) this.#answeredMs = this.#context.clock.now();
  }

  #permission(): void {
    const { authorities } = this.#live.stage;
    this.#claims = authorities.version;
    const { level, claims } = authorities.permission;
    if (level === this.#level) return;
    const [cause = "none"] = (claims.find((claim) => claim.level === level)?.source ?? "lifted").split(":");
    this.#transitions.add(`${this.#level} ${level} ${cause}`);
    this.#level = level;
  }

  read(reads: GaugeReads): EngineMetrics {
    const { terms, now } = this.#context;
    const { at } = now();
    const speed = terms.clock.speed;
    const { stage } = this.#live;
    this.#quality.refresh();
    return {
      ...{ run: terms.run, mode: terms.mode, build: terms.build, config: termsHash(terms) },
      ...{ at: isoInstant(at), speed, isMarketOpen: openSession(xnysSessions(), at) !== undefined },
      ...this.#permissionRead(at),
      ...this.#money(),
      limits: limitUses(stage, terms.config),
      ...this.#orders(),
      decisions: controlDecisions(stage),
      rejects: this.#rejects.rows().map(([name, count]) => ({ class: name, count })),
      histograms: {
        feedToEngine: this.#feedToEngine.read(),
        decisionToOrder: this.#times.decisionToOrder.read(),
        submitToAck: this.#times.submitToAck.read(),
        fill: this.#quality.fill.read(),
        commit: this.#commit.read(),
        brokerRequest: this.#brokerRequest.read(),
        slippage: this.#quality.slippage.read(),
        priceImprovement: this.#quality.improvement.read(),
        adverseSelection: this.#quality.adverse.read(),
      },
      channels: this.#channels(reads),
      sockets: [this.#data.read(), this.updates.read()],
      feed: feedOf(reads.feed),
      brokerRequests: pairs(this.#requests).map(([endpoint, code, count]) => ({ endpoint, code, count })),
      brokerAnswerAgeSeconds: orNull((this.#context.clock.now() - this.#answeredMs) / 1000),
      budget: reads.budget,
      mismatches: this.#mismatches.rows().map(([kind, count]) => ({ kind, count })),
      reconcileAgeSeconds:
        this.#live.reconciledAt === undefined
          ? null
          : (at - this.#live.reconciledAt) / (MICROS_PER_SECOND * speed),
      queues: reads.queues,
      engineLagSeconds: orNull(this.#lagMicros / (MICROS_PER_SECOND * speed)),
      journal: {
        state: reads.journal.state,
        oldestSeconds: reads.journal.oldestMs / 1000,
        isFull: reads.journal.isFull,
        next: reads.journal.next,
      },
      skewSeconds: orNull((reads.skewMs ?? Number.NaN) / 1000),
      guardianBeatAgeSeconds: orNull((reads.beatAges.guardian ?? Number.NaN) / 1000),
    };
  }

  #permissionRead(at: number) {
    const { level, scalar, claims } = this.#live.stage.authorities.permission;
    const told = claims.map((claim) => ({
      ...{ authority: claim.authority, source: claim.source, level: claim.level, liftedBy: claim.liftedBy },
      heldSeconds: Math.max(0, (at - claim.since) / MICROS_PER_SECOND),
      outage: claim.scope === undefined && claim.side === undefined ? (outageCause(claim) ?? null) : null,
    }));
    const transitions = this.#transitions.rows().map(([name, count]) => {
      const [from = "", to = "", cause = ""] = name.split(" ");
      return { from, to, cause, count };
    });
    return { level, scalar, claims: told, transitions };
  }

  #money() {
    const { portfolio, baselines } = this.#live.stage;
    const { equity } = portfolio;
    const values = portfolio.positions().map(({ shares, mark }) => shares * mark);
    const side = (sign: 1 | -1) => values.reduce((sum, value) => sum + Math.max(0, sign * value), 0) / equity;
    return {
      equity: orNull(equity),
      navRatio: orNull(equity / this.#context.terms.cash),
      drawdown: {
        high: orNull(baselines.drawdownFromDayHigh(equity)),
        day: orNull(baselines.lossFromDayBase(equity)),
        hwm: orNull(baselines.drawdownFromHigh(equity)),
      },
      exposure: {
        ...{ long: orNull(side(1)), short: orNull(side(-1)) },
        ...{ gross: orNull(portfolio.gross / equity), net: orNull(portfolio.net / equity) },
        heat: orNull(heatOf(this.#live.stage)),
      },
      positions: portfolio.openPositions,
    };
  }

  #orders() {
    const { lifecycle } = this.#live;
    const states = new Counted();
    for (const { state } of lifecycle.open()) states.add(state);
    return {
      orders: this.#quality.orders(),
      fillRatio: this.#quality.fillRatio,
      inflight: states.rows().map(([state, count]) => ({ state, count })),
      unknownOrders: lifecycle.unknownCount,
      tombstones: lifecycle.tombstones().length,
    };
  }

  #channels({ feed, beatAges, verdict }: GaugeReads): EngineChannel[] {
    const wrong = new Map((verdict?.reasons ?? []).map((reason) => [reason.channel, reason.what]));
    const channel = (name: string, ageSeconds: number | null, deadlineSeconds: number): EngineChannel => {
      const what = wrong.get(name);
      const isDown = /down|dead|blind/.test(what ?? "") || (ageSeconds ?? 0) > DOWN_AFTER * deadlineSeconds;
      return {
        channel: name,
        ageSeconds,
        deadlineSeconds,
        // The watchdog knows when silence means nothing; the age alone does not.
        state: what === undefined ? "ok" : isDown ? "down" : "late",
      };
    };
    const { speed } = this.#context.terms.clock;
    const beats = Object.entries(BEAT_DEADLINE_SECONDS).map(([name, deadline]) => {
      const ageMs = beatAges[name as keyof typeof beatAges];
      return channel(name, orNull((ageMs ?? Number.NaN) / 1000), deadline);
    });
    const told = feed === undefined ? null : feed.messageAgeMs / 1000;
    const deadline = (feed?.cadenceMs ?? Number.NaN) / 1000 / speed;
    return [channel("feed", told, Number.isFinite(deadline) ? deadline : 0), ...beats];
  }
}

const feedOf = (feed: FeedState | undefined): EngineMetrics["feed"] =>
  feed === undefined
    ? null
    : {
        ...{ line: feed.line, messageAgeSeconds: feed.messageAgeMs / 1000, records: feed.records },
        ...{ rejected: feed.rejected, late: feed.late, gaps: feed.gaps },
      };

const pairs = (counted: Counted): (readonly [string, string, number])[] =>
  counted.rows().map(([name, count]) => {
    const [first = "", second = ""] = name.split(" ");
    return [first, second, count];
  });
