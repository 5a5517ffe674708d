/**
 * Reads comparisons of two figures: "EUR 5 mn, compared with EUR 3 mn a year before", "from 4 % to 6 %". The
 * direction is that of the figures, whatever the words say.
 */
import type { Token } from "./tokenize.ts";

export interface Comparison {
  /** Index of the thing that the figures are of. */
  readonly thingAt: number;
  /** Index of the thing that the earlier figure is of, where it names its own. */
  readonly otherAt: number | undefined;
  /** 1 when the later figure is the better one, -1 when it is the worse one. */
  readonly sign: 1 | -1;
  readonly words: string;
}

const connectors: ReadonlySet<string> = new Set(["from", "compared", "versus", "vs", "against"]);
/** Tokens between the connector and its figures, and between a figure and its thing. */
const BEHIND_MAX = 16;
const AHEAD_MAX = 12;
/** Between "from" and its figure, and from there to "to". */
const RANGE_REACH = 4;
/** Figures further apart than this are not of the same thing. */
const RATIO_MAX = 100;

export function comparisons(tokens: readonly Token[]): Comparison[] {
  const found: Comparison[] = [];
  for (let at = 1; at < tokens.length; at++) {
    if (!connectors.has(tokens[at]!.text)) continue;
    const comparison = comparisonAt(tokens, at);
    if (comparison !== undefined) found.push(comparison);
  }
  return found;
}

function comparisonAt(tokens: readonly Token[], at: number): Comparison | undefined {
  const beforeAt = figureAhead(tokens, at, undefined);
  if (beforeAt === undefined) return undefined;
  const unit = tokens[beforeAt]!.unit;
  // "from B to A", or "A from B".
  const isRange = tokens[at]!.text === "from" && beforeAt - at <= RANGE_REACH && leadsTo(tokens, beforeAt);
  const afterAt =
    (isRange ? figureAhead(tokens, beforeAt, unit) : undefined) ??
    figureBehind(tokens, at, unit, tokens[beforeAt]!.value);
  if (afterAt === undefined) return undefined;

  const thingAt = thingBehind(tokens, Math.min(at, afterAt));
  if (thingAt === undefined) return undefined;
  const thing = tokens[thingAt]!.entry?.thing ?? 0;
  // "a profit of 5 against a loss of 3": the other side may name its own thing.
  const nearest = thingBehind(tokens, beforeAt);
  const otherAt = nearest !== undefined && nearest > at ? nearest : undefined;
  const other = otherAt === undefined ? thing : (tokens[otherAt]!.entry?.thing ?? 0);
  const difference =
    Math.sign(thing) * signedValue(tokens, afterAt) - Math.sign(other) * signedValue(tokens, beforeAt);
  if (difference === 0) return undefined;
  return {
    thingAt,
    otherAt,
    sign: difference > 0 ? 1 : -1,
    words: `${tokens[thingAt]!.text} ${tokens[afterAt]!.text} ${tokens[at]!.text} ${tokens[beforeAt]!.text}`,
  };
}

function leadsTo(tokens: readonly Token[], beforeAt: number): boolean {
  for (let k = beforeAt + 1; k <= beforeAt + RANGE_REACH; k++) {
    const text = tokens[k]?.text;
    if (text === "to") return true;
    if (text === "compared") return false;
  }
  return false;
}

/** "A negative EUR 5 mn", "minus 5 %". */
function signedValue(tokens: readonly Token[], at: number): number {
  const isNegative = [1, 2].some((back) => ["negative", "minus"].includes(tokens[at - back]?.text ?? ""));
  return isNegative ? -tokens[at]!.value : tokens[at]!.value;
}

const parts = ({ isStop, entry }: Token): boolean => isStop || entry?.breaksClause === true;

const isFigure = ({ unit, isAside }: Token, wanted: string | undefined) =>
  !isAside && (wanted === undefined ? unit === "money" || unit === "percent" : unit === wanted);

function figureAhead(tokens: readonly Token[], at: number, unit: string | undefined): number | undefined {
  const end = Math.min(tokens.length, at + 1 + AHEAD_MAX);
  for (let k = at + 1; k < end && !parts(tokens[k]!); k++) if (isFigure(tokens[k]!, unit)) return k;
  return undefined;
}

/** The last figure of a like size: past a figure per share, to the total that the other one is to be held against. */
function figureBehind(
  tokens: readonly Token[],
  at: number,
  unit: string | undefined,
  like: number,
): number | undefined {
  const end = Math.max(0, at - BEHIND_MAX);
  for (let k = at - 1; k >= end && !parts(tokens[k]!); k--) {
    const { value } = tokens[k]!;
    const isLike = value < like * RATIO_MAX && like < value * RATIO_MAX;
    if (isLike && isFigure(tokens[k]!, unit) && !isEarlier(tokens, k)) return k;
  }
  return undefined;
}

/** The figure after another "from" is the earlier one of its own comparison. */
function isEarlier(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text === "from" || tokens[at - 2]?.text === "from";
}

function thingBehind(tokens: readonly Token[], at: number): number | undefined {
  const end = Math.max(0, at - BEHIND_MAX);
  for (let k = at - 1; k >= end && !parts(tokens[k]!); k--) {
    if ((tokens[k]!.entry?.thing ?? 0) !== 0 && !tokens[k]!.isAside) return k;
  }
  return undefined;
}
