/**
 * The load line in text (DESIGN 2): six rungs, one column per authority as high as its claim, water at the
 * level that holds, and the disc painted on NO NEW ENTRIES. Water below the disc: entries pass.
 */

import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import { number } from "../app/formats.ts";
import { leadingClaim, levelName, rankOf } from "../app/permission-words.ts";
import { type Authority, authorities, type Level, levels } from "../risk/authority.ts";
import { joined, MARK } from "./terminal-gauges.ts";
import { type Piece, piece, type Row, type Tone } from "./terminal-row.ts";

/** Columns of the rung names: the longest as a chip. */
const NAME_WIDTH = 16;
const DISC_ZONE = 4;
const DISC_RUNG = rankOf("NO_NEW_ENTRIES");
const HALTED = rankOf("HALTED");

const waterTones: readonly Tone[] = ["sea", "level1", "level2", "level3", "level4", "level5"];
const chipTones: readonly Tone[] = ["chip0", "chip1", "chip2", "chip3", "chip4", "chip5"];
export const chipTone = (level: Level): Tone => chipTones[rankOf(level)] ?? "chip0";
export const levelTone = (level: Level): Tone => waterTones[rankOf(level)] ?? "ink";

/** Names under the columns, by how many characters a column has. */
const longNames: Readonly<Record<Authority, string>> = {
  kill_switch: "Kill",
  circuit_breakers: "Break",
  orchestrator: "Orch",
  regime: "Regime",
  ensemble: "Ens",
  strategy: "Strat",
};

export const loadLineWidth = (pitch: number): number =>
  NAME_WIDTH + 1 + DISC_ZONE + authorities.length * pitch;

/** The widest spacing of the columns that fits: 7 with names, 2 with initials. */
export const pitchFor = (width: number): number => (width >= loadLineWidth(7) ? 7 : 2);

/** Six rungs, HALTED first, and the names of the columns. */
export function loadLine(snapshot: EngineSnapshot, pitch: number): Row[] {
  const { level } = snapshot.permission;
  const rungs = levels
    .toReversed()
    .map((rung) => [...rungName(rung, rung === level), ...hullRow(snapshot, rankOf(rung), pitch)]);
  return [...rungs, columnNames(snapshot, pitch)];
}

/** All rungs in one row, for low terminals: `NORMAL ─ SCALED ─⊖─ NO NEW ENTRIES ...`, the held one as a chip. */
export function loadLineInOneRow({ permission: { level } }: EngineSnapshot): Row {
  const short = ["NORMAL", "SCALED", "NO ENTRIES", "REDUCE", "FLATTEN", "HALTED"];
  return levels.flatMap((rung, i) => {
    const join: Row = i === 0 ? [] : i === DISC_RUNG ? [piece(MARK, "mark")] : [piece("─", "line")];
    const name = short[i] ?? "";
    return [...join, rung === level ? piece(` ${name} `, chipTone(rung)) : piece(name, "quiet")];
  });
}

function rungName(rung: Level, isHeld: boolean): Row {
  const name = levelName(rung);
  if (!isHeld) return [piece(`${name.padStart(NAME_WIDTH - 1)} `, "quiet")];
  const chip = ` ${name} `;
  return [piece(" ".repeat(NAME_WIDTH - chip.length)), piece(chip, chipTone(rung))];
}

function hullRow(snapshot: EngineSnapshot, rung: number, pitch: number): Row {
  const water = rankOf(snapshot.permission.level);
  const isHalted = water === HALTED;
  const waterTone = waterTones[water] ?? "sea";
  const ground = (): Piece => {
    if (isHalted) return { text: "▞", tone: "level5" };
    if (rung > water) return { text: " ", tone: "ink" };
    return rung === water ? { text: "~", tone: waterTone } : { text: "░", tone: waterTone };
  };
  const cells = Array.from({ length: DISC_ZONE + authorities.length * pitch }, ground);
  if (rung === DISC_RUNG) {
    cells[0] = { text: "─", tone: "mark" };
    cells[1] = { text: MARK, tone: "mark" };
    cells[2] = { text: "─", tone: "mark" };
  }
  const put = (at: number, text: string, tone: Tone) => {
    for (const [i, character] of [...text].entries())
      if (at + i < cells.length) cells[at + i] = { text: character, tone };
  };
  for (const [i, authority] of authorities.entries()) {
    const at = DISC_ZONE + i * pitch;
    const column = columnOf(snapshot, authority);
    const top = column.rung;
    const tone: Tone = isHalted ? "strong" : top === 0 ? "quiet" : (waterTones[top] ?? "ink");
    const isWide = pitch > 2;
    if (rung === 0 && top === 0) put(at, isWide ? "▂▂▂" : "▂", tone);
    else if (rung <= top) put(at, isWide ? "███" : "█", tone);
    else if (rung === top + 1 && isWide && column.scalar !== 1)
      put(at, `×${number(column.scalar, 2)}`, "strong");
  }
  return [piece("├", isHalted ? "level5" : "line"), ...joined(cells)];
}

/** The strictest claim of an authority and its smallest scalar. */
function columnOf({ permission: { claims } }: EngineSnapshot, authority: Authority) {
  const own = claims.filter((claim) => claim.authority === authority);
  const rung = Math.max(0, ...own.map(({ level }) => rankOf(level)));
  return { rung, scalar: own.length === 0 ? 1 : Math.min(...own.map(({ scalar }) => scalar)) };
}

function columnNames(snapshot: EngineSnapshot, pitch: number): Row {
  const leader = leadingClaim(snapshot)?.authority;
  return [
    piece(" ".repeat(NAME_WIDTH + 1 + DISC_ZONE)),
    ...authorities.map((authority) => {
      const name = longNames[authority];
      const text = pitch > 2 ? name.padEnd(pitch) : name.slice(0, 1).padEnd(pitch);
      return piece(text, authority === leader ? "strong" : "quiet");
    }),
  ];
}
