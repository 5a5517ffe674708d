/**
 * Words that say up or down, and the things that go up or down. Neither is news alone: "costs fell" is good and
 * "profits fell" is bad. Written from general knowledge of financial language, not counted from any data set.
 */
import type { WordList } from "./word-forms.ts";

export interface DirectionList extends WordList {
  readonly sign: 1 | -1;
  /** Where its thing stands first: "lower costs" looks ahead, "costs fell" looks behind. */
  readonly looksAhead: boolean;
}

export const directionLists: readonly DirectionList[] = [
  {
    sign: 1,
    looksAhead: false,
    verbs: [
      "rise:rose:risen grow:grew:grown climb jump surge soar gain advance rally rebound spike double triple",
      "quadruple swell:swelled:swollen leap:leapt:leaped skyrocket balloon widen accelerate multiply escalate rocket",
    ],
    words: ["up doubled tripled upped northwards"],
  },
  {
    sign: 1,
    looksAhead: true,
    verbs: ["increase raise boost lift hike expand elevate"],
    nouns: ["uptick upswing increment"],
    words: ["higher growth more highest larger bigger greater expansion"],
  },
  {
    sign: -1,
    looksAhead: false,
    verbs: [
      "fall:fell:fallen decline sink:sank:sunk slip+ slide:slid plunge plummet tumble shrink:shrank:shrunk dip+",
      "halve slump dive:dived:dove retreat recede narrow soften slow shed+:shed nosedive dwindle drop+ ease",
      "crash weaken deteriorate",
    ],
    words: ["down southwards halved"],
  },
  {
    sign: -1,
    looksAhead: true,
    verbs: ["decrease reduce cut+:cut trim+ slash diminish curb shave lower downsize axe prune"],
    nouns: ["reduction downtick shrinkage contraction"],
    words: ["fewer less lowest smaller lower"],
  },
];

export interface ThingList extends WordList {
  /** Of one step in a direction; above 0 when more of it is good. */
  readonly weight: number;
}

export const thingLists: readonly ThingList[] = [
  {
    weight: 1.3,
    nouns: ["profit earning ebit ebitda eps result margin dividend payout surplus"],
    words: ["profitability pbt pat ebita income bottomline topline guidance outlook"],
  },
  {
    weight: 1.1,
    nouns: ["sale revenue turnover order backlog bookings booking shipment delivery export premium receipt"],
    words: ["demand orderbook productivity cashflow intake"],
  },
  {
    weight: 0.9,
    nouns: [
      "share stock index price volume rating forecast target estimate valuation market subscriber customer user",
      "passenger visitor job position deposit asset return yield equity bond future sector scrip investment",
      "cap unit currency",
    ],
    words: [
      "indices nav production output traffic occupancy gdp economy confidence sentiment spending consumption",
      "employment workforce headcount staff personnel hiring recruitment liquidity utilisation utilization",
      "capacity footfall exports popularity satisfaction visibility value figures growth business",
      "gold silver oil crude copper rupee euro dollar yen sterling sensex nifty nasdaq dow ftse dax",
      "roi roe roce solvency attendance circulation",
    ],
  },
  {
    weight: -1.2,
    nouns: [
      "loss impairment writedown writeoff default deficit npa delinquency shortfall insolvency bankruptcy",
    ],
    words: ["losses unemployment debt debts"],
  },
  {
    weight: -1,
    nouns: [
      "cost expense expenditure liability borrowing charge provision claim complaint delay tax tariff duty risk",
      "penalty fine injury accident emission defect recall layoff redundancy foreclosure headwind overhead",
      "vacancy bottleneck outflow redemption surcharge interruption outage error",
    ],
    words: [
      "inflation gearing leverage churn uncertainty competition volatility downtime waste litigation pressure",
      "indebtedness attrition dilution crime fraud mortality spread spreads overcapacity slowdown",
    ],
  },
];
