/** Settings to be tried: every combination of the values that are given for parameters of strategies. */
import { InputError } from "../../domain/assert.ts";
import type { Setting } from "./walk-forward.ts";

/** More are a search, which draws and does not try all. */
const MOST = 1000;
const AXIS = /^([a-z][a-z0-9_]*)\.([A-Za-z][A-Za-z0-9]*)=(.+)$/;

/** `strategy.parameter=v1,v2,...` each. Without any: the configuration's own setting. Throws InputError (exit 2). */
export function settingGrid(axes: readonly string[], strategyIds: readonly string[]): Setting[] {
  let settings: Setting[] = [{}];
  const seen = new Set<string>();
  for (const axis of axes) {
    const [, strategy = "", parameter = "", list = ""] = AXIS.exec(axis) ?? [];
    if (strategy === "") throw refused(axis, "must be STRATEGY.PARAMETER=V1,V2,...");
    if (!strategyIds.includes(strategy))
      throw refused(axis, `${strategy} is not run; there are ${strategyIds.join(", ")}`);
    if (seen.has(`${strategy}.${parameter}`)) throw refused(axis, `${strategy}.${parameter} is given twice`);
    seen.add(`${strategy}.${parameter}`);
    const values = [...new Set(list.split(",").map(readValue))];
    settings = settings.flatMap((setting) =>
      values.map((value) => ({ ...setting, [strategy]: { ...setting[strategy], [parameter]: value } })),
    );
    if (settings.length > MOST) throw refused(axis, `makes ${settings.length} settings; ${MOST} at most`);
  }
  return settings;
}

function readValue(text: string): number | boolean | string {
  const word = text.trim();
  if (word === "true" || word === "false") return word === "true";
  return word !== "" && Number.isFinite(Number(word)) ? Number(word) : word;
}

const refused = (axis: string, why: string): InputError =>
  new InputError(`--grid ${axis.slice(0, 80)}: ${why}`);
