/**
 * The usual shape: an object per bar, an event queue, a strategy class, a broker with a Map of positions.
 * Written as a competent TypeScript backtester would be, without a risk gate, journal or reasons.
 */
import type { SymbolMajorBars } from "../generated-data.ts";
import type { RivalResult } from "./limit-loop.ts";

interface BarEvent {
  readonly type: "bar";
  readonly symbol: string;
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

interface FillEvent {
  readonly type: "fill";
  readonly symbol: string;
  readonly side: number;
  readonly quantity: number;
  readonly price: number;
  readonly time: number;
}

interface Order {
  readonly symbol: string;
  readonly side: number;
  readonly quantity: number;
}

class Ema {
  value: number | undefined;
  readonly #weight: number;

  constructor(period: number) {
    this.#weight = 2 / (period + 1);
  }

  add(price: number): number {
    this.value = this.value === undefined ? price : this.value + this.#weight * (price - this.value);
    return this.value;
  }
}

class Broker {
  cash = 1e8;
  readonly positions = new Map<string, number>();
  readonly last = new Map<string, number>();
  #orders: Order[] = [];

  submit(order: Order): void {
    this.#orders.push(order);
  }

  onBar(bar: BarEvent, queue: (BarEvent | FillEvent)[]): void {
    this.last.set(bar.symbol, bar.close);
    if (this.#orders.length === 0) return;
    const kept: Order[] = [];
    for (const order of this.#orders) {
      if (order.symbol !== bar.symbol) {
        kept.push(order);
        continue;
      }
      const price = bar.open * (1 + order.side * 5e-4);
      this.cash -= order.side * price * order.quantity + 0.005 * order.quantity;
      this.positions.set(bar.symbol, (this.positions.get(bar.symbol) ?? 0) + order.side * order.quantity);
      queue.push({ type: "fill", ...order, price, time: bar.time });
    }
    this.#orders = kept;
  }

  equity(): number {
    let equity = this.cash;
    for (const [symbol, quantity] of this.positions) {
      if (quantity !== 0) equity += quantity * (this.last.get(symbol) ?? 0);
    }
    return equity;
  }
}

class Crossover {
  fills = 0;
  readonly #broker: Broker;
  readonly #states = new Map<string, { fast: Ema; slow: Ema; above: boolean; bars: number }>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  onBar(bar: BarEvent): void {
    let state = this.#states.get(bar.symbol);
    if (state === undefined) {
      state = { fast: new Ema(20), slow: new Ema(50), above: false, bars: 0 };
      this.#states.set(bar.symbol, state);
    }
    const above = state.fast.add(bar.close) > state.slow.add(bar.close);
    if (state.bars++ >= 50 && above !== state.above) {
      const held = this.#broker.positions.get(bar.symbol) ?? 0;
      if (above && held === 0) this.#broker.submit({ symbol: bar.symbol, side: 1, quantity: 100 });
      else if (!above && held > 0) this.#broker.submit({ symbol: bar.symbol, side: -1, quantity: held });
    }
    state.above = above;
  }

  onFill(): void {
    this.fills++;
  }
}

export function objectEngine(data: SymbolMajorBars): RivalResult {
  const names = Array.from({ length: data.symbols }, (_, s) => `S${String(s).padStart(3, "0")}`);
  const broker = new Broker();
  const strategy = new Crossover(broker);
  const queue: (BarEvent | FillEvent)[] = [];
  const curve: { time: number; equity: number }[] = [];
  for (let bar = 0; bar < data.bars; bar++) {
    const time = data.time[bar]!;
    for (let s = 0, k = bar; s < data.symbols; s++, k += data.bars) {
      queue.push({
        type: "bar",
        symbol: names[s]!,
        time,
        open: data.open[k]!,
        high: data.high[k]!,
        low: data.low[k]!,
        close: data.close[k]!,
        volume: data.volume[k]!,
      });
    }
    for (let j = 0; j < queue.length; j++) {
      const event = queue[j]!;
      if (event.type === "bar") {
        broker.onBar(event, queue);
        strategy.onBar(event);
      } else strategy.onFill();
    }
    queue.length = 0;
    curve.push({ time, equity: broker.equity() });
  }
  return { fills: strategy.fills, equity: curve.at(-1)?.equity ?? Number.NaN };
}
