/** All word lists as one look-up: a word has one entry, whatever parts it plays. */
import { deeds } from "./deeds.ts";
import { directionLists, thingLists } from "./direction-words.ts";
import { clauseBreaks, doubtful, intensities, negations, searchEnds } from "./modifier-words.ts";
import { phraseLists } from "./phrases.ts";
import { badWords, goodWords } from "./tone-words.ts";
import { formsOf } from "./word-forms.ts";

/** Neutral values: 0, false, and 1 for the intensity. */
export interface WordEntry {
  /** Signed; 0 says nothing by itself. */
  readonly tone: number;
  /** Above 0 for a thing of which more is good. */
  readonly thing: number;
  /** 1 up, -1 down. */
  readonly direction: number;
  readonly looksAhead: boolean;
  readonly negates: boolean;
  readonly intensity: number;
  readonly isDoubtful: boolean;
  readonly breaksClause: boolean;
  readonly endsSearch: boolean;
  /** Bits: which deeds it can be the verb of, and the object of. */
  readonly deedVerb: number;
  readonly deedObject: number;
}

export interface Phrase {
  readonly words: readonly string[];
  readonly entry: WordEntry;
}

export interface Dictionary {
  readonly words: ReadonlyMap<string, WordEntry>;
  /** By their first word, longest first. */
  readonly phrases: ReadonlyMap<string, readonly Phrase[]>;
}

const blank: WordEntry = {
  tone: 0,
  thing: 0,
  direction: 0,
  looksAhead: false,
  negates: false,
  intensity: 1,
  isDoubtful: false,
  breaksClause: false,
  endsSearch: false,
  deedVerb: 0,
  deedObject: 0,
};

export function buildDictionary(): Dictionary {
  const words = new Map<string, WordEntry>();
  /** Merges into what the word is already; a list that comes first wins where both speak. */
  const add = (forms: readonly string[], part: (known: WordEntry) => Partial<WordEntry>) => {
    for (const form of forms) {
      const known = words.get(form) ?? blank;
      words.set(form, { ...known, ...part(known) });
    }
  };
  const addTone = (forms: readonly string[], tone: number) =>
    add(forms, (known) => (known.tone === 0 ? { tone } : {}));

  for (const list of goodWords) addTone(formsOf(list), list.weight);
  for (const list of badWords) addTone(formsOf(list), -list.weight);
  for (const list of thingLists) {
    add(formsOf(list), (known) => (known.thing === 0 ? { thing: list.weight } : {}));
  }
  for (const { sign, looksAhead, ...list } of directionLists) {
    add(formsOf(list), (known) => (known.direction === 0 ? { direction: sign, looksAhead } : {}));
  }
  deeds.forEach(({ verbs, objects }, n) => {
    add(formsOf(verbs), (known) => ({ deedVerb: known.deedVerb | (1 << n) }));
    add(formsOf(objects), (known) => ({ deedObject: known.deedObject | (1 << n) }));
  });
  for (const [intensity, line] of intensities) add(line.split(" "), () => ({ intensity }));
  add(formsOf({ words: negations }), () => ({ negates: true }));
  add(formsOf({ words: doubtful }), () => ({ isDoubtful: true }));
  add(clauseBreaks.split(" "), () => ({ breaksClause: true }));
  add(searchEnds.split(" "), () => ({ endsSearch: true }));
  return { words, phrases: buildPhrases() };
}

function buildPhrases(): Map<string, Phrase[]> {
  const phrases = new Map<string, Phrase[]>();
  for (const list of phraseLists) {
    for (const text of list.phrases) {
      const words = text.split(" ");
      const first = words[0] ?? "";
      const known = phrases.get(first) ?? [];
      known.push({ words, entry: { ...blank, [list.kind]: list.weight } });
      phrases.set(first, known);
    }
  }
  for (const known of phrases.values()) known.sort((a, b) => b.words.length - a.words.length);
  return phrases;
}
