/**
 * What of MLflow's REST API (2.x, `/api/2.0/mlflow`) a registry of models needs. Every call may be made twice: what is
 * there already is found and not made again. Source: MLflow's REST API reference.
 */
import { z } from "zod";
import type { Transport } from "../net/ports.ts";
import type { MlflowSettings } from "./mlflow-settings.ts";

const ONE_MS = 5000;
/** All calls of one command together: MLflow may be slow, but nobody waits for it for long. */
const ALL_MS = 20_000;
const TRIES = 3;
const SAID_MAX = 160;
/** What MLflow takes in one batch. */
const PARAMS_MOST = 100;
const PARAM_VALUE_MAX = 500;
const TAG_VALUE_MAX = 5000;
/** Full or not yet up: the same call may do in a moment. */
const passing: readonly number[] = [429, 502, 503, 504];

export interface Entry {
  readonly key: string;
  readonly value: string;
}

export interface RunContent {
  readonly params: readonly Entry[];
  readonly metrics: readonly { readonly key: string; readonly value: number }[];
  readonly tags: readonly Entry[];
}

const failure = z.object({ error_code: z.string(), message: z.string().optional() });
const anything = z.looseObject({});
const run = z.object({ info: z.object({ run_id: z.string().min(1) }) });
const versionNumber = z.object({ version: z.union([z.string(), z.number()]).transform(String) });

/** Why a call failed, in one short line without secrets; `code` is MLflow's own. */
class MlflowError extends Error {
  readonly code: string;
  constructor(message: string, code = "") {
    super(message);
    this.code = code;
  }
}

export class MlflowClient {
  readonly #settings: MlflowSettings;
  readonly #transport: Transport;
  readonly #endsAt = performance.now() + ALL_MS;

  constructor(settings: MlflowSettings, transport: Transport) {
    this.#settings = settings;
    this.#transport = transport;
  }

  /** The id of the experiment of this name. */
  async experiment(): Promise<string> {
    const name = this.#settings.experiment;
    const found = z.object({ experiment: z.object({ experiment_id: z.string() }) });
    const known = () =>
      this.#ask("GET", `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`, found);
    const first = await optional(known(), "RESOURCE_DOES_NOT_EXIST");
    if (first !== undefined) return first.experiment.experiment_id;
    const made = z.object({ experiment_id: z.string() });
    const created = await optional(
      this.#ask("POST", "experiments/create", made, { name }),
      "RESOURCE_ALREADY_EXISTS",
    );
    return created?.experiment_id ?? (await known()).experiment.experiment_id;
  }

  /** The run with this tag, made where there is none yet; its id. `at`: milliseconds since 1970. */
  async run(experiment: string, tag: Entry, name: string, at: number): Promise<string> {
    const asked = {
      experiment_ids: [experiment],
      filter: `tags.\`${tag.key}\` = '${tag.value}'`,
      max_results: 1,
    };
    const { runs = [] } = await this.#ask(
      "POST",
      "runs/search",
      z.object({ runs: z.array(run).optional() }),
      asked,
    );
    if (runs[0] !== undefined) return runs[0].info.run_id;
    const wanted = { experiment_id: experiment, run_name: name, start_time: at, tags: [tag] };
    return (await this.#ask("POST", "runs/create", z.object({ run }), wanted)).run.info.run_id;
  }

  /** Logs all of it and ends the run. A metric that is not finite is left out, as JSON has no such number. */
  async finish(runId: string, { params, metrics, tags }: RunContent, at: number): Promise<void> {
    const finite = metrics.filter(({ value }) => Number.isFinite(value));
    const points = finite.map(({ key, value }) => ({ key: keyOf(key), value, timestamp: at, step: 0 }));
    const cut = (entries: readonly Entry[], most: number) =>
      entries.map(({ key, value }) => ({ key: keyOf(key), value: value.slice(0, most) }));
    const texts = cut(params, PARAM_VALUE_MAX);
    const notes = cut(tags, TAG_VALUE_MAX);
    for (let from = 0; from === 0 || from < texts.length; from += PARAMS_MOST) {
      const first = from === 0 ? { metrics: points, tags: notes.slice(0, PARAMS_MOST) } : {};
      const batch = { run_id: runId, params: texts.slice(from, from + PARAMS_MOST), ...first };
      await this.#ask("POST", "runs/log-batch", anything, batch);
    }
    await this.#ask("POST", "runs/update", anything, { run_id: runId, status: "FINISHED", end_time: at });
  }

  /** The version of a registered model that came from this run, made where there is none yet; its number there. */
  async modelVersion(name: string, runId: string, source: string, tags: readonly Entry[]): Promise<string> {
    await optional(
      this.#ask("POST", "registered-models/create", anything, { name }),
      "RESOURCE_ALREADY_EXISTS",
    );
    const filter = encodeURIComponent(`run_id='${runId}'`);
    const found = z.object({ model_versions: z.array(versionNumber).optional() });
    const { model_versions: known = [] } = await this.#ask(
      "GET",
      `model-versions/search?filter=${filter}`,
      found,
    );
    if (known[0] !== undefined) return known[0].version;
    const made = z.object({ model_version: versionNumber });
    const wanted = { name, source, run_id: runId, tags };
    return (await this.#ask("POST", "model-versions/create", made, wanted)).model_version.version;
  }

  async tagVersion(name: string, version: string, { key, value }: Entry): Promise<void> {
    await this.#ask("POST", "model-versions/set-tag", anything, { name, version, key, value });
  }

  /** `version` undefined: nothing has this alias any more. */
  async alias(name: string, alias: string, version: string | undefined): Promise<void> {
    if (version !== undefined)
      await this.#ask("POST", "registered-models/alias", anything, { name, alias, version });
    else
      await optional(
        this.#ask("DELETE", "registered-models/alias", anything, { name, alias }),
        "RESOURCE_DOES_NOT_EXIST",
      );
  }

  async #ask<Answer>(
    method: "GET" | "POST" | "DELETE",
    path: string,
    answer: z.ZodType<Answer>,
    body?: object,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const { status, text, waitMs } = await this.#send(method, path, body);
      if (status >= 200 && status < 300) return this.#read(path, text, answer);
      const left = this.#endsAt - performance.now();
      if (!passing.includes(status) || attempt === TRIES || waitMs >= Math.min(ONE_MS, left))
        throw this.#refusal(path, status, text);
      await new Promise((resume) => setTimeout(resume, waitMs));
    }
  }

  async #send(method: "GET" | "POST" | "DELETE", path: string, body: object | undefined) {
    const { server, authorization } = this.#settings;
    const left = this.#endsAt - performance.now();
    if (left < 1) throw new MlflowError(`${server} took longer than ${ALL_MS / 1000} s`);
    const headers = {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
    };
    const signal = AbortSignal.timeout(Math.min(ONE_MS, left));
    try {
      const response = await this.#transport.request({
        ...{ method, headers, url: `${server}/api/2.0/mlflow/${path}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      });
      const seconds = Number(response.headers["retry-after"] ?? "0.5");
      const waitMs = seconds >= 0 ? 1000 * seconds : 500;
      return { status: response.status, text: response.body, waitMs };
    } catch (error) {
      const reason = signal.aborted
        ? `no answer within ${ONE_MS / 1000} s`
        : this.#safe(error instanceof Error ? error.message : String(error));
      throw new MlflowError(`${server}: ${reason}`);
    }
  }

  #read<Answer>(path: string, text: string, answer: z.ZodType<Answer>): Answer {
    const parsed = answer.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    const call = path.replace(/\?.*/, "");
    throw new MlflowError(`${call} answered what is no answer of MLflow: ${this.#safe(text) || "nothing"}`);
  }

  #refusal(path: string, status: number, text: string): MlflowError {
    const said = failure.safeParse(jsonOf(text));
    const words = said.success ? `${said.data.error_code} ${said.data.message ?? ""}` : text;
    const cure =
      status === 401 || status === 403 ? "; see MLFLOW_TRACKING_USERNAME, _PASSWORD or _TOKEN" : "";
    const line = `${path.replace(/\?.*/, "")} answered ${status}: ${this.#safe(words)}${cure}`;
    return new MlflowError(line, said.data?.error_code);
  }

  #safe(text: string): string {
    const hidden = this.#settings.secrets.reduce((shown, secret) => secret.redact(shown), text);
    return hidden
      .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
      .trim()
      .slice(0, SAID_MAX);
  }
}

/** Undefined where MLflow answers with `code`. */
async function optional<Answer>(asked: Promise<Answer>, code: string): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof MlflowError && error.code === code) return undefined;
    throw error;
  }
}

/** MLflow's names have no other characters than these. */
const keyOf = (key: string) => key.replaceAll(/[^\w./ -]/g, "_").slice(0, 250);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
