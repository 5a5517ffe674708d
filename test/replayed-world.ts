/** What a world's journal says of each step, once as it was written and once as a replay gives it. */
import { ReplayedExecute } from "../src/app/live/replayed-stages.ts";
import { freshExecute, instruments, type LiveWorld, RUN, type WorldAccount } from "./live-world.ts";

/** Each input with the rows that followed it. `usualVolume` and `account` as the world was made with. */
export function toldAgain(
  { journal }: LiveWorld,
  usualVolume?: number,
  account?: WorldAccount,
): { readonly recorded: string[][]; readonly replayed: string[][] } {
  const stage = new ReplayedExecute(RUN, freshExecute(usualVolume, account), instruments);
  const recorded: string[][] = [];
  const replayed: string[][] = [];
  for (const row of journal.flat()) {
    if (row.kind !== "entry") continue;
    const payload = String(row.payload);
    if (row.part !== "input") recorded.at(-1)?.push(`${row.part} ${payload}`);
    else {
      recorded.push([payload]);
      replayed.push([payload, ...stage.step(payload).map((told) => `${told.part} ${told.payload}`)]);
    }
  }
  return { recorded, replayed };
}
