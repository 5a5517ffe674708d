/** How the state of an order looks as a chip. */
import type { StateLook } from "./order-words.ts";

type ChipKind = "plain" | "good" | "bad" | "amber" | "dashed";

const kinds: Readonly<Record<StateLook, ChipKind>> = {
  plain: "plain",
  outlined: "plain",
  dashed: "dashed",
  amber: "amber",
  bad: "bad",
};

export const lookOfChip = (look: StateLook): ChipKind => kinds[look];
