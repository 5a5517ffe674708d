/**
 * A cell of a test's table as a number: "none" is NaN, "inf" and "-inf" are infinities. Throws on anything else
 * that is none, and on a missing cell: a row that lost a column must not pass by luck.
 */
export function cellNumber(cell: string | undefined): number {
  if (cell === "none") return Number.NaN;
  if (cell === "inf") return Number.POSITIVE_INFINITY;
  if (cell === "-inf") return Number.NEGATIVE_INFINITY;
  const value = Number(cell);
  if (cell === undefined || Number.isNaN(value)) throw new Error(`not a number: ${cell}`);
  return value;
}
