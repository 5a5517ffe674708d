/**
 * A stand-in for an MLflow tracking server: the calls of its REST API that a registry needs, as its reference and its
 * handlers describe them (required fields, JSON bodies, error codes, limits of a batch). It is no MLflow: what one
 * does beyond that shows only against a real one.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Entry {
  readonly key: string;
  readonly value: string;
}
interface Run {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  status: string;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  readonly metrics: Map<string, number>;
}
interface Version {
  readonly name: string;
  readonly version: string;
  readonly run: string;
  readonly source: string;
  readonly tags: Map<string, string>;
}
type Body = Readonly<Record<string, unknown>>;

const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error_code: code, message },
});
const missing = (what: string) => refusal(404, "RESOURCE_DOES_NOT_EXIST", `${what} not found`);
const ok = (body: object = {}): Answer => ({ status: 200, body });
const entries = (list: unknown) => (list ?? []) as readonly Entry[];
const mapOf = (list: unknown) => new Map(entries(list).map(({ key, value }) => [key, value]));

export class MlflowDouble {
  readonly experiments = new Map<string, string>();
  readonly runs: Run[] = [];
  readonly versions: Version[] = [];
  readonly models = new Map<string, Map<string, string>>();
  /** `METHOD path`, in order. */
  readonly calls: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** Answers given instead, first come first served, to calls whose text contains `call`. */
  readonly instead: {
    readonly call: string;
    readonly answer: Answer | string;
    /** The call does its work all the same: only its answer is lost. */
    readonly isDone?: boolean;
  }[] = [];
  url = "";
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<MlflowDouble> {
    const server = createServer();
    const double = new MlflowDouble(server);
    server.on("request", async (request, response) => {
      const { status, body, headers } = double.#answer(request, await textOf(request));
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return double;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, text: string): Answer {
    const url = new URL(request.url ?? "/", "http://x");
    const call = `${request.method} ${url.pathname.replace("/api/2.0/mlflow/", "")}`;
    this.calls.push(call);
    this.authorizations.push(request.headers.authorization);
    const at = this.instead.findIndex((given) => call.includes(given.call));
    const [given] = at < 0 ? [] : this.instead.splice(at, 1);
    const done =
      given === undefined || given.isDone === true ? this.#done(call, request, url, text) : undefined;
    if (given === undefined) return done!;
    return typeof given.answer === "string" ? { status: 200, body: given.answer } : given.answer;
  }

  #done(call: string, request: IncomingMessage, url: URL, text: string): Answer {
    if (request.method !== "GET" && request.headers["content-type"] !== "application/json")
      return refusal(400, "INVALID_PARAMETER_VALUE", "Bad Request. Content-Type must be application/json");
    const body: Body = request.method === "GET" ? Object.fromEntries(url.searchParams) : JSON.parse(text);
    return this.#handlers[call]?.(body) ?? refusal(404, "ENDPOINT_NOT_FOUND", call);
  }

  readonly #handlers: Readonly<Record<string, (body: Body) => Answer>> = {
    "GET experiments/get-by-name": ({ experiment_name: name }) => {
      const id = this.experiments.get(String(name));
      return id === undefined
        ? missing(`experiment ${name}`)
        : ok({ experiment: { experiment_id: id, name } });
    },
    "POST experiments/create": ({ name }) => {
      if (this.experiments.has(String(name))) return refusal(400, "RESOURCE_ALREADY_EXISTS", String(name));
      this.experiments.set(String(name), String(this.experiments.size + 1));
      return ok({ experiment_id: this.experiments.get(String(name)) });
    },
    "POST runs/search": ({ experiment_ids: ids, filter }) => {
      const [, key = "", value] = /^tags\.`([^`]+)` = '([^']*)'$/.exec(String(filter)) ?? [];
      const found = this.runs.filter(
        ({ experiment, tags }) => (ids as string[]).includes(experiment) && tags.get(key) === value,
      );
      // Nothing found is an empty object there, without the list.
      return ok(found.length === 0 ? {} : { runs: found.map(({ id }) => ({ info: { run_id: id } })) });
    },
    "POST runs/create": ({ experiment_id: experiment, run_name: name, start_time: at, tags }) => {
      if (![...this.experiments.values()].includes(String(experiment))) return missing("experiment");
      if (!Number.isInteger(at)) return refusal(400, "INVALID_PARAMETER_VALUE", "start_time");
      const id = `run${this.runs.length + 1}`;
      const named = { id, experiment: String(experiment), name: String(name), status: "RUNNING" };
      this.runs.push({ ...named, tags: mapOf(tags), params: new Map(), metrics: new Map() });
      return ok({ run: { info: { run_id: id, status: "RUNNING" }, data: {} } });
    },
    "POST runs/log-batch": (body) => this.#logBatch(body),
    "POST runs/update": ({ run_id: id, status }) => {
      const run = this.runs.find((known) => known.id === id);
      if (run === undefined) return missing("run");
      run.status = String(status);
      return ok({ run_info: { run_id: id, status } });
    },
    "POST registered-models/create": ({ name }) => {
      if (this.models.has(String(name)))
        return refusal(400, "RESOURCE_ALREADY_EXISTS", `Registered Model ${name}`);
      this.models.set(String(name), new Map());
      return ok({ registered_model: { name } });
    },
    "GET model-versions/search": ({ filter }) => {
      const [, run] = /^run_id='([^']*)'$/.exec(String(filter)) ?? [];
      const found = this.versions.filter((version) => version.run === run);
      return ok(found.length === 0 ? {} : { model_versions: found.map(({ version }) => ({ version })) });
    },
    "POST model-versions/create": ({ name, source, run_id: run, tags }) => {
      if (!this.models.has(String(name))) return missing(`Registered Model ${name}`);
      if (!/^[a-z]+:\/\//.test(String(source))) return refusal(400, "INVALID_PARAMETER_VALUE", "source");
      const version = String(this.versions.filter((known) => known.name === name).length + 1);
      this.versions.push({
        ...{ name: String(name), version, run: String(run), source: String(source), tags: mapOf(tags) },
      });
      return ok({ model_version: { name, version, status: "READY" } });
    },
    "POST model-versions/set-tag": ({ name, version, key, value }) => {
      const found = this.versions.find((known) => known.name === name && known.version === version);
      if (found === undefined) return missing("Model Version");
      found.tags.set(String(key), String(value));
      return ok();
    },
    "POST registered-models/alias": ({ name, alias, version }) => {
      if (typeof version !== "string") return refusal(400, "INVALID_PARAMETER_VALUE", "version");
      if (!this.versions.some((known) => known.name === name && known.version === version))
        return missing("Model Version");
      this.models.get(String(name))!.set(String(alias), version);
      return ok();
    },
    "DELETE registered-models/alias": ({ name, alias }) =>
      this.models.get(String(name))?.delete(String(alias)) === true ? ok() : missing(`alias ${alias}`),
  };

  #logBatch({ run_id: id, params, metrics, tags }: Body): Answer {
    const run = this.runs.find((known) => known.id === id);
    if (run === undefined) return missing("run");
    const points = (metrics ?? []) as readonly { key: string; value: unknown; timestamp: unknown }[];
    const all = [...entries(params), ...points, ...entries(tags)];
    if (entries(params).length > 100 || entries(tags).length > 100)
      return refusal(400, "INVALID_PARAMETER_VALUE", "at most 100 params and tags in a batch");
    const bad = all.find(({ key }) => !/^[\w./ -]{1,250}$/.test(key));
    if (bad !== undefined) return refusal(400, "INVALID_PARAMETER_VALUE", `Invalid name: '${bad.key}'`);
    for (const { key, value } of entries(params)) {
      if (typeof value !== "string" || value.length > 500)
        return refusal(400, "INVALID_PARAMETER_VALUE", key);
      if ((run.params.get(key) ?? value) !== value)
        return refusal(400, "INVALID_PARAMETER_VALUE", "Changing param values is not allowed");
      run.params.set(key, value);
    }
    for (const { key, value, timestamp } of points) {
      if (typeof value !== "number" || !Number.isInteger(timestamp))
        return refusal(400, "INVALID_PARAMETER_VALUE", `metric ${key}`);
      run.metrics.set(key, value);
    }
    for (const { key, value } of entries(tags)) run.tags.set(key, value);
    return ok();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}
