/** What halting does to what is held now, in words: the dialog says it before it is pressed. */
import type { Picture } from "../../contract/picture.ts";
import { count } from "../words/format.ts";

export const haltPicks = ["Fills look wrong", "News", "Data looks wrong", "Maintenance"] as const;

const plural = (size: number, one: string) => `${size} ${one}${size === 1 ? "" : "s"}`;

/** Dollars of all positions together; null: not known. */
export const grossDollars = (picture: Picture | null): number | null => picture?.money.gross ?? null;

export interface HaltChoice {
  readonly value: "keep" | "flatten";
  readonly title: string;
  readonly text: string;
  readonly steps: readonly string[];
  /** On the button that does it. */
  readonly confirm: string;
}

export function haltChoices(picture: Picture | null): readonly HaltChoice[] {
  const held = picture?.positions.length ?? 0;
  const gross = grossDollars(picture);
  const keeps =
    picture === null
      ? "What is held stays under its stops."
      : held === 0
        ? "Nothing is held."
        : `${plural(held, "position")} stay${held === 1 ? "s" : ""} under ${held === 1 ? "its stop" : "their stops"}.`;
  const closes =
    held === 0
      ? "Closes what is held at the broker"
      : `Closes ${plural(held, "position")}, ${count(gross)} USD gross`;
  return [
    {
      value: "keep",
      title: "Halt entries, keep positions",
      text: `Bars every new entry. ${keeps} The level becomes NO NEW ENTRIES.`,
      steps: ["bar entries", "latch", "audit"],
      confirm: "Halt, keep positions",
    },
    {
      value: "flatten",
      title: "Halt and flatten",
      text: `${closes}. Cannot be withdrawn. Works without execute: the HALT file is made within a second.`,
      steps: ["cancel", "close", "verify flat twice", "lock", "alerts"],
      confirm: "Halt and flatten",
    },
  ];
}

/** `the halt is 12 s old; wait until it is 60 s old`, out of what stands in the way of resuming. */
export function haltDelay(bars: readonly string[]): { readonly age: number; readonly least: number } | null {
  for (const bar of bars) {
    const found = /(\d+) s old; wait until it is (\d+) s old/.exec(bar);
    if (found !== null) return { age: Number(found[1]), least: Number(found[2]) };
  }
  return null;
}
