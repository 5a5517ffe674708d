/**
 * Goal    in live, execute bars entries by its own clock when nobody says that a channel works, writes that down as any
 *         claim, and notes for the audit what people did elsewhere (C-60, I-40).
 * Method  the desk over a stage, with a clock of numbers and the audit and events in lists.
 */
import { describe, expect, it } from "vitest";
import { terms as demoTerms } from "../../../test/live-session.ts";
import type { AuditRow } from "../../adapters/journal/journal-terms.ts";
import type { EngineEvent } from "../../domain/events.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { executeInputText, parseExecuteInput } from "../../engine/stage-text.ts";
import { buildExecute, lifecycleOf } from "./build-execute.ts";
import { ControlDesk, type ControlParts } from "./control-desk.ts";
import type { TradingMode } from "./run-terms.ts";

class World {
  mono = 0;
  readonly journal: string[] = [];
  readonly audit: AuditRow[] = [];
  readonly log: string[] = [];
  readonly #at = 1_763_650_800_000_000 as EpochMicros;
  readonly terms;
  readonly live;
  readonly desk: ControlDesk;
  #ids = 0;

  constructor(mode: TradingMode) {
    this.terms = { ...demoTerms, mode };
    this.live = buildExecute(this.terms, lifecycleOf(this.terms));
    const parts = {
      context: {
        ...{ terms: this.terms, instruments: instrumentTable(this.terms.symbols), now: () => this.now },
        clock: { now: () => this.mono },
        places: { root: "/nowhere", killSwitch: "/nowhere" },
        log: (level: string, text: string) => this.log.push(`${level}: ${text}`),
      },
      driver: { live: this.live },
      audit: (row: AuditRow) => this.audit.push(row),
      event: (event: EngineEvent) => this.#consume(event),
    } as unknown as ControlParts;
    this.desk = new ControlDesk(parts);
  }

  get now() {
    return { at: this.#at, mono: this.mono };
  }

  get level(): string {
    return this.live.stage.authorities.permission.level;
  }

  ask(words: object) {
    this.#ids += 1;
    return this.desk.answer(JSON.stringify({ id: `r${this.#ids}`, ...words }));
  }

  /** So many seconds, with the monitor's word every fifteen. */
  pass(seconds: number, working?: boolean): void {
    for (let s = 0; s < seconds; s += 1) {
      this.mono += 1000;
      if (working !== undefined && s % 15 === 0) this.ask({ verb: "channels", working });
      this.desk.look(this.now);
    }
  }

  #consume(event: EngineEvent): void {
    const input = { kind: "event", event, now: this.now } as const;
    this.journal.push(executeInputText(input));
    this.live.step(input);
    this.desk.saw(input);
  }
}

describe("in live", () => {
  it("a monitor that is silent for five minutes bars entries, its word lifts that, and a replay has both", () => {
    const world = new World("live");
    world.pass(600, true);
    expect(world.level).toBe("NORMAL");
    world.pass(320);
    expect(world.level).toBe("NO_NEW_ENTRIES");
    const [claim] = world.live.stage.authorities.permission.claims;
    expect(claim).toMatchObject({ authority: "orchestrator", source: "alerts", liftedBy: "itself" });
    const again = buildExecute(world.terms, lifecycleOf(world.terms));
    for (const text of world.journal)
      again.step(parseExecuteInput(text, instrumentTable(world.terms.symbols)));
    expect(again.stage.authorities.permission).toEqual(world.live.stage.authorities.permission);
    world.pass(1, true);
    expect([world.level, world.journal.length]).toEqual(["NORMAL", 2]);
  });

  it("a no for five minutes is as good as silence", () => {
    const world = new World("live");
    world.pass(310, false);
    expect(world.level).toBe("NO_NEW_ENTRIES");
  });
});

it.each(["demo", "paper"] as const)("in %s nothing is barred by it", (mode) => {
  const world = new World(mode);
  world.pass(900, false);
  expect([world.level, world.journal]).toEqual(["NORMAL", []]);
});

describe("a claim of a task", () => {
  const act = { by: "orchestrator", reason: "it took longer than 60 s" };
  const bar = (world: World, task: string, isUnjudged?: true) =>
    world.ask({ verb: "barEntries", task, ...act, ...(isUnjudged === undefined ? {} : { isUnjudged }) });
  const sources = ({ live }: World) =>
    live.stage.authorities.permission.claims.map(({ source }) => source).toSorted();

  it("without a verdict lapses with a warning after two minutes of silence; a finding stands", () => {
    const world = new World("demo");
    bar(world, "sync_positions_from_broker");
    bar(world, "validate_api_connectivity", true);
    for (let n = 0; n < 40; n += 1) {
      world.pass(15);
      expect(world.ask({ verb: "onDuty" })).toMatchObject({ kind: "told" });
    }
    const both = ["task:sync_positions_from_broker", "unjudged:validate_api_connectivity"];
    expect(sources(world)).toEqual(both);
    world.pass(119);
    expect([sources(world), world.log]).toEqual([both, []]);
    world.pass(600);
    expect(sources(world)).toEqual(["task:sync_positions_from_broker"]);
    expect(world.log).toEqual([
      expect.stringMatching(/^warning: .*validate_api_connectivity: it took longer.*120 of 120 s/),
    ]);
    const again = buildExecute(world.terms, lifecycleOf(world.terms));
    for (const text of world.journal)
      again.step(parseExecuteInput(text, instrumentTable(world.terms.symbols)));
    expect(again.stage.authorities.permission).toEqual(world.live.stage.authorities.permission);
  });

  it("is lifted by its task, whichever kind it is", () => {
    const world = new World("demo");
    bar(world, "sync_positions_from_broker", true);
    bar(world, "sync_positions_from_broker");
    expect(sources(world)).toHaveLength(2);
    world.ask({ verb: "allowEntries", task: "sync_positions_from_broker", ...act });
    expect(world.level).toBe("NORMAL");
  });
});

it("what people did about alerts and errors stands in the audit once, and changes nothing", () => {
  const world = new World("live");
  const words = {
    verb: "note",
    id: "act-1",
    by: "ann",
    reason: "seen",
    what: "resolve-error",
    subject: "17",
  };
  for (let n = 0; n < 2; n += 1) expect(world.ask(words)).toMatchObject({ kind: "accepted" });
  expect(world.audit).toMatchObject([{ id: "act-1", who: "ann", action: "resolve-error", reason: "seen" }]);
  expect(JSON.parse(world.audit[0]?.after ?? "")).toMatchObject({ subject: "17" });
  expect(world.journal).toEqual([]);
  expect(world.ask({ ...words, id: "act-2", what: "resume" })).toMatchObject({ kind: "refused" });
});

describe("an act that is refused", () => {
  const nobody = { verb: "close", symbol: "NOBODY", by: "cli:ann", reason: "out of it" };

  it("stands in the audit with who tried and why not, and the same command may be sent again", () => {
    const world = new World("paper");
    const command = { ...nobody, id: "act-1" };
    expect(world.ask(command)).toMatchObject({ kind: "refused", exitCode: 2 });
    expect(world.audit).toMatchObject([
      {
        who: "cli:ann",
        action: "request-refused",
        reason: expect.stringMatching(/^close: NOBODY: this run/),
      },
    ]);
    expect(world.audit[0]?.id).not.toBe("act-1");
    const [symbol] = world.terms.symbols;
    expect(world.ask({ ...command, symbol })).toMatchObject({ kind: "accepted", auditId: "act-1" });
    expect(world.audit.map(({ action }) => action)).toEqual(["request-refused", "close"]);
    expect(world.journal).toHaveLength(1);
  });

  it("hundreds of times fills the audit no more than thirty times a minute, and the count is told", () => {
    const world = new World("paper");
    for (let n = 0; n < 200; n += 1) world.ask(nobody);
    expect(world.audit).toHaveLength(30);
    world.mono += 60_001;
    world.ask(nobody);
    expect(world.audit.at(-1)?.reason).toContain("; 170 more like this were not written down");
  });
});
