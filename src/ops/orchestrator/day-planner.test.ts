/**
 * Goal    JP-1 to JP-5: every task of every session once and in order, over weeks in which clocks change, half days,
 *         holidays, restarts and crashes; nothing twice, nothing before what it needs.
 * Method  days in virtual time with a small registry: tables of the cases worth remembering, then properties over
 *         registries, crashes and failures of any kind.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionDates, TaskDays, wall, wallText } from "../../../test/task-days.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { phases } from "../../market/phases.ts";
import { isPlanned } from "./task-moments.ts";
import { clockTimes, type TaskTerms, type When } from "./task-terms.ts";

const phase = (name: (typeof phases)[number]): When => ({ kind: "phase", phase: name });
const clock = (time: (typeof clockTimes)[number]): When => ({ kind: "clock", time });

function task(id: string, when: When, more: Partial<TaskTerms> = {}): TaskTerms {
  return {
    ...{ id, when, about: "", needs: [], timeoutMs: 1000, retries: 0, backOffMs: 1000, catchUp: "run" },
    ...{ isIdempotent: true, lane: "loop", inputs: "", output: "" },
    ...more,
  };
}

const registry: readonly TaskTerms[] = [
  task("connect", phase("PRE_MARKET"), { retries: 3 }),
  task("sync", phase("PRE_MARKET"), { needs: ["connect"] }),
  task("early", clock("08:30")),
  task("opening", phase("MARKET_OPEN"), { catchUp: "skip" }),
  task("watch", { kind: "beats", phase: "TRADING", everySeconds: 60 }),
  task("close", phase("MARKET_CLOSE"), { isIdempotent: false }),
  task("pnl", phase("MARKET_CLOSE"), { needs: ["close"] }),
  task("lists", phase("AFTER_HOURS")),
  task("flat", clock("16:30")),
  task("report", clock("16:30"), { lane: "child" }),
  task("night", phase("OVERNIGHT")),
  task("clean", clock("02:00")),
  task("drill", clock("02:00"), { isWeekly: true, lane: "child" }),
];
const once = (log: TaskDays["log"]) => log.filter(({ id }) => id !== "watch");
const shown = (log: TaskDays["log"]) => log.map(({ id, at }) => `${id} ${wallText(at).slice(11)}`);
const MINUTE = MICROS_PER_MINUTE;

function days(from: string, to: string, more: Partial<ConstructorParameters<typeof TaskDays>[0]> = {}) {
  const made = new TaskDays({ tasks: registry, since: wall(from), ...more });
  made.live(wall(to), MINUTE);
  return made;
}

describe("times", () => {
  const full = [
    ...[
      "connect 06:30",
      "sync 06:30",
      "early 08:30",
      "opening 09:30",
      "close 15:45",
      "pnl 15:45",
      "lists 16:00",
    ],
    ...["flat 16:30", "report 16:30", "night 18:00", "clean 02:00"],
  ];
  const half = [
    ...[
      "connect 06:30",
      "sync 06:30",
      "early 08:30",
      "opening 09:30",
      "close 12:45",
      "pnl 12:45",
      "lists 13:00",
    ],
    ...["flat 13:30", "report 13:30", "night 15:00", "clean 02:00"],
  ];
  it.each([
    ["a full day", "2026-11-24", "2026-11-25", full],
    [
      "the half day after Thanksgiving, the last of its week",
      "2026-11-27",
      "2026-11-28",
      [...half, "drill 02:00"],
    ],
    ["Friday before clocks go forward", "2026-03-06", "2026-03-07", [...full, "drill 02:00"]],
    ["Monday after clocks went forward", "2026-03-09", "2026-03-10", full],
    ["Monday after clocks went back", "2026-11-02", "2026-11-03", full],
  ])("of %s", (_, day, next, expected) => {
    expect(shown(once(days(`${day} 06:00`, `${next} 06:20`).log))).toEqual(expected);
  });

  it("beats go through the trading hours only, and end earlier on a half day", () => {
    const beats = (day: string) =>
      days(`${day} 06:00`, `${day} 20:00`).log.filter(({ id }) => id === "watch");
    expect(beats("2026-11-24")).toHaveLength(370);
    expect(beats("2026-11-27")).toHaveLength(190);
    expect(wallText(beats("2026-11-27").at(-1)!.at)).toBe("2026-11-27 12:44");
  });

  it.each([
    ["Thanksgiving", "2026-11-26"],
    ["a Saturday", "2026-11-28"],
    ["the Sunday on which clocks go forward", "2026-03-08"],
    ["the Sunday on which clocks go back", "2026-11-01"],
  ])("%s has none", (_, day) => {
    expect(days(`${day} 03:00`, `${day} 23:50`).log).toEqual([]);
  });
});

/** JP-1 as a question: each task of each session has come to exactly one end, and begun once unless it failed. */
function expectEachOnce(log: TaskDays["log"], dates: readonly string[]): void {
  const table = xnysSessions();
  for (const date of dates) {
    const row = [...table.date].findIndex((day) => day * 86_400 * 1e6 === Date.parse(date) * 1000);
    const planned = registry.filter((each) => isPlanned(each, table, row)).map(({ id }) => id);
    const ran = once(log).filter(({ session }) => session === date);
    expect([date, ran.map(({ id }) => id).toSorted()]).toEqual([
      date,
      planned.filter((id) => id !== "watch").toSorted(),
    ]);
    expect(ran.filter(({ what }) => what === "skipped")).toEqual([]);
  }
}

describe("weeks", () => {
  it.each([
    ["clocks go forward on Sunday", "2026-03-02", "2026-03-14"],
    ["clocks go back on Sunday", "2026-10-26", "2026-11-07"],
    ["Thanksgiving and its half day", "2026-11-23", "2026-12-05"],
    ["Christmas and New Year", "2026-12-21", "2027-01-09"],
  ])("%s: each task once a session, in the same order every day", (_, from, to) => {
    const made = days(`${from} 00:00`, `${to} 06:20`);
    const dates = sessionDates(from, to);
    expectEachOnce(made.log, dates);
    for (const date of dates) {
      const ids = once(made.log)
        .filter(({ session }) => session === date)
        .map(({ id }) => id);
      expect(ids).toEqual(registry.map(({ id }) => id).filter((id) => ids.includes(id)));
    }
    const drills = made.log.filter(({ id }) => id === "drill");
    expect(drills.length).toBe(new Set(dates.map((date) => weekOf(date))).size);
  });
});

const weekOf = (date: string): number => Math.floor((Date.parse(date) / 86_400_000 + 3) / 7);

describe("a restart", () => {
  it.each([0, 1, 5, 10])(
    "in the middle of MARKET_CLOSE, %i minutes of it gone: each task once, in order",
    (minutes) => {
      const made = days("2026-11-24 06:00", "2026-11-24 15:44");
      made.live(wall(`2026-11-24 15:${45 + minutes}`), MINUTE);
      made.kill();
      made.start(wall("2026-11-24 15:58"));
      made.live(wall("2026-11-25 06:20"), MINUTE);
      expectEachOnce(made.log, ["2026-11-24"]);
      expect(once(made.log).map(({ id }) => id)).toEqual(
        registry.map(({ id }) => id).filter((id) => id !== "watch" && id !== "drill"),
      );
    },
  );

  it("with a task under way begins it a second time and says that it crashed; what comes after waits for it", () => {
    const made = days("2026-11-24 06:00", "2026-11-24 15:45", {
      tookMs: ({ task: { id }, after }) => (id === "close" && after === "nothing" ? 3_600_000 : 0),
    });
    made.kill();
    made.start(wall("2026-11-24 15:50"));
    made.live(wall("2026-11-24 16:10"), MINUTE);
    const closing = made.log.filter(({ id }) => id === "close" || id === "pnl");
    expect(closing).toMatchObject([
      { id: "close", attempt: 1, after: "nothing" },
      { id: "close", attempt: 2, after: "crash" },
      { id: "pnl", attempt: 1 },
    ]);
  });

  it("that dies of the same task again and again gives it up, and what needs it", () => {
    const made = days("2026-11-24 06:00", "2026-11-24 15:45", {
      tookMs: ({ task: { id } }) => (id === "close" ? 3_600_000 : 0),
    });
    for (let n = 0; n < 4; n++) {
      made.kill();
      made.start((made.at + MINUTE) as EpochMicros);
      made.live((made.at + MINUTE) as EpochMicros, MINUTE);
    }
    expect(made.log.filter(({ id }) => id === "close")).toHaveLength(2);
    expect(made.log.find(({ id }) => id === "pnl")).toMatchObject({ what: "skipped" });
  });

  it("after the opening leaves out what is of no use any more, and runs the others late", () => {
    const made = days("2026-11-24 06:00", "2026-11-24 06:20");
    made.kill();
    made.start(wall("2026-11-24 11:00"));
    made.live(wall("2026-11-24 11:00"), MINUTE);
    expect(made.log.map(({ id, what }) => `${id} ${what}`)).toEqual([
      "opening skipped",
      ...["connect began", "sync began", "early began", "watch began"],
    ]);
  });

  it("after a week runs only the newest of each, and says of the others why not", () => {
    const made = days("2026-11-09 06:00", "2026-11-09 12:00");
    made.kill();
    made.start(wall("2026-11-17 12:00"));
    made.live(wall("2026-11-18 06:20"), MINUTE);
    const clean = made.log.filter(({ id }) => id === "clean");
    expect(clean.map(({ session, what }) => `${session} ${what}`)).toEqual([
      ...["2026-11-09", "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"].map(
        (day) => `${day} skipped`,
      ),
      "2026-11-16 began",
      "2026-11-17 began",
    ]);
    expect(clean[0]?.why).toContain("2026-11-10");
    expect(made.log.filter(({ id }) => id === "drill")).toMatchObject([
      { session: "2026-11-13", what: "began" },
    ]);
  });
});

describe("a failure", () => {
  it("is tried again after its back-off, each time later; others go on, who needs it waits", () => {
    const made = days("2026-11-24 06:29", "2026-11-24 07:00", {
      state: ({ task: { id }, attempt }) => (id === "connect" && attempt < 3 ? "failed" : "done"),
      tasks: registry.map((each) => (each.id === "connect" ? { ...each, backOffMs: 120_000 } : each)),
    });
    expect(made.log.map(({ id, attempt, at }) => `${id} ${attempt} ${wallText(at).slice(11)}`)).toEqual([
      ...["connect 1 06:30", "connect 2 06:32", "connect 3 06:36", "sync 1 06:36"],
    ]);
  });

  it("for good leaves out what needs it, and only that", () => {
    const made = days("2026-11-24 06:29", "2026-11-24 09:00", {
      state: ({ task: { id } }) => (id === "connect" ? "failed" : "done"),
    });
    expect(made.log.filter(({ id }) => id === "connect")).toHaveLength(4);
    expect(made.log.find(({ id }) => id === "sync")).toMatchObject({
      what: "skipped",
      why: "it needs connect, which did not end well",
    });
    expect(made.log.some(({ id, what }) => id === "early" && what === "began")).toBe(true);
  });

  it("that waits for its back-off when the process dies is tried again at once", () => {
    const made = days("2026-11-24 06:29", "2026-11-24 06:31", {
      state: ({ task: { id } }) => (id === "connect" ? "failed" : "done"),
      tasks: registry.map((each) => (each.id === "connect" ? { ...each, backOffMs: 3_600_000 } : each)),
    });
    made.kill();
    made.start(wall("2026-11-24 06:32"));
    made.live(wall("2026-11-24 06:32"), MINUTE);
    expect(made.log.filter(({ id }) => id === "connect").map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("is not tried again when the same task of the next session is due", () => {
    const made = days("2026-11-24 06:29", "2026-11-25 07:00", {
      state: ({ task: { id } }) => (id === "connect" ? "failed" : "done"),
      tasks: [task("connect", phase("PRE_MARKET"), { retries: 1000, backOffMs: 300_000 })],
    });
    const of = (session: string) =>
      made.log.filter((each) => each.session === session).map(({ at }) => wallText(at));
    expect(of("2026-11-24").at(-1)! < "2026-11-25 06:30").toBe(true);
    expect(of("2026-11-25")[0]).toBe("2026-11-25 06:30");
  });

  it("of what is not there yet is none: what needs it goes on", () => {
    const made = days("2026-11-24 06:29", "2026-11-24 07:00", { state: () => "unavailable" });
    expect(made.log.map(({ id, what }) => `${id} ${what}`)).toEqual(["connect began", "sync began"]);
  });
});

describe("beats", () => {
  it("fall out while one takes its time, never pile up, and each of several has its turn", () => {
    const slow = ["a", "b", "c"].map((id) => task(id, { kind: "beats", phase: "TRADING", everySeconds: 60 }));
    const made = days("2026-11-24 09:30", "2026-11-24 10:35", { tasks: slow, tookMs: () => 120_000 });
    const count = (id: string) => made.log.filter((each) => each.id === id).length;
    expect([count("a"), count("b"), count("c")]).toEqual([11, 10, 10]);
  });

  it("do not keep a task of the session from its turn", () => {
    const tasks = [
      task("a", { kind: "beats", phase: "TRADING", everySeconds: 60 }),
      task("b", { kind: "beats", phase: "TRADING", everySeconds: 60 }),
      task("now", phase("TRADING")),
    ];
    const made = days("2026-11-24 09:30", "2026-11-24 10:00", { tasks, tookMs: () => 300_000 });
    expect(made.log.findIndex(({ id }) => id === "now")).toBeLessThan(3);
  });

  it("of a phase that was missed are written down as one that fell out", () => {
    const made = days("2026-11-24 06:00", "2026-11-24 09:00");
    made.kill();
    made.start(wall("2026-11-24 15:50"));
    made.live(wall("2026-11-24 15:55"), MINUTE);
    expect(made.log.filter(({ id }) => id === "watch")).toMatchObject([{ what: "skipped" }]);
  });
});

it("a task that is switched off says so once a session, and takes along what needs it", () => {
  const made = days("2026-11-24 06:00", "2026-11-25 06:20", { disabled: ["connect", "watch"] });
  expect(made.log.filter(({ what }) => what === "skipped").map(({ id }) => id)).toEqual([
    ...["connect", "sync", "watch"],
  ]);
});

it("on a clock that skips the night the tasks of the evening run before those of the next morning", () => {
  const made = new TaskDays({ tasks: registry, since: wall("2026-11-23 09:28") });
  made.live(wall("2026-11-23 16:03"), MINUTE);
  // Nothing is ever at an instant between.
  made.at = wall("2026-11-24 09:28");
  made.live(wall("2026-11-24 16:03"), MINUTE);
  const skipping = once(made.log).filter(({ session }) => session === "2026-11-23");
  expect(skipping.map(({ id }) => id)).toEqual(
    registry.map(({ id }) => id).filter((id) => !["watch", "drill"].includes(id)),
  );
  const evening = made.order.indexOf("2026-11-23 clean");
  expect(evening).toBeLessThan(made.order.indexOf("2026-11-24 connect"));
});

describe("whatever the registry and whatever breaks", () => {
  const when = fc.oneof(
    fc.constantFrom(...phases).map(phase),
    fc.constantFrom(...clockTimes).map(clock),
    fc.record({
      kind: fc.constant("beats" as const),
      phase: fc.constantFrom("TRADING" as const, "PRE_MARKET" as const),
      everySeconds: fc.integer({ min: 300, max: 3000 }),
    }),
  );
  const tasks = fc
    .array(
      fc.record({
        when,
        retries: fc.integer({ min: 0, max: 2 }),
        lane: fc.constantFrom("loop", "child"),
        catchUp: fc.constantFrom("run", "skip"),
        needs: fc.array(fc.nat(), { maxLength: 2 }),
      }),
      { minLength: 3, maxLength: 12 },
    )
    .map((list) =>
      list.map((each, n) =>
        task(`t${n}`, each.when, {
          ...{ retries: each.retries, lane: each.lane as "loop", catchUp: each.catchUp as "run" },
          // Only what comes before it in a day can be needed: the registry's own test holds it to that.
          needs: n === 0 ? [] : [...new Set(each.needs.map((need) => `t${need % n}`))],
        }),
      ),
    );
  const breaks = fc.array(
    fc.record({ after: fc.integer({ min: 1, max: 400 }), down: fc.integer({ min: 0, max: 300 }) }),
    {
      maxLength: 6,
    },
  );

  it("no task is done twice in a session, none begins before what it needs has ended, and all come to an end", () => {
    let began = 0;
    fc.assert(
      fc.property(tasks, breaks, fc.integer({ min: 0, max: 1_000_000 }), (list, crashes, seed) => {
        const chance = (text: string): number => {
          let hash = seed;
          for (const letter of text) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
          return (hash % 1000) / 1000;
        };
        const made = new TaskDays({
          tasks: list,
          since: wall("2026-11-25 06:00"),
          tookMs: ({ task: { id }, attempt }) => Math.floor(chance(`${id} ${attempt} took`) * 1_200_000),
          state: ({ task: { id }, attempt }) => (chance(`${id} ${attempt}`) < 0.2 ? "failed" : "done"),
        });
        for (const { after, down } of crashes) {
          made.live((made.at + after * MINUTE) as EpochMicros, 5 * MINUTE);
          made.kill();
          made.start((made.at + down * MINUTE) as EpochMicros);
        }
        // A whole session later all of the first is over.
        made.live(wall("2026-12-02 06:20"), 15 * MINUTE);
        began += made.log.length;
        const done = new Map<string, number>();
        for (const { id, session, what, attempt } of made.log) {
          const isBeat = list.find((each) => each.id === id)?.when.kind === "beats";
          if (isBeat) continue;
          const key = `${session} ${id}`;
          // Attempts count up one by one, and nothing comes after one that was left out.
          expect([key, what === "skipped" ? 0 : attempt]).toEqual([
            key,
            what === "skipped" ? 0 : (done.get(key) ?? 0) + 1,
          ]);
          if (what === "skipped") expect(done.has(key)).toBe(false);
          done.set(key, what === "skipped" ? Number.NaN : attempt);
          if (what === "began")
            for (const need of list.find((each) => each.id === id)?.needs ?? [])
              expect([key, need, made.order.indexOf(`${session} ${need}`)]).not.toEqual([key, need, -1]);
        }
        for (const session of ["2026-11-25", "2026-11-27", "2026-11-30"])
          for (const { id } of list)
            expect([session, id, made.order.includes(`${session} ${id}`)]).toEqual([session, id, true]);
      }),
      { numRuns: 60 },
    );
    expect(began).toBeGreaterThan(1000);
  });
});
