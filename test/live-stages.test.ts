/**
 * Goal: two stages that tell each other by messages decide, order and book as the single loop does.
 * Method: one synthetic session through both wirings over equal venues; every message between the stages crosses text,
 * as it does on a socket, and every command is compared.
 */
import { describe, expect, test } from "vitest";
import { loadConfig, withSettings } from "../src/app/config.ts";
import { engineConfigs } from "../src/app/engine-configs.ts";
import { tradedConfig } from "../src/app/traded-config.ts";
import type { BrokerNews, RequestId } from "../src/domain/broker.ts";
import type { BrokerEvent } from "../src/domain/events.ts";
import type { ClientOrderId } from "../src/domain/order.ts";
import type { DayNumber, EpochMicros } from "../src/domain/time.ts";
import { parseIsoDate } from "../src/domain/time.ts";
import { commandText, eventText } from "../src/engine/event-text.ts";
import { LiveCompute } from "../src/engine/live-compute.ts";
import { type ExecuteInput, LiveExecute } from "../src/engine/live-execute.ts";
import { SingleLoop } from "../src/engine/single-loop.ts";
import {
  computeInputText,
  executeInputText,
  parseComputeInput,
  parseExecuteInput,
} from "../src/engine/stage-text.ts";
import type { Lifecycle } from "../src/execution/lifecycle/words.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { createSyntheticMarket } from "../src/sim/synthetic-market.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import { strategies } from "../src/strategies/registry.ts";

const SEED = 7;
const NEWS: BrokerNews = { kind: "done", request: 0 as RequestId };

const market = createSyntheticMarket({ seed: SEED, firstSession: parseIsoDate("2026-11-18") as DayNumber });
// A market of bars alone: nobody sees the quotes and trades that the demo requires.
const overBars = ["execution.stops=venue", "risk.spread.required=false"];
const config = withSettings(tradedConfig(loadConfig(), "demo"), overBars, "test");
const { instruments } = market;
const columns = market.session(0);
const history = market.history(2);
const strategyIds = ["reference_ema_cross", "swing_trend_following"];
const setup = { config, strategyIds, columns, sessions: xnysSessions(), cash: 97_000 };

/** The venue of arithmetic stands behind the stage; what it says comes in as news. */
class VenueBehind implements Lifecycle {
  readonly requests = [];
  readonly events: BrokerEvent[] = [];
  readonly notes = [];
  readonly nextDue = { at: Infinity, mono: Infinity };
  readonly unknownCount = 0;
  told: BrokerEvent[] = [];
  #ids = 0;

  place(): void {}
  cancel(): void {}
  moveStop(): void {}
  time(): void {}
  restarted(): void {}
  heard(): void {
    this.events.push(...this.told.splice(0));
  }
  clientIdFor(): ClientOrderId {
    return `x${this.#ids++}` as ClientOrderId;
  }
  open() {
    return [];
  }
  byClientId() {
    return new Map();
  }
  owns(): boolean {
    return false;
  }
  tombstones() {
    return [];
  }
}

function warmed<Stage>(
  stage: Stage,
  see: (batch: typeof columns, from: number, to: number, at: number) => void,
) {
  for (let b = 0; b < history.closedAt.length; b++)
    see(history, history.offset[b] ?? 0, history.offset[b + 1] ?? 0, history.closedAt[b] ?? 0);
  return stage;
}

function throughOneLoop(): string[] {
  const { compute, execute } = engineConfigs(setup, strategies);
  const loop = new SingleLoop(compute, execute);
  warmed(loop, (bars, from, to, at) => loop.warm({ columns: bars, from, to, at: at as EpochMicros }));
  const venue = new SimulatedVenue(instruments.symbols.length, config.costs, xnysSessions());
  const timeline = new Timeline(columns, venue);
  const said: string[] = [];
  for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
    loop.step(event);
    for (const command of loop.commands.splice(0)) {
      said.push(commandText(command));
      venue.send(command);
    }
  }
  return said;
}

function throughTwoStages(): { readonly said: string[]; readonly decisions: number } {
  const { compute, execute } = engineConfigs(setup, strategies);
  const lifecycle = new VenueBehind();
  const two = strategyIds.length;
  const decides = new LiveCompute(compute);
  const trades = new LiveExecute({
    execute: { ...execute, strategies: two },
    instruments,
    lifecycle,
    external: two,
    strategies: two,
    decisionAgeMicros: 10_000_000,
  });
  warmed(decides, (bars, from, to, at) => {
    const batch = { columns: bars, from, to, at: at as EpochMicros };
    trades.stage.bars(batch);
    decides.stage.warm(batch);
  });
  const venue = new SimulatedVenue(instruments.symbols.length, config.costs, xnysSessions());
  const timeline = new Timeline(columns, venue);
  const said: string[] = [];
  let decisions = 0;
  const give = (input: ExecuteInput): void => {
    trades.step(parseExecuteInput(executeInputText(input), instruments));
    for (const command of trades.output.commands.splice(0)) {
      said.push(commandText(command));
      venue.send(command);
    }
    trades.output.brokerEvents.length = 0;
    for (const feedback of trades.output.feedback.splice(0))
      decides.step(
        parseComputeInput(computeInputText({ kind: "feedback", sequence: 0, feedback }), instruments),
      );
  };
  for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
    const now = { at: ("at" in event ? event.at : event.bars.at) as EpochMicros, mono: 0 };
    if (event.kind !== "BarsClosed") {
      lifecycle.told.push(event as BrokerEvent);
      give({ kind: "news", news: NEWS, now });
      continue;
    }
    const market = parseComputeInput(computeInputText({ kind: "market", sequence: 0, event }), instruments);
    give({ kind: "event", event, now });
    decides.step(market);
    for (const decision of decides.decisions.splice(0)) {
      decisions += decision.intents.length;
      give({ kind: "decision", decision, now });
    }
  }
  return { said, decisions };
}

describe("two stages", () => {
  test("command what one loop commands", () => {
    const alone = throughOneLoop();
    const { said, decisions } = throughTwoStages();
    expect(decisions).toBeGreaterThan(20);
    expect(alone.length).toBeGreaterThan(40);
    expect(said).toEqual(alone);
  });

  test("write an event as text and read the same again", () => {
    const event = new Timeline(columns, new SimulatedVenue(40, config.costs, xnysSessions())).next();
    if (event?.kind !== "BarsClosed") throw new Error("the session begins with bars");
    const text = executeInputText({ kind: "event", event, now: { at: 5 as EpochMicros, mono: 1.25 } });
    const again = parseExecuteInput(text, instruments);
    expect(again.now).toEqual({ at: 5, mono: 1.25 });
    expect(again.kind === "event" && eventText(again.event)).toBe(eventText(event));
  });
});
