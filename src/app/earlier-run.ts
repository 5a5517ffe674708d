/**
 * What the results of a run would replace. A folder may hold an earlier run, which gives way and is named; a file that
 * no run wrote is somebody's own and is never replaced.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../domain/assert.ts";

/** How each file of a run begins, in this release and in those before it. */
const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  "orders.csv": /^order,client_order_id,/,
  "fills.csv": /^at,order,/,
  "trades.csv": /^strategy,symbol,side,/,
  "equity.csv": /^timestamp,equity,cash,/,
  "data-audit.csv": /^symbol,date,rule,reason\n/,
  "report.html": /<title>Plimsoll /,
};
/** A page's title stands before its styles. */
const BEGINNING_BYTES = 4096;

/**
 * Id of the run whose results the folder holds; undefined when it holds none. Throws InputError (exit 2) naming a file
 * of the same name as a result that is no result. `given` is the folder as the user wrote it.
 */
export function earlierRun(folder: string, given: string): string | undefined {
  const strange = Object.entries(BEGINNINGS).find(
    ([name, begins]) => existsSync(join(folder, name)) && !begins.test(beginning(join(folder, name))),
  );
  const path = join(folder, "result.json");
  const run = existsSync(path) ? runIdOf(path) : undefined;
  const name = strange?.[0] ?? (existsSync(path) && run === undefined ? "result.json" : undefined);
  if (name === undefined) return run;
  throw new InputError(
    `--out ${given}: ${name} there was not written by a run and would be replaced; ` +
      "give another folder, or move the file away",
  );
}

function beginning(path: string): string {
  const bytes = Buffer.alloc(BEGINNING_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

function runIdOf(path: string): string | undefined {
  try {
    const { runId, digests } = JSON.parse(readFileSync(path, "utf8"));
    return typeof runId === "string" && typeof digests === "object" ? runId : undefined;
  } catch {
    return undefined;
  }
}
