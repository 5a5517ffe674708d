/**
 * Goal    a loop gone wild is closed out although the pause of the throttle bars what it asks for, and a broad signal is
 *         not (C-07).
 * Method  the execute stage with the throttle, the pause and the kill as they are delivered; wishes second by second.
 */
import { describe, expect, it } from "vitest";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { EntryIntent } from "../src/domain/intent.ts";
import { usd } from "../src/domain/money.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { ExecuteStage } from "../src/engine/execute.ts";
import { ensembleParams } from "../src/ensemble/ensemble-params.ts";
import { executionParams } from "../src/execution/order-policy.ts";
import { runaway } from "../src/risk/breakers/runaway.ts";
import { throttlePause } from "../src/risk/breakers/throttle-pause.ts";
import { rules } from "../src/risk/registry.ts";
import { barClose, bars, columnsOf, testSessions } from "./bar-text.ts";

describe("C-07 with the settings of the product", () => {
  const sessions = testSessions(1, 390);
  const STRATEGIES = 3;
  const WISHES = 12;
  const INSTRUMENTS = STRATEGIES * WISHES;

  /** Each strategy wants its twelve at each of so many seconds; every order is taken back at once. */
  function wanting(seconds: number): { readonly flattenedAt: number | undefined; readonly barred: number } {
    const settings = { startingCash: usd(1e9), sessions, execution: executionParams.parse({}) };
    const execute = new ExecuteStage(
      {
        ...{ strategies: STRATEGIES, instruments: INSTRUMENTS, ...settings },
        rules: rules.filter(({ id }) => id === "throttle").map((rule) => rule.configure({})),
        breakers: [runaway, throttlePause].map((breaker) => breaker.configure({})),
        ensemble: ensembleParams.parse({}),
      },
      () => undefined,
    );
    const barred = () =>
      execute.blocked.list().find(({ rule }) => rule === "permission:throttle_pause")?.count ?? 0;
    const from = barClose(sessions, 0, 10);
    for (let second = 0; second < 600; second++) {
      const now = (from + second * 1e6) as EpochMicros;
      const flat = Array.from({ length: INSTRUMENTS }, (_, i) => bars(i, "100/100/100/100", [now])).flat();
      execute.bars({ at: now, from: 0, to: INSTRUMENTS, columns: columnsOf("1s", INSTRUMENTS, flat) });
      if (second >= seconds) continue;
      execute.decide(Array.from({ length: INSTRUMENTS }, (_, n) => wish(n, now)));
      for (const command of execute.commands.splice(0))
        if (command.kind === "PlaceOrder")
          execute.broker({ kind: "OrderCanceled", at: now, order: command.order.number });
      if (execute.authorities.flattens) return { flattenedAt: second, barred: barred() };
    }
    return { flattenedAt: undefined, barred: barred() };
  }

  const wish = (n: number, at: EpochMicros): EntryIntent => {
    const place = { strategy: n % STRATEGIES, instrument: n as InstrumentId };
    const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now", stop: Number.NaN } as const;
    return { kind: "Enter", at, ...place, ...terms, signal: 0, reference: 100, shares: 10 };
  };

  it("three strategies that want twelve each with every second are closed out at the tenth", () => {
    const { flattenedAt, barred } = wanting(600);
    expect(flattenedAt).toBe(9);
    expect(barred).toBeGreaterThan(100);
  });

  it("one broad signal is not, nor is one that stands for nine seconds", () => {
    expect(wanting(1).flattenedAt).toBeUndefined();
    expect(wanting(9)).toMatchObject({ flattenedAt: undefined });
  });
});
