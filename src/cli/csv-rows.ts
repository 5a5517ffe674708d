/** Cells of each line, after RFC 4180; a quoted cell may hold commas, doubled quotes and line ends. */
export function csvRows(content: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of content.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== "," && end !== "") rows.push([]);
    if (end === "") break;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}
