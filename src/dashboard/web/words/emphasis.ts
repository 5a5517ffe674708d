/** Which words of a sentence are bold: who speaks, and the figure that decides. The text itself is never markup. */
import { authorities, authorityWords } from "./levels.ts";

export interface Piece {
  readonly text: string;
  readonly isStrong: boolean;
}

const names = authorities.map((authority) => authorityWords[authority].name);
const figure = /(?:[\d.,]+% more)/;
const pattern = new RegExp(`(^(?:${names.join("|")})|${figure.source})`);

export const emphasised = (text: string): readonly Piece[] =>
  text
    .split(pattern)
    .filter((piece) => piece !== "")
    .map((piece) => ({ text: piece, isStrong: pattern.test(piece) && piece.length < 40 }));
