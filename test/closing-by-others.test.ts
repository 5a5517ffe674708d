/**
 * Goal    what others do to positions, and what a broker shows wrongly, never makes the engine ask for what is not there
 *         nor believe in what nobody holds (PD-1, PD-2, FD-1).
 * Method  the execute process in one thread against the twin (`live-world.ts`); orders past us as a guardian sends them,
 *         and answers to the question for positions that are older than a fill.
 */
import { describe, expect, it } from "vitest";
import type { VirtualAnswer } from "../src/adapters/net/virtual-network.ts";
import type { Command } from "../src/engine/ports.ts";
import { type Fault, LiveWorld } from "./live-world.ts";

interface Watched {
  readonly world: LiveWorld;
  readonly commands: Command[];
  readonly refusals: string[];
}

/** Two minutes into the session, books compared, 100 ACME held under a stop. */
async function held(): Promise<Watched> {
  const world = new LiveWorld();
  const commands: Command[] = [];
  const refusals: string[] = [];
  world.began = ({ live }) => {
    const step = live.step.bind(live);
    live.step = (input) => {
      step(input);
      commands.push(...live.output.commands);
      if (input.kind === "news" && input.news.kind === "refused") refusals.push(input.news.class);
    };
  };
  world.start();
  await world.run(130);
  world.enter("ACME", 100, 90);
  await world.run(20);
  expect([world.held("ACME"), world.booked("ACME")]).toEqual([100, 100]);
  expect(resting(world)).toBe(100);
  commands.length = 0;
  return { world, commands, refusals };
}

const resting = ({ brokerage }: LiveWorld): number =>
  brokerage
    .orders({ status: "open" } as never)
    .filter(({ type }) => type === "stop")
    .reduce((sum, { quantity }) => sum + (quantity ?? 0) / 1e9, 0);

const submissions = ({ front }: LiveWorld): number =>
  front.requests.filter((line) => line === "POST /v2/orders").length;

const looks = ({ front }: LiveWorld): number =>
  front.requests.filter((line) => line === "GET /v2/positions").length;

/** As a guardian does: cancels everything, then sells. */
async function closedByOthers(world: LiveWorld, shares = 100): Promise<void> {
  world.brokerage.cancelAll(world.at);
  world.front.tell();
  await world.run(0.5);
  world.byHand({ symbol: "ACME", side: "sell", shares });
  await world.run(0.5);
}

/** Answers about positions: what `told` makes of them. */
const positions =
  (told: (truth: string) => string): Fault =>
  ({ method, url }, answer) => {
    const real = answer() as Exclude<VirtualAnswer, string>;
    if (method !== "GET" || !url.endsWith("/v2/positions")) return real;
    return { ...real, body: told(String(real.body)) };
  };

describe("positions that others closed", () => {
  it("no stop is asked for again before the broker's books were read, and the difference is booked in time", async () => {
    const { world, refusals } = await held();
    const before = submissions(world);
    await closedByOthers(world);
    await world.run(40);
    expect(world.booked("ACME")).toBe(0);
    expect(refusals).toEqual([]);
    expect(submissions(world)).toBe(before);
    await world.run(60);
    expect(world.live.notReconciled).toBeUndefined();
    expect(submissions(world)).toBe(before);
  });

  it("the look comes at once", async () => {
    const { world } = await held();
    const before = looks(world);
    world.brokerage.cancelAll(world.at);
    world.front.tell();
    await world.run(1.2);
    expect(looks(world)).toBeGreaterThan(before);
  });

  it("a stop that somebody canceled of a position that is there rests again with the next bar", async () => {
    const { world, refusals } = await held();
    world.brokerage.cancelAll(world.at);
    world.front.tell();
    await world.run(5);
    expect(resting(world)).toBe(0);
    await world.run(60);
    expect([resting(world), world.held("ACME")]).toEqual([100, 100]);
    expect(refusals).toEqual([]);
  });

  it("what is left of a position is under a stop again, without a refusal on the way", async () => {
    const { world, refusals } = await held();
    await closedByOthers(world, 40);
    await world.run(100);
    expect([world.held("ACME"), world.booked("ACME"), resting(world)]).toEqual([60, 60, 60]);
    expect(refusals).toEqual([]);
  });

  it("while no look is answered a stop is tried all the same, after three quarters of a minute", async () => {
    const { world } = await held();
    world.front.fault = ({ url }) =>
      url.includes("/v2/positions") ? { status: 500, body: "no" } : undefined;
    world.brokerage.cancelAll(world.at);
    world.front.tell();
    await world.run(110);
    expect(resting(world)).toBe(100);
  });

  it("a halt asks for a closing that was refused as not there no faster than looks can tell", async () => {
    const { world, refusals } = await held();
    world.brokerage.cancelAll(world.at);
    world.byHand({ symbol: "ACME", side: "sell", shares: 100 });
    world.operator("halt");
    await world.run(90);
    expect([world.held("ACME"), world.booked("ACME")]).toEqual([0, 0]);
    expect(world.live.stage.authorities.permission.level).toBe("HALTED");
    const gone = refusals.filter((why) => why === "no_position");
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.length).toBeLessThan(6);
  });

  it("a doubt outlives the process, and ends", async () => {
    const { world, refusals } = await held();
    await closedByOthers(world);
    world.kill();
    await world.run(1);
    world.start();
    await world.run(60);
    expect([world.booked("ACME"), world.live.notReconciled]).toEqual([0, undefined]);
    expect(refusals).toEqual([]);
  });
});

describe("a cancel", () => {
  it("is commanded once while its order stands where it stood", async () => {
    const { world, commands } = await held();
    world.brokerage.stickCancels("*");
    world.operator("halt");
    await world.run(30);
    const cancels = commands.filter(({ kind }) => kind === "CancelOrder");
    // The broker's word about a cancel without effect moves it now and then; the desk asks every second.
    expect(cancels.length).toBeGreaterThan(0);
    expect(cancels.length).toBeLessThan(5);
    world.brokerage.stickCancels(undefined);
    await world.run(60);
    expect([world.held("ACME"), world.live.stage.authorities.permission.level]).toEqual([0, "HALTED"]);
  });

  it("of an order whose fate is unknown is commanded once, and reaches it when it appears", async () => {
    const { world, commands } = await held();
    world.front.fault = ({ method, url }, answer) => {
      if (method === "POST" && url.endsWith("/v2/orders")) {
        answer();
        return "silence";
      }
      return url.includes("by_client_order_id") ? { status: 500, body: "no" } : undefined;
    };
    world.front.frames = () => [];
    world.enter("HARD", 50, 90);
    await world.run(2);
    world.operator("pause");
    world.operator("halt");
    await world.run(12);
    const asked = new Map<number, number>();
    for (const command of commands)
      if (command.kind === "CancelOrder") asked.set(command.order, (asked.get(command.order) ?? 0) + 1);
    expect(Math.max(...asked.values())).toBe(1);
    world.front.fault = () => undefined;
    world.front.frames = (text) => [text];
    await world.run(120);
    expect([world.held("HARD"), world.booked("HARD")]).toEqual([0, 0]);
  });
});

describe("a look while everything is being closed (31)", () => {
  const shown = (shares: number): string =>
    JSON.stringify([{ ...row, qty: String(shares), qty_available: String(shares) }]);
  const row = {
    ...{ asset_id: "a", symbol: "ACME", exchange: "NASDAQ", asset_class: "us_equity", side: "long" },
    ...{ avg_entry_price: "100", market_value: "0", cost_basis: "0", current_price: "100" },
    ...{ unrealized_pl: "0", unrealized_plpc: "0", unrealized_intraday_pl: "0" },
    ...{ unrealized_intraday_plpc: "0", lastday_price: "100", change_today: "0" },
  };

  /** Every second answer shows a position that is no more. */
  it("that is older than a fill books nothing, and the closing ends all the same", async () => {
    const { world } = await held();
    const booked: string[] = [];
    world.heard = ({ kind }) => {
      if (kind === "news" && world.held("ACME") === 0 && world.booked("ACME") > 0) booked.push("believed");
    };
    let answers = 0;
    world.operator("halt");
    await world.run(2.2);
    expect(world.held("ACME")).toBe(0);
    booked.length = 0;
    world.front.fault = positions((truth) => {
      answers += 1;
      return answers < 12 && answers % 2 === 0 ? shown(100) : truth;
    });
    await world.run(120);
    expect(answers).toBeGreaterThan(12);
    expect(booked).toEqual([]);
    expect([world.booked("ACME"), world.live.stage.authorities.permission.level]).toEqual([0, "HALTED"]);
  });

  it("that a second one confirms is believed: what somebody else bought is closed too", async () => {
    const { world } = await held();
    world.operator("halt");
    await world.run(1.1);
    world.byHand({ symbol: "HARD", side: "buy", shares: 30 });
    await world.run(90);
    expect([world.held("HARD"), world.booked("HARD"), world.held("ACME")]).toEqual([0, 0, 0]);
    expect(world.live.stage.authorities.permission.level).toBe("HALTED");
  });
});
