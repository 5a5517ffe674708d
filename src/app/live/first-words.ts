/**
 * What execute is told at the start of a demo: the regime and the tables of its first session, made before the clock of
 * its exchange began. The tasks of the first morning come after the open on a fast clock; they tell the same under the
 * same ids, so that each table is told once, whoever is first.
 *
 * TB-1  They are told before the first bar, whatever the clock's speed, and are of the exchange's own list of symbols.
 */
import { isoDate } from "../../domain/time.ts";
import { tellingOf } from "../orchestrator/told-rows.ts";
import type { ControlAnswer } from "./control-words.ts";
import type { RunTerms } from "./run-terms.ts";
import type { StageContext } from "./stage-context.ts";

/** Once in a run: what was told in an earlier life is in its journal. */
export function tellFirst(
  { terms, log }: Pick<StageContext, "log"> & { readonly terms: Pick<RunTerms, "run" | "first"> },
  desk: { readonly answer: (text: string) => ControlAnswer },
): void {
  const { run, first } = terms;
  if (first === undefined) return;
  const { tables, reading } = first;
  const words = [
    ...(reading === undefined ? [] : [regimeWord(run, reading)]),
    ...tables.map((table) => tellingOf(run, table)),
  ];
  for (const { id, act } of words) {
    const answer = desk.answer(JSON.stringify({ ...act, id, by: "start" }));
    if (answer.kind === "refused") log("warning", `before the first session: ${answer.reason}`);
  }
}

const regimeWord = (run: string, reading: NonNullable<NonNullable<RunTerms["first"]>["reading"]>) => ({
  id: `${run}:regime:${isoDate(reading.session)}`,
  act: { verb: "tellRegime", reading, reason: `the regime of ${isoDate(reading.session)}` } as const,
});
