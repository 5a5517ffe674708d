/**
 * Plain-text tables for tests: a header line, then one case per line, columns two or more spaces apart.
 * Cells are texts; a missing cell is undefined.
 */
export type Row = Readonly<Record<string, string>>;

export function table(text: string): Row[] {
  const [header = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  const names = cells(header);
  return lines.map((line) => {
    const values = cells(line);
    if (values.length > names.length) throw new Error(`table: more cells than columns in "${line.trim()}"`);
    return Object.fromEntries(values.map((value, n) => [names[n] ?? "", value]));
  });
}

function cells(line: string): string[] {
  return line.trim().split(/\s{2,}/);
}
