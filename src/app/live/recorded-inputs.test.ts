/**
 * Goal: a bar that is no bar is judged the same by the process that heard it and by a replay of what it wrote down.
 * Method: numbers that the text of a journal does not hold, through both.
 */
import { expect, it } from "vitest";
import { terms } from "../../../test/live-session.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { type IngestInput, LiveIngest } from "../../engine/live-ingest.ts";
import { ingestConfigOf } from "./ingest-config.ts";
import { asRecorded } from "./recorded-inputs.ts";

const at = Date.parse("2026-11-18T15:01:00.2Z") * 1000;
const bar = { symbol: "AAA", timestamp: at - 60_200_000, open: 10, high: 11, low: 9, close: 10, volume: 100 };

function auditOf(input: IngestInput) {
  const stage = new LiveIngest(ingestConfigOf(terms, instrumentTable(["AAA"])), () => undefined);
  stage.step(input);
  return [...stage.audit];
}

it.each([
  ["a whole one", {}],
  ["no volume", { volume: Number.NaN }],
  ["an endless price", { high: Number.POSITIVE_INFINITY }],
  ["no price", { close: undefined }],
  ["no instant", { timestamp: Number.NaN }],
])("%s", (name, wrong) => {
  const heard = { kind: "bar", at: at as EpochMicros, bar: { ...bar, ...wrong } } as IngestInput;
  const { text, input } = asRecorded(heard);
  const audit = auditOf(input);
  expect(audit).toHaveLength(name === "a whole one" ? 0 : 1);
  expect(auditOf(JSON.parse(text) as IngestInput)).toEqual(audit);
});
