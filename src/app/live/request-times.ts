/** How long requests take: from the decision until an order's bytes leave, and from there to the broker's answer. */
import type { BrokerRequest, RequestId } from "../../domain/broker.ts";
import type { ExecuteInput, ExecuteOutput } from "../../engine/live-execute.ts";
import { LatencyHistogram } from "../../ops/metrics/latency-histogram.ts";

export class RequestTimes {
  /** When what led to a submission was heard, and when it left: monotonic milliseconds. */
  readonly #wantedMs = new Map<RequestId, number>();
  readonly #sentMs = new Map<RequestId, number>();
  readonly decisionToOrder = new LatencyHistogram();
  readonly submitToAck = new LatencyHistogram();

  /** After a step, with what it wants of the broker. */
  stepped(input: ExecuteInput, { requests }: Pick<ExecuteOutput, "requests">): void {
    if (input.kind === "decision") {
      for (const { kind, id } of requests) if (kind === "Submit") this.#wantedMs.set(id, input.now.mono);
    } else if (input.kind === "news" && "request" in input.news) this.#answered(input.news.request, input);
  }

  sent({ kind, id }: BrokerRequest, mono: number): void {
    if (kind !== "Submit") return;
    this.#sentMs.set(id, mono);
    const wantedMs = this.#wantedMs.get(id);
    if (wantedMs !== undefined) this.decisionToOrder.observe((mono - wantedMs) / 1000);
  }

  #answered(request: RequestId, { now }: ExecuteInput): void {
    this.#wantedMs.delete(request);
    const sentMs = this.#sentMs.get(request);
    if (sentMs === undefined) return;
    this.#sentMs.delete(request);
    this.submitToAck.observe((now.mono - sentMs) / 1000);
  }
}
