/**
 * Word lists as their authors write them: base forms only, one space between. The forms are made by rule:
 *
 *   verbs  "improve carry stop+ rise:rose:risen"  + doubles the last letter, : lists irregular past forms
 *   nouns  "profit loss delay"                    and their plurals
 *   words  "robust weak"                          as they stand
 */

export interface WordList {
  readonly verbs?: readonly string[];
  readonly nouns?: readonly string[];
  readonly words?: readonly string[];
}

/** Every form of every entry; a form may come twice. */
export function formsOf({ verbs = [], nouns = [], words = [] }: WordList): string[] {
  return [
    ...verbs.flatMap(entries).flatMap(verbForms),
    ...nouns.flatMap(entries).flatMap((noun) => [noun, withS(noun)]),
    ...words.flatMap(entries),
  ];
}

function entries(line: string): string[] {
  return line.split(" ").filter((entry) => entry !== "");
}

function verbForms(entry: string): string[] {
  const [marked = "", ...pasts] = entry.split(":");
  const base = marked.replace("+", "");
  const stem = marked.endsWith("+") ? base + base.slice(-1) : base;
  return [base, withS(base), ...(pasts.length > 0 ? pasts : [withEd(stem)]), withIng(stem)];
}

const withS = (base: string) => {
  if (/(?:s|x|z|ch|sh)$/.test(base)) return `${base}es`;
  return endsInY(base) ? `${base.slice(0, -1)}ies` : `${base}s`;
};

const withEd = (stem: string) => {
  if (stem.endsWith("e")) return `${stem}d`;
  return endsInY(stem) ? `${stem.slice(0, -1)}ied` : `${stem}ed`;
};

const withIng = (stem: string) => `${/[^eo]e$/.test(stem) ? stem.slice(0, -1) : stem}ing`;

const endsInY = (base: string) => /[^aeiou]y$/.test(base);
