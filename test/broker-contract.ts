/**
 * What every broker behind our words must do, told as conversations. A broker is put behind it by a factory that
 * makes a world for a scenario: the real client over recorded conversations, the built-in exchange, a simulated venue.
 * Every scenario begins with an account that may trade, holds nothing, and has dollars for 25 shares of ACME at 41.15
 * but not for a million.
 */
import { afterEach, describe, expect, it } from "vitest";
import type {
  BrokerNews,
  BrokerOrder,
  BrokerOrderId,
  BrokerReply,
  BrokerReport,
  BrokerRequest,
  OrderSpec,
  RequestId,
} from "../src/domain/broker.ts";
import { BUY, type ClientOrderId } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";

/** Worlds prepare what their name says: `answer-lost` takes the order and never answers, and so on. */
export type Scenario =
  | "submit"
  | "duplicate"
  | "partial-fills"
  | "change"
  | "cancel"
  | "cancel-all"
  | "reads"
  | "look"
  | "refusals"
  | "answer-lost"
  | "server-error"
  | "unreachable";

export interface BrokerWorld {
  request(request: BrokerRequest): void;
  /** All that was told so far. */
  readonly news: readonly BrokerNews[];
  /** Lets broker and venue act until nothing more comes; at least as long as any deadline of a request. */
  pass(): Promise<void>;
  /** The venue executes so many shares of the order at the price, or at the order's own where it rested there first. */
  trade(clientId: ClientOrderId, shares: number, price: number): void;
  /** Before everything that the scenario does, by the exchange's time. */
  readonly before: EpochMicros;
  close(): Promise<void>;
}

type Ask = BrokerRequest extends infer Request
  ? Request extends BrokerRequest
    ? Omit<Request, "id" | "priority">
    : never
  : never;

const CLIENT_ID = "contract-1" as ClientOrderId;
const spec: OrderSpec = {
  clientId: CLIENT_ID,
  symbol: "ACME",
  side: BUY,
  shares: 25,
  type: "limit",
  timeInForce: "day",
  limit: 41.15,
  orderClass: "simple",
  opens: true,
};

/** `meaningless`: scenarios that cannot be told of this broker, and why; their tests are skipped under that reason. */
export function brokerContract(
  name: string,
  makeWorld: (scenario: Scenario) => Promise<BrokerWorld>,
  meaningless: Readonly<Partial<Record<Scenario, string>>> = {},
): void {
  describe(`${name} keeps the broker's contract`, () => {
    const worlds: BrokerWorld[] = [];
    let asked = 0;
    afterEach(async () => {
      for (const world of worlds.splice(0)) await world.close();
    });

    async function open(scenario: Scenario): Promise<BrokerWorld> {
      const world = await makeWorld(scenario);
      worlds.push(world);
      return world;
    }

    /** Asks, waits, and gives the one answer. */
    async function ask(world: BrokerWorld, what: Ask): Promise<BrokerReply> {
      asked += 1;
      const id = asked as RequestId;
      world.request({ ...what, id, priority: "enter" } as BrokerRequest);
      await world.pass();
      const replies = repliesOf(world, id);
      expect(replies).toHaveLength(1);
      return replies[0] as BrokerReply;
    }

    async function submitted(world: BrokerWorld): Promise<BrokerOrder> {
      const reply = await ask(world, { kind: "Submit", spec });
      expect(reply.kind).toBe("accepted");
      return (reply as Extract<BrokerReply, { kind: "accepted" }>).order;
    }

    it("accepts an order, and the stream tells of it", async () => {
      const world = await open("submit");
      const order = await submitted(world);
      expect(order).toMatchObject({
        clientId: CLIENT_ID,
        symbol: "ACME",
        side: BUY,
        shares: 25,
        limit: 41.15,
      });
      expect(order).toMatchObject({ filled: 0, type: "limit", timeInForce: "day", orderClass: "simple" });
      const last = reportsOf(world, CLIENT_ID).at(-1);
      expect(last?.order).toMatchObject({ id: order.id, status: "working", filled: 0 });
    });

    it("answers a second order of the same name with proof of the first", async () => {
      const world = await open("duplicate");
      await submitted(world);
      expect((await ask(world, { kind: "Submit", spec })).kind).toBe("duplicate");
    });

    it("tells of every execution once, and the sums agree", async () => {
      const world = await open("partial-fills");
      await submitted(world);
      world.trade(CLIENT_ID, 10, 41.14);
      await world.pass();
      world.trade(CLIENT_ID, 15, 41.15);
      await world.pass();
      const reports = reportsOf(world, CLIENT_ID);
      const executions = reports.flatMap(({ execution }) => execution ?? []);
      expect(executions.map(({ shares }) => shares)).toEqual([10, 15]);
      expect(new Set(executions.map(({ id }) => id)).size).toBe(2);
      const filled = reports.map(({ order }) => order.filled);
      expect(filled).toEqual(filled.toSorted((a, b) => a - b));
      expect(reports.at(-1)?.order).toMatchObject({ status: "filled", filled: 25 });
      expect(Math.max(...executions.map(({ price }) => price))).toBeLessThanOrEqual(41.15);
      const paid = executions.reduce((sum, { shares, price }) => sum + shares * price, 0);
      expect(reports.at(-1)?.order.averagePrice).toBeCloseTo(paid / 25, 3);
    });

    it("changes a resting order into a successor that names it", async () => {
      const world = await open("change");
      const { id } = await submitted(world);
      const change = { clientId: "contract-1b" as ClientOrderId, limit: 41.1 };
      const reply = await ask(world, { kind: "Change", order: id, change });
      expect(reply).toMatchObject({ kind: "accepted", order: { replaces: id, limit: 41.1, shares: 25 } });
      const old = reportsOf(world, CLIENT_ID).at(-1)?.order;
      expect(old).toMatchObject({ id, status: "replaced" });
    });

    it("cancels once, and says that the second time there is nothing open", async () => {
      const world = await open("cancel");
      const { id } = await submitted(world);
      expect((await ask(world, { kind: "Cancel", order: id })).kind).toBe("done");
      expect(reportsOf(world, CLIENT_ID).at(-1)?.order.status).toBe("canceled");
      const again = await ask(world, { kind: "Cancel", order: id });
      expect(again).toMatchObject({ kind: "refused", class: "not_open" });
    });

    it("cancels everything", async () => {
      const world = await open("cancel-all");
      await submitted(world);
      expect((await ask(world, { kind: "CancelAll" })).kind).toBe("done");
      expect(reportsOf(world, CLIENT_ID).at(-1)?.order.status).toBe("canceled");
    });

    it("finds an order by either name, and says when there is none", async () => {
      const world = await open("reads");
      const { id } = await submitted(world);
      const found = { kind: "found", order: { id, clientId: CLIENT_ID } };
      expect(await ask(world, { kind: "FindByClientId", clientId: CLIENT_ID })).toMatchObject(found);
      expect(await ask(world, { kind: "Read", order: id })).toMatchObject(found);
      const never = "contract-never" as ClientOrderId;
      expect((await ask(world, { kind: "FindByClientId", clientId: never })).kind).toBe("absent");
    });

    it("shows in one look what is open, what traded, what is held and what it is worth", async () => {
      const world = await open("look");
      const { id } = await submitted(world);
      world.trade(CLIENT_ID, 10, 41.14);
      await world.pass();
      const reply = await ask(world, { kind: "Look", since: world.before });
      expect(reply.kind).toBe("look");
      const { look } = reply as Extract<BrokerReply, { kind: "look" }>;
      expect(look.orders.map((order) => order.id)).toEqual([id]);
      expect(look.orders[0]).toMatchObject({ filled: 10, status: "partially_filled" });
      const streamed = reportsOf(world, CLIENT_ID).flatMap(({ execution }) => execution ?? []);
      const price = streamed[0]?.price;
      expect(look.fills).toMatchObject([{ order: id, shares: 10, price, filled: 10, symbol: "ACME" }]);
      expect(look.fills.map((fill) => fill.id)).toEqual(streamed.map((execution) => execution.id));
      expect(look.positions).toMatchObject([{ symbol: "ACME", shares: 10, averageEntry: price }]);
      expect(look.account.mayTrade).toBe(true);
      expect(look.account.equity).toBeGreaterThan(0);
    });

    it("refuses for good what cannot be, and says of which kind", async () => {
      const world = await open("refusals");
      const big = { ...spec, clientId: "contract-big" as ClientOrderId, shares: 1_000_000 };
      const unknown = { ...spec, clientId: "contract-symbol" as ClientOrderId, symbol: "NOSUCH" };
      const nothing = "00000000-0000-4000-8000-000000000000" as BrokerOrderId;
      const refused = (of: string): object => ({ kind: "refused", class: of });
      expect(await ask(world, { kind: "Submit", spec: big })).toMatchObject(refused("buying_power"));
      expect(await ask(world, { kind: "Submit", spec: unknown })).toMatchObject(refused("not_tradable"));
      expect(await ask(world, { kind: "Cancel", order: nothing })).toMatchObject(refused("not_found"));
    });

    it("does not know what became of an order whose answer was lost, and finds it by asking", async () => {
      const world = await open("answer-lost");
      expect((await ask(world, { kind: "Submit", spec })).kind).toBe("unknown");
      expect((await ask(world, { kind: "FindByClientId", clientId: CLIENT_ID })).kind).toBe("found");
    });

    it("does not know what became of an order after a server's error, and finds none by asking", async () => {
      const world = await open("server-error");
      expect((await ask(world, { kind: "Submit", spec })).kind).toBe("unknown");
      expect((await ask(world, { kind: "FindByClientId", clientId: CLIENT_ID })).kind).toBe("absent");
    });

    const { unreachable } = meaningless;
    const notSent = "knows that an order did not leave when nobody was there";
    it.skipIf(unreachable !== undefined)(
      unreachable === undefined ? notSent : `${notSent}: ${unreachable}`,
      async () => {
        const world = await open("unreachable");
        expect((await ask(world, { kind: "Submit", spec })).kind).toBe("notSent");
      },
    );
  });
}

const repliesOf = ({ news }: BrokerWorld, id: RequestId): BrokerReply[] =>
  news.filter((entry): entry is BrokerReply => "request" in entry && entry.request === id);

const reportsOf = ({ news }: BrokerWorld, clientId: ClientOrderId): BrokerReport[] =>
  news.filter((entry): entry is BrokerReport => entry.kind === "report" && entry.order.clientId === clientId);
