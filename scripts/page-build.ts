/** Builds the operator's page before a start, unless what was built is newer than all it is made of. */
import { globSync, statSync } from "node:fs";
import { build } from "vite";

const built = "dist/dashboard/index.html";
const sources = ["src/dashboard/{web,contract}/**/*", "vite.config.ts", "package-lock.json"];

/** Milliseconds since 1970; undefined: there is none. */
const changedAt = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** True when one of the files was changed after the page was built. */
export function isStale(builtAt: number | undefined, changes: readonly (number | undefined)[]): boolean {
  return builtAt === undefined || changes.some((at) => at !== undefined && at > builtAt);
}

if (import.meta.main) {
  const changes = sources.flatMap((pattern) => globSync(pattern)).map(changedAt);
  if (isStale(changedAt(built), changes)) await build({ configFile: "vite.config.ts", logLevel: "error" });
}
