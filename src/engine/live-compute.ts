/**
 * The compute stage as a process of its own: bars come from ingest, the account from execute, and a minute is decided
 * on once both are there. The decision is the one that the single loop makes of the same bars and fills: what execute
 * learns after it valued a minute reaches compute after that minute (EN-1, BACK-4).
 *
 * LC-1  Minutes are decided in order, each once, with the account as execute valued it at that minute.
 *       What execute told after it comes after it, also where the bars of the minute are late: a split that overtook
 *       them would restate prices that are in old shares.
 * LC-2  Everything it knows came through `step`: replaying the inputs in their order gives the same decisions.
 */
import { InvariantError } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { BarsClosed, QuoteUpdated, TradePrinted } from "../domain/events.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Advice, Opinion } from "../strategies/strategy.ts";
import { ComputeStage } from "./compute.ts";
import type { ComputeConfig } from "./compute-config.ts";
import { SignalField, SignalKind, sentence } from "./signal-table.ts";
import {
  type ComputeFeedback,
  type Decision,
  type NotedOpinion,
  type SignalNote,
  SnapshotFacts,
} from "./stage-messages.ts";

/** `sequence` is the number that the sender gave it: both senders count from 0 in a run. */
export type ComputeInput = {
  readonly sequence: number;
} /** Bars must keep their values after the step: each batch has columns of its own. */ & (
  | { readonly kind: "market"; readonly event: BarsClosed | QuoteUpdated | TradePrinted }
  | { readonly kind: "feedback"; readonly feedback: ComputeFeedback }
);

const kinds = ["enter", "exit", "protect"] as const;

export class LiveCompute {
  readonly #config: ComputeConfig;
  readonly #facts = new SnapshotFacts();
  /** Minutes that ingest has told of and that are not decided. */
  readonly #bars: BarBatch[] = [];
  /** What execute has told, in its order, and waits for the bars of a minute. */
  readonly #feedback: ComputeFeedback[] = [];
  readonly stage: ComputeStage;
  /** Of the last step; the caller takes them away. */
  readonly decisions: Decision[] = [];

  constructor(config: ComputeConfig) {
    this.#config = config;
    this.stage = new ComputeStage(config);
  }

  get scope(): { readonly strategies: number; readonly instruments: number } {
    const { strategies, world } = this.#config;
    return { strategies: strategies.length, instruments: world.instruments };
  }

  /** Minutes that wait for execute: more than one or two means that it is behind, or gone. */
  get waiting(): number {
    return this.#bars.length;
  }

  step(input: ComputeInput): void {
    if (input.kind === "feedback") this.#feedback.push(input.feedback);
    else if (input.event.kind === "BarsClosed") this.#bars.push(input.event.bars);
    else if (input.event.kind === "QuoteUpdated") this.stage.quote(input.event);
    else this.stage.trade(input.event);
    this.#decideDue();
  }

  #decideDue(): void {
    for (;;) {
      const feedback = this.#feedback[0];
      if (feedback === undefined) return;
      if (feedback.kind === "valued") {
        const bars = this.#bars.shift();
        if (bars === undefined) return;
        this.#decide(bars, feedback);
      } else if (feedback.kind === "filled") this.stage.filled(feedback.fill);
      else if (feedback.kind === "enabled") this.stage.turns.enable(feedback.strategy);
      else if (feedback.kind === "told") this.stage.told(feedback.event);
      else this.stage.action(feedback.event, feedback.ended);
      this.#feedback.shift();
    }
  }

  #decide(bars: BarBatch, { at, account }: Extract<ComputeFeedback, { readonly kind: "valued" }>): void {
    if (bars.at !== at) throw new InvariantError(`LC-1: bars of ${bars.at} met the account of ${at}`);
    this.#facts.take(account);
    const first = this.stage.signals.length;
    this.stage.bars(bars, this.#facts);
    this.decisions.push(decisionOf(this.stage, this.#config, bars.at, first));
  }
}

/** What the stage has just decided; `first` is the number of signals that there were before. */
export function decisionOf(
  { intents, signals, sized, turns, models, adaptive: shares }: ComputeStage,
  { strategies }: Pick<ComputeConfig, "strategies">,
  at: EpochMicros,
  first: number,
): Decision {
  const notes: SignalNote[] = [];
  for (let row = first; row < signals.length; row++) {
    const get = (field: SignalField) => signals.get(row, field);
    const strategy = get(SignalField.strategy);
    const { size, beside = [] } = sized.find(({ signal }) => signal === row) ?? {};
    const said = notedOpinions(size?.advice, beside);
    notes.push({
      signal: row,
      strategy,
      instrument: get(SignalField.instrument) as SignalNote["instrument"],
      kind: kinds[get(SignalField.kind)] ?? "enter",
      conviction: get(SignalField.conviction),
      stop: orNull(get(SignalField.stop)),
      target: orNull(get(SignalField.target)),
      // A stop that follows the price says where it went: its signals are many, and tell nothing new.
      ...(get(SignalField.kind) === SignalKind.Protect
        ? {}
        : { features: turns.features(strategy, get(SignalField.instrument) as SignalNote["instrument"]) }),
      reason:
        sentence(signals, row, strategies[strategy]?.strategy.reasons ?? []) +
        (size?.advice === undefined ? "" : saidBy(size.advice)) +
        beside
          .map(({ model, isDemoted }) => (isDemoted ? `; ${model} has drifted, the rules are alone` : ""))
          .join(""),
      ...(size?.shares === 0 ? { unsized: size.binding } : {}),
      // JSON has no infinity: what sets no bound is left out.
      ...(size === undefined ? {} : { sizes: size.steps.filter(([, shares]) => Number.isFinite(shares)) }),
      ...(said.length === 0 ? {} : { models: said }),
    });
  }
  const faults = turns.faults.map(({ strategy, reason }) => ({ strategy, reason }));
  const demotions = models?.takeDemoted() ?? [];
  const adaptive = intents.length === 0 ? undefined : shares();
  return {
    ...{ at, intents: [...intents], signals: notes },
    ...(faults.length === 0 ? {} : { faults }),
    ...(demotions.length === 0 ? {} : { demotions }),
    // With what asked for shares: the record of each order can say how large its strategy's share was.
    ...(adaptive === undefined ? {} : { adaptive }),
  };
}

/** The one that decides first. */
function notedOpinions(advice: Opinion | undefined, beside: readonly Opinion[]): NotedOpinion[] {
  const noted = ({ model, probability, follows }: Opinion, role: NotedOpinion["role"]) => ({
    ...{ model, role, probability: orNull(probability), follows },
  });
  return [
    ...(advice === undefined ? [] : [noted(advice, "decides")]),
    ...beside.map((opinion) => noted(opinion, opinion.isDemoted ? "demoted" : "shadow")),
  ];
}

/** In a person's words. */
const saidBy = ({ model, probability, threshold, follows }: Advice): string =>
  `; ${model} gives it ${Number.isNaN(probability) ? "no answer" : probability.toFixed(3)}` +
  `${follows ? "" : ", not followed"} (follows from ${threshold.toFixed(3)})`;

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
