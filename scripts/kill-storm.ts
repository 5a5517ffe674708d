/**
 * Kills processes of a live system over the twin, again and again, and checks its books by the twin's after each death
 * (RELIABILITY 2 D). Started again on the same root it goes on behind the last kill that is written down.
 *
 * `node scripts/kill-storm.ts --kills 200 --root DIR [--seed N] [--only execute,compute] [--speed 60] [--minutes M]`
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { replayRun } from "../src/app/live/replay-run.ts";
import { InputError } from "../src/domain/assert.ts";
import { LiveRig, type LiveStatus, type Role, roles } from "../test/system/live-rig.ts";

interface KillLine {
  readonly n: number;
  readonly role: Role;
  readonly how: "kill" | "stop";
  /** Milliseconds until all were up, the books compared, the feed there and no order in doubt. */
  readonly wellMs: number;
  readonly orders: number;
  readonly positions: number;
  readonly clock: string;
  /** What was latched by then; a person ended it. */
  readonly halted?: string;
  readonly problems: readonly string[];
}

/** Numbers in [0, 1) that depend on the seed and the kill alone: a storm that goes on goes on the same way. */
function chance(seed: number, n: number, which: number): number {
  let x = (seed * 0x9e3779b1 + n * 0x85ebca6b + which * 0xc2b2ae35) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

const LONGEST_WAIT_MS = 3000;
const CALM_EVERY = 4;
const RESUMED_MS = 150_000;
const STOP_MS = [5000, 60_000] as const;
/** One in so many is a process that stands still instead of one that dies; one in so many of those stands a minute. */
const STOP_EVERY = 20;

const given = readWords();
const path = join(given.root, "kill-storm.jsonl");
mkdirSync(given.root, { recursive: true, mode: 0o700 });
const done = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
const lines: KillLine[] = done.map((line) => JSON.parse(line) as KillLine);
const endMs = performance.now() + given.minutes * 60_000;

const segment = join(given.root, `part-${lines.length}`);
const rig = await LiveRig.start({ root: segment, speed: given.speed, seed: given.seed + lines.length });
process.exitCode = 1;
try {
  await ordersFlow();
  while (lines.length < given.kills && performance.now() < endMs) {
    const line = await strike(lines.length);
    lines.push(line);
    appendFileSync(path, `${JSON.stringify(line)}\n`);
    console.log(JSON.stringify(line));
  }
  const broken = rig.journals.verify();
  for (const problem of broken) console.log(problem);
  const halted = given.halt ? await haltAndDie() : [];
  for (const problem of halted) console.log(problem);
  tell();
  const bad = lines.filter(({ problems }) => problems.length > 0).length + broken.length + halted.length;
  process.exitCode = bad === 0 ? 0 : 1;
} finally {
  await rig.stop();
}
const { identical, events, firstDifference } = replayRun({ root: segment });
console.log(`replay of ${segment}: ${events} events, ${identical ? "identical" : "NOT identical"}`);
if (!identical) {
  console.log(JSON.stringify(firstDifference));
  process.exitCode = 1;
}

async function strike(n: number): Promise<KillLine> {
  const role = given.only[Math.floor(chance(given.seed, n, 0) * given.only.length)] ?? "execute";
  await pause(chance(given.seed, n, 1) * LONGEST_WAIT_MS);
  const isStop = n % STOP_EVERY === STOP_EVERY - 1 && role !== "ledger";
  if (isStop) {
    rig.signal(role, "SIGSTOP");
    await pause(STOP_MS[n % (STOP_EVERY * 2) === STOP_EVERY - 1 ? 0 : 1]);
    rig.signal(role, "SIGCONT");
  }
  const began = performance.now();
  if (!isStop) await rig.kill(role);
  const problems: string[] = [];
  const complain = (error: unknown) => void problems.push(String(error));
  let status = await rig.up().catch(complain);
  const wellMs = Math.round(performance.now() - began);
  const halted = status === undefined ? undefined : latchedIn(status);
  if (halted !== undefined) await operatorResumes().catch(complain);
  // Now and then until entries are allowed again: otherwise nothing is going on that could be lost.
  if (n % CALM_EVERY === 0) status = (await rig.well().catch(complain)) ?? status;
  problems.push(...(await rig.problems()));
  const { snapshot } = status ?? {};
  return {
    n,
    role,
    how: isStop ? "stop" : "kill",
    wellMs,
    orders: rig.twin.orders.size,
    positions: snapshot?.positions.length ?? -1,
    clock: snapshot?.clock ?? "?",
    ...(halted === undefined ? {} : { halted }),
    problems,
  };
}

/** Why only an operator may let it go on; undefined where nothing is latched. */
function latchedIn({ snapshot }: LiveStatus): string | undefined {
  return snapshot.permission.claims.find(({ liftedBy }) => liftedBy === "operator")?.reason;
}

/** A minute later and with clean books, as a person would; nothing else ends a halt, and no death did. */
async function operatorResumes(): Promise<void> {
  const isHalted = (await rig.status())?.snapshot.permission.level === "HALTED";
  const first = await rig.resume().catch(String);
  if (isHalted && typeof first !== "string" && first.kind !== "refused")
    throw new Error(`resumed at once: ${JSON.stringify(first)}`);
  await rig.until("resumed", RESUMED_MS, async () => {
    const answer = await rig.resume().catch(() => undefined);
    return answer?.kind === "accepted";
  });
}

async function ordersFlow(): Promise<void> {
  await rig.until("orders flow", 240_000, async () => {
    await rig.twin.readOrders();
    return rig.twin.orders.size >= 4;
  });
}

/** A halt, and execute dies at each line of the closing: it ends flat and halted all the same. */
async function haltAndDie(): Promise<string[]> {
  const problems: string[] = [];
  // So many deaths may be one flapping too many for the watchdog: then it waits an hour, or for an operator.
  await rig.well().catch(() => rig.resume());
  await rig.up();
  await rig.halt();
  for (let n = 0; n < 4; n++) {
    await pause(chance(given.seed, n, 2) * 1500);
    if (rig.signal("execute", "SIGKILL"))
      await rig
        .until("execute answers", 60_000, () => rig.status())
        .catch((error) => problems.push(String(error)));
  }
  await rig
    .until("flat and halted", 120_000, async () => {
      const status = await rig.status();
      const { size } = await rig.twin.positions();
      return (
        size === 0 && status?.snapshot.positions.length === 0 && status.snapshot.permission.level === "HALTED"
      );
    })
    .catch((error) => problems.push(String(error)));
  const answer = await rig.resume().catch(String);
  if (typeof answer === "string" || answer.kind !== "refused")
    problems.push(`resume right after a restart: ${JSON.stringify(answer)}`);
  return [...problems, ...(await rig.problems())];
}

function tell(): void {
  for (const role of roles) {
    const of = lines.filter((line) => line.role === role && line.how === "kill").map(({ wellMs }) => wellMs);
    if (of.length === 0) continue;
    const mean = of.reduce((sum, ms) => sum + ms, 0) / of.length;
    console.log(
      `${role}: ${of.length} kills, well again after ${Math.round(mean)} ms, at worst ${Math.max(...of)} ms`,
    );
  }
  const stops = lines.filter(({ how }) => how === "stop").length;
  const bad = lines.filter(({ problems }) => problems.length > 0);
  const halts = lines.filter(({ halted }) => halted !== undefined).length;
  console.log(
    `${lines.length - stops} kills, ${stops} stops, ${halts} halts that an operator ended, ${bad.length} with problems`,
  );
}

function readWords() {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "200" },
      root: { type: "string" },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: roles.join(",") },
      speed: { type: "string", default: "60" },
      minutes: { type: "string", default: "1000" },
      halt: { type: "boolean", default: true },
    },
    allowNegative: true,
  });
  if (values.root === undefined)
    throw new InputError("kill-storm: --root DIR is missing: where the runs are kept", 2);
  const only = values.only.split(",") as Role[];
  const unknown = only.find((role) => !roles.includes(role));
  if (unknown !== undefined)
    throw new InputError(`kill-storm: --only ${unknown}: is none of ${roles.join(", ")}`, 2);
  const [kills, seed, speed, minutes] = [values.kills, values.seed, values.speed, values.minutes].map(Number);
  if (![kills, seed, speed, minutes].every((n) => n !== undefined && n > 0))
    throw new InputError("kill-storm: --kills, --seed, --speed and --minutes are numbers above 0", 2);
  return {
    kills: kills ?? 0,
    seed: seed ?? 0,
    speed: speed ?? 0,
    minutes: minutes ?? 0,
    root: values.root,
    only,
    halt: values.halt,
  };
}
