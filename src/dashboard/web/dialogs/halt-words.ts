/** What halting does to what is held now, in words: the dialog says it before it is pressed. */
import type { Picture } from "../../contract/picture.ts";
import { count } from "../words/format.ts";

export const haltPicks = ["Fills look wrong", "News", "Data looks wrong", "Maintenance"] as const;

const plural = (size: number, one: string) => `${size} ${one}${size === 1 ? "" : "s"}`;

/** Dollars of all positions together; null: not known. */
export const grossDollars = (picture: Picture | null): number | null => picture?.money.gross ?? null;

export interface HaltChoice {
  readonly value: "keep" | "halt" | "close";
  /** What is asked of the server. */
  readonly verb: "pause" | "halt" | "flatten";
  readonly title: string;
  readonly text: string;
  readonly steps: readonly string[];
  /** On the button that does it. */
  readonly confirm: string;
  /** It closes what is held: it is held for a second. */
  readonly closes: boolean;
}

/** In their order; the first bars entries alone. What a halt does hangs on `kill.mode` (RISK-3). */
export function haltChoices(picture: Picture | null): readonly HaltChoice[] {
  const stays = staysText(picture);
  const keep: HaltChoice = {
    ...{ value: "keep", verb: "pause", title: "Halt entries, keep positions", closes: false },
    text: `Bars every new entry. ${stays} The level becomes NO NEW ENTRIES.`,
    steps: ["bar entries", "latch", "audit"],
    confirm: "Halt, keep positions",
  };
  const byFile = "Works without execute: the HALT file is made within a second.";
  switch (picture?.killMode) {
    case "cancel":
      return [
        keep,
        haltThatKeeps("cancel", `Takes working entries back and bars new ones. ${stays} ${byFile}`),
        closing(picture),
      ];
    case "halt_only":
      return [
        keep,
        haltThatKeeps("halt_only", `Bars every new entry; cancels and closes nothing. ${stays} ${byFile}`),
        closing(picture),
      ];
    case "flatten":
      return [keep, haltThatCloses(`${closesText(picture)}. Cannot be withdrawn. ${byFile}`)];
    default:
      return [
        keep,
        haltThatCloses(`Closes what is held at the broker, unless kill.mode is looser. ${byFile}`),
      ];
  }
}

const haltThatCloses = (text: string): HaltChoice => ({
  ...{ value: "halt", verb: "halt", title: "Halt and flatten", text, closes: true },
  steps: ["cancel", "close", "verify flat twice", "lock", "alerts"],
  confirm: "Halt and flatten",
});

const haltThatKeeps = (mode: "cancel" | "halt_only", text: string): HaltChoice => ({
  ...{ value: "halt", verb: "halt", title: `Halt, as kill.mode ${mode} has it`, text, closes: false },
  steps:
    mode === "cancel"
      ? ["cancel entries", "bar entries", "latch", "alerts"]
      : ["bar entries", "latch", "alerts"],
  confirm: "Halt, close nothing",
});

/** Where a halt closes nothing, closing is asked for by name. */
const closing = (picture: Picture): HaltChoice => ({
  ...{ value: "close", verb: "flatten", title: "Close everything, bar entries", closes: true },
  text: `${closesText(picture)}. A halt does not do that in this mode. Needs execute.`,
  steps: ["bar entries", "cancel", "close", "audit"],
  confirm: "Close everything",
});

function staysText(picture: Picture | null): string {
  if (picture === null) return "What is held stays under its stops.";
  const held = picture.positions.length;
  if (held === 0) return "Nothing is held.";
  return `${plural(held, "position")} stay${held === 1 ? "s" : ""} under ${held === 1 ? "its stop" : "their stops"}.`;
}

function closesText(picture: Picture): string {
  const held = picture.positions.length;
  return held === 0
    ? "Closes what is held at the broker"
    : `Closes ${plural(held, "position")}, ${count(grossDollars(picture))} USD gross`;
}

/** `the halt is 12 s old; wait until it is 60 s old`, out of what stands in the way of resuming. */
export function haltDelay(bars: readonly string[]): { readonly age: number; readonly least: number } | null {
  for (const bar of bars) {
    const found = /(\d+) s old; wait until it is (\d+) s old/.exec(bar);
    if (found !== null) return { age: Number(found[1]), least: Number(found[2]) };
  }
  return null;
}
