/**
 * Goal    the registry has the tasks of the source documents under their own ids, in their phases, in an order in which
 *         nothing stands before what it needs; docs/tasks.md says what the registry says; and days of it run each task
 *         once, in order: over changes of clock, a half day, a holiday, a restart in the middle of MARKET_CLOSE.
 * Method  tables; then days in virtual time with the real registry.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tasksPage } from "../scripts/tasks.ts";
import { taskIds, tasks } from "../src/app/orchestrator/task-registry.ts";
import { MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { sessionAt, xnysSessions } from "../src/market/calendar.ts";
import { phaseOf, scheduledAt } from "../src/ops/orchestrator/task-moments.ts";
import { sessionDates, TaskDays, wall } from "./task-days.ts";

const ROOT = join(import.meta.dirname, "..");

/** As the documents list them. */
const source: Readonly<Record<string, readonly string[]>> = {
  PRE_MARKET: [
    ...[
      "validate_api_connectivity",
      "sync_positions_from_broker",
      "load_regime_detector",
      "tell_references",
      "run_premarket_analysis",
    ],
    ...[
      "sync_previous_day",
      "refresh_universe",
      "validate_model_freshness",
      "check_corporate_actions",
      "tell_news",
    ],
  ],
  MARKET_OPEN: ["check_opening_conditions", "execute_opening_orders"],
  TRADING: ["monitor_positions", "process_intraday_signals", "check_circuit_breakers"],
  MARKET_CLOSE: ["close_intraday_positions", "calculate_daily_pnl"],
  AFTER_HOURS: [
    ...["run_daily_research", "update_watchlists", "run_strategy_optimization", "flatten_intraday_positions"],
    ...["generate_daily_report", "backup_data", "reconcile_positions"],
  ],
  OVERNIGHT: [
    ...[
      "run_nightly_research_pipeline",
      "checkpoint_system_state",
      "retrain_models",
      "run_walk_forward",
      "clean_up",
    ],
    ...["generate_performance_analytics", "verify_records", "restore_drill"],
  ],
};

describe("the registry", () => {
  it.each(Object.entries(source))("has the tasks of %s, in their order", (phase, ids) => {
    expect(tasks.filter(({ when }) => phaseOf(when) === phase).map(({ id }) => id)).toEqual(ids);
  });

  it("has nothing else, and nothing twice", () => {
    expect([...taskIds].toSorted()).toEqual(Object.values(source).flat().toSorted());
  });

  it("lists each behind what it needs, and never needs what is due later", () => {
    const session = sessionAt(xnysSessions(), 9000);
    for (const [n, task] of tasks.entries())
      for (const need of task.needs) {
        const needed = tasks.findIndex(({ id }) => id === need);
        expect([task.id, need, needed >= 0 && needed < n]).toEqual([task.id, need, true]);
        expect(scheduledAt(tasks[needed]!.when, session)).toBeLessThanOrEqual(
          scheduledAt(task.when, session),
        );
        // A beat has no end that somebody could wait for.
        expect(tasks[needed]!.when.kind).not.toBe("beats");
      }
  });

  it.each(tasks)("$id has bounds, a sentence, and says what it reads and leaves", (task) => {
    expect(task.timeoutMs).toBeGreaterThanOrEqual(1000);
    expect(task.timeoutMs).toBeLessThanOrEqual(3_600_000);
    expect(task.retries).toBeGreaterThanOrEqual(0);
    expect(task.about).toMatch(/^[A-Z].*\.$/);
    expect(task.inputs.length * task.output.length).toBeGreaterThan(0);
  });

  it("docs/tasks.md is what it says; after a change: npm run tasks", () => {
    expect(readFileSync(join(ROOT, "docs", "tasks.md"), "utf8")).toBe(tasksPage());
  });
});

const once = tasks.filter(({ when }) => when.kind !== "beats");

function expectEachOnce(days: TaskDays, dates: readonly string[]): void {
  for (const [n, date] of dates.entries()) {
    const next = dates[n + 1];
    const isLastOfWeek = next === undefined ? undefined : weekOf(next) !== weekOf(date);
    const ids = days.log.filter(({ session }) => session === date).map(({ id }) => id);
    for (const lane of ["loop", "child"] as const) {
      const expected = once.filter((task) => task.lane === lane && (task.isWeekly !== true || isLastOfWeek));
      const began = ids.filter((id) => once.some((task) => task.id === id && task.lane === lane));
      if (isLastOfWeek !== undefined) expect([date, began]).toEqual([date, expected.map(({ id }) => id)]);
      expect(new Set(began).size).toBe(began.length);
    }
  }
  expect(days.log.filter(({ what }) => what === "skipped")).toEqual([]);
}

const weekOf = (date: string): number => Math.floor((Date.parse(date) / 86_400_000 + 3) / 7);

describe("days of it", () => {
  it.each([
    ["clocks go forward in March", "2026-03-05", "2026-03-13"],
    ["clocks go back in November", "2026-10-29", "2026-11-06"],
    ["Thanksgiving, and the half day after it", "2026-11-24", "2026-12-02"],
  ])("%s: every task once a session, in order", (_, from, to) => {
    const days = new TaskDays({
      tasks,
      since: wall(`${from} 06:00`),
      tookMs: ({ task: { lane } }) => (lane === "child" ? 90_000 : 1000),
    });
    days.live(wall(`${to} 06:00`), MICROS_PER_MINUTE);
    expectEachOnce(days, sessionDates(from, to).slice(0, -1));
  });

  it("a restart in the middle of MARKET_CLOSE, a task under way: everything once, and that one once more", () => {
    const days = new TaskDays({
      tasks,
      since: wall("2026-11-24 06:00"),
      tookMs: ({ task: { id }, after }) =>
        id === "calculate_daily_pnl" && after === "nothing" ? 600_000 : 500,
    });
    days.live(wall("2026-11-24 15:47"), MICROS_PER_MINUTE);
    days.kill();
    days.start(wall("2026-11-24 15:52"));
    days.live(wall("2026-11-25 06:20"), MICROS_PER_MINUTE);
    const again = days.log.filter(({ id }) => id === "calculate_daily_pnl");
    expect(again.map(({ attempt, after }) => [attempt, after])).toEqual([
      [1, "nothing"],
      [2, "crash"],
    ]);
    const ids = days.log.filter(({ attempt, id }) => attempt === 1 && once.some((task) => task.id === id));
    const loop = ids
      .map(({ id }) => id)
      .filter((id) => once.some((task) => task.id === id && task.lane === "loop"));
    expect(loop).toEqual(
      once.filter(({ lane, isWeekly }) => lane === "loop" && !isWeekly).map(({ id }) => id),
    );
  });
});
