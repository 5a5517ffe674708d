/**
 * Goal    an entry stands on fresh bars and a fresh decision, and on neither from the future.
 * Method  a table over the two ages, at and around the limit of 90 seconds.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, NOW } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import { staleData } from "./stale-data.ts";

const rule = staleData.configure({ maxAgeSeconds: 90 });

describe("stale_data", () => {
  it.each(
    table(`
      bar ago    decided ago  says   why
      0          0            allow  both are of now
      90         0            allow  exactly at the limit
      90.000001  0            deny   one microsecond beyond
      0          90           allow  the decision counts the same
      0          91           deny   a decision that waited too long
      91         91           deny   both
      none       0            deny   never seen a bar of it
      0          none         deny   no time of decision
      -1         0            deny   I-28 a bar from the future
      0          -1           deny   I-28 a decision from the future
      -60        60           deny   one from the future does not hide behind the other
      inf        0            deny   no age can be measured
    `),
  )("$says: $why", (row) => {
    const ago = (seconds: string | undefined) => NOW - cellNumber(seconds) * MICROS_PER_SECOND;
    const decidedAt = ago(row["decided ago"]) as EpochMicros;
    expect(answer(rule, { facts: { markedAt: ago(row["bar ago"]) }, order: { decidedAt } })).toBe(row.says);
  });
});
