/** Goal: whatever the limit, pages put together are the whole list once, in order, equal instants included. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EpochMicros } from "../domain/time.ts";
import type { Span } from "./market-history.ts";
import { type Page, type PageRequest, readPage } from "./pages.ts";

interface Row {
  readonly at: EpochMicros;
  readonly name: string;
}

const lists = fc.array(
  fc
    .array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 })
    .map((list) => list.sort((a, b) => a - b)),
  { minLength: 1, maxLength: 4 },
);

it("every row comes once, symbol by symbol, forwards and backwards", async () => {
  await fc.assert(
    fc.asyncProperty(
      lists,
      fc.integer({ min: 1, max: 17 }),
      fc.boolean(),
      async (instants, limit, descending) => {
        const symbols = instants.map((_, i) => `S${i}`);
        const span: Span = { from: 0 as EpochMicros, to: 30 as EpochMicros };
        const rows = (symbol: string, { from, to }: Span) => {
          const list = instants[Number(symbol.slice(1))] ?? [];
          const stamped = list.map((at, i) => ({ at: at as EpochMicros, name: `${symbol} ${i}` }));
          const found = stamped.filter(({ at }) => at >= from && at <= to);
          return descending ? found.toReversed() : found;
        };
        const whole = symbols.flatMap((symbol) => rows(symbol, span).map(({ name }) => name));
        const got: string[] = [];
        let token: string | null = null;
        do {
          const request: PageRequest = { symbols, span, descending, limit, token };
          const page: Page<Row> = await readPage(request, rows);
          const names = [...page.bySymbol.values()].flat().map(({ name }) => name);
          expect(names.length).toBeLessThanOrEqual(limit);
          got.push(...names);
          token = page.nextToken;
        } while (token !== null);
        expect(got).toEqual(whole);
      },
    ),
  );
});
