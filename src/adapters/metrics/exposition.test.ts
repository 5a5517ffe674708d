/** Goal: the text is what Prometheus reads, and the port answers GET /metrics under its own names and nothing else. */
import { request } from "node:http";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { exposition, type ShownFamily } from "./exposition.ts";
import { type MetricsServer, serveMetrics } from "./metrics-server.ts";

const family = (kind: ShownFamily["kind"], labels: readonly string[], bounds?: readonly number[]) => ({
  ...{ name: `trader_${kind}`, kind, help: `a ${kind}`, labels },
  ...(bounds === undefined ? {} : { bounds }),
});
const shown = async (
  one: ShownFamily,
  samples: Parameters<typeof exposition>[1] extends ReadonlyMap<string, infer S> ? S : never,
) =>
  (await exposition([one], new Map([[one.name, samples]])))
    .split("\n")
    .filter((line) => !line.startsWith("#"));

describe("the text", () => {
  it("escapes what others wrote into a label", async () => {
    const value = 'a"b\\c\nd';
    expect(await shown(family("gauge", ["x"]), [{ labels: { x: value }, value: 1 }])).toContain(
      'trader_gauge{x="a\\"b\\\\c\\nd"} 1',
    );
  });

  it("adds the buckets of a histogram up", async () => {
    const histogram = { counts: [1, 0, 2], sum: 7 };
    expect(await shown(family("histogram", [], [0.1, 1]), [{ labels: {}, histogram }])).toEqual([
      'trader_histogram_bucket{le="0.1"} 1',
      'trader_histogram_bucket{le="1"} 1',
      'trader_histogram_bucket{le="+Inf"} 3',
      "trader_histogram_sum 7",
      "trader_histogram_count 3",
      "",
    ]);
  });

  it("names a family that has no sample, and leaves a counter out that is not known", async () => {
    const text = await exposition([family("counter", [])], new Map());
    expect(text).toContain("# TYPE trader_counter counter");
    expect(await shown(family("counter", []), [{ labels: {}, value: Number.NaN }])).toEqual([""]);
  });

  it("refuses labels of another family", async () => {
    await expect(shown(family("gauge", ["x"]), [{ labels: { y: "1" }, value: 1 }])).rejects.toThrow(/MX-1/);
  });
});

describe("the port", () => {
  let server: MetricsServer | undefined;
  afterEach(() => server?.close());
  const failed: string[] = [];
  const open = async (text = async () => "figures\n") => {
    server = await serveMetrics({ host: "127.0.0.1", port: 0, text, failed: (why) => failed.push(why) });
    return server.port;
  };
  const ask = (port: number, { path = "/metrics", method = "GET", host = `127.0.0.1:${port}` } = {}) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, method, headers: { host } }, (response) => {
        let body = "";
        response.on("data", (piece: Buffer) => {
          body += piece.toString();
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asked.on("error", reject);
      asked.end();
    });

  it("answers under its own names", async () => {
    const port = await open();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
      expect(await ask(port, { host })).toEqual({ status: 200, body: "figures\n" });
  });

  it.each([
    [{ host: "evil.example" }, 403],
    [{ host: "127.0.0.1" }, 403],
    [{ host: "127.0.0.1:1" }, 403],
    [{ path: "/" }, 404],
    [{ path: "/metrics/.." }, 404],
    [{ method: "POST" }, 405],
    [{ method: "DELETE" }, 405],
  ])("refuses %o", async (asked, status) => {
    expect((await ask(await open(), asked)).status).toBe(status);
  });

  it("says nothing of why its figures could not be read", async () => {
    const port = await open(async () => {
      throw new Error("/home/secret is gone");
    });
    const { status, body } = await ask(port);
    expect([status, body]).toEqual([500, expect.not.stringContaining("secret")]);
    expect(failed).toEqual(["/home/secret is gone"]);
  });

  it("tells a port that is taken by its error", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const opened = serveMetrics({ host: "127.0.0.1", port, text: async () => "", failed: () => undefined });
    await expect(opened).rejects.toMatchObject({ code: "EADDRINUSE" });
    await new Promise((resolve) => other.close(resolve));
  });
});
