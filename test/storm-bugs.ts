/**
 * Bugs planted from outside: each wraps a port, an event or a command, or replaces a method of one instance, and never
 * touches a file of the product. The storm must catch each, by the invariant named here, or its checkers sleep.
 */
import type { BarBatch } from "../src/domain/bars.ts";
import type { BarsClosed, EngineEvent, OrderFilled } from "../src/domain/events.ts";
import { dollarsPerShare, type Money, type Price, shares } from "../src/domain/money.ts";
import { type FillId, type OrderNumber, OrderStatus, Purpose } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { Command } from "../src/engine/ports.ts";
import type { Engine } from "../src/engine/pump.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { Authorities } from "../src/risk/authority.ts";
import { type ApprovedOrder, RiskGate } from "../src/risk/gate.ts";
import type { RiskRule, RiskView } from "../src/risk/rule.ts";
import type { Sabotage } from "../src/sim/storm/storm.ts";
import { plantedStopBugs } from "./storm-stop-bugs.ts";

export interface PlantedBug {
  readonly name: string;
  /** The invariant whose checker reports it; more than one where the first symptom depends on the seed. */
  readonly caughtBy: readonly string[];
  /** A fresh one per seed: some remember. */
  plant(): Sabotage;
}

const free = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };
const MINUTE = 60_000_000;

/** An engine around the loop whose steps go through `step`. */
function around(loop: SingleLoop, step: (event: EngineEvent) => void): Engine {
  return {
    get commands() {
      return loop.commands;
    },
    step,
  };
}

/** The same facts with some of them false. Methods stay bound to the real ones. */
function lying(view: RiskView, lies: Partial<RiskView>): RiskView {
  return new Proxy(view, {
    get(target, name) {
      if (name in lies) return lies[name as keyof RiskView];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const ruleNamed = (rules: RiskRule[], id: string, change: (rule: RiskRule) => RiskRule): RiskRule[] =>
  rules.map((rule) => (rule.id === id ? change(rule) : rule));

/** An order like this one that a gate without rules let through. */
function approvedElsewhere(order: ApprovedOrder, number: number, size: number): ApprovedOrder {
  const gate = new RiskGate([], new Authorities());
  const request = { ...order, strategy: 0, reference: order.limit, shares: size };
  const approved = gate.pass(number as OrderNumber, request, {} as RiskView, order.bracket);
  if (approved === undefined) throw new Error("a gate without rules refused");
  return approved;
}

const resent = (change: (order: ApprovedOrder) => ApprovedOrder): Sabotage => ({
  resend: (commands) =>
    commands.map(
      (command): Command =>
        command.kind === "PlaceOrder" && command.order.purpose === Purpose.Entry
          ? { kind: "PlaceOrder", order: change(command.order) }
          : command,
    ),
});

/** Bars on their way from the source: `change` sees each, with those before it. */
function bars(change: (now: BarsClosed, before: readonly BarsClosed[]) => BarsClosed): Sabotage {
  const seen: BarsClosed[] = [];
  return {
    source: (source) => ({
      next() {
        const event = source.next();
        if (event?.kind !== "BarsClosed") return event;
        const changed = change(event, seen);
        seen.push(event);
        return changed;
      },
    }),
  };
}

const movedBy = ({ bars: batch }: BarsClosed, micros: number): BarsClosed => ({
  kind: "BarsClosed",
  bars: { ...batch, at: (batch.at + micros) as EpochMicros },
});

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "fills are not told apart: a repeat counts again",
    caughtBy: ["I-1"],
    plant: () => ({
      engine(loop) {
        let n = 0;
        return around(loop, (event) => {
          n += 1;
          loop.step(
            event.kind === "OrderFilled" ? { ...event, fillId: `${event.fillId}/${n}` as FillId } : event,
          );
        });
      },
    }),
  },
  {
    name: "the portfolio books each fill twice",
    caughtBy: ["I-2", "I-3"],
    plant: () => ({
      built({ execute: { portfolio } }) {
        const fill = portfolio.fill.bind(portfolio);
        portfolio.fill = (...given) => {
          fill(...given);
          fill(...given);
        };
      },
    }),
  },
  {
    name: "cash is kept in whole cents",
    caughtBy: ["I-3"],
    plant: () => ({
      built({ execute: { portfolio } }) {
        const fill = portfolio.fill.bind(portfolio);
        portfolio.fill = (instrument, side, quantity, price, costs) =>
          fill(instrument, side, quantity, (Math.round(price / 10_000) * 10_000) as Price, costs);
      },
    }),
  },
  {
    name: "a cancel counts as a fill of the rest",
    caughtBy: ["I-2", "I-3"],
    plant: () => ({
      engine: (loop) =>
        around(loop, (event) => {
          const { orders } = loop.execute;
          if (event.kind === "OrderCanceled" && orders.isWorking(event.order)) {
            const left = orders.remaining(event.order);
            const { at, order } = event;
            const quantity = shares(left);
            const fillId = "rest" as FillId;
            const price = dollarsPerShare(100);
            if (left > 0) loop.step({ kind: "OrderFilled", at, order, fillId, quantity, price, costs: free });
          }
          loop.step(event);
        }),
    }),
  },
  {
    name: "a late acceptance wakes a finished order",
    caughtBy: ["I-4"],
    plant: () => ({
      built({ execute: { orders } }) {
        orders.accept = (order) => {
          const cells = orders.cells();
          cells[(order * cells.length) / orders.length + OrderField.status] = OrderStatus.Accepted;
        };
      },
    }),
  },
  {
    name: "one protective order no longer cancels the other",
    caughtBy: ["I-5", "I-15"],
    plant: () => {
      const also: OrderFilled[] = [];
      return {
        source: (source, venue) => ({
          next() {
            const event = also.shift() ?? source.next();
            const leg = event?.kind === "OrderFilled" ? venue.orders[event.order] : undefined;
            const parent = leg?.parent === undefined ? undefined : venue.orders[leg.parent];
            const other = parent?.legs.find((number) => number !== leg?.number);
            const isFirst = event?.kind === "OrderFilled" && event.fillId !== "both";
            if (isFirst && other !== undefined)
              also.push({ ...event, order: other, fillId: "both" as FillId });
            return event;
          },
        }),
      };
    },
  },
  {
    name: "orders are sent before the commit",
    caughtBy: ["I-6"],
    plant: () => ({
      journal: (journal, venue) => ({
        event: (event, sequence) => journal.event(event, sequence),
        command(command, sequence) {
          journal.command(command, sequence);
          venue.send(command);
        },
        commit: () => journal.commit(),
      }),
    }),
  },
  {
    name: "after a crash an order is sent again under a new number",
    caughtBy: ["I-6"],
    plant: () => resent((order) => approvedElsewhere(order, order.number + 1000, order.shares)),
  },
  {
    name: "after a crash an order is sized anew before it is sent again",
    caughtBy: ["I-7"],
    plant: () => resent((order) => approvedElsewhere(order, order.number, order.shares + 1)),
  },
  {
    name: "an order is changed behind the gate",
    caughtBy: ["I-8"],
    plant: () => ({
      venue: (venue) => ({
        send(command) {
          const isEntry = command.kind === "PlaceOrder" && command.order.purpose === Purpose.Entry;
          if (!isEntry) venue.send(command);
          else {
            const order = { ...command.order, shares: command.order.shares * 2 } as ApprovedOrder;
            venue.send({ kind: "PlaceOrder", order });
          }
        },
      }),
    }),
  },
  {
    name: "a restart sends decisions of minutes ago",
    caughtBy: ["I-8"],
    plant: () => ({ sendsStale: true, resend: (commands) => commands }),
  },
  {
    name: "entries pass while only reducing is allowed",
    caughtBy: ["I-9"],
    plant: () => ({
      built({ execute: { authorities } }) {
        authorities.allowsEntries = () => true;
      },
    }),
  },
  {
    name: "the count of entries per day bars exits too",
    caughtBy: ["I-10"],
    plant: () => ({
      rules: (rules) => ruleNamed(rules, "trades_per_day", (rule) => ({ ...rule, appliesTo: "all" })),
    }),
  },
  {
    name: "working orders are no exposure",
    caughtBy: ["I-11"],
    plant: () => ({
      rules: (rules) =>
        rules.map((rule) => ({
          ...rule,
          check: (order, view) => rule.check(order, lying(view, { workingGross: 0, working: () => 0 })),
        })),
    }),
  },
  {
    name: "limits are priced from closes two per cent too high",
    caughtBy: ["I-13"],
    plant: () => ({
      engine: (loop) =>
        around(loop, (event) => {
          if (event.kind !== "BarsClosed") loop.step(event);
          else {
            const close = event.bars.columns.close.map((dollars) => dollars * 1.02);
            const columns = { ...event.bars.columns, close };
            loop.step({ kind: "BarsClosed", bars: { ...event.bars, columns } });
          }
        }),
    }),
  },
  {
    name: "an exit takes the end of its stop for granted",
    caughtBy: ["I-15"],
    plant: () => ({
      engine: (loop) =>
        around(loop, (event) => {
          loop.step(event);
          const { orders } = loop.execute;
          for (const command of [...loop.commands]) {
            const cancels =
              command.kind === "CancelOrder" && orders.purpose(command.order) === Purpose.StopLoss;
            const at = event.kind === "BarsClosed" ? event.bars.at : event.at;
            if (cancels) loop.step({ kind: "OrderCanceled", at, order: command.order });
          }
        }),
    }),
  },
  {
    name: "a close that is no number reaches the marks",
    caughtBy: ["I-16"],
    plant: () => ({
      built({ execute: { portfolio } }) {
        const mark = portfolio.markToMarket.bind(portfolio);
        let bar = 0;
        portfolio.markToMarket = (batch: BarBatch) => {
          bar += 1;
          const close = batch.columns.close.slice();
          if (bar === 9) close[batch.from] = Number.NaN;
          mark({ ...batch, columns: { ...batch.columns, close } });
        };
      },
    }),
  },
  {
    name: "a restart measures the day from now",
    caughtBy: ["I-17"],
    plant: () => ({
      restarted({ execute: { baselines, equity } }) {
        const { high, units } = baselines.save();
        const price = equity / units;
        baselines.load({ ...baselines.save(), dayBase: price, dayHigh: price, high: Math.max(price, high) });
      },
    }),
  },
  {
    name: "a finished order keeps its place",
    caughtBy: ["EX-3"],
    plant: () => ({
      built({ execute: { orders } }) {
        // A fill that completes an order is seen as one of many: nobody is told that it is over.
        const isWorking = orders.isWorking.bind(orders);
        orders.isWorking = (order) => orders.status(order) === OrderStatus.Filled || isWorking(order);
      },
    }),
  },
  {
    name: "a halt is noted and nothing is closed",
    caughtBy: ["I-20"],
    plant: () => ({
      engine: (loop) =>
        around(loop, (event) => {
          loop.step(event);
          const { commands } = loop;
          for (let n = commands.length - 1; n >= 0; n--) {
            const command = commands[n];
            const closes = command?.kind === "PlaceOrder" && command.order.purpose === Purpose.Flatten;
            if (closes) commands.splice(n, 1);
          }
        }),
    }),
  },
  {
    name: "a restart lifts the halt",
    caughtBy: ["I-18"],
    plant: () => ({
      restarted({ execute: { authorities } }) {
        for (const { authority, source, scope } of authorities.permission.claims)
          authorities.lift(authority, source, "operator", scope);
      },
    }),
  },
  {
    name: "a stop follows the price both ways",
    caughtBy: ["I-36"],
    plant: () => ({
      engine: (loop) =>
        around(loop, (event) => {
          loop.step(event);
          const { commands } = loop;
          for (const [n, command] of commands.entries()) {
            if (command.kind !== "ReplaceStop") continue;
            const away = loop.execute.orders.side(command.order) * 0.05 * command.stop;
            commands[n] = { ...command, stop: command.stop + away };
          }
        }),
    }),
  },
  {
    name: "fills are not journaled",
    caughtBy: ["EN-2"],
    plant: () => ({
      journal: (journal) => ({
        event(event, sequence) {
          if (event.kind !== "OrderFilled") journal.event(event, sequence);
        },
        command: (command, sequence) => journal.command(command, sequence),
        commit: () => journal.commit(),
      }),
    }),
  },
  {
    name: "a restarted engine decides differently",
    caughtBy: ["I-25"],
    plant: () => ({
      built({ compute }, life) {
        if (life > 0) compute.exit = () => undefined;
      },
    }),
  },
  {
    name: "an old minute comes after a newer one",
    caughtBy: ["I-27"],
    plant: () => bars((now, before) => (before.length === 8 ? movedBy(now, -3 * MINUTE) : now)),
  },
  {
    name: "a bar is used before it has closed",
    caughtBy: ["I-28"],
    plant: () => bars((now, before) => (before.length === 5 ? movedBy(now, MINUTE) : now)),
  },
  {
    name: "commands of a crashed step are never sent",
    caughtBy: ["I-29"],
    plant: () => ({ resend: () => [] }),
  },
  {
    name: "a restart counts the day's entries from zero",
    caughtBy: ["I-33"],
    plant: () => {
      let isFresh = false;
      let forgotten = 0;
      let session = Number.NaN;
      return {
        restarted() {
          isFresh = true;
        },
        rules: (rules) =>
          ruleNamed(rules, "trades_per_day", (rule) => ({
            ...rule,
            check(order, view) {
              if (isFresh) {
                forgotten = view.entriesToday;
                session = view.sessionOpen;
                isFresh = false;
              }
              if (view.sessionOpen !== session) return rule.check(order, view);
              return rule.check(order, lying(view, { entriesToday: view.entriesToday - forgotten }));
            },
          })),
      };
    },
  },
  {
    name: "a restart forgets the trades, and with them the losses in a row",
    caughtBy: ["I-34"],
    plant: () => ({
      restarted({ execute: { trades } }) {
        trades.fill = () => Number.NaN;
      },
    }),
  },
  ...plantedStopBugs,
];
