/** `data snapshot`: freeze the lake under a name, list, compare and restore what was frozen (LAKE-2). */
import type { Command } from "commander";
import { createLake } from "../adapters/lake/lake.ts";
import type { Snapshot } from "../adapters/lake/snapshot-files.ts";
import type { SnapshotDifference } from "../adapters/lake/snapshots.ts";
import type { EpochMicros } from "../domain/time.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { example } from "./group-help.ts";

/** Characters of a manifest id that people see. */
const shownId = 12;

export function registerSnapshotCommands(data: Command, context: CliContext): void {
  const snapshot = data
    .command("snapshot")
    .description("frozen versions of the lake")
    .addHelpText("after", example("plimsoll data snapshot create 2026-q1"));
  const lake = () => createLake(context.root());
  snapshot
    .command("create")
    .description("freeze the lake as it is")
    .argument("<name>")
    .addHelpText("after", "\nExample: plimsoll data snapshot create 2026-q1")
    .action(async (name: string) => {
      const created = await lake().snapshotCreate(name, nowMicros());
      tell(context, manifest(created), () => `${snapshotLine(created)} frozen`);
    });
  snapshot
    .command("ls")
    .description("list snapshots")
    .addHelpText("after", "\nExample: plimsoll data snapshot ls")
    .action(() => {
      const all = lake().snapshotList();
      report(context, all.map(summary), () => snapshotTable(all));
    });
  snapshot
    .command("diff")
    .description("what changed from snapshot A to B")
    .addHelpText("after", "\nExample: plimsoll data snapshot diff 2026-q1 2026-q2")
    .argument("<a>")
    .argument("<b>")
    .action((a: string, b: string) => {
      const difference = lake().snapshotDiff(a, b);
      report(context, difference, () => differenceText(difference));
    });
  snapshot
    .command("restore")
    .description("make the lake what a snapshot says; what it was is kept as a snapshot")
    .addHelpText("after", "\nExample: plimsoll data snapshot restore 2026-q1")
    .argument("<name>")
    .action(async (name: string) => {
      const { id, ...restored } = await lake().snapshotRestore(name, nowMicros());
      const kept = [
        ...(restored.previous === null ? [] : [`; what was there before is snapshot ${restored.previous}`]),
        ...(restored.brokenCatalog === null
          ? []
          : [`; the catalog that could not be read is kept as ${restored.brokenCatalog}`]),
      ].join("");
      tell(
        context,
        { manifestId: id, ...restored },
        () => `lake is now ${restored.name}, ${grouped(restored.rows)} rows${kept}`,
      );
    });
}

function summary({ name, id, created, files, rows, bytes }: Snapshot) {
  return { name, manifestId: id, created, files, rows, bytes };
}

function manifest(snapshot: Snapshot) {
  const hashes = snapshot.series.flatMap(({ files }) =>
    files.map(({ path, rows, sha256 }) => ({ path, rows, sha256 })),
  );
  return { ...summary(snapshot), series: snapshot.series.length, schema: snapshot.schema, hashes };
}

const snapshotLine = ({ name, id, files, rows }: Snapshot): string =>
  `${name}  ${id.slice(0, shownId)}  ${grouped(rows)} rows in ${grouped(files)} files`;

function snapshotTable(all: readonly Snapshot[]): string {
  if (all.length === 0) return "no snapshots; make one with `data snapshot create NAME`";
  const columns = [
    { title: "name" },
    { title: "manifest" },
    { title: "created" },
    { title: "files", align: "right" },
    { title: "rows", align: "right" },
  ] as const;
  const rows = all.map(({ name, id, created, files, rows: count }) => [
    name,
    id.slice(0, shownId),
    created,
    grouped(files),
    grouped(count),
  ]);
  return alignedTable(columns, rows);
}

function differenceText(difference: SnapshotDifference): string {
  const { identical, added, removed, changed, actions } = difference;
  if (identical) return "identical";
  const known =
    actions === null
      ? []
      : [`corporate actions: ${grouped(actions.rowsA)} in A, ${grouped(actions.rowsB)} in B`];
  const lines = [
    ...added.map((series) => ({ what: "added", series })),
    ...removed.map((series) => ({ what: "removed", series })),
    ...changed.map((series) => ({ what: "changed", series })),
  ].map(({ what, series: { symbol, timeframe, source, adjustment, rowsA, rowsB } }) => [
    what,
    symbol,
    timeframe,
    source,
    adjustment,
    grouped(rowsA),
    grouped(rowsB),
  ]);
  const columns = [
    { title: "" },
    { title: "symbol" },
    { title: "bars" },
    { title: "source" },
    { title: "adjusted" },
    { title: "rows A", align: "right" },
    { title: "rows B", align: "right" },
  ] as const;
  return [...(lines.length === 0 ? [] : [alignedTable(columns, lines)]), ...known].join("\n");
}

const nowMicros = (): EpochMicros => (Date.now() * 1000) as EpochMicros;
