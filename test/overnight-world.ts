/** A position over night in a live world, and what tests of corporate actions ask it (C-49). */
import { expect } from "vitest";
import type { SplitRatio } from "../src/domain/corporate-action.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { LiveWorld } from "./live-world.ts";
import { toldAgain } from "./replayed-world.ts";

export const ACME = 0 as InstrumentId;
export const FOUR: SplitRatio = { newShares: 4, oldShares: 1 };

/** `shares` of ACME at 100 under a stop at 90, or short of them under one at 110, ten minutes behind the close. */
export async function heldOverNight(shares = 100): Promise<LiveWorld> {
  const made = new LiveWorld("15:55:00");
  made.start();
  await made.run(130);
  expect(made.live.notReconciled).toBeUndefined();
  made.enter("ACME", shares, shares > 0 ? 90 : 110);
  await made.run(770);
  expect([made.booked("ACME"), made.held("ACME")]).toEqual([shares, shares]);
  const stop = shares > 0 ? `sell ${shares} stop 90` : `buy ${-shares} stop 110`;
  expect(resting(made)).toEqual([stop]);
  return made;
}

/** What works at the broker in ACME. */
export const resting = ({ brokerage }: LiveWorld): string[] =>
  brokerage
    .orders({ status: "open" })
    .map(({ side, quantity = 0, filledQuantity = 0, stopPrice, limitPrice }) => {
      const price = stopPrice === undefined ? `limit ${(limitPrice ?? 0) / 1e6}` : `stop ${stopPrice / 1e6}`;
      return `${side} ${(quantity - filledQuantity) / 1e9} ${price}`;
    });

export const told = (made: LiveWorld, ratio: SplitRatio): void =>
  made.event({ kind: "SharesSplit", at: made.at, instrument: ACME, ...ratio });

export const atBroker = (made: LiveWorld, ratio: SplitRatio): void => {
  made.brokerage.split("ACME", ratio);
  made.front.tell();
};

export const notes = ({ journal }: LiveWorld, kind: string): string[] =>
  journal
    .flat()
    .flatMap((row) => (row.kind === "entry" ? [String(row.payload)] : []))
    .filter((payload) => payload.startsWith("event {") && payload.includes(`"${kind}"`));

/** Of the symbol. The minutes of this world go on at the price that they had: the worth of the account may differ. */
export const pages = ({ journal }: LiveWorld): string[] =>
  journal
    .flat()
    .flatMap((row) => (row.kind === "alert" ? [row.row.text] : []))
    .filter((text) => text.startsWith("ACME"));

export const isLocked = (made: LiveWorld): boolean => made.live.stage.facts.locked(ACME);

/** Books agree, everything is free again, and a replay of the journal says every word of it. */
export function settled(made: LiveWorld): void {
  expect(made.live.notReconciled).toBeUndefined();
  expect(isLocked(made)).toBe(false);
  const { recorded, replayed } = toldAgain(made);
  expect(replayed).toEqual(recorded);
}
