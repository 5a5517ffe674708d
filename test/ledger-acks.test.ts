/**
 * Goal    how long the broker took to take an order stands with the order and at the end of the funnel, as a function of
 *         the journal. Method: the live world, its journal projected, and the page's question asked of it.
 */
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, it } from "vitest";
import type { LedgerSink } from "../src/adapters/ledger/ledger-rows.ts";
import { LedgerStore, ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import { OrdersQuestion } from "../src/dashboard/server/questions/orders.ts";
import { ReadDatabase } from "../src/dashboard/server/read-database.ts";
import { freshExecute, instruments, LiveWorld, RUN } from "./live-world.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("ledger-acks-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("from the wish to send it to the broker's word, also of one that was sent in an earlier life", async () => {
  const world = new LiveWorld();
  world.start();
  await world.run(60);
  world.enter("ACME", 10, 90);
  await world.run(30);
  world.kill();
  await world.run(10);
  world.start();
  await world.run(60);
  const rows = world.journal.flat().filter((row) => row.kind === "entry");
  const entries = rows.map(({ at, part, payload }, sequence) => ({ sequence, at, part, payload }));
  const places = ledgerPlaces(root);
  const store = new LedgerStore(places);
  const terms = { run: RUN, startedAt: "2026-11-18T14:00:00Z", instruments, startingCash: 97_000 };
  const named = { strategyIds: ["tester", "external"], capital: [97_000, 0] };
  // The world's tester wishes without a signal, which a round trip would name: its orders are enough here.
  const sink: LedgerSink = {
    applied: (run) => store.applied(run),
    write: (batch) =>
      store.write({
        ...batch,
        trades: batch.trades.filter((change) => "table" in change && change.table === "orders"),
      }),
  };
  new LedgerReplay(freshExecute(), { ...terms, ...named }, sink).take(entries);
  store.close();
  const db = new DatabaseSync(places.trades, { readOnly: true });
  const [entry] = db.prepare("SELECT * FROM orders WHERE purpose = 'entry'").all();
  db.close();
  const ackedMs = Number(entry?.acked_ms);
  expect(entry?.client_order_id).toBeTypeOf("string");
  expect(ackedMs).toBeGreaterThan(0);
  expect(ackedMs).toBeLessThan(5000);
  const trades = new ReadDatabase(places.trades);
  const ask = { from: 0, limit: 10 } as Parameters<OrdersQuestion["answer"]>[1];
  expect(new OrdersQuestion(trades, () => 0).answer(RUN, ask, 0).funnel.ackP99Ms).toBe(ackedMs);
  trades.close();
});
