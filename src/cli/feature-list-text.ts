/**
 * The feature catalogue for people: definitions by family, each with the values it gives. A definition of seven values
 * is one idea with one warm-up and one source, so it is one entry.
 */
import type { Feature } from "../features/feature.ts";
import { alignedTable } from "./aligned-table.ts";

/** Widest line of names; a longer list goes on below. */
const NAMES_WIDTH = 58;

export function featureListText(features: readonly Feature[]): string {
  const families = [...Map.groupBy(features, ({ family }) => family)];
  const rows = families.flatMap(([family, all]) => [
    [`${family.toUpperCase()}  ${all.length} definitions`],
    ...all.flatMap(entry),
  ]);
  const table = alignedTable(
    [{ title: "values" }, { title: "warm-up", align: "right" }, { title: "source" }],
    rows,
  );
  const values = features.reduce((sum, { outputs }) => sum + outputs.length, 0);
  return [
    table,
    "",
    `${features.length} definitions with ${values} values in ${families.length} families; warm-up in bars; ` +
      "units, inputs and parameters: --json",
    "any value is a name for: plimsoll features compute --features NAME,NAME",
  ].join("\n");
}

function entry({ outputs, warmup, reference }: Feature): (string | number)[][] {
  const [first = "", ...more] = wrapped(outputs);
  return [[`  ${first}`, warmup, reference], ...more.map((names) => [`  ${names}`])];
}

/** Names joined by commas, broken into lines that fit. */
function wrapped(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= NAMES_WIDTH)
      lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(name);
  }
  return lines;
}
