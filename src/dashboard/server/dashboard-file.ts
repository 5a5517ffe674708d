/** Where the dashboard of a run answers: written when it listens, read by whoever prints its address. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../../adapters/durable-file.ts";

const place = (root: string): string => join(root, "run", "dashboard.json");

const facts = z.object({
  /** Null: it answers nowhere, and `trouble` says why. */
  url: z.string().nullable(),
  port: z.number(),
  pid: z.number(),
  trouble: z.string().optional(),
});
export type DashboardFacts = z.infer<typeof facts>;

export function writeDashboardFacts(root: string, found: DashboardFacts): void {
  replaceFile(place(root), `${JSON.stringify(found)}\n`);
}

export function removeDashboardFacts(root: string): void {
  rmSync(place(root), { force: true });
}

/** Undefined where none has begun, or the file cannot be read. */
export function readDashboardFacts(root: string): DashboardFacts | undefined {
  try {
    return facts.safeParse(JSON.parse(readFileSync(place(root), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** With the key in the fragment, which no request carries and the page takes away. */
export const linkOf = (url: string, key: string): string => `${url}/#key=${key}`;
