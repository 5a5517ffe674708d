/** Words that turn, strengthen, weaken or part what stands beside them. */

/** Turn what follows within a few words. */
export const negations = [
  "no not never none neither nor without n't cannot hardly scarcely barely denies denied",
  "didn't doesn't don't isn't aren't wasn't weren't won't wouldn't can't couldn't hasn't haven't hadn't",
] as const;

/** Factor of what stands beside them. */
export const intensities: readonly (readonly [factor: number, words: string])[] = [
  [
    1.5,
    "sharply significantly substantially considerably dramatically strongly steeply heavily massively hugely " +
      "sharp significant substantial considerable dramatic steep heavy massive huge drastic drastically",
  ],
  [1.25, "clearly markedly notably strong rapid rapidly very highly robust solid double triple much far"],
  [
    0.7,
    "slightly marginally somewhat modestly fractionally slight marginal modest moderately moderate little",
  ],
];

/** Add to the doubt that there is news at all. */
export const doubtful = [
  "may might could perhaps possibly maybe possible potentially likely unlikely uncertain unclear speculative",
  "speculation rumour rumor rumours rumors reportedly approximately roughly whether depend depends depending",
  "assume assumes assumed assumption assumptions appear appears seem seems consider considers considering",
  "contingent pending tentative tentatively preliminary unknown unspecified undisclosed undetermined",
  "would should suggest suggests",
] as const;

/** Begin another clause: a direction and its thing stand on the same side of them. */
export const clauseBreaks =
  "but while although though however whereas yet despite because since except" as const;

/** End the search for the thing ahead of a direction: what follows them is a figure or a cause. */
export const searchEnds =
  "to into from by on at as after due amid thanks than compared with for against" as const;
