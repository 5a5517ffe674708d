/**
 * I-1, I-2, I-3: every fill counts once, positions and cash are what the fills add up to. I-11: so is what working
 * entries leave of the cash.
 */
import type { InstrumentId } from "../../../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../../../domain/money.ts";
import { broken, type Check, type Scene } from "../check.ts";

/** Dollars: the engine adds in another order. */
const DUST = 1e-4;

export function accountCheck({ loop, book, plan, reach }: Scene): Check {
  const strategies = book.lots.length / plan.symbols;
  return {
    after(event) {
      const { portfolio, lots, fills } = loop.execute;
      if (event.kind === "OrderFilled" && fills.length !== book.fills) {
        broken("I-1", `the engine counted ${fills.length} fills, there were ${book.fills}`);
      }
      if (event.kind === "OrderFilled" && book.fill === undefined) reach.hit("fill repeated");
      const cash = BigInt(portfolio.cashMicros);
      if (cash !== book.cashMicros)
        broken("I-3", `cash is ${cash} micro-dollars, fills say ${book.cashMicros}`);
      const free = Number(book.cashMicros) / 1e6 - book.workingGross;
      const { availableCash } = loop.execute;
      if (!(Math.abs(availableCash - free) < DUST))
        broken("I-11", `${availableCash} is free, orders leave ${free}`);
      for (const [i, expected] of book.positions.entries()) {
        const held = portfolio.shares(i as InstrumentId);
        if (!(Math.abs(held - expected) < HALF_NANO_SHARE))
          broken("I-2", `${held} of ${i} held, fills say ${expected}`);
        for (let s = 0; s < strategies; s++) {
          const own = lots.shares(s, i as InstrumentId);
          const filled = book.lots[s * plan.symbols + i] as number;
          if (!(Math.abs(own - filled) < HALF_NANO_SHARE))
            broken("I-2", `lot ${s}/${i} is ${own}, fills say ${filled}`);
          const seen = loop.compute.shares(s, i as InstrumentId);
          if (seen !== own) broken("I-2", `strategy ${s} is told ${seen} of ${i}, it holds ${own}`);
        }
      }
    },
  };
}
