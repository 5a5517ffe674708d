/** Which of the system's programs are not there: a test says so in its name and is skipped, unless all are required. */
import { spawnSync } from "node:child_process";

/** Undefined when all are there. Throws where `REQUIRE_SYSTEM=1` says that they must be. */
export function missingPrograms(names: readonly string[]): string | undefined {
  const missing = names.filter(
    (name) => spawnSync(name, ["--version"], { timeout: 30_000 }).error !== undefined,
  );
  if (missing.length === 0) return undefined;
  const text = `not installed: ${missing.join(", ")}`;
  if (process.env.REQUIRE_SYSTEM === "1") throw new Error(`REQUIRE_SYSTEM=1, and ${text}`);
  return ` (skipped, ${text})`;
}
