/**
 * Losing round trips in a row, in the order in which they closed (C-27, I-34). A result smaller than the scratch
 * neither adds to the streak nor ends it; one whose size is no number counts as a loss.
 */
import { z } from "zod";
import { isPositive } from "./rule.ts";

/** The last results that count, ascending by close; at most as many as make a streak. */
export const lossStreak = z.array(z.strictObject({ at: z.number(), isLoss: z.boolean() }));
export type LossStreak = z.infer<typeof lossStreak>;

const BPS = 10_000;

/**
 * Adds one result. Returns true when it completes a streak of `losses`, which is then forgotten, so that the next
 * pause needs as many again. `equity` in dollars; without a positive one every result counts.
 */
export function addResult(
  streak: LossStreak,
  { closedAt, pnl }: { readonly closedAt: number; readonly pnl: number },
  equity: number,
  { losses, scratchBps }: { readonly losses: number; readonly scratchBps: number },
): boolean {
  const scratch = isPositive(equity) ? (equity * scratchBps) / BPS : 0;
  const isWin = pnl > 0 && pnl >= scratch;
  const isLoss = !(pnl > -scratch) && pnl !== 0;
  if (!isWin && !isLoss) return false;
  // Fills of two symbols may be told out of order: the streak is one of closes.
  let place = streak.length;
  while (place > 0 && (streak[place - 1]?.at ?? closedAt) > closedAt) place -= 1;
  streak.splice(place, 0, { at: closedAt, isLoss });
  if (streak.length > losses) streak.shift();
  if (streak.length < losses || streak.some((result) => !result.isLoss)) return false;
  streak.length = 0;
  return true;
}
