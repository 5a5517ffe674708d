/** The kill switch that works without any program: a file named HALT (RISK-3, C-01). */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";

/** Present or unreadable both mean halt: in doubt, stop. A missing folder means nobody asked. */
export function haltAsked(folder: string): string | undefined {
  try {
    return readdirSync(folder).includes("HALT") ? `the file ${join(folder, "HALT")} is there` : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : `${folder} cannot be read (${code ?? "unknown"})`;
  }
}

/** Halts without any program: who reads the file next halts. `at` is an ISO instant. Returns its path. */
export function writeHaltFile(folder: string, why: string, at: string): string {
  makeFolder(folder);
  const path = join(folder, "HALT");
  replaceFile(path, `${at} ${why}\n`);
  return path;
}
