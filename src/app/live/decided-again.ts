/**
 * Compute after a start: all that it heard once more, and to the same decisions. Execute has taken those that were
 * told; what follows from others would be traded beside them.
 *
 * DY-1  Who was stopped by the clock is stopped again, and nobody else is, however slow the machine is now.
 * DY-2  Where it comes to another decision than its record holds, compute does not begin: a stage that does not know
 *       its own state must not go on (C-51).
 */
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { InputError } from "../../domain/assert.ts";
import { isoInstant } from "../../domain/time.ts";
import { RecordedFaults } from "../../engine/recorded-faults.ts";
import type { Decision, SignalNote } from "../../engine/stage-messages.ts";
import type { StrategyTurns } from "../../engine/strategy-fault.ts";

export interface DecidesAgain {
  readonly turns: Pick<StrategyTurns, "follow">;
  readonly strategyIds: readonly string[];
  step(input: string): void;
  /** By its number from 0 on; undefined where it has not come to that many. */
  decision(number: number): string | undefined;
}

/** Returns how many decisions the record of the run holds. Throws InputError (exit 1) where one is another now. */
export function decideAgain(path: string, run: string, compute: DecidesAgain): number {
  const reader = new JournalReader(path);
  let decisions = 0;
  try {
    compute.turns.follow(new RecordedFaults(decisionTexts(reader, run), false));
    for (const { part, payload } of reader.entries(run)) {
      const text = String(payload);
      if (part === "input") compute.step(text);
      else if (part === "command") requireSame(text, compute.decision(decisions++), compute.strategyIds);
    }
  } finally {
    reader.close();
  }
  return decisions;
}

function* decisionTexts(reader: JournalReader, run: string): Generator<string> {
  for (const { part, payload } of reader.entries(run)) if (part === "command") yield String(payload);
}

function requireSame(recorded: string, again: string | undefined, strategyIds: readonly string[]): void {
  if (recorded === again) return;
  const was = JSON.parse(recorded) as Decision;
  const is = again === undefined ? undefined : (JSON.parse(again) as Decision);
  const apart = strategyIds.filter((_, s) => wishesOf(was, s) !== wishesOf(is, s));
  const who = apart.length === 0 ? "compute" : apart.join(", ");
  throw new InputError(
    `compute.db: of the bars of ${isoInstant(was.at)} ${who} decides otherwise than before the start: by the clock, ` +
      "by chance, or by what lies outside of its view; flatten, end this run, and begin one without it",
    1,
  );
}

/** Of one strategy. The numbers of its signals hang on what others wished. */
function wishesOf(decision: Decision | undefined, strategy: number): string {
  const wishes = decision?.signals.filter((note: SignalNote) => note.strategy === strategy) ?? [];
  return JSON.stringify(wishes.map(({ signal: _, ...wish }) => wish));
}
