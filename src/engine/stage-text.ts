/**
 * What a stage consumes, as the line its journal keeps and a replay reads again (LEDGER-2). Numbers keep every bit;
 * what is not a number travels as null and comes back as NaN where a number is meant.
 */
import { InvariantError } from "../domain/assert.ts";
import type { BrokerNews } from "../domain/broker.ts";
import type { EngineEvent, QuoteUpdated } from "../domain/events.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import type { Intent } from "../domain/intent.ts";
import type { EpochMicros } from "../domain/time.ts";
import { eventText, parseEvent } from "./event-text.ts";
import type { ComputeInput } from "./live-compute.ts";
import type { ExecuteInput } from "./live-execute.ts";
import type { ComputeFeedback, Decision } from "./stage-messages.ts";

/** A line: what kind of input, when it was consumed (exchange micros, monotonic milliseconds), and what it said. */
const line = (kind: string, at: number, mono: number, body: string): string =>
  `${kind} ${at} ${mono} ${body}`;

interface Line {
  readonly kind: string;
  readonly at: EpochMicros;
  readonly mono: number;
  readonly body: string;
}

function parsed(text: string): Line {
  const [kind = "", at = "", mono = ""] = text.split(" ", 3);
  const body = text.slice(kind.length + at.length + mono.length + 3);
  if (at === "" || !Number.isFinite(Number(at)))
    throw new InvariantError(`JR-1: no stage input: ${text.slice(0, 60)}`);
  return { kind, at: Number(at) as EpochMicros, mono: Number(mono), body };
}

export function executeInputText({ now: { at, mono }, ...input }: ExecuteInput): string {
  switch (input.kind) {
    case "event": {
      const kind = input.sequence === undefined ? "event" : `event#${input.sequence}`;
      return line(kind, at, mono, stageEventText(input.event));
    }
    case "decision":
      return line("decision", at, mono, decisionText(input.decision));
    case "news":
      return line("news", at, mono, JSON.stringify(input.news));
    case "restarted":
      return line("restarted", at, mono, JSON.stringify({ life: input.life }));
    case "time":
      return line("time", at, mono, "");
  }
}

export function parseExecuteInput(text: string, instruments: InstrumentTable): ExecuteInput {
  const { kind: word, at, mono, body } = parsed(text);
  const now = { at, mono };
  const [kind, number] = word.split("#");
  switch (kind) {
    case "event": {
      const event = parseStageEvent(body, instruments);
      return { kind, now, event, ...(number === undefined ? {} : { sequence: Number(number) }) };
    }
    case "decision":
      return { kind, now, decision: parseDecision(body) };
    case "news":
      return { kind, now, news: JSON.parse(body) as BrokerNews };
    case "restarted":
      return { kind, now, life: (JSON.parse(body) as { readonly life: number }).life };
    case "time":
      return { kind, now };
    default:
      throw new InvariantError(`JR-1: a journal entry is of kind ${word}`);
  }
}

export function computeInputText(input: ComputeInput): string {
  const { kind, sequence } = input;
  const body = input.kind === "market" ? stageEventText(input.event) : feedbackText(input.feedback);
  return line(`${kind}#${sequence}`, 0, 0, body);
}

export function parseComputeInput(text: string, instruments: InstrumentTable): ComputeInput {
  const { kind: word, body } = parsed(text);
  const [kind, number] = word.split("#");
  const sequence = Number(number);
  if (kind === "feedback") return { kind, sequence, feedback: parseFeedback(body) };
  const event = parseStageEvent(body, instruments);
  const isMarket =
    event.kind === "BarsClosed" || event.kind === "QuoteUpdated" || event.kind === "TradePrinted";
  if (kind !== "market" || !isMarket)
    throw new InvariantError(`JR-1: compute journaled ${word} ${event.kind}`);
  return { kind, sequence, event };
}

/** An event as journals and links carry it; a side that nobody quotes is null. */
export const stageEventText = (event: EngineEvent): string =>
  event.kind === "BarsClosed" ? eventText(event) : JSON.stringify(event);

/** The event again; its bars have columns of their own. */
export function parseStageEvent(text: string, instruments: InstrumentTable): EngineEvent {
  const event = parseEvent(text, instruments);
  return event.kind === "QuoteUpdated" ? withMissingSides(event) : event;
}

export const feedbackText = (feedback: ComputeFeedback): string => JSON.stringify(feedback);

export function parseFeedback(text: string): ComputeFeedback {
  const feedback = JSON.parse(text) as ComputeFeedback;
  if (feedback.kind !== "filled") return feedback;
  const { fill } = feedback;
  return { kind: "filled", fill: { ...fill, closedReturn: orNaN(fill.closedReturn) } };
}

export const decisionText = (decision: Decision): string => JSON.stringify(decision);

export function parseDecision(text: string): Decision {
  const decision = JSON.parse(text) as Decision;
  return { ...decision, intents: decision.intents.map(withNaN) };
}

function withNaN(intent: Intent): Intent {
  const reference = orNaN(intent.reference);
  if (intent.kind === "Exit") return { ...intent, reference };
  if (intent.kind === "Protect") return { ...intent, reference, stop: orNaN(intent.stop) };
  return { ...intent, reference, stop: orNaN(intent.stop), target: orNaN(intent.target) };
}

const withMissingSides = (quote: QuoteUpdated): QuoteUpdated => ({
  ...quote,
  bid: orNaN(quote.bid),
  ask: orNaN(quote.ask),
});

/** JSON has no NaN: it was written as null. */
const orNaN = (value: number | null): number => value ?? Number.NaN;
