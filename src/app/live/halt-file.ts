/** The kill switch that works without any program: a file named HALT (RISK-3, C-01). */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Present or unreadable both mean halt: in doubt, stop. A missing folder means nobody asked. */
export function haltAsked(folder: string): string | undefined {
  try {
    return readdirSync(folder).includes("HALT") ? `the file ${join(folder, "HALT")} is there` : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : `${folder} cannot be read (${code ?? "unknown"})`;
  }
}
