/** A tier of the universe as the symbols of a run: who was in it when the last session before the run had closed. */
import { createLake } from "../../adapters/lake/lake.ts";
import { InputError } from "../../domain/assert.ts";
import type { DayNumber } from "../../domain/time.ts";
import { buildUniverse, type UniverseWorld } from "./build-universe.ts";

/** The core is part of the extended tier. Throws InputError where nobody is in it. */
export async function tierBefore(
  world: Omit<UniverseWorld, "lake">,
  tier: "core" | "extended",
  first: DayNumber,
): Promise<{ readonly date: string; readonly names: readonly string[] }> {
  const lake = createLake(world.root);
  try {
    const { date, rows } = await buildUniverse({ ...world, lake, isHint: true }, (first - 1) as DayNumber);
    const names = rows
      .filter((row) => row.included && (tier === "extended" || row.tier === "core"))
      .map(({ symbol }) => symbol);
    if (names.length > 0) return { date, names };
    throw new InputError(
      `--symbols @${tier}: nobody is in it on ${date}; see plimsoll universe build --date ${date}`,
      1,
    );
  } finally {
    lake.close();
  }
}
