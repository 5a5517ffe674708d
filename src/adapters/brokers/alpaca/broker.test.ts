/**
 * Goal: what an answer proves is judged as RELIABILITY 3.3 lists it, each request has one answer, what changes
 * something is sent once, and nothing that is said or logged holds a key. Method: the real client under virtual time.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AlpacaPlayer,
  CANARY_KEY,
  CANARY_SECRET,
  type Exchange,
  readConversation,
  recordedAt,
  type Talk,
  talk,
} from "../../../../test/alpaca-conversation.ts";
import type {
  BrokerNews,
  BrokerOrderId,
  BrokerReply,
  BrokerRequest,
  OrderSpec,
  Priority,
  RequestId,
} from "../../../domain/broker.ts";
import { BUY, type ClientOrderId, SELL } from "../../../domain/order.ts";

const CLIENT_ID = "contract-1" as ClientOrderId;
const ORDER_ID = "3f0c6d1e-8a52-4c0e-9b37-5b6f2d0a4c11" as BrokerOrderId;
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

type Answer = Exchange["answer"];
const post = (answer: Answer): Exchange => ({ method: "POST", path: "/v2/orders", answer });
const accepted = readConversation("submit").exchanges[0]?.answer as Exclude<Answer, string>;
const orderOf = (changes: object): Record<string, unknown> => ({ ...(accepted.body as object), ...changes });
const error = (status: number, code: number, message: string): Answer => ({
  status,
  body: { code, message },
});

function open(exchanges: readonly Exchange[], given: Parameters<typeof talk>[1] = {}): Talk {
  return talk(new AlpacaPlayer({ exchanges, trades: [] }), given);
}

const id = 1 as RequestId;
const submit = (priority: Priority = "enter"): BrokerRequest => ({ kind: "Submit", id, priority, spec });
const repliesOf = (news: readonly BrokerNews[]): BrokerReply[] =>
  news.filter((entry): entry is BrokerReply => "request" in entry);

async function answerTo(request: BrokerRequest, exchanges: readonly Exchange[]): Promise<BrokerReply> {
  const { broker, clock, news } = open(exchanges);
  broker.request(request);
  await clock.advance(60_000);
  const replies = repliesOf(news);
  expect(replies).toHaveLength(1);
  return replies[0] as BrokerReply;
}

const told = (what: unknown): string => JSON.stringify(what);
const HTML = "<html><head><title>Not here</title></head></html>";

describe("what became of a submitted order", () => {
  const rows: readonly (readonly [what: string, answer: Answer, kind: string, refusal?: string])[] = [
    ["200 with the order", accepted, "accepted"],
    ["200 without a body", { status: 200 }, "unknown"],
    ["200 with half a body", { status: 200, text: '{"id":"3f0c' }, "unknown"],
    ["200 with another order", { status: 200, body: orderOf({ client_order_id: "other" }) }, "unknown"],
    ["200 with a page", { status: 200, text: HTML }, "unknown"],
    ["400", error(400, 40010000, "request body format is invalid"), "refused", "invalid"],
    ["401", error(401, 40110000, "request is not authorized"), "refused", "unauthorized"],
    ["401 with a page", { status: 401, text: HTML }, "refused", "unauthorized"],
    ["403 forbidden", { status: 403, body: { message: "forbidden." } }, "refused", "unauthorized"],
    ["403 with a page", { status: 403, text: HTML }, "refused", "unauthorized"],
    ["403 money", error(403, 40310000, "insufficient buying power"), "refused", "buying_power"],
    [
      "403 shares",
      error(403, 40310000, "insufficient qty available for order (requested: 25, available: 0)"),
      "refused",
      "shares_held",
    ],
    [
      "403 wash",
      error(403, 40310000, "potential wash trade detected. use complex orders"),
      "refused",
      "wash_trade",
    ],
    ["403 short", error(403, 40310000, 'asset "ACME" cannot be sold short'), "refused", "not_shortable"],
    ["403 other", error(403, 40310000, "something else"), "refused", "other"],
    ["404", error(404, 40410000, "order not found"), "refused", "not_found"],
    ["422 duplicate", error(422, 40010001, "client_order_id must be unique"), "duplicate"],
    [
      "422 long id",
      error(422, 40010001, "client_order_id must be no more than 128 characters"),
      "refused",
      "invalid",
    ],
    ["422 asset", error(422, 42210000, 'asset "ACME" not found'), "refused", "not_tradable"],
    ["422 sub-penny", error(422, 42210000, "invalid limit_price 41.155"), "refused", "invalid"],
    ["429", error(429, 42910000, "rate limit exceeded"), "refused", "throttled"],
    ["429 with a page", { status: 429, text: HTML }, "refused", "throttled"],
    ["408", { status: 408 }, "unknown"],
    ["409, which is on no list", error(409, 40910000, "conflict"), "unknown"],
    ["425", { status: 425 }, "unknown"],
    ["500", error(500, 50010000, "internal server error"), "unknown"],
    ["502 with a page", { status: 502, text: HTML }, "unknown"],
    ["503", { status: 503 }, "unknown"],
    ["504 with a page", { status: 504, text: HTML }, "unknown"],
    ["302, which no broker sends", { status: 302 }, "unknown"],
    ["no answer", "silence", "unknown"],
    ["a lost line", "reset", "unknown"],
    ["nobody there", "unreachable", "notSent"],
  ];
  for (const [what, answer, kind, refusal] of rows) {
    it(`${what}: ${kind}`, async () => {
      const reply = await answerTo(submit(), [post(answer)]);
      expect(reply.kind).toBe(kind);
      expect("class" in reply ? reply.class : undefined).toBe(refusal);
    });
  }

  it("is asked of the broker once, whatever the answer", async () => {
    for (const [, answer] of rows) {
      const { broker, player, clock } = open([post(answer)]);
      broker.request(submit());
      await clock.advance(60_000);
      expect(player.requests).toHaveLength(1);
    }
  });

  it("is not asked at all when the order itself cannot be", async () => {
    const wrong: readonly Partial<OrderSpec>[] = [
      { shares: Number.NaN },
      { shares: 0 },
      { limit: Number.NaN },
      { limit: -1 },
      { type: "market" },
      { type: "stop" },
      { orderClass: "bracket", takeProfit: 42 },
      { stopLoss: 40 },
      { clientId: "" as ClientOrderId },
    ];
    for (const changes of wrong) {
      const { broker, player, clock, news } = open([]);
      broker.request({ kind: "Submit", id, priority: "enter", spec: { ...spec, ...changes } });
      await clock.advance(100);
      expect(news).toMatchObject([{ kind: "refused", class: "invalid" }]);
      expect(player.requests).toEqual([]);
    }
  });
});

describe("a deadline", () => {
  it.each([
    ["enter", 5_000],
    ["reconcile", 5_000],
    ["protect", 3_000],
    ["flatten", 3_000],
  ] as const)("of %s is %d ms, exactly", async (priority, deadlineMs) => {
    const { broker, clock, news } = open([post("silence")]);
    broker.request(submit(priority));
    await clock.advance(deadlineMs - 1);
    expect(news).toEqual([]);
    await clock.advance(1);
    expect(news).toMatchObject([{ kind: "unknown", reason: `no answer within ${deadlineMs} ms` }]);
  });
});

describe("questions", () => {
  const find: BrokerRequest = { kind: "FindByClientId", id, priority: "reconcile", clientId: CLIENT_ID };
  const get = (answer: Answer): Exchange => ({
    method: "GET",
    path: "/v2/orders:by_client_order_id",
    answer,
  });

  it("are asked three times at most, and a later answer counts", async () => {
    const failing = [get({ status: 503 }), get("reset"), get(accepted), get(accepted)];
    const { broker, player, clock, news } = open(failing);
    broker.request(find);
    await clock.advance(60_000);
    expect(player.requests).toHaveLength(3);
    expect(news).toMatchObject([{ kind: "found", order: { clientId: CLIENT_ID } }]);
    const reply = await answerTo(find, [get({ status: 503 }), get("reset"), get("silence")]);
    expect(reply.kind).toBe("unknown");
  });

  it("are answered with absence only by the broker itself", async () => {
    const missing = error(404, 40410000, "order not found for contract-1");
    expect((await answerTo(find, [get(missing)])).kind).toBe("absent");
    expect((await answerTo(find, [get({ status: 404, text: HTML })])).kind).toBe("unknown");
    expect((await answerTo(find, [get({ status: 404 })])).kind).toBe("unknown");
    expect((await answerTo(find, [get({ status: 200, body: orderOf({ client_order_id: "x" }) })])).kind).toBe(
      "unknown",
    );
  });

  it("never take a part of the account for the whole", async () => {
    const { exchanges } = readConversation("look");
    const reads = exchanges.filter(({ method }) => method === "GET");
    const look: BrokerRequest = { kind: "Look", id, priority: "reconcile", since: recordedAt };
    expect((await answerTo(look, reads)).kind).toBe("look");
    for (let broken = 0; broken < reads.length; broken += 1) {
      const answers: Answer[] = [{ status: 200, text: "[{}]" }, { status: 200 }, { status: 500 }, "silence"];
      for (const answer of answers) {
        const changed = reads.flatMap((read, n) =>
          n === broken ? [1, 2, 3].map(() => ({ ...read, answer })) : read,
        );
        expect((await answerTo(look, changed)).kind).toBe("unknown");
      }
    }
  });

  it("follow the pages of orders and fills to the end", async () => {
    const { exchanges } = readConversation("look");
    const reads = exchanges.filter(({ method }) => method === "GET");
    const order = (n: number): object => orderOf({ id: `order-${n}`, client_order_id: `mine-${n}` });
    const fill = {
      order_id: "order-1",
      symbol: "ACME",
      side: "sell_short",
      qty: "1",
      price: "41",
      cum_qty: "1",
    };
    const fillOf = (n: number): object => ({
      ...fill,
      id: `2026::f${n}`,
      transaction_time: "2026-03-02T14:31:07Z",
    });
    const page = (path: string, query: Record<string, string>, body: object[]): Exchange => ({
      method: "GET",
      path,
      query,
      answer: { status: 200, body },
    });
    const range = (from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, n) => from + n);
    const pages = [
      page("/v2/orders", { status: "open", after_order_id: "order-499" }, range(500, 503).map(order)),
      page("/v2/orders", { status: "open" }, range(0, 500).map(order)),
      page("/v2/account/activities/FILL", { page_token: "2026::f99" }, [fillOf(100)]),
      page("/v2/account/activities/FILL", {}, range(0, 100).map(fillOf)),
    ];
    const look: BrokerRequest = { kind: "Look", id, priority: "reconcile", since: recordedAt };
    const reply = await answerTo(look, [...pages, ...reads.slice(1)]);
    const seen = (reply as Extract<BrokerReply, { kind: "look" }>).look;
    expect(seen.orders.map((each) => each.id)).toEqual(range(0, 503).map((n) => `order-${n}`));
    expect(seen.fills.map((each) => each.id)).toEqual(range(0, 101).map((n) => `f${n}`));
    expect(seen.fills[0]?.side).toBe(SELL);
  });
});

describe("a cancel of everything", () => {
  const all = (answer: Answer): Exchange => ({ method: "DELETE", path: "/v2/orders", answer });
  const cancel: BrokerRequest = { kind: "CancelAll", id, priority: "flatten" };
  it("is done only when no order failed to be canceled", async () => {
    const rows = (...statuses: number[]): Answer => ({
      status: 207,
      body: statuses.map((status) => ({ id: "a", status })),
    });
    expect((await answerTo(cancel, [all(rows())])).kind).toBe("done");
    expect((await answerTo(cancel, [all(rows(200, 422, 404))])).kind).toBe("done");
    expect(await answerTo(cancel, [all(rows(200, 500))])).toMatchObject({
      kind: "unknown",
      reason: "1 of 2 orders were not canceled",
    });
    expect((await answerTo(cancel, [all({ status: 207, text: HTML })])).kind).toBe("unknown");
  });
});

describe("an entry that waits for the request budget", () => {
  it("does not leave any more when a halt came before its turn (I-9)", async () => {
    let isBarred = false;
    const given = { requestsPerMinute: 1, mayLeave: () => !isBarred };
    const { broker, clock, news, counts } = open([post(accepted), post(accepted)], given);
    broker.request(submit());
    await clock.advance(57_000);
    broker.request({ ...submit(), id: 2 as RequestId });
    await clock.advance(1_000);
    isBarred = true;
    await clock.advance(10_000);
    expect(repliesOf(news).map(({ kind, request }) => [kind, request])).toEqual([
      ["accepted", 1],
      ["notSent", 2],
    ]);
    expect(counts.of("alpaca.not-wanted")).toBe(1);
  });
});

describe("the client", () => {
  it("answers each request once, whatever the broker does, also when it is stopped in between", async () => {
    const answers: readonly Answer[] = [
      accepted,
      { status: 503 },
      { status: 204 },
      "silence",
      "reset",
      "unreachable",
    ];
    const anyAnswer = fc.nat(answers.length - 1).map((n) => answers[n] ?? "silence");
    const kinds = ["Submit", "Change", "Cancel", "CancelAll", "FindByClientId", "Read", "Look"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...kinds), anyAnswer), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 9_000 }),
        async (asked, stopAtMs) => {
          const methods = ["POST", "PATCH", "DELETE", "GET"];
          const paths = ["/v2/orders", `/v2/orders/${ORDER_ID}`, "/v2/orders:by_client_order_id"];
          const exchanges = asked.flatMap(([, answer]) =>
            methods.flatMap((method) => paths.map((path) => ({ method, path, answer }))),
          );
          const { broker, clock, news } = open(exchanges);
          for (const [n, [kind]] of asked.entries())
            broker.request({
              ...{ kind, spec, order: ORDER_ID, clientId: CLIENT_ID, since: recordedAt },
              ...{ change: { clientId: CLIENT_ID, limit: 41 }, id: n as RequestId, priority: "reconcile" },
            } as BrokerRequest);
          await clock.advance(stopAtMs);
          broker.stop();
          await clock.advance(60_000);
          expect(
            repliesOf(news)
              .map(({ request }) => Number(request))
              .toSorted((a, b) => a - b),
          ).toEqual([...asked.keys()]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the same answers at the same times, however many turns the clock lets pass (ADR 0003)", async () => {
    const logOf = async (turns: number): Promise<string> => {
      const { exchanges } = readConversation("look");
      const { broker, clock, news } = open([post({ status: 504 }), ...exchanges.slice(1)], { turns });
      const seen: string[] = [];
      broker.start();
      broker.request(submit());
      broker.request({ kind: "Look", id: 2 as RequestId, priority: "reconcile", since: recordedAt });
      for (let n = 0; n < 200; n += 1) {
        await clock.advance(1);
        while (seen.length < news.length) seen.push(`${clock.now()} ${JSON.stringify(news[seen.length])}`);
      }
      expect(seen.length).toBeGreaterThan(2);
      return seen.join("\n");
    };
    const reference = await logOf(64);
    expect(await logOf(32)).toBe(reference);
    expect(await logOf(128)).toBe(reference);
  });

  it("tells no key to anybody, also when the broker echoes it", async () => {
    const echo = `bad request of ${CANARY_KEY} with ${CANARY_SECRET}`;
    const exchanges = [post(error(400, 40010000, echo)), post({ status: 500, text: echo })];
    const player = new AlpacaPlayer({ exchanges, trades: [] });
    player.upgrades.push(500, 429);
    const { broker, clock, news, lines } = talk(player);
    broker.start();
    broker.request(submit());
    broker.request({ ...submit(), id: 2 as RequestId });
    await clock.advance(60_000);
    player.peers.at(-1)?.close(`bye ${CANARY_SECRET}`);
    await clock.advance(60_000);
    expect(told(lines)).toContain("bye ***");
    expect(player.requests[0]?.headers).toMatchObject({ "APCA-API-SECRET-KEY": CANARY_SECRET });
    expect(repliesOf(news)).toHaveLength(2);
    const everything = told([news, lines]);
    expect(everything).toContain("bad request of *** with ***");
    expect(everything).not.toContain(CANARY_KEY);
    expect(everything).not.toContain(CANARY_SECRET);
  });
});
