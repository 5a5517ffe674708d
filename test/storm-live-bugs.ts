/**
 * Bugs of a live engine, planted from outside: the wire between execute and the broker is cut, doubled or made to lie, or
 * a method of one instance is replaced. The live storm must catch each by the invariant named here.
 */
import type { BrokerNews, BrokerOrder, BrokerRequest, RequestId } from "../src/domain/broker.ts";
import type { ClientOrderId, FillId } from "../src/domain/order.ts";
import { Purpose } from "../src/domain/order.ts";
import type { LiveExecute } from "../src/engine/live-execute.ts";
import type { ExecuteSabotage } from "./storm-live/execute-life.ts";

export interface PlantedLiveBug {
  readonly name: string;
  /** Tried first: one that showed it. */
  readonly seed: number;
  readonly caughtBy: readonly string[];
  /** A fresh one per seed: some remember. */
  plant(): ExecuteSabotage;
}

type Send = (request: BrokerRequest) => void;

/** Sees each submission that leaves. */
const submitted = (change: (request: Submit, send: Send) => void): ExecuteSabotage => ({
  send: (request, send) => (request.kind === "Submit" ? change(request, send) : send(request)),
});
type Submit = Extract<BrokerRequest, { kind: "Submit" }>;

const renamed = (request: Submit, suffix: string): Submit => ({
  ...request,
  id: (request.id + 500_000) as RequestId,
  spec: { ...request.spec, clientId: `${request.spec.clientId}${suffix}` as ClientOrderId },
});

/** What the engine hears of a submission that nobody knows the outcome of. */
function onDoubt(
  answer: (request: Submit, send: Send, deliver: (news: BrokerNews) => void) => boolean,
): ExecuteSabotage {
  const flying = new Map<RequestId, Submit>();
  let send: Send = () => undefined;
  return {
    send(request, leave) {
      send = leave;
      if (request.kind === "Submit") flying.set(request.id, request);
      leave(request);
    },
    news(news, deliver) {
      const request = "request" in news ? flying.get(news.request) : undefined;
      if (request === undefined || news.kind !== "unknown" || !answer(request, send, deliver)) deliver(news);
    },
  };
}

/** What shows the bug comes in a session in which the account was suspended: entries go on all the same (C-64). */
function forgivesAccount(live: LiveExecute): void {
  const { authorities } = live.stage;
  const raise = authorities.raise.bind(authorities);
  authorities.raise = (claim) => {
    if (claim.source !== "broker_account") raise(claim);
  };
}

/** Takes the word of a cancel for the cancel. */
function trustsCancels(): ExecuteSabotage {
  const orders = new Map<string, BrokerOrder>();
  const flying = new Map<RequestId, string>();
  return {
    send(request, leave) {
      if (request.kind === "Cancel") flying.set(request.id, request.order);
      else leave(request);
    },
    news(news, deliver) {
      const order =
        news.kind === "report" || news.kind === "accepted" || news.kind === "found" ? news.order : undefined;
      if (order !== undefined) orders.set(order.id, order);
      deliver(news);
      for (const [request, id] of flying) {
        flying.delete(request);
        const known = orders.get(id);
        if (known === undefined) continue;
        deliver({
          kind: "report",
          cause: "stream",
          event: "canceled",
          order: { ...known, status: "canceled" },
        });
      }
    },
  };
}

export const plantedLiveBugs: readonly PlantedLiveBug[] = [
  {
    name: "orders leave before their rows are durable",
    seed: 4,
    caughtBy: ["I-6"],
    plant: () => ({ sendsBeforeDurable: true }),
  },
  {
    name: "a doubt is answered by sending again under a new id",
    seed: 5,
    caughtBy: ["I-6", "I-7"],
    plant: () =>
      onDoubt((request, send) => {
        if (request.spec.clientId.endsWith("r")) return false;
        send(renamed(request, "r"));
        return false;
      }),
  },
  {
    name: "an error counts as a refusal",
    seed: 82,
    caughtBy: ["I-29", "I-1", "I-2", "I-7", "I-35"],
    plant: () => ({
      built: forgivesAccount,
      ...onDoubt(({ id }, _send, deliver) => {
        deliver({ kind: "refused", class: "other", reason: "an error", request: id });
        return true;
      }),
    }),
  },
  {
    name: "what was given up is not looked for any more",
    seed: 82,
    caughtBy: ["I-29", "I-2", "I-20"],
    plant: () => ({
      built(live) {
        forgivesAccount(live);
        const { lifecycle } = live;
        const heard = lifecycle.heard.bind(lifecycle);
        const given = (id: string) => lifecycle.tombstones().some(({ clientId }) => clientId === id);
        lifecycle.heard = (news, now) => {
          if ("order" in news && given(news.order.clientId)) return;
          if (news.kind !== "look") return heard(news, now);
          const orders = news.look.orders.filter(({ clientId }) => !given(clientId));
          heard({ ...news, look: { ...news.look, orders } }, now);
        };
      },
    }),
  },
  {
    name: "a fill counts by poll and by stream",
    seed: 2,
    caughtBy: ["I-1"],
    plant: () => ({
      built({ lifecycle }) {
        const heard = lifecycle.heard.bind(lifecycle);
        lifecycle.heard = (news, now) => {
          const before = lifecycle.events.length;
          heard(news, now);
          for (const event of lifecycle.events.slice(before))
            if (event.kind === "OrderFilled")
              lifecycle.events.push({ ...event, fillId: `${event.fillId}/again` as FillId });
        };
      },
    }),
  },
  {
    name: "a fill is booked twice",
    seed: 1,
    caughtBy: ["I-2", "I-3"],
    plant: () => ({
      built({ stage: { portfolio } }) {
        const fill = portfolio.fill.bind(portfolio);
        portfolio.fill = (...given) => {
          fill(...given);
          fill(...given);
        };
      },
    }),
  },
  {
    name: "cancels never leave, and pass for done",
    seed: 5,
    caughtBy: ["I-29", "I-7", "I-1", "I-2", "I-35", "I-20"],
    plant: trustsCancels,
  },
  {
    name: "entries leave whatever is barred",
    seed: 1,
    caughtBy: ["I-9", "I-42"],
    plant: () => ({
      built({ stage: { authorities } }) {
        authorities.allowsEntries = () => true;
      },
    }),
  },
  {
    name: "an exit leaves twice",
    seed: 2,
    caughtBy: ["I-6", "I-7", "I-29", "I-2", "I-3"],
    plant: () =>
      submitted((request, send) => {
        send(request);
        if (!request.spec.opens) send(renamed(request, "b"));
      }),
  },
  {
    name: "a stop moves away from the price",
    seed: 8,
    caughtBy: ["I-36"],
    plant: () => ({
      send(request, send) {
        if (request.kind !== "Change" || request.change.stop === undefined) send(request);
        else send({ ...request, change: { ...request.change, stop: request.change.stop * 0.5 } });
      },
    }),
  },
  {
    name: "every read is asked nine times",
    seed: 1,
    caughtBy: ["I-14"],
    plant: () => ({
      transport: (transport) => ({
        open: (url, headers, events) => transport.open(url, headers, events),
        request(request) {
          if (request.method === "GET")
            for (let n = 0; n < 8; n++) void transport.request(request).catch(() => undefined);
          return transport.request(request);
        },
      }),
    }),
  },
  {
    name: "a restart lifts a halt",
    seed: 5,
    caughtBy: ["I-18", "I-25"],
    plant: () => ({
      built(live) {
        const step = live.step.bind(live);
        live.step = (input) => {
          step(input);
          if (input.kind !== "restarted") return;
          const { at } = input.now;
          for (const { authority, source } of live.stage.authorities.permission.claims)
            live.stage.control({
              kind: "ClaimChanged",
              at,
              lifted: { authority: authority as "kill_switch", source, by: "operator" },
            });
        };
      },
    }),
  },
  {
    name: "a restart leaves decisions out of its replay",
    seed: 5,
    caughtBy: ["I-25", "I-26", "I-2", "I-29"],
    plant: () => ({ replays: (input) => input.kind !== "decision" }),
  },
  {
    name: "fills are heard of and forgotten",
    seed: 5,
    caughtBy: ["I-29", "I-2", "I-3"],
    plant: () => ({
      built(live) {
        const { broker } = live.stage;
        live.stage.broker = (event) => {
          const isEntry = "order" in event && live.stage.orders.purpose(event.order) === Purpose.Entry;
          if (event.kind !== "OrderFilled" || isEntry) broker.call(live.stage, event);
        };
      },
    }),
  },
];
