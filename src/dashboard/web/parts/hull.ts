/**
 * Where the parts of the load line stand: six painted rungs, one column for each authority, the disc on NO NEW ENTRIES.
 * Water below the disc: entries pass.
 */
import type { AuthorityName, ClaimRow, LevelName } from "../../contract/picture.ts";
import { scalar } from "../words/format.ts";
import { authorities, authorityWords, levels, levelTitle, rankOf } from "../words/levels.ts";

export interface Rung {
  readonly level: LevelName;
  readonly y: number;
}

export interface Column {
  readonly authority: AuthorityName;
  readonly name: string;
  readonly x: number;
  /** What it claims of the account; null: nothing. */
  readonly account: { readonly y: number; readonly level: LevelName; readonly tag: string } | null;
  /** What it claims of strategies or symbols alone: drawn hollow, lifts no water. */
  readonly scoped: { readonly y: number; readonly level: LevelName; readonly tag: string } | null;
  readonly isLeading: boolean;
  readonly isAbsent: boolean;
}

export interface Hull {
  readonly plate: string;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly mast: number;
  readonly disc: { readonly x: number; readonly y: number; readonly radius: number };
  readonly rungs: readonly Rung[];
  readonly columns: readonly Column[];
  readonly names: { readonly x: number; readonly width: number; readonly size: number };
  /** Of calm water, as a line over the whole hull at y = 0. */
  readonly wave: string;
  readonly isSmall: boolean;
}

export function hull(width: number, height: number, claims: readonly ClaimRow[]): Hull {
  const isSmall = width < 420;
  const left = isSmall ? 106 : 128;
  const right = width - (isSmall ? 8 : 6);
  const bottom = height - 28;
  const top = 16;
  const lowest = bottom - 12;
  const step = (lowest - top) / 5;
  const yOf = (level: LevelName) => lowest - rankOf(level) * step;
  const mast = left + (isSmall ? 14 : 18);
  const radius = isSmall ? 12 : 15;
  const disc = { x: mast + (isSmall ? 34 : 42), y: yOf("NO_NEW_ENTRIES"), radius };
  const first = disc.x + radius + (isSmall ? 24 : 34);
  const gap = (right - (isSmall ? 18 : 26) - first) / (authorities.length - 1);
  return {
    plate: `M${left} ${top - 10}H${right}V${bottom - 34}Q${right} ${bottom} ${right - 44} ${bottom}H${left}Z`,
    left,
    right,
    bottom,
    mast,
    disc,
    rungs: levels.map((level) => ({ level, y: yOf(level) })),
    columns: authorities.map((authority, place) =>
      columnOf(authority, first + place * gap, claims, yOf, isSmall),
    ),
    names: { x: left - 12, width: isSmall ? 96 : 114, size: isSmall ? 9.6 : 10.5 },
    wave: waveOf(left, right),
    isSmall,
  };
}

function columnOf(
  authority: AuthorityName,
  x: number,
  all: readonly ClaimRow[],
  yOf: (level: LevelName) => number,
  isSmall: boolean,
): Column {
  const claims = all.filter((claim) => claim.authority === authority);
  const account = strictest(claims.filter((claim) => claim.scope === null));
  const scoped = claims.filter((claim) => claim.scope !== null);
  const scopedTop = strictest(scoped);
  const scopes = [
    ...new Set(scoped.filter((claim) => claim.level !== null).map((claim) => claim.scope ?? "")),
  ];
  return {
    authority,
    name: isSmall ? authorityWords[authority].shortest : authorityWords[authority].short,
    x,
    account:
      account === null
        ? null
        : {
            level: account.level,
            y: yOf(account.level),
            tag: account.claim.scalar < 1 ? scalar(account.claim.scalar) : "",
          },
    scoped:
      scopedTop === null
        ? null
        : {
            level: scopedTop.level,
            y: yOf(scopedTop.level),
            tag: scopes.length === 1 ? (scopes[0] ?? "") : `${scopes.length} held`,
          },
    isLeading: claims.some((claim) => claim.isLeading),
    isAbsent: claims.length > 0 && claims.every((claim) => claim.isAbsent),
  };
}

function strictest(
  claims: readonly ClaimRow[],
): { readonly claim: ClaimRow; readonly level: LevelName } | null {
  let found: { readonly claim: ClaimRow; readonly level: LevelName } | null = null;
  for (const claim of claims) {
    if (claim.level === null || claim.level === "NORMAL") continue;
    if (found === null || rankOf(claim.level) > rankOf(found.level)) found = { claim, level: claim.level };
  }
  return found;
}

const waveLength = 28;

function waveOf(left: number, right: number): string {
  let path = `M${left} 0`;
  for (let x = left; x < right; x += waveLength) path += "q7 -2.2 14 0t14 0";
  return path;
}

/** The whole picture in one sentence. */
export function hullSentence(level: LevelName | null, claims: readonly ClaimRow[]): string {
  if (level === null) return "Load line. The level is unknown: no water is drawn.";
  const leading = claims.find((claim) => claim.isLeading);
  const by = leading === undefined ? "nobody holds it" : `held by ${authorityWords[leading.authority].name}`;
  const passes = rankOf(level) < rankOf("NO_NEW_ENTRIES") ? "Entries pass." : "Entries do not pass.";
  return `Load line. The water stands at ${levelTitle(level)}, ${by}. ${passes}`;
}
