/** `plimsoll positions|orders|trades|locks|why`: what the ledger says, with or without a running system. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { reasonOf, replaceFile } from "../adapters/durable-file.ts";
import { ledgerPlaces } from "../adapters/ledger/ledger-store.ts";
import { LedgerReads } from "../app/live/ledger-reads.ts";
import { taxLotCsv } from "../app/live/tax-lots.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report } from "./context.ts";
import { ledgerRoot } from "./demo-root.ts";
import { claimsText, ordersText, positionsText, tradesText, whyText } from "./ledger-text.ts";
import { maybeSymbol, wholeNumber } from "./option-values.ts";

const MOST_ROWS = 100_000;

interface Listed {
  readonly symbol?: string;
  readonly limit: string;
}

export function registerLedgerCommands(program: Command, context: CliContext): void {
  program
    .command("positions")
    .description("what is held, at what price, and by which strategies")
    .addHelpText("after", "\nExample:\n  plimsoll positions")
    .action(() =>
      reading(context, (ledger) => {
        const held = ledger.positions();
        report(context, held, () => positionsText(held.positions, held.lots));
      }),
    );

  program
    .command("orders")
    .description("the orders of the last run, newest first, each with its verdict")
    .option("--symbol <symbol>", "of this symbol only")
    .option("--limit <count>", "how many at most", "50")
    .addHelpText("after", "\nExample:\n  plimsoll orders --symbol AAPL --limit 20")
    .action((options: Listed) => {
      const query = queryOf(options);
      reading(context, (ledger) => {
        const orders = ledger.orders(query);
        report(context, orders, () => ordersText(orders));
      });
    });

  registerTrades(program, context);

  program
    .command("locks")
    .description("what bars or scales trading now, by whom and until when")
    .addHelpText("after", "\nExample:\n  plimsoll locks")
    .action(() =>
      reading(context, (ledger) => {
        const claims = ledger.claims();
        report(context, claims, () => claimsText(claims));
      }),
    );

  program
    .command("why")
    .description("the last decision, every verdict with both numbers, and what is refused most")
    .argument("[symbol]", "of this symbol only")
    .addHelpText("after", "\nExample:\n  plimsoll why AAPL")
    .action((given?: string) => {
      const symbol = maybeSymbol("symbol", given);
      reading(context, (ledger) => {
        const why = ledger.why(symbol);
        report(context, why, () => whyText(why, symbol));
      });
    });
}

function registerTrades(program: Command, context: CliContext): void {
  program
    .command("trades")
    .description("round trips, newest first; as tax lots with --csv")
    .option("--symbol <symbol>", "of this symbol only")
    .option("--limit <count>", "how many at most", "50")
    .option("--csv <file>", "write all closed ones as tax lots to a new file")
    .addHelpText("after", "\nExample:\n  plimsoll trades --csv tax-2026.csv")
    .action(({ csv, ...options }: Listed & { readonly csv?: string }) => {
      const query = queryOf(options);
      const path = csv === undefined ? undefined : newFile(csv);
      reading(context, (ledger) => {
        if (path === undefined) {
          const trades = ledger.trades(query);
          report(context, trades, () => tradesText(trades));
          return;
        }
        const lots = ledger.taxLots();
        write(path, taxLotCsv(lots));
        report(
          context,
          { file: path, lots: lots.length },
          () => `trades: ${lots.length} tax lots are in ${path}`,
        );
      });
    });
}

/** Nothing of anybody's is written over: a list of last year's lots may be the only one. */
function newFile(given: string): string {
  const path = resolve(given);
  if (existsSync(path)) throw new InputError(`--csv ${given}: is there already; give a new file`);
  return path;
}

function write(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--csv ${path}: cannot be written (${reasonOf(error)}); give another place`);
  }
}

const queryOf = ({ symbol, limit }: Listed) => ({
  symbol: maybeSymbol("--symbol", symbol),
  limit: wholeNumber("--limit", limit, { least: 1, most: MOST_ROWS }),
});

function reading(context: CliContext, work: (ledger: LedgerReads) => void): void {
  const ledger = new LedgerReads(ledgerPlaces(ledgerRoot(context)));
  try {
    work(ledger);
  } finally {
    ledger.close();
  }
}
