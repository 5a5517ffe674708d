/** The controls and how far each is built, read from the page that their table generates: one source for both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RiskAnswer } from "../contract/trading-answers.ts";

export type ControlRow = Pick<RiskAnswer["controls"][number], "id" | "name" | "state" | "text">;

const PAGE = join(import.meta.dirname, "..", "..", "..", "docs", "controls.md");

/** None where the page is not installed. */
export function controlsPage(): readonly ControlRow[] {
  try {
    return readFileSync(PAGE, "utf8").split("\n").flatMap(rowOf);
  } catch {
    return [];
  }
}

/** `| C-07 | Message throttle | files | tests | metric | partly; missing: ... |` */
function rowOf(line: string): ControlRow[] {
  const [, id, name, , , , what] = line.split("|").map((cell) => cell.trim());
  if (id === undefined || name === undefined || what === undefined || !/^C-\d\d$/.test(id)) return [];
  const state = what.startsWith("done") ? "done" : what.startsWith("partly") ? "partly" : "later";
  const text = what.replace(/^(?:done|partly; missing: |later )/, "").replace(/^\((.*)\)$/, "$1");
  return [{ id, name, state, text }];
}
