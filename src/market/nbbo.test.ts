/**
 * Goal    the best bid and offer over exchanges: ties add up, withdrawals count, and it is never crossed.
 * Method  a table of short quote streams; then random streams against the definition worked out afresh.
 *
 * `N b 100x3` is exchange N bidding for 300 shares at 100; x0 withdraws. The answer is bid x size / ask x size.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "../../test/table.ts";
import { Nbbo } from "./nbbo.ts";

function quoted(quotes: string): Nbbo {
  const nbbo = new Nbbo();
  for (const quote of quotes.split(", ")) {
    const [exchange = "", side, rest = ""] = quote.split(" ");
    const [price = 0, size = 0] = rest.split("x").map(Number);
    if (side === "b") nbbo.quoteBid(exchange.charCodeAt(0), price, size);
    else nbbo.quoteAsk(exchange.charCodeAt(0), price, size);
  }
  return nbbo;
}

const shown = ({ bid, bidSize, ask, askSize }: Nbbo) => `${bid}x${bidSize}/${ask}x${askSize}`;

describe("the best of the exchanges (NB-1, NB-2, NB-3)", () => {
  it.each(
    table(`
      quotes                                            best             why
      N b 100x3                                         100x3/NaNx0      one side alone
      N b 100x3, N a 101x2                              100x3/101x2      one exchange
      N b 100x3, Q b 100.5x1, N a 101x2                 100.5x1/101x2    the higher bid
      N b 100x3, Q b 100x1, P b 99x9                    100x4/NaNx0      equal prices add up
      N b 100x3, N b 99x1                               99x1/NaNx0       an exchange replaces its own
      N b 100x3, Q b 99x1, N b 100x0                    99x1/NaNx0       a withdrawal leaves the next best
      N b 100x3, N b 0x0                                NaNx0/NaNx0      a withdrawal leaves nobody
      N b 100x3, Q a 100x1                              100x3/100x1      locked stands
      N b 100x3, Q b 99x1, P a 99.5x2                   99x1/99.5x2      the newer ask sets the older bid aside
      N b 100x3, P a 99.5x2, P a 101x2                  NaNx0/101x2      and it stays aside
      N b 100x3, P a 99.5x2, P a 101x2, N b 100x4       100x4/101x2      until its exchange quotes again
      N a 100x3, Q a 99x1, P b 99.5x2                   99.5x2/100x3     the same from the other side
    `),
  )("$quotes: $why", (row) => expect(shown(quoted(row.quotes ?? ""))).toBe(row.best));

  it("counts what was set aside", () => {
    expect(quoted("N a 100x3, Q a 100x1, P b 101x2").setAside).toBe(2);
  });

  it("tells whether anything changed", () => {
    const nbbo = new Nbbo();
    expect(nbbo.quoteBid(1, 100, 3)).toBe(true);
    expect(nbbo.quoteBid(2, 99, 3)).toBe(false);
    expect(nbbo.quoteBid(1, 100, 3)).toBe(false);
    expect(nbbo.quoteBid(2, 100, 1)).toBe(true);
  });

  it("takes both sides of an exchange at once, so that a move crosses nothing of its own", () => {
    const nbbo = quoted("N b 100x3, N a 101x3, Q a 101x1");
    expect(nbbo.quoteBoth(78, { bid: 102, bidSize: 2, ask: 103, askSize: 2 })).toBe(true);
    expect(`${shown(nbbo)} ${nbbo.setAside}`).toBe("102x2/103x2 1");
  });
});

it("never crossed, and always the best of what stands, whatever comes", () => {
  const quote = fc.record({
    exchange: fc.integer({ min: 0, max: 4 }),
    isBid: fc.boolean(),
    price: fc.integer({ min: 98, max: 103 }),
    size: fc.integer({ min: 0, max: 3 }),
  });
  let setAside = 0;
  fc.assert(
    fc.property(fc.array(quote, { minLength: 1, maxLength: 40 }), (quotes) => {
      const nbbo = new Nbbo();
      const bids = new Map<number, { price: number; size: number }>();
      const asks = new Map<number, { price: number; size: number }>();
      for (const { exchange, isBid, price, size } of quotes) {
        const [own, other] = isBid ? [bids, asks] : [asks, bids];
        if (size === 0) own.delete(exchange);
        else {
          own.set(exchange, { price, size });
          for (const [name, { price: theirs }] of other)
            if (isBid ? theirs < price : theirs > price) other.delete(name);
        }
        if (isBid) nbbo.quoteBid(exchange, price, size);
        else nbbo.quoteAsk(exchange, price, size);
        const top = bids.size === 0 ? Number.NaN : Math.max(...[...bids.values()].map((side) => side.price));
        const low = asks.size === 0 ? Number.NaN : Math.min(...[...asks.values()].map((side) => side.price));
        const sizeAt = (side: typeof bids, level: number) =>
          [...side.values()].reduce((sum, each) => sum + (each.price === level ? each.size : 0), 0);
        expect(shown(nbbo)).toBe(`${top}x${sizeAt(bids, top)}/${low}x${sizeAt(asks, low)}`);
        expect(nbbo.bid > nbbo.ask).toBe(false);
      }
      setAside += nbbo.setAside;
    }),
  );
  expect(setAside).toBeGreaterThan(50);
});
