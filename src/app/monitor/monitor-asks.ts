/**
 * What people ask of the monitor: one file for each ask in `run/alert-asks`, put there in one step, and one
 * for its answer. A file needs no running monitor: what is asked while it starts again is done when it is
 * back.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";

/** It names a file. */
const id = z.string().regex(/^[A-Za-z0-9-]{8,80}$/);
const by = z.string().min(1).max(80);
const reason = z.string().min(1).max(400);
/** Bounds far beyond what the digest of a day comes to. */
const letter = z.strictObject({
  subject: z.string().min(1).max(200),
  text: z.string().min(1).max(50_000),
  short: z.string().min(1).max(1600),
  html: z.string().min(1).max(200_000),
});

/** Of one act; its request stays below the 16 KiB that the page's server reads. */
export const ERRORS_MAX = 1000;
/** With their count it is the subject of an act, which has 120 characters. */
export const GROUP_MAX = 100;

export const monitorAsk = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("acknowledge"), id, by, reason, incident: z.int().min(1) }),
  z.strictObject({ kind: z.literal("test"), id, by, reason, channel: z.string().max(20).optional() }),
  z.strictObject({ kind: z.literal("resolve"), id, by, reason, error: z.int().min(1) }),
  /** Its id is that of the day: it is told once, whoever hands it over again. */
  z.strictObject({ kind: z.literal("digest"), id, by, reason, letter }),
  /** Lines of one trouble, by what the page calls it: one act. */
  z.strictObject({
    ...{ kind: z.literal("resolve-all"), id, by, reason, group: z.string().min(1).max(GROUP_MAX) },
    errors: z.array(z.int().min(1)).min(1).max(ERRORS_MAX),
  }),
]);
export type MonitorAsk = z.infer<typeof monitorAsk>;

export interface AskAnswer {
  readonly ok: boolean;
  readonly text: string;
}

const ASKS_MAX = 100;
/** The digest of a day is the longest. */
const ASK_MOST_BYTES = 512 * 1024;
const LOOK_EVERY_MS = 50;
const ANSWERS_KEPT_MS = 3_600_000;

const folderOf = (root: string): string => join(root, "run", "alert-asks");
const askPath = (root: string, ask: string): string => join(folderOf(root), `${ask}.ask`);
const answerPath = (root: string, ask: string): string => join(folderOf(root), `${ask}.answer`);

/** Durable when it returns: done as soon as a monitor is there, however often that one dies meanwhile. */
export function leaveForMonitor(root: string, ask: MonitorAsk): void {
  monitorAsk.parse(ask);
  makeFolder(folderOf(root));
  replaceFile(askPath(root, ask.id), JSON.stringify(ask));
}

/** Undefined: it is written down, and the monitor has not answered within that time. */
export async function askMonitor(
  root: string,
  ask: MonitorAsk,
  withinMs: number,
): Promise<AskAnswer | undefined> {
  leaveForMonitor(root, ask);
  const endMs = performance.now() + withinMs;
  while (performance.now() < endMs) {
    await pause(LOOK_EVERY_MS);
    const answer = readAnswer(answerPath(root, ask.id));
    if (answer === undefined) continue;
    rmSync(answerPath(root, ask.id), { force: true });
    return answer;
  }
  return undefined;
}

/** For the monitor: what is asked now, in the order of its ids. What is no ask is removed. */
export function readAsks(root: string): readonly MonitorAsk[] {
  let names: readonly string[];
  try {
    names = readdirSync(folderOf(root)).filter((name) => name.endsWith(".ask"));
  } catch {
    return [];
  }
  return names
    .toSorted()
    .slice(0, ASKS_MAX)
    .flatMap((name) => {
      const path = join(folderOf(root), name);
      try {
        const ask = monitorAsk.parse(JSON.parse(plainText(path)));
        // Under another name its answer would never be found, and it would be done again for ever.
        if (`${ask.id}.ask` !== name) throw new InputError(`${name} holds ask ${ask.id}`, 1);
        return [ask];
      } catch {
        rmSync(path, { force: true, recursive: true });
        return [];
      }
    });
}

/** Nothing that would keep the monitor waiting or fill its memory: no pipe, no link, nothing long. */
function plainText(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile() || size > ASK_MOST_BYTES) throw new InputError(`${path}: is no ask`, 1);
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** The answer stands before the ask goes: a crash between the two has it done twice, which changes nothing. */
export function answerAsk(root: string, ask: MonitorAsk, answer: AskAnswer): void {
  replaceFile(answerPath(root, ask.id), JSON.stringify(answer));
  rmSync(askPath(root, ask.id), { force: true });
}

/** Answers that nobody fetched. */
export function sweepAnswers(root: string, nowMs: number): void {
  try {
    for (const name of readdirSync(folderOf(root))) {
      const path = join(folderOf(root), name);
      if (name.endsWith(".answer") && nowMs - statSync(path).mtimeMs > ANSWERS_KEPT_MS)
        rmSync(path, { force: true });
    }
  } catch {
    // There is no folder yet.
  }
}

function readAnswer(path: string): AskAnswer | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as AskAnswer;
  } catch {
    return undefined;
  }
}
