/** Draws rows and columns without replacement, from a seeded generator. */
import type { Rng } from "../../numerics/rng.ts";

/**
 * Keeps a share of the marks that are set, at least one, and clears the others. A share of 1 draws nothing, so that
 * what is not sampled costs no chance.
 */
export function keepShare(marks: Uint8Array, share: number, rng: Rng): void {
  if (share >= 1) return;
  let left = 0;
  for (const mark of marks) left += mark;
  let wanted = Math.max(1, Math.round(share * left));
  for (let k = 0; k < marks.length; k++) {
    if (marks[k] === 0) continue;
    if (rng.uniform() * left < wanted) wanted -= 1;
    else marks[k] = 0;
    left -= 1;
  }
}

/** Of all row numbers in order keeps a share, at least one, at the front; returns how many. */
export function drawRows(rows: Int32Array, share: number, rng: Rng): number {
  const total = rows.length;
  if (share >= 1) return total;
  const wanted = Math.max(1, Math.round(share * total));
  let taken = 0;
  for (let row = 0; row < total; row++) {
    if (wanted < total && rng.uniform() * (total - row) >= wanted - taken) continue;
    rows[taken++] = row;
  }
  return taken;
}
