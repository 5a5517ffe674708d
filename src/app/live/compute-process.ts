/**
 * The compute process: features, strategies, sizing (OPS-2). It hears the market from ingest and the account from
 * execute, and tells execute what it decided once the inputs behind that are durable: after a crash it comes to the
 * same decisions again, under the same numbers, and execute takes each number once.
 */
import { join } from "node:path";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { DecisionMark } from "../../adapters/decision-mark.ts";
import { LiveJournal } from "../../adapters/journal/live-journal.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { type ComputeInput, LiveCompute } from "../../engine/live-compute.ts";
import {
  computeInputText,
  decisionText,
  parseComputeInput,
  parseFeedback,
  parseStageEvent,
} from "../../engine/stage-text.ts";
import { LatencyHistogram } from "../../ops/metrics/latency-histogram.ts";
import { decideAgain } from "./decided-again.ts";
import { FrameKind, linkBounds, parseNumbered, textOf } from "./frames.ts";
import { KeptTexts, sendKept } from "./kept-texts.ts";
import { type KillPoint, type KillSwitchPoints, noKillPoints } from "./kill-points.ts";
import { daysOf, engineOf, historyOf, modelsOf, warmCompute } from "./run-engine.ts";
import { type StageBus, stageBus } from "./stage-bus.ts";
import type { StageContext } from "./stage-context.ts";
import { checkpoint, computeDigest } from "./stage-digest.ts";

export async function runCompute(
  context: StageContext,
  points: KillSwitchPoints<KillPoint<"compute">> = noKillPoints,
): Promise<() => Promise<void>> {
  const process = new ComputeProcess(context, points);
  await process.start();
  return () => process.stop();
}

class ComputeProcess {
  readonly #context: StageContext;
  readonly #points: KillSwitchPoints<KillPoint<"compute">>;
  readonly #live: LiveCompute;
  /** Decisions as text: execute may ask for them again. */
  readonly #decided = new KeptTexts();
  #journal: LiveJournal | undefined;
  #bus: StageBus | undefined;
  #toExecute: Link | undefined;
  /** Decisions whose inputs are durable. */
  #ready = 0;
  #sent = 0;
  #nextMarket = 0;
  #nextFeedback = 0;
  #inputs = 0;
  /** From a minute to its decision, for one symbol, seconds. */
  readonly #signalTime = new LatencyHistogram();

  constructor(context: StageContext, points: KillSwitchPoints<KillPoint<"compute">>) {
    this.#context = context;
    this.#points = points;
    context.parent.times("signal", this.#signalTime);
    const { terms, instruments, places } = context;
    const mark = new DecisionMark(places.deciding, terms.run);
    this.#live = new LiveCompute(engineOf(terms, instruments, modelsOf(terms, places), mark).compute);
  }

  async start(): Promise<void> {
    const { terms, places, clock, log } = this.#context;
    const before = { days: daysOf(terms, places), history: historyOf(terms, places) };
    warmCompute(this.#live.stage, before);
    for (const { warnings } of Object.values(terms.models ?? {}))
      for (const text of warnings) log("warning", text);
    const path = join(places.root, "db", "compute.db");
    this.#journal = await LiveJournal.open({
      path,
      ballast: places.ballast,
      run: { run: terms.run, startedAt: terms.startedAt, header: JSON.stringify({ run: terms.run }) },
      onFailed: (reason) => {
        // What cannot be repeated must not be told: without a journal compute decides nothing more.
        log("critical", `compute.db: ${reason}; nothing is decided any more`);
      },
      nowMs: () => clock.now(),
    });
    this.#replay(path);
    const shared = {
      bounds: linkBounds,
      beat: () => ({ sequence: this.#inputs, pending: this.#live.waiting }),
      clock,
    };
    const refused = (reason: string) => log("critical", `refused: ${reason}`);
    const bus = await stageBus(this.#context);
    this.#bus = bus;
    bus.connect("ingest", {
      ...shared,
      hello: () => this.#context.hello(this.#nextMarket),
      peers: ["ingest"],
      events: {
        up: (link) => {
          if (this.#live.stage.bank.readsTicks) link.send(FrameKind.WantTicks, "");
        },
        frame: (kind, payload) => this.#market(kind, payload),
        down: (reason) => log("warning", `ingest is gone: ${reason}`),
        refused,
      },
    });
    bus.connect("execute", {
      ...shared,
      hello: () => this.#context.hello(this.#nextFeedback),
      peers: ["execute"],
      events: {
        up: (link) => {
          this.#toExecute = link;
          this.#sent = link.peer.resumeFrom;
          this.#send();
        },
        frame: (kind, payload) => {
          if (kind === FrameKind.Feedback) this.#feedback(payload);
        },
        down: (reason) => {
          this.#toExecute = undefined;
          log("warning", `execute is gone: ${reason}`);
        },
        refused,
      },
    });
  }

  async stop(): Promise<void> {
    await this.#bus?.close();
    await this.#journal?.close();
  }

  #replay(path: string): void {
    const { terms, instruments, log } = this.#context;
    const recorded = decideAgain(path, terms.run, {
      turns: this.#live.stage.turns,
      strategyIds: terms.strategyIds,
      step: (input) => this.#step(parseComputeInput(input, instruments)),
      decision: (number) => this.#decided.at(number),
    });
    this.#ready = recorded;
    if (this.#inputs > 0) log("info", `replayed ${this.#inputs} inputs`);
    // What the last life heard and did not decide on any more is decided now, and for the first time.
    this.#record(recorded, this.#context.now().at);
  }

  #market(kind: number, payload: Uint8Array): void {
    const { instruments } = this.#context;
    if (kind === FrameKind.Tick) {
      const event = parseStageEvent(textOf(payload), instruments);
      if (event.kind === "QuoteUpdated" || event.kind === "TradePrinted")
        this.#consume({ kind: "market", sequence: this.#nextMarket - 1, event });
      return;
    }
    if (kind !== FrameKind.Market) return;
    const { sequence, text } = parseNumbered(payload);
    if (sequence < this.#nextMarket) return;
    const event = parseStageEvent(text, instruments);
    // Halts and actions reach it through execute, which knows what they mean for the account.
    if (event.kind === "BarsClosed") this.#consume({ kind: "market", sequence, event });
    else this.#nextMarket = sequence + 1;
  }

  #feedback(payload: Uint8Array): void {
    const { sequence, text } = parseNumbered(payload);
    if (sequence >= this.#nextFeedback)
      this.#consume({ kind: "feedback", sequence, feedback: parseFeedback(text) });
  }

  #consume(input: ComputeInput): void {
    const { at } = this.#context.now();
    this.#points.reached("before-append");
    this.#journal?.append("input", at, computeInputText(input));
    const before = this.#decided.length;
    const beganMs = this.#context.clock.now();
    this.#step(input);
    const ready = this.#decided.length;
    if (ready > before)
      this.#signalTime.observe((this.#context.clock.now() - beganMs) / (1000 * this.#live.scope.instruments));
    if (ready > before) this.#points.reached("after-decision");
    this.#record(before, at);
    const digest = checkpoint("compute", this.#inputs, () => computeDigest(this.#live));
    if (digest !== undefined) this.#journal?.append("note", at, digest);
  }

  /** Writes down what was decided from that number on, and tells it when it is durable: it may never be another. */
  #record(from: number, at: EpochMicros): void {
    const ready = this.#decided.length;
    let sequence = -1;
    for (let n = from; n < ready; n++)
      sequence = this.#journal?.append("command", at, this.#decided.at(n) ?? "") ?? -1;
    if (sequence < 0) return;
    this.#journal?.onDurable(sequence, (isDurable) => {
      if (!isDurable) return;
      this.#ready = Math.max(this.#ready, ready);
      this.#send();
    });
  }

  #step(input: ComputeInput): void {
    this.#inputs += 1;
    if (input.kind === "market") this.#nextMarket = input.sequence + 1;
    else this.#nextFeedback = input.sequence + 1;
    this.#live.step(input);
    const { faults } = this.#live.stage.turns;
    for (const { strategy, thrown, reason } of faults.splice(0)) {
      // Of one that the record tells of, the log has heard.
      if (thrown === undefined) continue;
      const id = this.#context.terms.strategyIds[strategy] ?? strategy;
      this.#context.log("error", `${id} threw: ${thrown instanceof Error ? thrown.stack : reason}`);
    }
    for (const decision of this.#live.decisions.splice(0)) this.#decided.push(decisionText(decision));
  }

  #send(): void {
    const link = this.#toExecute;
    if (link === undefined) return;
    if (this.#sent < this.#ready) this.#points.reached("before-send");
    const { log } = this.#context;
    sendKept({ link, kind: FrameKind.Decision, texts: this.#decided, log }, this.#sent, this.#ready);
    this.#sent = this.#ready;
  }
}
