/**
 * A strategy that nobody here has read. What it wants is kept until it has returned, looked at, and only then said: a
 * wish that means nothing never gets further, and whoever is interrupted or throws half way has said nothing at all.
 *
 * GS-1  Of a decision that throws, no wish is heard.
 * GS-2  A wish names an instrument of the run and a declared reason; its numbers are finite and mean something.
 * GS-3  What it throws is plain text before anybody looks at it: no code of its own runs outside of its decision.
 */
import { InvariantError } from "../domain/assert.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { BoundStrategy, Entry, FeatureReader, MemoryColumn, StrategyView } from "./strategy.ts";

type View = StrategyView<string, string, string, string>;

/** Holes of a sentence, at most. */
const NUMBERS_MAX = 4;
const TIMINGS: readonly unknown[] = [undefined, "now", "open_auction", "close_auction"];

interface Later {
  readonly then?: (done: undefined, failed: () => undefined) => unknown;
}

/** `at`: of the bars that are decided on. */
type Call = (decide: () => void, at: EpochMicros) => void;

/** How it is asked. */
interface Asked {
  /** Runs a decision, and may give up on it by throwing. */
  readonly call: Call;
  /** Runs one that a record holds, whose time must change nothing; absent: as `call`. */
  readonly repeat?: Call;
  /** The strategy as it was at first, with nothing that it kept to itself; absent: it stays as it is. */
  readonly anew?: () => BoundStrategy;
}

export function guarded(strategy: BoundStrategy, { call, repeat = call, anew }: Asked): BoundStrategy {
  const reasons = new Set(strategy.reasons.map(([name]) => name));
  const view = new GuardedView(reasons);
  let asked: BoundStrategy | undefined = strategy;
  const decide = () => {
    let answer: Later | undefined;
    let isLater: boolean;
    try {
      // In its time: what a file does when it is loaded is its own as well.
      asked ??= anew?.() ?? strategy;
      answer = asked.decide(view) as unknown as Later | undefined;
      isLater = typeof answer?.then === "function";
      // Nobody waits for it: what it wished afterwards would be lost, and what it threw would end the whole process.
      if (isLater) answer?.then?.(undefined, () => undefined);
    } catch (thrown) {
      throw plain(thrown);
    }
    if (isLater) throw new RangeError("decide is async; it must say what it wishes before it returns");
  };
  return {
    ...strategy,
    isGuarded: true,
    decide(inner, isRepeated = false) {
      view.begin(inner);
      if (isRepeated) repeat(decide, inner.at);
      else call(decide, inner.at);
      view.say();
    },
    ...(anew === undefined
      ? {}
      : {
          renew() {
            asked = undefined;
          },
        }),
  };
}

/** Characters of what was thrown. */
const THROWN_MAX = 10_000;

/** Read while its time is counted: what was thrown may do anything when it is asked for its text. */
function plain(thrown: unknown): unknown {
  if (thrown instanceof InvariantError) return thrown;
  if (!(thrown instanceof Error)) return String(thrown).slice(0, THROWN_MAX);
  const { name, message, stack } = thrown;
  const error = new Error(`${message}`.slice(0, THROWN_MAX));
  error.name = `${name}`.slice(0, THROWN_MAX);
  error.stack = `${stack}`.slice(0, THROWN_MAX);
  return error;
}

class GuardedView implements View {
  readonly #reasons: ReadonlySet<string>;
  readonly #wishes: (() => void)[] = [];
  #inner: View | undefined;

  constructor(reasons: ReadonlySet<string>) {
    this.#reasons = reasons;
  }

  begin(inner: View): void {
    this.#inner = inner;
    this.#wishes.splice(0);
  }

  /** In the order in which they were wished. */
  say(): void {
    for (const wish of this.#wishes) wish();
  }

  get #now(): View {
    if (this.#inner === undefined) throw new RangeError("the view was used outside of a decision");
    return this.#inner;
  }

  get at(): EpochMicros {
    return this.#now.at;
  }
  get size(): number {
    return this.#now.size;
  }
  get instruments(): number {
    return this.#now.instruments;
  }
  get feature(): Readonly<Record<string, FeatureReader>> {
    return this.#now.feature;
  }
  get memory(): Readonly<Record<string, MemoryColumn>> {
    return this.#now.memory;
  }
  get reference(): Readonly<Record<string, FeatureReader>> {
    return this.#now.reference;
  }
  instrument(n: number): InstrumentId {
    return this.#now.instrument(n);
  }
  symbol(instrument: InstrumentId): string {
    return this.#now.symbol(instrument);
  }
  open(instrument: InstrumentId): number {
    return this.#now.open(instrument);
  }
  high(instrument: InstrumentId): number {
    return this.#now.high(instrument);
  }
  low(instrument: InstrumentId): number {
    return this.#now.low(instrument);
  }
  close(instrument: InstrumentId): number {
    return this.#now.close(instrument);
  }
  volume(instrument: InstrumentId): number {
    return this.#now.volume(instrument);
  }
  position(instrument: InstrumentId): number {
    return this.#now.position(this.#known(instrument));
  }
  averageEntry(instrument: InstrumentId): number {
    return this.#now.averageEntry(this.#known(instrument));
  }
  barsHeld(instrument: InstrumentId): number {
    return this.#now.barsHeld(this.#known(instrument));
  }

  enter(asked: Entry, because: string, ...numbers: readonly number[]): void {
    const inner = this.#now;
    // A copy: what is changed after it was looked at is not what was looked at.
    const { instrument, conviction, stop, target, timeStopBars, together, when } = asked;
    const close = inner.close(this.#known(instrument));
    const name = inner.symbol(instrument) || `instrument ${instrument}`;
    must(
      Number.isFinite(conviction) && conviction !== 0 && Math.abs(conviction) <= 1,
      `${name}: conviction ${conviction} must be in [-1, 1] and not 0`,
    );
    const side = Math.sign(conviction);
    const isPrice = (price: unknown, sign: number) =>
      price === undefined ||
      (typeof price === "number" &&
        Number.isFinite(price) &&
        price > 0 &&
        !(sign * side * (price - close) <= 0));
    must(isPrice(stop, -1), `${name}: stop ${stop} must be a price on the losing side of ${close}`);
    must(isPrice(target, 1), `${name}: target ${target} must be a price on the winning side of ${close}`);
    must(
      timeStopBars === undefined || (Number.isInteger(timeStopBars) && timeStopBars > 0),
      `${name}: timeStopBars ${timeStopBars} must be a whole number from 1 on`,
    );
    must(TIMINGS.includes(when), `${name}: when ${when} must be now, open_auction or close_auction`);
    if (together !== undefined) this.#known(together);
    const said = this.#because(because, numbers);
    const entry: Entry = {
      ...{ instrument, conviction },
      ...(stop === undefined ? {} : { stop }),
      ...(target === undefined ? {} : { target }),
      ...(timeStopBars === undefined ? {} : { timeStopBars }),
      ...(together === undefined ? {} : { together }),
      ...(when === undefined ? {} : { when }),
    };
    this.#wishes.push(() => inner.enter(entry, because, ...said));
  }

  exit(instrument: InstrumentId, because: string, ...numbers: readonly number[]): void {
    const inner = this.#now;
    const [of, said] = [this.#known(instrument), this.#because(because, numbers)];
    this.#wishes.push(() => inner.exit(of, because, ...said));
  }

  protect(instrument: InstrumentId, stop: number): void {
    const inner = this.#now;
    const of = this.#known(instrument);
    must(
      Number.isFinite(stop) && stop > 0,
      `${inner.symbol(of)}: stop ${stop} must be a price, dollars per share`,
    );
    this.#wishes.push(() => inner.protect(of, stop));
  }

  #known(instrument: InstrumentId): InstrumentId {
    const { instruments } = this.#now;
    must(
      Number.isInteger(instrument) && instrument >= 0 && instrument < instruments,
      `instrument ${instrument} is none of this run; view.instrument(n) gives those that can be traded`,
    );
    return instrument;
  }

  #because(name: string, numbers: readonly number[]): readonly number[] {
    must(
      this.#reasons.has(name),
      `reason ${name} is not declared; there are ${[...this.#reasons].join(", ")}`,
    );
    const isSound = numbers.length <= NUMBERS_MAX && numbers.every((number) => typeof number === "number");
    must(isSound, `reason ${name}: takes up to ${NUMBERS_MAX} numbers`);
    return [...numbers];
  }
}

function must(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new RangeError(otherwise);
}
