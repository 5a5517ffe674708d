/**
 * All that a strategy of your own needs, by one name: `plimsoll/strategy` (STRAT-3). It is the
 * only thing that such a file may import: what it decides by is in its view, so that the run can be repeated.
 */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import { type ReferenceRef, reference } from "../domain/reference-table.ts";
import { type FeatureRef, output } from "../features/feature.ts";
import { features as catalogue } from "../features/registry.ts";
import { referenceTables } from "../market/references/registry.ts";
import { defineStrategy, type StrategyModule, type StrategyView } from "./strategy.ts";

// biome-ignore lint/performance/noBarrelFile: one name for whoever is not in this house.
export { adx } from "../features/adx.ts";
export { atr } from "../features/atr.ts";
export { ema } from "../features/ema.ts";
export { formula } from "../features/formula/formula.ts";
export { simpleReturn } from "../features/returns.ts";
export { rsi } from "../features/rsi.ts";
export { sma } from "../features/sma.ts";
export { defineStrategy, output, type StrategyModule, type StrategyView, z };

/** A column of the catalogue as `plimsoll features list` names it. Throws InputError for a name that is not in it. */
export function feature(name: string): FeatureRef {
  const found = catalogue.find(({ outputs }) => outputs.includes(name));
  if (found === undefined)
    throw new InputError(`feature ${name}: is not in the catalogue; see plimsoll features list`);
  return output(found, name);
}

/** A column of a reference table, e.g. `vix.vix`. Throws InputError where there is no such table or column. */
export function known(name: string): ReferenceRef {
  const [id, column = ""] = name.split(".");
  const table = referenceTables.find((one) => one.id === id);
  if (table === undefined || !Object.keys(table.columns).includes(column)) {
    const all = referenceTables.map((one) => `${one.id}.${Object.keys(one.columns)[0]}`).join(", ");
    throw new InputError(`known ${name}: no such table and column; tables and their first columns: ${all}`);
  }
  return reference(table, column);
}
