/**
 * Goal    the picture fits its terminal exactly, at every size, and says what matters first.
 * Method  every sample on a grid of sizes, and random snapshots full of odd numbers and words.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import { levels } from "../risk/authority.ts";
import { barred, crowded, halted, ordinary, samples, scaled, starting } from "./terminal-samples.ts";
import { type TerminalViewOptions, terminalView } from "./terminal-view.ts";

const plain = { colour: false, unicode: true, haltFile: "var/killswitch/HALT" };
const view = (
  snapshot: EngineSnapshot,
  columns: number,
  rows: number,
  options: Partial<TerminalViewOptions> = {},
) => terminalView(snapshot, { ...plain, columns, rows, ...options });

const ESCAPE = String.fromCharCode(27);
const sequence = new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g");
/** Controls, combining marks, East Asian wide and emoji, as ranges: none may reach the terminal. */
const notOneColumn = [
  [0x00, 0x1f],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x1100, 0x115f],
  [0x200b, 0x200f],
  [0x2028, 0x202f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2e80, 0xd7ff],
  [0xf900, 0x10ffff],
] as const;

/** Columns a terminal needs for the line; NaN when that is not certain. */
function columnsOf(line: string): number {
  const shown = line.replace(sequence, "");
  const points = Array.from(shown, (character) => character.codePointAt(0) ?? 0);
  const isCertain = points.every((point) => !notOneColumn.some(([from, to]) => point >= from && point <= to));
  return isCertain ? points.length : Number.NaN;
}

function expectExact(lines: readonly string[], columns: number, rows: number): void {
  expect(lines.length).toBe(rows);
  for (const line of lines) expect(columnsOf(line)).toBe(columns);
}

describe("terminalView", () => {
  it.each(Object.entries(samples))("fits every size from 60 x 15 to 200 x 60: %s", (_, snapshot) => {
    for (let columns = 60; columns <= 200; columns += 7) {
      for (let rows = 15; rows <= 60; rows += 3) {
        expectExact(view(snapshot, columns, rows, { colour: rows % 2 === 0 }), columns, rows);
      }
    }
  });

  it("says first of all that nobody answers, instead of a level and a clock that are old", () => {
    for (const columns of [60, 100, 130]) {
      const lines = view(ordinary, columns, 40, { silentMs: 12_345 });
      expectExact(lines, columns, 40);
      expect(lines[0]).toContain("NO ANSWER FOR 12 s");
      expect(lines[0]).not.toContain(ordinary.clock);
      expect(lines[0]).not.toContain("NORMAL");
    }
    expect(view(ordinary, 100, 40).join("\n")).not.toContain("NO ANSWER");
  });

  it("fits and does not fail at any size, whatever the numbers and the words", () => {
    const odd = fc.oneof(fc.double(), fc.double({ min: -2, max: 2 }), fc.integer({ min: -1e9, max: 1e9 }));
    const text = fc.string({ maxLength: 60, unit: "grapheme" });
    const changes = fc.record({
      equity: odd,
      dayPnl: odd,
      gross: odd,
      net: odd,
      cash: odd,
      drawdownFromDayHigh: odd,
      curve: fc.array(odd, { maxLength: 300 }),
      clock: text,
      mode: text,
      level: fc.constantFrom(...levels),
      scalar: odd,
      shares: odd,
      stop: odd,
      words: text,
    });
    const property = fc.property(
      changes,
      fc.integer({ min: 1, max: 220 }),
      fc.integer({ min: 1, max: 70 }),
      ({ level, scalar, shares, stop, words, ...rest }, columns, rows) => {
        const snapshot: EngineSnapshot = {
          ...crowded,
          ...rest,
          permission: {
            level,
            scalar,
            claims: scaled.permission.claims.map((claim) => ({ ...claim, level, scalar, reason: words })),
          },
          positions: ordinary.positions.map((line) => ({ ...line, shares, stop, symbol: words })),
          orders: ordinary.orders.map((line) => ({ ...line, shares, reason: words, verdict: words })),
        };
        expectExact(view(snapshot, columns, rows), columns, rows);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("shows equity, the day and both numbers of both limits whole at every size", () => {
    for (let columns = 60; columns <= 200; columns += 10) {
      for (let rows = 15; rows <= 60; rows += 5) {
        const picture = view(ordinary, columns, rows).join("\n");
        for (const figure of ["100,412.55", "+268.45", "0.09% of 2.00%", "29.4% of 50.0%", "14:07:00 ET"]) {
          expect(picture).toContain(figure);
        }
        expect(picture).toContain("Yes, at full size.");
        expect(picture).toMatch(/MINTA.*−123\.20.* 0\.30%/);
        expect(picture).toContain("SOLUM");
        expect(picture).toContain("13 re");
        expect(picture).toContain("Ctrl-C");
        expect(picture).toContain("var/killswitch/HALT");
      }
    }
  });

  it("answers first: the sentence follows the level and the size", () => {
    const first = (snapshot: EngineSnapshot) => view(snapshot, 80, 24)[2]?.trim();
    expect(first(ordinary)).toBe("Yes, at full size.");
    expect(first(scaled)).toBe("Yes, at 0.70 of normal size.");
    expect(first(barred)).toBe("No new entries. Exits pass.");
    expect(first(halted)).toBe("No. Flat and locked.");
    const closed = { ...ordinary, session: { ...ordinary.session, phase: "PRE_MARKET" } };
    expect(first(closed)).toBe("From the open: yes, at full size.");
    const stuck = { ...halted, positions: ordinary.positions };
    expect(first(stuck)).toBe("No. Locked with 5 positions open.");
  });

  it("names who holds it, since when, why and until when", () => {
    const picture = view(barred, 160, 40).join("\n");
    expect(picture).toContain("Breakers hold it since 13:41:00 ET: equity fell 2.004% from the day's high,");
    expect(picture).toContain("Until 16:00:00 ET.");
    expect(view(halted, 200, 40).join("\n")).toContain("An operator lifts it.");
  });

  it("draws the water at the level and the disc on its rung, whatever the level", () => {
    const rows = view(scaled, 80, 24);
    const rung = (name: string) => rows.find((line) => line.includes(name) && line.includes("├")) ?? "";
    expect(rung("NO NEW ENTRIES")).toMatch(/├─⊖─ +Gross/);
    expect(rung("[SCALED]")).toMatch(/├~{10}█~█~/);
    expect(rung("NORMAL")).toMatch(/├░{4}▂░▂░▂░█░█░▂/);
    expect(view(halted, 80, 24).join("\n")).toContain("├─⊖─▞");
  });

  it("does not round a figure across its limit", () => {
    expect(view(barred, 80, 24).join("\n")).toContain("2.004% of 2.00%");
  });

  it("says what is missing in words, never NaN, undefined or Infinity", () => {
    for (const snapshot of [starting, { ...ordinary, equity: Number.NaN }]) {
      const picture = view(snapshot, 120, 40).join("\n");
      expect(picture).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(view(starting, 80, 24).join("\n")).toContain("Positions  none");
    expect(view(starting, 80, 24)[1]).toMatch(/^ Session 1 {2}─/);
  });

  it("replaces what is not one column wide, so that no word can break the frame", () => {
    const odd = { ...ordinary, mode: "\u6f22\u231a\u25fde\u0301\u001b[2J\u{1f4a5}\u00ad" };
    expectExact(view(odd, 120, 40), 120, 40);
    expect(view(odd, 120, 40)[0]).toContain("???E??[2J??");
  });

  it("needs no colour and no character beyond ASCII", () => {
    for (const snapshot of Object.values(samples)) {
      const picture = view(snapshot, 120, 40, { unicode: false }).join("");
      expect(picture).toMatch(/^[ -~]*$/);
    }
    expect(view(halted, 80, 24, { unicode: false })[0]).toContain("[HALTED]");
  });

  it("paints the header red when halted, and resets the colour at the end of each coloured piece", () => {
    const lines = view(halted, 80, 24, { colour: true });
    expect(lines[0]).toContain(`${ESCAPE}[38;5;231;48;5;88m`);
    for (const line of lines) expect(line.match(sequence)?.at(-1) ?? `${ESCAPE}[0m`).toBe(`${ESCAPE}[0m`);
  });

  it("lists the position nearest to its stop first, and counts what it cannot show", () => {
    const lines = view(ordinary, 80, 24);
    const place = (symbol: string) => lines.findIndex((line) => line.startsWith(` ${symbol}`));
    expect(place("MINTA")).toBeLessThan(place("TIDES"));
    expect(lines.join("\n")).toMatch(/and \d more, farther from their stops/);
    expect(view(ordinary, 120, 40).join("\n")).toMatch(/WAFRO.*no stop/);
  });
});
