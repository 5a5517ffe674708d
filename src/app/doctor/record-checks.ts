/** What the system has written: databases, the chain of the last run, the lake. Read only, also while it runs. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { readCatalog } from "../../adapters/lake/catalog.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { stateRoot } from "../live/active-run.ts";
import { type Check, fail, messageOf, ok } from "./check.ts";

const RESTORE = "stop the system and restore the last backup; a demo's: plimsoll reset --demo --yes";

const dbFolders = (root: string): readonly string[] => [
  join(stateRoot(root, "live"), "db"),
  join(stateRoot(root, "demo"), "db"),
];

export function databasesCheck(root: string): Check {
  const name = "databases";
  const files = dbFolders(root).flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => file.endsWith(".db"))
          .map((file) => join(folder, file))
      : [],
  );
  for (const path of files) {
    const problem = problemOf(path);
    if (problem !== undefined) return fail(name, `${path}: ${problem}`, RESTORE);
  }
  return ok(name, files.length === 0 ? "none yet" : `${files.length} are sound`);
}

function problemOf(path: string): string | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    const said = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
    return said === "ok" ? undefined : String(said);
  } catch (error) {
    return messageOf(error);
  } finally {
    db?.close();
  }
}

/** Of each journal the newest run: every entry is as it was written. */
export function journalCheck(root: string): Check {
  const name = "journal";
  const told: string[] = [];
  for (const folder of dbFolders(root)) {
    const path = join(folder, "journal.db");
    if (!existsSync(path)) continue;
    try {
      const reader = new JournalReader(path);
      try {
        const last = reader.runs().at(-1);
        if (last === undefined) continue;
        const { entries, brokenAt } = reader.verifyRun(last.run);
        if (brokenAt !== null)
          return fail(name, `${path}: run ${last.run} is not as written from entry ${brokenAt} on`, RESTORE);
        told.push(`run ${last.run}: ${entries} entries as written`);
      } finally {
        reader.close();
      }
    } catch (error) {
      return fail(name, messageOf(error), RESTORE);
    }
  }
  return ok(name, told.length === 0 ? "none yet" : told.join("; "));
}

export function lakeCheck(root: string): Check {
  try {
    const series = readCatalog(lakePaths(root)).length;
    return ok("lake", series === 0 ? "empty; plimsoll data import fills it" : `${series} series`);
  } catch (error) {
    return fail("lake", messageOf(error), "run: plimsoll data verify");
  }
}
