/**
 * The tokenizer of BERT models: text to ids of a vocabulary (Devlin et al. 2019; WordPiece after Schuster and
 * Nakajima 2012). First words: cleaned, lower-cased without accents if the model is uncased, split at spaces and
 * punctuation, each ideograph a word. Then pieces: of each word the longest known beginning, then of the rest the
 * longest known continuation ("##ing"); a word that cannot be made whole is one [UNK].
 */
import { InputError } from "../../domain/assert.ts";

export interface WordPiece {
  /** Ids of the pieces, without [CLS] and [SEP]. */
  encode(text: string): number[];
  readonly cls: number;
  readonly sep: number;
}

export interface WordPieceOptions {
  /** True for an uncased model: lower case, accents taken off. */
  readonly isUncased: boolean;
}

/** As in the reference: a longer word is [UNK] unread. */
const WORD_MAX = 100;

/**
 * From the content of `vocab.txt`: one piece a line, its id the line's number from 0. Refuses a vocabulary without
 * [UNK], [CLS] or [SEP].
 */
export function createWordPiece(vocabulary: string, { isUncased }: WordPieceOptions): WordPiece {
  const ids = new Map<string, number>();
  const lines = vocabulary.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  for (const [id, piece] of lines.entries()) ids.set(piece, id);
  const special = (piece: string): number => {
    const id = ids.get(piece);
    if (id === undefined)
      throw new InputError(`sentiment: vocab.txt has no ${piece}; it is not a BERT vocabulary`);
    return id;
  };
  const unknown = special("[UNK]");
  return {
    cls: special("[CLS]"),
    sep: special("[SEP]"),
    encode(text) {
      const found: number[] = [];
      for (const word of wordsOf(text, isUncased)) pushPieces(word, ids, unknown, found);
      return found;
    },
  };
}

/** Controls, formats and the replacement character vanish, save the white space among them. */
const unwanted = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\ufffd]/gu;
const accents = /\p{Mn}/gu;
/** Every ASCII mark counts as punctuation, "$" and "+" too. */
const marks = "!-\\/:-@[-`{-~\\p{P}";
const ideographs = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2fa1f}";
const word = new RegExp(`[${marks}]|[${ideographs}]|[^\\s${marks}${ideographs}]+`, "gu");

function wordsOf(text: string, isUncased: boolean): readonly string[] {
  const clean = text.replace(unwanted, "");
  const plain = isUncased ? clean.toLowerCase().normalize("NFD").replace(accents, "") : clean;
  return plain.match(word) ?? [];
}

function pushPieces(whole: string, ids: ReadonlyMap<string, number>, unknown: number, found: number[]): void {
  // By code points, as the reference counts and cuts.
  const letters = [...whole];
  if (letters.length > WORD_MAX) {
    found.push(unknown);
    return;
  }
  const before = found.length;
  let from = 0;
  while (from < letters.length) {
    let to = letters.length;
    let id: number | undefined;
    while (to > from) {
      const piece = letters.slice(from, to).join("");
      id = ids.get(from === 0 ? piece : `##${piece}`);
      if (id !== undefined) break;
      to -= 1;
    }
    if (id === undefined) {
      found.length = before;
      found.push(unknown);
      return;
    }
    found.push(id);
    from = to;
  }
}
