/**
 * Parity (BACK-4): a run that was recorded live or in the demo, replayed as a backtest with the broker's recorded
 * events, decides and commands the same, to the last byte. Each difference is listed with its cause.
 */
import { InputError } from "../../domain/assert.ts";
import type { Intent } from "../../domain/intent.ts";
import { type DayNumber, type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import type { Decision } from "../../engine/stage-messages.ts";
import { decisionText, parseDecision } from "../../engine/stage-text.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { type CommandPair, ParityLoop } from "./parity-loop.ts";
import {
  DifferenceList,
  type Names,
  namesOf,
  type ParityCause,
  type ParityDifference,
  type ParityResult,
} from "./parity-terms.ts";
import { alteredAt, decisionTexts, findRun, type RecordedRun, type RunChoice } from "./recorded-run.ts";

/** Throws InputError (exit 1) when there is no such run, or its record was altered. */
export function checkParity(choice: RunChoice): ParityResult {
  const recorded = findRun(choice);
  requireUnaltered(recorded);
  return new ParityCheck(recorded, choice.date).run();
}

/** What was altered proves nothing. */
export function requireUnaltered(recorded: RecordedRun): void {
  for (const stage of ["execute", "compute"] as const) {
    const entry = alteredAt(recorded, stage);
    if (entry !== null)
      throw new InputError(
        `journal: run ${recorded.run}, entry ${entry} of ${stage} is not what was written; restore the last backup`,
        1,
      );
  }
}

class ParityCheck {
  readonly #recorded: RecordedRun;
  readonly #date: DayNumber | undefined;
  readonly #names: Names;
  readonly #decided: Iterator<string>;
  readonly #found = new DifferenceList();
  #decisions = 0;
  #orders = 0;

  constructor(recorded: RecordedRun, date: DayNumber | undefined) {
    this.#recorded = recorded;
    this.#date = date;
    this.#names = namesOf(recorded.terms, recorded.instruments);
    this.#decided = decisionTexts(recorded);
  }

  run(): ParityResult {
    const loop = new ParityLoop(this.#recorded, {
      decided: (decision) => this.#decidedOn(decision),
      undecided: ({ at }) => this.#add(at, "decision", "extra", { recorded: "decided", replayed: null }),
      commanded: (pair) => this.#commanded(pair),
    });
    try {
      loop.run();
    } catch (error) {
      // Books that have parted from the record meet events that are none of theirs. Anything else is our bug.
      if (this.#found.found === 0) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#found.add({ ...nothing, what: "order", at: "", cause: "stopped", recorded: null, replayed: why });
    }
    if (this.#date !== undefined && this.#decisions === 0)
      throw new InputError(
        `--date ${isoDate(this.#date)}: run ${this.#recorded.run} decided nothing that day`,
        1,
      );
    return {
      run: this.#recorded.run,
      mode: "recorded fills",
      decisions: this.#decisions,
      orders: this.#orders,
      identical: this.#found.found === 0,
      differences: this.#found.kept,
      differencesFound: this.#found.found,
      pnl: null,
    };
  }

  #counts(at: number): boolean {
    return this.#date === undefined || newYorkDay(at as EpochMicros) === this.#date;
  }

  #decidedOn(decision: Decision): void {
    const next = this.#decided.next();
    // Execute had valued the last minutes when the run ended; compute never got to them.
    if (next.done === true || !this.#counts(decision.at)) return;
    this.#decisions += 1;
    if (next.value === decisionText(decision)) return;
    const recorded = parseDecision(next.value);
    let isNamed = false;
    for (const { cause, intent, ...texts } of intentDifferences(recorded.intents, decision.intents)) {
      isNamed = true;
      this.#add(decision.at, "decision", cause, texts, intent);
    }
    if (isNamed) return;
    const cause = recorded.at === decision.at ? "other" : "time";
    this.#add(decision.at, "decision", cause, { recorded: next.value, replayed: decisionText(decision) });
  }

  #commanded({ at, recorded, replayed }: CommandPair): void {
    if (!this.#counts(at) && at !== 0) return;
    if (recorded !== null) this.#orders += 1;
    if (recorded === replayed) return;
    const [a, b] = [fieldsOf(recorded), fieldsOf(replayed)];
    const cause = recorded === null ? "extra" : replayed === null ? "missing" : commandCause(a, b);
    const { strategy, instrument } = recorded === null ? b : a;
    this.#add(at, "order", cause, { recorded, replayed }, { strategy, instrument });
  }

  #add(
    at: number,
    what: ParityDifference["what"],
    cause: ParityCause,
    { recorded, replayed }: Pick<ParityDifference, "recorded" | "replayed">,
    of: { readonly strategy?: unknown; readonly instrument?: unknown } = {},
  ): void {
    const symbol = this.#names.symbol(of.instrument);
    const strategy = this.#names.strategy(of.strategy);
    this.#found.add({ what, at: instantOf(at), cause, strategy, symbol, recorded, replayed });
  }
}

const nothing = { strategy: "", symbol: "" } as const;
const instantOf = (at: number): string => (at === 0 ? "" : isoInstant(at as EpochMicros));

interface IntentDifference {
  readonly cause: ParityCause;
  readonly intent: Intent;
  readonly recorded: string | null;
  readonly replayed: string | null;
}

/** Wishes are the same wish when strategy, instrument and kind are. */
function intentDifferences(recorded: readonly Intent[], replayed: readonly Intent[]): IntentDifference[] {
  const key = ({ strategy, instrument, kind }: Intent) => `${strategy} ${instrument} ${kind}`;
  const others = new Map(replayed.map((intent) => [key(intent), intent]));
  const found: IntentDifference[] = [];
  for (const intent of recorded) {
    const other = others.get(key(intent));
    others.delete(key(intent));
    const texts = { recorded: JSON.stringify(intent), replayed: other ? JSON.stringify(other) : null };
    if (other === undefined) found.push({ cause: "missing", intent, ...texts });
    else if (texts.recorded !== texts.replayed)
      found.push({ cause: commandCause({ ...intent }, { ...other }), intent, ...texts });
  }
  for (const intent of others.values())
    found.push({ cause: "extra", intent, recorded: null, replayed: JSON.stringify(intent) });
  return found;
}

const causes: readonly (readonly [ParityCause, readonly string[]])[] = [
  ["quantity", ["shares"]],
  ["price", ["limit", "stop", "target", "reference", "bracket"]],
  ["time", ["at", "decidedAt"]],
];

type Fields = Readonly<Record<string, unknown>>;

function commandCause(a: Fields, b: Fields): ParityCause {
  if (a.kind !== b.kind) return "other";
  for (const [cause, fields] of causes)
    if (fields.some((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]))) return cause;
  return "other";
}

const fieldsOf = (command: string | null): Fields =>
  command === null ? {} : (JSON.parse(command) as Fields);
