/** Whose reports are read: figures of two sources are never mixed (DATA-2). */
import { InputError } from "../../domain/assert.ts";
import type { Filing } from "../../market/fundamentals/filing.ts";

/** The source that was named, or the only one. Throws InputError naming those there are. */
export function chosenSource(filings: readonly Filing[], named: string): string {
  const sources = [...new Set(filings.map(({ source }) => source))];
  const [only = ""] = sources;
  if (named === "" && sources.length === 1) return only;
  if (sources.includes(named)) return named;
  const what =
    named === "" ? "several sources tell company reports" : `no source ${named} of company reports`;
  throw new InputError(`${what}: set fundamentals.source to one of ${sources.join(", ")}`);
}
