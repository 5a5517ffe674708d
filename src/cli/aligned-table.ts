/** Tables for people at a terminal: columns aligned by spaces, numbers to the right. */

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** One line per row under a line of titles. Cells beyond the columns are not shown. */
export function alignedTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, j) => Math.max(...cells.map((row) => (row[j] ?? "").length)));
  return cells
    .map((row) =>
      columns
        .map(({ align }, j) => {
          const cell = row[j] ?? "";
          return align === "right" ? cell.padStart(widths[j] ?? 0) : cell.padEnd(widths[j] ?? 0);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** 1234567 as `1,234,567`, the same on every machine. */
export function grouped(count: number): string {
  return String(Math.trunc(count)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
