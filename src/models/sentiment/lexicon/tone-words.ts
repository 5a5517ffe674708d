/**
 * Words that are good or bad news by themselves in a story about a company or a market. Written from general
 * knowledge of financial language, not counted from any data set. The weight is how sure one such word alone makes
 * a reader: 1 decides a sentence, 0.5 is the border, 0.3 only helps.
 */
import type { WordList } from "./word-forms.ts";

export interface ToneList extends WordList {
  /** In (0, 2]; good or bad is told by the list it stands in. */
  readonly weight: number;
}

export const goodWords: readonly ToneList[] = [
  {
    weight: 1.3,
    verbs: ["outperform outpace outshine overachieve thrive flourish"],
    words: ["upbeat bullish stellar blockbuster oversubscribed bumper windfall"],
    nouns: ["upgrade upturn uptrend outperformer multibagger breakthrough"],
  },
  {
    weight: 1,
    verbs: [
      "improve strengthen rebound rally exceed surpass upgrade triumph excel+ prosper beat:beat:beaten revive",
      "rejuvenate bolster enhance optimise optimize streamline succeed outdo:outdid:outdone accelerate rejoice",
      "delight",
    ],
    nouns: [
      "improvement success rebound turnaround upside tailwind synergy resurgence revival enhancement",
      "acceleration boom accolade milestone victory winner",
    ],
    words: [
      "profitable profitably successful successfully favourable favorable favourably favorably robust robustly",
      "buoyant strong stronger strongest strongly healthy healthier solidly positive positively impressive",
      "impressively excellent exceptional exceptionally remarkable promising encouraging encouragingly",
      "optimistic optimism upward upwards lucrative undervalued underpriced attractive attractively record",
      "satisfying satisfactory pleased delighted resilient resilience accretive vibrant brisk briskly superb",
    ],
  },
  {
    weight: 0.7,
    verbs: [
      "boost benefit win:won gain advance outbid:outbid celebrate regain stabilise stabilize ease recover",
      "double triple quadruple climb soar surge jump rise:rose:risen",
    ],
    nouns: [
      "benefit boost advantage progress stability efficiency surge rally award recovery strength saving",
    ],
    words: [
      "great better confident confidence competitiveness efficiently satisfied steadily smooth smoothly",
      "popularity pleasing enthusiastic enthusiasm constructive swift swiftly fantastic glad perfect",
      "beneficial",
    ],
  },
  {
    weight: 0.4,
    verbs: [
      "enlarge extend broaden modernise modernize facilitate innovate complement invest support increase",
      "approve secure enable grow:grew:grown expand",
    ],
    nouns: [
      "opportunity innovation potential leader reward cooperation partnership approval growth expansion",
    ],
    words: [
      "leading innovative advanced able easier faster greater significant significantly safe safely premier",
      "good best competitive efficient stable steady happy effective popular valuable winning solid",
    ],
  },
];

export const badWords: readonly ToneList[] = [
  {
    weight: 1.5,
    verbs: ["crash collapse implode embezzle defraud"],
    nouns: [
      "bankruptcy insolvency fraud collapse crash scandal crisis default liquidation catastrophe meltdown",
      "embezzlement bloodbath rout delisting downgrade foreclosure corruption bribery",
    ],
    words: ["bankrupt insolvent fraudulent catastrophic disastrous dire delisted defaulted"],
  },
  {
    weight: 1,
    verbs: [
      "deteriorate worsen weaken suffer underperform disappoint plunge plummet tumble slump nosedive downgrade",
      "miss fail lose:lost erode dampen hamper hinder impair jeopardise jeopardize undermine threaten damage",
      "destroy struggle stagnate languish falter slash sue accuse allege indict arrest convict penalise",
      "penalize violate breach infringe overcharge sack halt suspend cancel+ cancel terminate",
      "withdraw:withdrew:withdrawn postpone delay reject deny warn protest evict hurt:hurt crumble unravel+",
      "blame furlough fluctuate",
    ],
    nouns: [
      "deterioration weakness slump downturn recession slowdown stagnation setback shortage shortfall failure",
      "disappointment lawsuit litigation allegation probe raid indictment penalty violation breach suspect",
      "infringement misconduct damage layoff redundancy dismissal closure cancellation termination suspension",
      "delay recall warning underperformance turmoil turbulence panic fear threat conflict strike boycott",
      "sanction dispute problem trouble difficulty obstacle impairment writedown writeoff restatement outage",
      "accident explosion victim thief theft contamination headwind downtrend selloff laggard loser casualty",
      "complaint embargo drawback glut overcapacity oversupply dilution scam",
    ],
    words: [
      "weak weaker weakest weakly poor poorer poorly bad badly worse worst negative negatively adverse",
      "adversely unfavourable unfavorable disappointing disappointingly sluggish bearish gloomy grim bleak",
      "unprofitable illegal unlawful guilty severe severely serious seriously axed unstable awkward suspected",
      "pessimistic pessimism difficult troubled distressed lacklustre lackluster dismal soft softer softness",
      "overvalued overpriced unable unfortunately unsuccessful doomed dull toxic hostile harsh tough",
      "challenging turbulent volatile volatility stagnant problematic painful downward downwards",
      "jittery nervous anxious worried subdued muted tepid downbeat moribund ailing struggling beleaguered",
      "embattled illiquid unsold idle idled delinquent unpaid overdue redundant stolen stole dead killed",
      "fatal fatally",
    ],
  },
  {
    weight: 0.6,
    verbs: [
      "drag+ pressure squeeze burden hit+:hit ban+ stop+ resign quit+:quit shut:shut oppose stall worry",
    ],
    nouns: ["loss pressure burden decline slide worry drag bottleneck correction resignation investigation"],
    words: ["slower slowly expensive costly lower fell unsatisfactory insufficient tighter"],
  },
  {
    weight: 0.4,
    verbs: ["slow cut+:cut drop+ decrease decline"],
    nouns: ["challenge uncertainty tension restructuring reduction exit concern risk drop decrease cut"],
    words: ["despite inadequate limited lack lacks lacking closed against hard tight slow"],
  },
];
