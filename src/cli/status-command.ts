/** `plimsoll status`: how the running system is, from its own books; without it, what its files tell. */

import type { Command } from "commander";
import { money, number, percent, signed } from "../app/formats.ts";
import { type KnownRun, knownRun } from "../app/live/active-run.ts";
import { RULES_ALONE } from "../app/live/model-states.ts";
import { type StatusValue, statusOf } from "../app/live/status-answer.ts";
import { answer, because, levelName, newYorkClock } from "../app/permission-words.ts";
import { regimeLine } from "../app/regime/regime-words.ts";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import { silenceText } from "../ops/alerts/alert-silence.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { askRun } from "./control-desk-door.ts";

const MEGABYTE = 1e6;
const WORKING: ReadonlySet<string> = new Set(["sent", "accepted", "partially_filled"]);

export function registerStatusCommand(program: Command, context: CliContext): void {
  program
    .command("status")
    .description("what the running system may do, holds and waits for")
    .option("--check", "exit 1 where none runs or execute does not answer; for a container's health")
    .addHelpText("after", "\nExample:\n  plimsoll status --json")
    .action(async ({ check }: { check?: boolean }) => {
      const known = knownRun(context.root());
      if (known?.active === undefined) {
        if (check === true) process.exitCode = 1;
        stopped(context, known);
        return;
      }
      const value = await askedStatus(known);
      if (value instanceof InputError) silent(context, known, value.message);
      else report(context, statusJson(known, value), () => statusText(known, value));
    });
}

async function askedStatus(known: KnownRun): Promise<StatusValue | InputError> {
  try {
    const value = statusOf(await askRun(known, { verb: "status" }));
    return value ?? new InputError("execute answered what cannot be read", 1);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function stopped(context: CliContext, known: KnownRun | undefined): void {
  const { run, isClosed } = known ?? {};
  const last = run === undefined ? null : { run: run.run, mode: run.mode, isOpen: isClosed !== true };
  report(context, { ...nothingKnown, mode: run?.mode ?? null, state: "stopped", last }, () => {
    if (run === undefined) return `Nothing has run on ${context.root()} yet. Start it with: plimsoll start`;
    const open = isClosed === true ? "ended and held nothing" : "is open: the next start goes on with it";
    const what = run.mode === "demo" ? "is over" : open;
    return `No system runs on ${context.root()}. Run ${run.run} (${run.mode}) ${what}.`;
  });
}

/** It runs and says nothing: whoever looks must not read that as well. */
function silent(context: CliContext, { run, active }: KnownRun, why: string): void {
  process.exitCode = 1;
  const processes = active?.processes ?? [];
  const of = { supervisor: active?.pid, processes, alertsSilent: silenceOf(processes), why };
  const state = { ...nothingKnown, mode: run.mode, state: "silent", ...of };
  report(context, state, () =>
    [
      `Run ${run.run} (${run.mode}): the supervisor runs as process ${active?.pid}, but ${why}`,
      processesText(processes),
    ].join("\n"),
  );
}

const nothingKnown = {
  mode: null,
  permission: null,
  equity: null,
  dayPnl: null,
  drawdown: null,
  exposure: null,
  positions: null,
  openOrders: null,
  breakers: null,
  processes: [],
  alertsSilent: null,
  feed: null,
  regime: null,
  lastReconciliation: null,
  models: [],
};

/** The fields of CLI.md; what does not exist yet is null. Exposure and drawdown are fractions of equity. */
function statusJson({ active }: KnownRun, value: StatusValue): object {
  const { snapshot, feed } = value;
  const { permission, positions, orders } = snapshot;
  const { long, short } = sides(snapshot);
  return {
    ...{ mode: snapshot.mode, run: value.run, state: "running", at: snapshot.at, session: snapshot.session },
    permission: { effective: permission.level, scalar: permission.scalar, claims: permission.claims },
    ...{ equity: snapshot.equity, dayPnl: snapshot.dayPnl, drawdown: snapshot.drawdownFromDayHigh },
    exposure: { gross: snapshot.gross, net: snapshot.net, long, short },
    positions,
    openOrders: orders.filter(({ status }) => WORKING.has(status)),
    unknownOrders: value.unknownOrders,
    overrides: value.overrides,
    models: value.models,
    breakers: permission.claims.filter(({ authority }) => authority === "circuit_breakers"),
    processes: active?.processes ?? [],
    alertsSilent: silenceOf(active?.processes ?? []),
    feed:
      feed === undefined ? null : { age: feed.messageAgeMs / 1000, state: feed.line, reason: feed.reason },
    regime: value.regime,
    lastReconciliation: value.lastReconciliation,
  };
}

function sides({ positions, equity }: StatusValue["snapshot"]): {
  readonly long: number;
  readonly short: number;
} {
  const share = (sign: 1 | -1) =>
    positions.reduce((sum, { shares, mark }) => sum + Math.max(0, sign * shares * mark), 0) / equity;
  return { long: share(1), short: share(-1) };
}

function statusText({ active }: KnownRun, value: StatusValue): string {
  const { snapshot, feed } = value;
  const { equity, dayPnl, positions } = snapshot;
  const { long, short } = sides(snapshot);
  const age = feed === undefined ? "" : `, last message ${number(feed.messageAgeMs / 1000, 1)} s ago`;
  const held = positions.map(({ symbol, shares, averageEntry, mark, unrealised, stop, strategy }) => [
    ...[symbol, String(shares), number(averageEntry, 2), number(mark, 2), signed(unrealised, 2)],
    ...[Number.isNaN(stop) ? "none" : number(stop, 2), strategy],
  ]);
  return [
    `${snapshot.mode} run ${value.run}, ${snapshot.session.date} ${snapshot.clock} ET, ` +
      levelName(snapshot.permission.level),
    `${answer(snapshot)} ${because(snapshot)}`,
    ...value.overrides.map(
      ({ key, value: limit, until }) =>
        `${key} is ${limit} until ${newYorkClock(until as EpochMicros)} ET, by an operator`,
    ),
    `equity ${money(equity)} USD, day ${signed(dayPnl, 2)}, ` +
      `${percent(snapshot.drawdownFromDayHigh, 2)} from the day's high`,
    `gross ${percent(snapshot.gross, 1)}, long ${percent(long, 1)}, short ${percent(short, 1)}, ` +
      `${value.workingOrders} orders work, ${value.unknownOrders} unknown`,
    ...value.models.flatMap(({ strategy, why }) => (why === RULES_ALONE ? [] : [`${strategy}: ${why}`])),
    `feed ${feed?.line ?? "unknown"}${age}`,
    `regime ${regimeLine(value.regime)}`,
    processesText(active?.processes ?? []),
    ...(held.length === 0
      ? ["no position"]
      : [
          alignedTable(
            [
              { title: "symbol" },
              ...["shares", "entry", "mark", "open P&L", "stop"].map((title) => ({
                title,
                align: "right" as const,
              })),
              { title: "strategy" },
            ],
            held,
          ),
        ]),
  ].join("\n");
}

function processesText(processes: NonNullable<KnownRun["active"]>["processes"]): string {
  if (processes.length === 0) return "processes: none is known";
  const silence = silenceOf(processes);
  return [
    ...(silence === null ? [] : [`CRITICAL: ${silence}`]),
    processTable(processes),
    ...processes.flatMap(({ id, cannotBegin: why }) =>
      why === undefined ? [] : [`CRITICAL: ${id} cannot begin: ${why}`],
    ),
  ].join("\n");
}

/** Why nobody would hear of trouble, as the supervisor sees it; null: the monitor lives. */
function silenceOf(processes: NonNullable<KnownRun["active"]>["processes"]): string | null {
  const monitor = processes.find(({ id }) => id === "monitor");
  return monitor === undefined ? null : (silenceText(monitor) ?? null);
}

function processTable(processes: NonNullable<KnownRun["active"]>["processes"]): string {
  const rows = processes.map(({ id, state, pid, vitals, restarts, hasStandby, isCrashLoop }) => [
    ...[id, isCrashLoop ? `${state}, crashes again and again` : state, pid === undefined ? "" : String(pid)],
    ...(vitals === undefined
      ? ["", "", ""]
      : [
          number(vitals.rssBytes / MEGABYTE, 0),
          percent(vitals.heapUsedBytes / vitals.heapLimitBytes, 0),
          number(vitals.loopP99Ms, 1),
        ]),
    ...[String(restarts), hasStandby ? "yes" : ""],
  ]);
  const right = (title: string) => ({ title, align: "right" as const });
  return alignedTable(
    [
      ...[{ title: "process" }, { title: "state" }, right("pid"), right("MB"), right("heap")],
      ...[right("loop p99 ms"), right("restarts"), { title: "standby" }],
    ],
    rows,
  );
}
