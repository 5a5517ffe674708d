/** Whether the regime detector would have its days: without them paper and live let no new long through (C-19). */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createLake } from "../../adapters/lake/lake.ts";
import type { Config } from "../config.ts";
import { type Check, messageOf, ok, warn } from "./check.ts";

export function regimeCheck(root: string, { regime, mode }: Config): Check {
  const name = "regime";
  const { enabled, index, vix, gate } = regime;
  if (!enabled)
    return warn(name, "regime.enabled is false: no new long waits for it", "set it, or leave it so");
  if (mode === "demo") return ok(name, "the demo fits it on its own synthetic past");
  const cure = "plimsoll data import FILE --timeframe 1d, or set regime.vix.file, or regime.enabled=false";
  try {
    const lake = createLake(root);
    const has = (symbol: string) =>
      lake.list().find((series) => series.symbol === symbol && series.timeframe === "1d");
    const [ofIndex, ofVix] = [has(index), vix.file === "" ? has(vix.symbol) : undefined];
    const isFile = vix.file !== "" && existsSync(resolve(root, vix.file));
    const missing = [
      ...(ofIndex === undefined ? [`daily bars of ${index}`] : []),
      ...(ofVix === undefined && !isFile ? [vix.file === "" ? `daily bars of ${vix.symbol}` : vix.file] : []),
    ];
    if (missing.length > 0)
      return warn(name, `no new long will come: ${missing.join(" and ")} not there`, cure);
    const vixEnds = isFile ? vix.file : `${vix.symbol} to ${ofVix?.to}`;
    return ok(
      name,
      `${index} to ${ofIndex?.to}, ${vixEnds}; the gate is ${gate === "on" ? "on" : "in shadow"}`,
    );
  } catch (error) {
    return warn(name, messageOf(error), cure);
  }
}
