/**
 * What strategies must be told beside bars, and whether they were: a strategy whose table was never told, or is old, is
 * held back by a claim of its own until it is told again. Used by the execute stage alone, of what it was told.
 *
 * RN-1  A strategy that needs a table enters nothing before the table is told, nor once what was told is older than the
 *       table says it holds. Exits go on.
 *       It holds from the session that it was told for on, whenever it was told.
 * RN-2  Rows that know nothing are no word: neither is a row of nulls.
 */
import { z } from "zod";
import type { ReferenceTold } from "../domain/events.ts";
import { holdsSessions, type ReferenceTable, toldForRow } from "../domain/reference-table.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../domain/time.ts";
import type { Authorities } from "../risk/authority.ts";

const saved = z.record(z.string(), z.int());

export class ReferenceWatch {
  readonly #needs: readonly (readonly ReferenceTable[])[];
  readonly #authorities: Authorities;
  readonly #sessions: SessionTable;
  /** Row of the session that each table was told for last. */
  readonly #told = new Map<string, number>();

  static of(
    needs: readonly (readonly ReferenceTable[])[] | undefined,
    authorities: Authorities,
    sessions: SessionTable,
  ): ReferenceWatch | undefined {
    const isNeeded = needs?.some((tables) => tables.length > 0) === true;
    return isNeeded ? new ReferenceWatch(needs, authorities, sessions) : undefined;
  }

  private constructor(
    needs: readonly (readonly ReferenceTable[])[],
    authorities: Authorities,
    sessions: SessionTable,
  ) {
    this.#needs = needs;
    this.#authorities = authorities;
    this.#sessions = sessions;
  }

  hear(told: ReferenceTold): void {
    const { table, rows, isWhole, at } = told;
    const isWord = rows.length === 0 ? isWhole === true : rows.some(({ values }) => values.some(isNumber));
    if (!isWord) return;
    const row = toldForRow(told, this.#sessions);
    this.#told.set(table, Math.max(row, this.#told.get(table) ?? row));
    this.judge(at);
  }

  /** At the beginning of a session, and whenever somebody else has lifted what is claimed here. */
  judge(at: EpochMicros): void {
    const now = sessionIndexAt(this.#sessions, at);
    for (const [scope, tables] of this.#needs.entries())
      for (const table of tables) {
        const reason = this.#problem(table, now);
        const source = `reference:${table.id}`;
        const held = this.#authorities.find("strategy", source, scope);
        if (reason === undefined) this.#authorities.lift("strategy", source, "itself", scope);
        else if (held?.reason !== reason)
          this.#authorities.raise({
            ...{ authority: "strategy", source, scope, level: "NO_NEW_ENTRIES", scalar: 1, reason },
            ...{ since: held?.since ?? at, until: undefined, liftedBy: "itself" },
          });
      }
  }

  save(): unknown {
    return Object.fromEntries(this.#told);
  }

  /** Takes over what `save` gave; claims come back with the lattice. Throws on anything else. */
  load(given: unknown): void {
    for (const [table, row] of Object.entries(saved.parse(given))) this.#told.set(table, row);
  }

  #problem(table: ReferenceTable, now: number): string | undefined {
    const told = this.#told.get(table.id);
    if (told === undefined) return `it needs the table ${table.id}, which nobody has told yet`;
    if (now - told <= holdsSessions(table)) return undefined;
    const day = isoDate(this.#sessions.date[told] as DayNumber);
    return `it needs the table ${table.id}, which was told last for ${day}`;
  }
}

const isNumber = (value: number | null): boolean => value !== null;
