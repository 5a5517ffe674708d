/** What the demo shows while it runs: a live picture in a terminal, lines elsewhere, nothing when asked to be quiet. */
import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import type { CliContext } from "./context.ts";

export interface DemoScreen {
  show(snapshot: EngineSnapshot): void;
  /** Gives the terminal back. May be called twice. */
  stop(): void;
}

export function demoScreen(context: CliContext, _haltFile: string): DemoScreen {
  let last = "";
  return {
    show(snapshot) {
      if (context.quiet() || snapshot.session.date + snapshot.clock.slice(0, 4) === last) return;
      last = snapshot.session.date + snapshot.clock.slice(0, 4);
      context.err(`${snapshot.session.date} ${snapshot.clock} equity ${snapshot.equity.toFixed(2)} positions ${snapshot.positions.length} orders ${snapshot.orders.length} trades ${snapshot.trades.count} ${snapshot.permission.level}`);
    },
    stop: () => undefined,
  };
}
