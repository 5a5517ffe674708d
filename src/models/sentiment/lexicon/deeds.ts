/**
 * What a company does to what, where neither word is news alone: winning an order, missing a target, swinging to a
 * loss. Written from general knowledge of financial language, not counted from any data set.
 */
import type { WordList } from "./word-forms.ts";

export interface Deed {
  /** Signed, as in the word lists. */
  readonly weight: number;
  readonly verbs: WordList;
  /** Within a few words after the verb. */
  readonly objects: WordList;
  /** A word that must stand between, as in "swung to a loss". */
  readonly link?: readonly string[];
}

const expected: WordList = {
  nouns: ["estimate expectation forecast target consensus prediction projection goal deadline"],
  words: ["street guidance"],
};
const business: WordList = {
  nouns: ["contract order deal agreement mandate tender project concession licence license"],
};
const people: WordList = {
  nouns: ["job employee worker position"],
  words: ["staff workforce headcount personnel people jobs"],
};

export const deeds: readonly Deed[] = [
  {
    weight: 1,
    verbs: {
      verbs: ["win:won secure bag+ clinch land receive obtain gain get+:got:gotten grab+ award"],
      words: ["awarded receives"],
    },
    objects: {
      ...business,
      words: ["approval approvals nod certification patent clearance funding financing accreditation award"],
    },
  },
  {
    weight: 0.7,
    verbs: { verbs: ["choose:chose:chosen select"] },
    objects: { nouns: ["supplier vendor provider partner contractor"] },
  },
  { weight: 0.8, verbs: { verbs: ["sign ink conclude renew"] }, objects: business },
  {
    weight: -1,
    verbs: {
      verbs: ["cancel+ cancel terminate lose:lost postpone delay reject scrap+ abandon halt suspend"],
    },
    objects: business,
  },
  {
    weight: 1.2,
    verbs: { verbs: ["beat:beat:beaten top+ exceed surpass outpace outstrip+"] },
    objects: expected,
  },
  { weight: -1.2, verbs: { verbs: ["miss undershoot:undershot trail"] }, objects: expected },
  {
    weight: -1.4,
    verbs: {
      verbs: [
        "swing:swung turn slip+ fall:fell:fallen sink:sank:sunk plunge slide:slid dive go:went:gone drop+ move",
      ],
    },
    objects: { nouns: ["loss deficit"], words: ["red"] },
    link: ["to", "into"],
  },
  {
    weight: 1.4,
    verbs: { verbs: ["swing:swung turn return rebound move climb go:went:gone come:came"] },
    objects: { nouns: ["profit surplus"], words: ["black profitability"] },
    link: ["to", "into"],
  },
  {
    weight: -1,
    verbs: { verbs: ["make:made post incur report suffer book record show:showed:shown face"] },
    objects: { nouns: ["loss impairment writedown lawsuit probe penalty"] },
  },
  {
    weight: -1.1,
    verbs: { verbs: ["cut+:cut shed+:shed axe slash eliminate reduce dismiss sack furlough"] },
    objects: people,
  },
  { weight: 0.8, verbs: { verbs: ["hire recruit add create"] }, objects: people },
  {
    weight: -0.9,
    verbs: { verbs: ["close shut:shut shutter mothball idle"] },
    objects: { nouns: ["plant factory store mill branch outlet mine office refinery unit"] },
  },
  {
    weight: 0.8,
    verbs: { verbs: ["avoid prevent resolve settle eliminate overcome:overcame repay:repaid avert"] },
    objects: { nouns: ["loss dispute lawsuit debt risk problem loan default delay penalty strike"] },
  },
  {
    weight: -1.3,
    verbs: { verbs: ["file seek:sought enter face"] },
    objects: { nouns: ["bankruptcy insolvency lawsuit"], words: ["administration receivership liquidation"] },
  },
  {
    weight: 0.4,
    verbs: { verbs: ["pay:paid propose declare recommend announce"] },
    objects: { words: ["dividend dividends bonus buyback"] },
  },
];
