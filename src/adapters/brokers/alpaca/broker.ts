/**
 * Alpaca as the order life cycle sees it: requests in, exactly one answer each, and what the broker tells unasked. It
 * translates and classifies; it remembers no order, repeats nothing that changes something, and decides nothing.
 */
import type {
  BrokerNews,
  BrokerOrder,
  BrokerOrderId,
  BrokerReply,
  BrokerRequest,
  RequestId,
} from "../../../domain/broker.ts";
import type { EpochMicros } from "../../../domain/time.ts";
import { createRng } from "../../../numerics/rng.ts";
import type { Counts } from "../../net/counts.ts";
import type { Clock, Transport } from "../../net/ports.ts";
import { type AccountReads, accountReads } from "./account-reads.ts";
import { type AlpacaCredentials, redact } from "./credentials.ts";
import type { AlpacaHosts } from "./hosts.ts";
import { lookAt } from "./look.ts";
import { orderFrom } from "./map-orders.ts";
import { changeBody, type OrderBody, submitBody } from "./order-body.ts";
import { judge, provesAbsence, type Verdict } from "./outcome.ts";
import { RateLimit } from "./rate-limit.ts";
import { AlpacaRest, type RestRequest } from "./rest.ts";
import { TradeUpdates } from "./trade-updates.ts";
import { wireCancelRows, wireOrder } from "./wire-orders.ts";

/** Of one account, by the broker's own rule. */
export const TRADING_REQUESTS_PER_MINUTE = 200;

export interface AlpacaBrokerOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly credentials: AlpacaCredentials;
  readonly hosts: AlpacaHosts;
  /** Of the jitter. */
  readonly seed: number;
  /** The exchange's time: the moment that a look speaks for. */
  readonly exchangeNow: () => EpochMicros;
  /** Are positions open in market hours? Shortens the back-off of the stream (C-35). */
  readonly exposed: () => boolean;
  readonly onNews: (news: BrokerNews) => void;
  /** Round trip of a ping on the stream of updates, milliseconds. */
  readonly onPulse: (rttMs: number) => void;
  /** The broker refused our keys: no stream until `start` is called again. */
  readonly onTerminal: (reason: string) => void;
  readonly log: (line: string) => void;
  readonly counts: Counts;
  readonly requestsPerMinute?: number;
  /** Asked right before a submission's bytes leave, however long it has waited: a reason to keep it back (I-9). */
  readonly barred?: (request: BrokerRequest) => string | undefined;
  /** How long an answer took, milliseconds; a request that was given up counts with its deadline. */
  readonly onRoundTrip?: ((ms: number, asked: string, status: number) => void) | undefined;
}

/** An answer without the number of its question. */
type Answer = BrokerReply extends infer Reply
  ? Reply extends { readonly request: RequestId }
    ? Omit<Reply, "request">
    : never
  : never;

export class AlpacaBroker {
  /** For start-up, the probe of the broker's clock and the doctor. */
  readonly reads: AccountReads;
  readonly #options: AlpacaBrokerOptions;
  readonly #rest: AlpacaRest;
  readonly #limit: RateLimit;
  readonly #updates: TradeUpdates;

  constructor(options: AlpacaBrokerOptions) {
    this.#options = options;
    const { clock, transport, credentials, hosts, seed, counts, log } = options;
    const { exposed, onNews, onPulse, onTerminal, onRoundTrip } = options;
    const rng = createRng(seed, "alpaca");
    const limit = new RateLimit({
      clock,
      perMinute: options.requestsPerMinute ?? TRADING_REQUESTS_PER_MINUTE,
    });
    this.#limit = limit;
    const shared = { clock, transport, credentials, counts };
    const requests = { origin: hosts.trading, limit, rng: rng.fork("requests"), onRoundTrip };
    this.#rest = new AlpacaRest({ ...shared, ...requests });
    this.reads = accountReads({ rest: this.#rest, clock });
    this.#updates = new TradeUpdates({
      ...shared,
      ...{ log, exposed, onNews, onPulse, onTerminal },
      origin: hosts.tradingStream,
      rng: rng.fork("updates"),
      onUnreadable: (order) => this.#reread(order),
    });
  }

  /** The stream of updates is open and authorised: entries wait for that. */
  get isUp(): boolean {
    return this.#updates.isUp;
  }

  /** Milliseconds since the stream's ping that is still unanswered was sent; 0 when none is. */
  get pulseAgeMs(): number {
    return this.#updates.pulseAgeMs;
  }

  /** What each may still spend of its share of the minute, 0 to 1. */
  get budget(): readonly { readonly priority: string; readonly ratio: number }[] {
    return this.#limit.shares();
  }

  /** Requests that wait for the budget. */
  get queued(): number {
    return this.#limit.queued;
  }

  start(): void {
    this.#rest.start();
    this.#updates.start();
  }

  /** Ends what is under way; each open request is still answered. */
  stop(): void {
    this.#updates.stop();
    this.#rest.stop();
  }

  /** Never throws. The answer comes through `onNews`, once, later than this call returns. */
  request(request: BrokerRequest): void {
    const answered = this.#perform(request).catch((error: unknown): Answer => {
      const told = error instanceof Error ? error.message : String(error);
      return { kind: "unknown", reason: `the client failed: ${told}` };
    });
    void answered.then((answer) => {
      const reply = { ...answer, request: request.id } as BrokerReply;
      const { onNews, credentials } = this.#options;
      onNews("reason" in reply ? { ...reply, reason: redact(credentials, reply.reason) } : reply);
    });
  }

  #perform(request: BrokerRequest): Promise<Answer> {
    const { priority } = request;
    switch (request.kind) {
      case "Submit": {
        const { spec } = request;
        const fits = (order: BrokerOrder): boolean => order.clientId === spec.clientId;
        const barred = () => this.#options.barred?.(request);
        return this.#place({ method: "POST", path: "/v2/orders", priority, barred }, submitBody(spec), fits);
      }
      case "Change": {
        const { order: id, change } = request;
        const fits = ({ clientId, replaces }: BrokerOrder): boolean =>
          clientId === change.clientId || replaces === id;
        return this.#place({ method: "PATCH", path: orderPath(id), priority }, changeBody(change), fits);
      }
      case "Cancel":
        return this.#cancel({ method: "DELETE", path: orderPath(request.order), priority });
      case "CancelAll":
        return this.#cancelAll({ method: "DELETE", path: "/v2/orders", priority });
      case "FindByClientId": {
        const query = { client_order_id: request.clientId };
        const fits = ({ clientId }: BrokerOrder): boolean => clientId === request.clientId;
        return this.#find({ method: "GET", path: "/v2/orders:by_client_order_id", query, priority }, fits);
      }
      case "Read": {
        const { order: id } = request;
        const query = { nested: true };
        return this.#find(
          { method: "GET", path: orderPath(id), query, priority },
          (order) => order.id === id,
        );
      }
      case "Look":
        return this.#look(request);
    }
  }

  /** POST and PATCH: accepted only when the answer is the order that was asked for. */
  async #place(
    request: RestRequest,
    order: OrderBody,
    fits: (order: BrokerOrder) => boolean,
  ): Promise<Answer> {
    if ("problem" in order) return { kind: "refused", class: "invalid", reason: order.problem };
    const verdict = judge(await this.#rest.send({ ...request, body: order.body }));
    if (verdict.kind !== "ok") return verdict;
    const accepted = this.#orderOf(verdict);
    if (accepted !== undefined && fits(accepted)) return { kind: "accepted", order: accepted };
    return { kind: "unknown", reason: `${verdict.status} with an answer that is not this order` };
  }

  async #cancel(request: RestRequest): Promise<Answer> {
    const verdict = judge(await this.#rest.send(request));
    return verdict.kind === "ok" ? { kind: "done" } : verdict;
  }

  /** Every row is judged: an order that the broker failed to cancel may still trade. */
  async #cancelAll(request: RestRequest): Promise<Answer> {
    const verdict = judge(await this.#rest.send(request));
    if (verdict.kind !== "ok") return verdict;
    const rows = wireCancelRows.safeParse(verdict.json);
    if (!rows.success) return { kind: "unknown", reason: `${verdict.status} with rows that cannot be read` };
    const failed = rows.data.filter(({ status }) => status >= 300 && status !== 404 && status !== 422);
    if (failed.length === 0) return { kind: "done" };
    return { kind: "unknown", reason: `${failed.length} of ${rows.data.length} orders were not canceled` };
  }

  async #find(request: RestRequest, fits: (order: BrokerOrder) => boolean): Promise<Answer> {
    const outcome = await this.#rest.send(request);
    if (provesAbsence(outcome)) return { kind: "absent" };
    const verdict = judge(outcome);
    if (verdict.kind === "refused" && verdict.class === "not_found")
      return { kind: "unknown", reason: `${verdict.reason}: a 404 that is not the broker's own` };
    if (verdict.kind !== "ok") return verdict;
    const order = this.#orderOf(verdict);
    if (order !== undefined && fits(order)) return { kind: "found", order };
    return { kind: "unknown", reason: `${verdict.status} with an answer that is not this order` };
  }

  #look({ priority, since, cashSince }: Extract<BrokerRequest, { kind: "Look" }>): Promise<Answer> {
    const { counts, exchangeNow: now } = this.#options;
    return lookAt({ rest: this.#rest, counts, priority, now }, since, cashSince);
  }

  #orderOf({ json }: Extract<Verdict, { kind: "ok" }>): BrokerOrder | undefined {
    const read = wireOrder.safeParse(json);
    return read.success ? orderFrom(read.data, this.#options.counts) : undefined;
  }

  /** An update that could not be read is made good by asking; if that fails too, the next look will tell. */
  #reread(id: BrokerOrderId): void {
    const request = {
      method: "GET",
      path: orderPath(id),
      query: { nested: true },
      priority: "reconcile",
    } as const;
    void this.#find(request, (order) => order.id === id).then((answer) => {
      if (answer.kind !== "found") return;
      this.#options.onNews({ kind: "report", cause: "poll", event: "reread", order: answer.order });
    });
  }
}

const orderPath = (id: BrokerOrderId): string => `/v2/orders/${encodeURIComponent(id)}`;
