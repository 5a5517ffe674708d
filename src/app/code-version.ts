/**
 * Which code made a result: the package's version and a digest of the sources it was run from. A digest
 * instead of a commit, because an edited checkout must not claim to be the commit it started from (C-55).
 */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "..", "..");

/** Like `0.1.0+1f3a9c2e`. Reads every source file once: some milliseconds. */
export function codeVersion(): string {
  const manifest = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const digest = createHash("sha256");
  const files = globSync("{src,config}/**/*.{ts,yaml}", { cwd: PROJECT }).filter(
    (path) => !path.endsWith(".test.ts"),
  );
  for (const path of files.toSorted()) digest.update(path).update(readFileSync(join(PROJECT, path)));
  return `${manifest.version}+${digest.digest("hex").slice(0, 8)}`;
}
