/**
 * Bugs of virtual stops, planted from outside like those of `storm-bugs.ts`. They act in seeds whose stops the engine
 * watches; elsewhere there is nothing to break.
 */
import type { BarsClosed } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type OrderNumber, Purpose } from "../src/domain/order.ts";
import type { Command } from "../src/engine/ports.ts";
import type { StopState } from "../src/engine/saved-stops.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { usualSize } from "../src/sim/storm/plan.ts";
import type { Sabotage } from "../src/sim/storm/storm.ts";

type Levels = StopState["levels"];

const watches = ({ execute }: SingleLoop): boolean => execute.saveRisk().stops !== undefined;

/** Moves the levels of a running engine, or takes some away. */
function relevel({ execute }: SingleLoop, change: (levels: Levels) => Levels): void {
  const saved = execute.saveRisk();
  const stops = saved.stops as StopState;
  execute.loadRisk({ ...saved, stops: { ...stops, levels: change(stops.levels) } });
}

const isVirtualExit = (command: Command | undefined): boolean =>
  command?.kind === "PlaceOrder" && command.order.purpose === Purpose.VirtualStop;

/** Stops at the venue whose cancel is on its way because the bar has reached the level that is watched. */
function disasterStops(loop: SingleLoop, reached: ReadonlySet<string>): OrderNumber[] {
  const { orders } = loop.execute;
  return loop.commands.flatMap((command) => {
    if (command.kind !== "CancelOrder" || orders.purpose(command.order) !== Purpose.StopLoss) return [];
    const { order } = command;
    return reached.has(`${orders.strategy(order)}/${orders.instrument(order)}`) ? [order] : [];
  });
}

/** By strategy and instrument: where the bar goes through the level. */
function reachedBy({ execute }: SingleLoop, { bars }: BarsClosed, strategies: number): ReadonlySet<string> {
  const { columns, from, to } = bars;
  const reached = new Set<string>();
  for (let row = from; row < to; row++) {
    const instrument = columns.instrument[row] as InstrumentId;
    for (let s = 0; s < strategies; s++) {
      const side = Math.sign(execute.lots.shares(s, instrument));
      const worst = side > 0 ? columns.low[row] : columns.high[row];
      const level = execute.restingStop(s, instrument);
      if (side !== 0 && side * ((worst ?? Number.NaN) - level) <= 0) reached.add(`${s}/${instrument}`);
    }
  }
  return reached;
}

const STRATEGIES = 3;
const SYMBOLS = usualSize.symbols;

export const plantedStopBugs: readonly {
  readonly name: string;
  readonly caughtBy: readonly string[];
  plant(): Sabotage;
}[] = [
  {
    name: "a virtual stop leaves the disaster stop behind",
    caughtBy: ["I-15"],
    plant: () => ({
      engine: (loop) => ({
        get commands() {
          return loop.commands;
        },
        step(event) {
          const reached =
            event.kind === "BarsClosed" ? reachedBy(loop, event, STRATEGIES) : new Set<string>();
          loop.step(event);
          if (event.kind !== "BarsClosed" || !watches(loop)) return;
          for (const order of disasterStops(loop, reached)) {
            const asked = loop.commands.findIndex((it) => it.kind === "CancelOrder" && it.order === order);
            loop.commands.splice(asked, 1);
            loop.step({ kind: "OrderCanceled", at: event.bars.at, order });
          }
        },
      }),
    }),
  },
  {
    name: "a virtual stop fires twice: an attempt is taken for over as soon as it leaves",
    caughtBy: ["I-15"],
    plant: () => ({
      engine: (loop) => ({
        get commands() {
          return loop.commands;
        },
        step(event) {
          loop.step(event);
          const at = event.kind === "BarsClosed" ? event.bars.at : event.at;
          for (const command of [...loop.commands]) {
            if (command.kind !== "PlaceOrder" || !isVirtualExit(command)) continue;
            loop.step({ kind: "OrderCanceled", at, order: command.order.number });
          }
        },
      }),
    }),
  },
  {
    name: "a virtual stop is reached and nothing leaves",
    caughtBy: ["VS-3"],
    plant: () => ({
      built({ execute }) {
        if (execute.saveRisk().stops === undefined) return;
        // Levels far away by themselves: what the engine watches is not what it says.
        const bars = execute.bars.bind(execute);
        execute.bars = (batch) => {
          const far = batch.columns.low.map(() => 1e6);
          const near = batch.columns.high.map(() => 1e-6);
          bars({ ...batch, columns: { ...batch.columns, low: far, high: near } });
        };
      },
    }),
  },
  {
    name: "a restart forgets the levels",
    caughtBy: ["I-35"],
    plant: () => ({
      restarted(loop) {
        if (watches(loop)) relevel(loop, () => []);
      },
    }),
  },
  {
    name: "a level follows the price both ways",
    caughtBy: ["I-36"],
    plant: () => ({
      engine: (loop) => ({
        get commands() {
          return loop.commands;
        },
        step(event) {
          loop.step(event);
          if (event.kind !== "BarsClosed" || !watches(loop)) return;
          const away = (slot: number) => {
            const [strategy, instrument] = [Math.floor(slot / SYMBOLS), (slot % SYMBOLS) as InstrumentId];
            return loop.execute.lots.shares(strategy, instrument) > 0 ? 0.99 : 1.01;
          };
          relevel(loop, (levels) => levels.map((it) => ({ ...it, level: it.level * away(it.slot) })));
        },
      }),
    }),
  },
];
