/**
 * The list of quotes and trades in a lake. They lie beside the bars and are listed apart: one file a symbol and day,
 * named by content, and the list is replaced whole, so a crash leaves the old one or the new one (LAKE-2). Snapshots
 * hold bars only.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { replaceFile, sha256OfText } from "../durable-file.ts";
import { compareText, type LakePaths } from "./paths.ts";

export const tickKinds = ["quotes", "trades"] as const;
export type TickKind = (typeof tickKinds)[number];

const tickFile = z.strictObject({
  /** Relative to the data folder, forward slashes. */
  path: z.string().regex(/^(?:quotes|trades)\/(?!.*(?:^|\/)\.\.(?:\/|$))/),
  kind: z.enum(tickKinds),
  source: z.string().min(1),
  symbol: z.string().min(1),
  /** New York date of everything in it, as a day number. */
  day: z.int(),
  rows: z.int().positive(),
  /** First and last instant, epoch micros. */
  from: z.int(),
  to: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
});
export type TickFile = Readonly<z.infer<typeof tickFile>>;

const shape = z.strictObject({ version: z.literal(1), files: z.array(tickFile) });

const listPath = ({ data }: LakePaths): string => join(data, "ticks.json");

export function readTickFiles(paths: LakePaths): readonly TickFile[] {
  const path = listPath(paths);
  if (!existsSync(path)) return [];
  try {
    return shape.parse(JSON.parse(readFileSync(path, "utf8"))).files;
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error).split("\n")[0] : String(error);
    throw new InputError(`${path} is not a list of ticks (${detail}); restore it from a backup`, 1);
  }
}

export function writeTickFiles(paths: LakePaths, files: readonly TickFile[]): void {
  const sorted = files.toSorted(compareFiles);
  replaceFile(listPath(paths), `${JSON.stringify({ version: 1, files: sorted }, null, 1)}\n`);
}

/** Equal files, equal id, on every machine. */
export function tickContentId(files: readonly TickFile[]): string {
  const lines = files
    .toSorted(compareFiles)
    .map(({ path, rows, sha256 }) => JSON.stringify([path, rows, sha256]));
  return sha256OfText(lines.join("\n"));
}

/** What the files of one symbol and day replace: the same kind, source, symbol and day. */
export const tickKey = ({ kind, source, symbol, day }: TickFile): string =>
  [kind, source, symbol, day].join(" ");

function compareFiles(a: TickFile, b: TickFile): number {
  return (
    compareText(a.symbol, b.symbol) ||
    compareText(a.kind, b.kind) ||
    compareText(a.source, b.source) ||
    a.day - b.day
  );
}
