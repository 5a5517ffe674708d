/**
 * Goal    the actions of a session are known and told before its first minute, are asked for each morning and when
 *         somebody wants them, and a source that does not answer bars entries and not the day.
 * Method  a clock and a source by hand; what is stepped is read back.
 */
import { describe, expect, it } from "vitest";
import type { AlpacaHistory, ListedAction } from "../../adapters/feeds/alpaca/history.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { IngestInput } from "../../engine/live-ingest.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { ActionsGuard } from "./actions-guard.ts";
import { SessionActions } from "./session-actions.ts";

const eastern = (text: string) => (Date.parse(`${text}-05:00`) * 1000) as EpochMicros;
const CLOSE = eastern("2026-11-18T16:00:00");
const SPLIT: ListedAction = {
  type: "forward_splits",
  fields: { id: "s1", symbol: "ACME", new_rate: 4, old_rate: 1, ex_date: "2026-11-19" },
};

type Answer = Awaited<ReturnType<AlpacaHistory["corporateActions"]>>;

function world(now: string, before: readonly IngestInput[] = []) {
  const inputs: IngestInput[] = [];
  const asked: string[] = [];
  const state = {
    now: eastern(now),
    ms: 0,
    through: CLOSE,
    answer: { ok: true, value: [SPLIT] } as Answer,
  };
  const actions = new SessionActions({
    history: {
      corporateActions: (symbols, from, to) => {
        asked.push(`${symbols.join(",")} ${to - from}`);
        return Promise.resolve(state.answer);
      },
    },
    instruments: instrumentTable(["ACME", "ELSE"]),
    sessions: xnysSessions(),
    startAt: eastern("2026-11-18T09:00:00"),
    now: () => state.now,
    nowMs: () => state.ms,
    through: () => state.through,
    step: (input) => void inputs.push(input),
    log: () => undefined,
  });
  for (const input of before) actions.replayed(input);
  const told = () => inputs.map((input) => (input.kind === "action" ? input.event.kind : input.kind));
  return { actions, state, inputs, asked, told };
}

describe("a morning", () => {
  it("looks at half past eight and at nine in New York, of sessions only", () => {
    const { actions } = world("2026-11-20T12:00:00");
    const looks: number[] = [];
    for (let at = eastern("2026-11-20T07:00:00"), n = 0; n < 4; n++) {
      at = actions.nextAt(at) as EpochMicros;
      looks.push(at);
    }
    expect(looks).toEqual(
      ["2026-11-20T08:30:00", "2026-11-20T09:00:00", "2026-11-23T08:30:00", "2026-11-23T09:00:00"].map(
        eastern,
      ),
    );
  });

  it("tells what is new of the day, once, though it asks twice", async () => {
    const { actions, state, told } = world("2026-11-19T08:30:00");
    await actions.ask();
    expect(told()).toEqual(["SharesSplit"]);
    state.now = eastern("2026-11-19T09:00:00");
    await actions.ask();
    expect(told()).toEqual(["SharesSplit"]);
  });

  it("tells nothing of tomorrow's in the evening", async () => {
    const { actions, told } = world("2026-11-18T16:05:00");
    await actions.ask();
    actions.before(eastern("2026-11-19T09:31:00"), eastern("2026-11-18T16:05:00"));
    expect(told()).toEqual([]);
  });

  it("knows what an earlier life has told", async () => {
    const first = world("2026-11-19T08:30:00");
    await first.actions.ask();
    const second = world("2026-11-19T09:00:00", JSON.parse(JSON.stringify(first.inputs)) as IngestInput[]);
    await second.actions.ask();
    expect(second.told()).toEqual([]);
  });

  it("that was missed is told in its place, between the minutes", async () => {
    const { actions, state, told } = world("2026-11-19T11:00:00");
    await actions.ready();
    expect(told()).toEqual([]);
    actions.before(eastern("2026-11-19T09:31:00"), eastern("2026-11-19T09:31:00"));
    expect(told()).toEqual(["SharesSplit"]);
    state.through = eastern("2026-11-19T09:31:00");
    actions.before(eastern("2026-11-19T09:32:00"), eastern("2026-11-19T09:32:00"));
    expect(told()).toEqual(["SharesSplit"]);
  });

  it("locks what is listed only after the first minute", async () => {
    const { actions, state, told } = world("2026-11-19T08:30:00");
    state.answer = { ok: true, value: [] };
    await actions.ask();
    state.now = eastern("2026-11-19T11:00:00");
    state.through = eastern("2026-11-19T11:00:00");
    state.answer = { ok: true, value: [SPLIT] };
    await actions.ask();
    actions.before((state.now + MICROS_PER_MINUTE) as EpochMicros, state.now);
    expect(told()).toEqual(["InstrumentLocked"]);
  });
});

it("locks what is listed behind a day that had no session once the next one is open", async () => {
  const { actions, state, told } = world("2026-11-23T11:00:00");
  state.through = eastern("2026-11-23T11:00:00");
  state.answer = { ok: true, value: [{ ...SPLIT, fields: { ...SPLIT.fields, ex_date: "2026-11-21" } }] };
  await actions.ask();
  actions.before((state.now + MICROS_PER_MINUTE) as EpochMicros, state.now);
  expect(told()).toEqual(["InstrumentLocked"]);
});

describe("SA-1 a source that does not answer", () => {
  it("keeps the first minute back for a minute of the machine, then only entries", async () => {
    const { actions, state } = world("2026-11-19T09:29:00");
    const end = eastern("2026-11-19T09:31:00");
    state.answer = { ok: false, reason: "503" };
    await actions.ready();
    expect([actions.covers(end), actions.unknown]).toEqual([
      false,
      "the corporate actions of 2026-11-19 cannot be read: 503",
    ]);
    state.ms = 59_999;
    await actions.ready();
    expect(actions.covers(end)).toBe(false);
    state.ms = 60_000;
    await actions.ready();
    expect([actions.covers(end), actions.unknown === ""]).toEqual([true, false]);
    state.answer = { ok: true, value: [] };
    await actions.ask();
    expect([actions.covers(end), actions.unknown]).toEqual([true, ""]);
  });

  it("is asked again every two minutes until it answers, whoever asked first", async () => {
    const { actions, state, asked } = world("2026-11-19T08:35:00");
    const looks: { at: number; look: () => void }[] = [];
    actions.eachMorning((at, look) => void looks.push({ at, look }));
    state.answer = { ok: false, reason: "503" };
    await actions.ask();
    await actions.ask();
    expect(looks.map(({ at }) => at)).toEqual(["2026-11-19T09:00:00", "2026-11-19T08:37:00"].map(eastern));
    state.answer = { ok: true, value: [] };
    looks[1]?.look();
    await actions.ask();
    expect([actions.unknown, looks.length, asked.length]).toEqual(["", 2, 3]);
  });

  it("bars entries from the first failure to the first answer", () => {
    const guard = new ActionsGuard();
    expect(guard.look("")).toBeUndefined();
    expect(guard.look("503")).toMatchObject({ claim: { level: "NO_NEW_ENTRIES", reason: "503" } });
    expect(guard.look("still 503")).toBeUndefined();
    expect(guard.look("")).toMatchObject({ lifted: { source: "corporate_actions", by: "itself" } });
  });

  it("is asked once by two who ask at once", async () => {
    const { actions, asked } = world("2026-11-19T08:30:00");
    await Promise.all([actions.ask(), actions.ask()]);
    expect(asked).toEqual(["ACME,ELSE 67"]);
  });
});
