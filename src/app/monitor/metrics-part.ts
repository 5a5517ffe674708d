/**
 * The monitor's part that offers figures to Prometheus (OPS-5). It works while execute is dead: what is known is
 * offered, and the state says DOWN. A port that is taken costs the figures and nothing else.
 */
import { exposition } from "../../adapters/metrics/exposition.ts";
import { type MetricsServer, serveMetrics } from "../../adapters/metrics/metrics-server.ts";
import { families } from "../../ops/metrics/families.ts";
import { samplesOf } from "../../ops/metrics/samples.ts";
import { ProcessTimers } from "../live/process-timers.ts";
import type { StageContext } from "../live/stage-context.ts";
import { EngineWatch } from "./engine-watch.ts";
import { metricSources } from "./metric-sources.ts";
import type { MonitorPart } from "./run-parts.ts";

/** From one attempt to have the port to the next. */
const AGAIN_MS = 30_000;

export const metricsPart: MonitorPart = {
  id: "metrics",
  start: async (context) => {
    if (!context.terms.config.metrics.enabled) return () => Promise.resolve();
    const offered = new OfferedMetrics(context);
    await offered.open();
    return () => offered.close();
  },
};

class OfferedMetrics {
  readonly #context: StageContext;
  readonly #engine: EngineWatch;
  readonly #timers: ProcessTimers;
  #server: MetricsServer | undefined;
  #isTold = false;
  #isClosed = false;

  constructor(context: StageContext) {
    this.#context = context;
    this.#engine = new EngineWatch(context);
    this.#timers = new ProcessTimers(context.clock);
  }

  async open(): Promise<void> {
    const { terms, log } = this.#context;
    const { host, port } = terms.config.metrics;
    try {
      this.#server = await serveMetrics({
        ...{ host, port, text: () => this.#text() },
        failed: (reason) => log("error", `metrics: ${reason}`),
      });
      if (this.#isClosed) await this.#server.close();
      log("info", `metrics are offered at http://${host}:${port}/metrics`);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "is taken" : String(error);
      if (!this.#isTold)
        log(
          "warning",
          `metrics: port ${port} of ${host} ${why}; set metrics.port to another, or end what has it`,
        );
      this.#isTold = true;
      this.#timers.after(AGAIN_MS, () => void this.open());
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timers.cancel();
    this.#engine.close();
    await this.#server?.close();
  }

  #text(): Promise<string> {
    const { places, terms } = this.#context;
    const sources = metricSources({ root: places.root, terms, nowMs: Date.now }, this.#engine);
    return exposition(families, samplesOf(sources));
  }
}
