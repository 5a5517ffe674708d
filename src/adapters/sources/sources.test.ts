/**
 * The contract of every source: what a provider answers becomes bars, or a reason and no bar at all. Shapes go over
 * real HTTP on the loopback, waits through virtual time. A new line of the registry must have its case.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  HastyClock,
  type Provider,
  serveProvider,
  virtualProvider,
} from "../../../test/recorded-provider.ts";
import { KEYS, type Reply, type SourceCase, someBars, sourceCases } from "../../../test/source-replies.ts";
import { type DayNumber, parseIsoDate } from "../../domain/time.ts";
import { createRng } from "../../numerics/rng.ts";
import { Secret } from "../brokers/alpaca/secret.ts";
import type { Clock, Transport } from "../net/ports.ts";
import { RealTransport } from "../net/real-transport.ts";
import { VirtualClock } from "../net/virtual-clock.ts";
import { VirtualNetwork } from "../net/virtual-network.ts";
import { judgeAnswer } from "./answer-quality.ts";
import type { BarsQuery, SourceAnswer } from "./bar-source.ts";
import { ResponseCache } from "./response-cache.ts";
import { SourceClient } from "./source-client.ts";
import { sourceDefinitions } from "./source-registry.ts";
import { TokenBucket } from "./token-bucket.ts";

let folder = "";
const transport = new RealTransport();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-sources-"));
});
afterEach(() => {
  transport.close();
  rmSync(folder, { recursive: true, force: true });
});

const day = (text: string): DayNumber => parseIsoDate(text) as DayNumber;
const queryOf = ({ timeframe, adjustment }: SourceCase): BarsQuery => ({
  symbol: "AAPL",
  timeframe,
  adjustment,
  from: day("2024-03-04"),
  to: day("2024-03-15"),
  isSettled: false,
});

const secrets = KEYS.map((key) => new Secret(key));
const clientOf = (clock: Clock, net: Transport, perMinute = 600): SourceClient =>
  new SourceClient({
    name: "it",
    clock,
    wallMs: () => Date.UTC(2026, 0, 5),
    transport: net,
    rng: createRng(1, "test"),
    bucket: new TokenBucket(clock, perMinute),
    cache: new ResponseCache(join(folder, "cache"), 2 ** 20),
    timeoutMs: 20_000,
    secrets,
  });

/** Over real HTTP. */
async function overHttp(one: SourceCase, provider: Provider, query = queryOf(one)) {
  const { origin, asked, close } = await serveProvider(provider);
  try {
    const client = clientOf(new HastyClock(), transport);
    const answer = await one.definition.bars({ client, origin, keys: secrets }, query, "asked");
    return { answer, asked };
  } finally {
    await close();
  }
}

/** In virtual time; `tookMs` until the answer was there. */
async function inVirtualTime(one: SourceCase, provider: Provider) {
  const clock = new VirtualClock();
  const { server, asked } = virtualProvider(provider);
  const client = clientOf(clock, new VirtualNetwork({ clock, server }));
  let answer: SourceAnswer | undefined;
  let tookMs = Number.NaN;
  void one.definition
    .bars({ client, origin: "https://provider.example", keys: secrets }, queryOf(one), "asked")
    .then((got) => {
      answer = got;
      tookMs = clock.now();
    });
  await clock.advance(600_000);
  return { answer, asked, tookMs };
}

const ok = (body: string, headers = {}) => ({ status: 200, body, headers });

it("has a case for every line of the registry", () => {
  expect(sourceCases.map(({ definition }) => definition.id)).toEqual(sourceDefinitions.map(({ id }) => id));
});

describe.each(sourceCases.map((one) => [one.definition.id, one] as const))("%s", (_, one) => {
  const bars = someBars(queryOf(one));

  it("turns a documented answer into bars and sends the key as it should", async () => {
    const { answer, asked } = await overHttp(one, () => ok(one.body(bars)));
    expect(answer).toEqual({ ok: true, bars });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.path).toMatch(/aapl/i);
    expect(JSON.stringify(asked[0]?.path)).not.toMatch(/5551|7773/);
    if (one.key !== undefined) expect(String(one.key(asked[0]?.headers ?? {}))).toMatch(/5551|7773/);
  });

  it("says of an unknown symbol that it has no bars", async () => {
    const { answer, asked } = await overHttp(one, () => one.unknown);
    expect(answer.ok ? answer.bars : answer.why).toEqual(answer.ok ? [] : "unknown_symbol");
    expect(asked).toHaveLength(1);
  });

  it.each([401, 403])("refused with %i it is not asked twice, and no key is told", async (status) => {
    const body = JSON.stringify({ message: `forbidden for ${KEYS[0]} and ${KEYS[1]}` });
    const { answer, asked } = await overHttp(one, () => ({ status, body }));
    expect(answer).toMatchObject({ ok: false, why: "denied" });
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(answer)).not.toMatch(/5551|7773/);
  });

  it("never takes half of an answer: cut off in the middle it is unreadable", async () => {
    const whole = one.body(bars);
    const { answer, asked } = await overHttp(one, () => ok(whole.slice(0, whole.length - 9)));
    expect(answer).toMatchObject({ ok: false, why: "unreadable" });
    expect(asked).toHaveLength(3);
  });

  it("refuses a web page and NaN that is no JSON", async () => {
    const page = "<!DOCTYPE html><html><body>Checking your browser</body></html>";
    const { answer } = await overHttp(one, () => ok(page, { "content-type": "text/html" }));
    expect(answer).toMatchObject({ ok: false, why: "unreadable" });
    if (!answer.ok) expect(answer.reason).toBe("it answered a web page instead of data");
    if (one.definition.id === "stooq") return;
    const bare = one.body(bars).replaceAll(/100(?=[,}\]])/g, "NaN");
    expect((await overHttp(one, () => ok(bare))).answer.ok).toBe(false);
  });

  it("keeps a missing number as NaN, for the gatekeeper to refuse", async () => {
    const holed = bars.map((bar, i): Reply => (i === 3 ? { ...bar, close: null } : bar));
    const { answer } = await overHttp(one, () => ok(one.body(holed)));
    expect(answer.ok && answer.bars.map(({ close }) => close)).toEqual(
      bars.map(({ close }, i) => (i === 3 ? Number.NaN : close)),
    );
  });

  it("rows that come twice and backwards are brought into order", async () => {
    const messy = [...bars].reverse().concat(bars.slice(0, 2));
    const { answer } = await overHttp(one, () => ok(one.body(messy)));
    expect(answer.ok && judgeAnswer(answer.bars, queryOf(one))).toEqual({ bars, problem: undefined });
  });

  it("waits out a short 429 and is asked again", async () => {
    let first = true;
    const { answer, asked, tookMs } = await inVirtualTime(one, () => {
      if (!first) return ok(one.body(bars));
      first = false;
      return { status: 429, headers: { "retry-after": "3" }, body: "Too Many Requests" };
    });
    expect(answer).toEqual({ ok: true, bars });
    expect(asked).toHaveLength(2);
    expect(tookMs).toBeGreaterThanOrEqual(3_000);
    expect(tookMs).toBeLessThan(4_000);
  });

  it("hands a long 429 on at once, with the rest that is wanted", async () => {
    const busy = { status: 429, headers: { "retry-after": "120" }, body: "Too Many Requests" };
    const { answer, asked, tookMs } = await inVirtualTime(one, () => busy);
    expect(answer).toMatchObject({ ok: false, why: "rate_limited", restMs: 120_000 });
    expect(asked).toHaveLength(1);
    expect(tookMs).toBeLessThan(1_000);
  });

  it("is tried three times with jitter where it answers 500, and no more", async () => {
    const { answer, asked, tookMs } = await inVirtualTime(one, () => ({ status: 500, body: "oops" }));
    expect(answer).toMatchObject({ ok: false, why: "error" });
    expect(asked).toHaveLength(3);
    expect(tookMs).toBeLessThan(4_000);
  });

  it("is given up where it says nothing, after its time and three tries", async () => {
    const { answer, tookMs } = await inVirtualTime(one, () => "silence");
    expect(answer).toMatchObject({ ok: false, why: "timeout", reason: "it gave no answer within 20 s" });
    expect(tookMs).toBeGreaterThanOrEqual(60_000);
    expect(tookMs).toBeLessThan(64_000);
  });

  it("a slow answer is an answer", async () => {
    const slow = { ...ok(one.body(bars)), delayMs: 15_000 };
    expect((await inVirtualTime(one, () => slow)).answer).toEqual({ ok: true, bars });
  });
});

describe.each(sourceCases.filter(({ hasPages }) => hasPages).map((one) => [one.definition.id, one] as const))(
  "%s, several pages",
  (_, one) => {
    const bars = someBars(queryOf(one));
    const pages: Provider = ({ path }) => {
      if (path.includes("two")) return ok(one.body([], "three"));
      return ok(path.includes("three") ? one.body(bars.slice(4)) : one.body(bars.slice(0, 4), "two"));
    };

    it("follows them to the end, an empty one among them, on its own host alone", async () => {
      const { answer, asked } = await overHttp(one, pages);
      expect(answer).toEqual({ ok: true, bars });
      expect(asked).toHaveLength(3);
      expect(asked.every(({ path }) => !path.includes("apiKey"))).toBe(true);
    });

    it("has nothing where the last page fails", async () => {
      const { answer } = await overHttp(one, (asked) =>
        asked.path.includes("three") ? { status: 503, body: "" } : pages(asked),
      );
      expect(answer).toMatchObject({ ok: false, why: "error" });
    });

    it("sees a page that leads to itself", async () => {
      const { answer } = await overHttp(one, () => ok(one.body(bars, "two")));
      expect(answer).toMatchObject({ ok: false, why: "unreadable" });
    });
  },
);

/** One case asked otherwise than its own line says. */
const caseOf = (id: string): SourceCase => {
  const found = sourceCases.find(({ definition }) => definition.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe("what prices are adjusted for", () => {
  it.each([
    ["alpaca_sip", "raw", /adjustment=raw&/],
    ["alpaca_sip", "split", /adjustment=split&.*feed=sip/],
    ["alpaca_iex", "full", /adjustment=all&.*feed=iex/],
    ["polygon", "raw", /adjusted=false&/],
    ["polygon", "split", /adjusted=true&/],
  ] as const)("%s is asked for %s prices", async (id, adjustment, path) => {
    const one = caseOf(id);
    const query = { ...queryOf(one), adjustment };
    const body = one.body(someBars(query)).replace('"adjusted":true', `"adjusted":${adjustment === "split"}`);
    const { asked, answer } = await overHttp(one, () => ok(body), query);
    expect(asked[0]?.path).toMatch(path);
    expect(answer.ok).toBe(true);
  });

  it("polygon on another basis than asked for is no answer", async () => {
    const one = caseOf("polygon");
    const query = { ...queryOf(one), adjustment: "raw" } as const;
    const { answer } = await overHttp(one, () => ok(one.body(someBars(query))), query);
    expect(answer).toMatchObject({ ok: false, why: "unreadable" });
  });

  it("tiingo has the adjusted columns beside the others", async () => {
    const one = caseOf("tiingo");
    const row = {
      date: "2024-03-04T00:00:00.000Z",
      open: 9,
      high: 9,
      low: 9,
      close: 9,
      volume: 9,
      splitFactor: 2,
    };
    const adjusted = { adjOpen: 4, adjHigh: 6, adjLow: 3, adjClose: 5, adjVolume: 18 };
    const body = JSON.stringify([{ ...row, ...adjusted }]);
    const { answer } = await overHttp(one, () => ok(body), { ...queryOf(one), adjustment: "full" });
    expect(answer).toMatchObject({ ok: true, bars: [{ open: 4, high: 6, low: 3, close: 5, volume: 18 }] });
  });

  it("yahoo's adjusted close takes the other prices with it, and low to high stays in order", async () => {
    const one = caseOf("yahoo");
    const query = { ...queryOf(one), adjustment: "full" } as const;
    const bars = someBars(query);
    const json = JSON.parse(one.body(bars));
    json.chart.result[0].indicators.adjclose[0].adjclose = bars.map(({ close }) => close * 0.337);
    const { answer } = await overHttp(one, () => ok(JSON.stringify(json)), query);
    if (!answer.ok) throw new Error(answer.reason);
    for (const [i, { open, high, low, close, volume }] of answer.bars.entries()) {
      const plain = bars[i] as (typeof bars)[number];
      expect(close).toBe(plain.close * 0.337);
      expect(open).toBeCloseTo(plain.open * 0.337, 9);
      expect(low <= Math.min(open, close) && Math.max(open, close) <= high).toBe(true);
      expect(volume).toBe(plain.volume);
    }
  });
});

describe("what only one of them says", () => {
  it.each([
    [
      "yahoo",
      { status: 400, body: "Data doesn't exist for startDate = 1, endDate = 2" },
      { ok: true, bars: [] },
    ],
    ["tiingo", ok("Error: Ticker 'AAPL' not found"), { ok: false, why: "unknown_symbol" }],
    [
      "tiingo",
      ok('{"detail":"Error: You have run over your hourly request allocation."}'),
      { why: "unreadable" },
    ],
    ["stooq", ok("Exceeded the daily hits limit"), { ok: false, why: "rate_limited", restMs: 3_600_000 }],
    [
      "alpaca_sip",
      { status: 403, body: '{"message":"subscription does not permit querying recent SIP data"}' },
      { why: "denied", reason: 'it answered 403 "subscription does not permit querying recent SIP data"' },
    ],
    ["polygon", ok('{"status":"ERROR","error":"x"}'), { ok: false, why: "unreadable" }],
    // Two minutes from now by the clock of the test.
    [
      "polygon",
      { status: 429, headers: { "retry-after": "Mon, 05 Jan 2026 00:02:00 GMT" } },
      { restMs: 120_000 },
    ],
    ["polygon", { status: 429, headers: { "retry-after": "soon" } }, { why: "rate_limited", restMs: 60_000 }],
    ["polygon", { status: 429, headers: { "retry-after": "99999999" } }, { restMs: 3_600_000 }],
    [
      "yahoo",
      { status: 302, headers: { location: "https://elsewhere.example/" } },
      { ok: false, why: "error" },
    ],
  ] as const)("%s: %j", async (id, reply, expected) => {
    expect((await overHttp(caseOf(id), () => reply)).answer).toMatchObject(expected);
  });

  it("yahoo's newest session, told twice, is its later row", async () => {
    const one = caseOf("yahoo");
    const bars = someBars(queryOf(one));
    const last = bars.at(-1) as (typeof bars)[number];
    const body = one.body([...bars, { ...last, volume: last.volume + 7 }]);
    const { answer } = await overHttp(one, () => ok(body));
    expect(answer).toEqual({ ok: true, bars: [...bars.slice(0, -1), { ...last, volume: last.volume + 7 }] });
  });

  it("stooq's warnings of a script before the header are passed over", async () => {
    const one = caseOf("stooq");
    const bars = someBars(queryOf(one));
    const body = `\nWarning: Division by zero in x on line 102\n\n${one.body(bars)}`;
    expect((await overHttp(one, () => ok(body))).answer).toEqual({ ok: true, bars });
  });

  it("class shares and indices go by the provider's own spelling", async () => {
    const paths: string[] = [];
    for (const id of ["alpaca_sip", "tiingo", "yahoo", "stooq"]) {
      const query = { ...queryOf(caseOf(id)), symbol: id === "yahoo" ? "^VIX" : "BRK.B" };
      const { asked } = await overHttp(caseOf(id), () => caseOf(id).unknown, query);
      paths.push(asked[0]?.path ?? "");
    }
    expect(paths).toEqual([
      expect.stringContaining("symbols=BRK.B&"),
      expect.stringContaining("/daily/brk-b/"),
      expect.stringContaining("/chart/%5EVIX?"),
      expect.stringContaining("s=brk-b.us&"),
    ]);
  });
});

describe("a copy on disk", () => {
  const one = caseOf("alpaca_sip");
  const bars = someBars(queryOf(one));
  const twice = async (provider: Provider, isSettled: boolean) => {
    const { origin, asked, close } = await serveProvider(provider);
    try {
      const reach = { client: clientOf(new HastyClock(), transport), origin, keys: secrets };
      const query = { ...queryOf(one), isSettled };
      const answers = [
        await one.definition.bars(reach, query, "asked"),
        await one.definition.bars(reach, query, "asked"),
      ];
      return { answers, asked };
    } finally {
      await close();
    }
  };
  const both = [
    { ok: true, bars },
    { ok: true, bars },
  ];

  it("of settled days is not asked for again", async () => {
    const { answers, asked } = await twice(() => ok(one.body(bars)), true);
    expect(answers).toEqual(both);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["etag", '"v1"', "if-none-match"],
    ["last-modified", "Fri, 15 Mar 2024 21:00:00 GMT", "if-modified-since"],
  ])(
    "of others is asked about with its %s over real HTTP, and 304 is the same answer",
    async (name, mark, asking) => {
      const { answers, asked } = await twice(
        ({ headers }) => (headers[asking] === mark ? { status: 304 } : ok(one.body(bars), { [name]: mark })),
        false,
      );
      expect(answers).toEqual(both);
      expect(asked).toHaveLength(2);
    },
  );

  it("of a refusal is none", async () => {
    let count = 0;
    const { answers } = await twice(() => (++count === 1 ? ok("<html>") : ok(one.body(bars))), true);
    expect(answers).toEqual(both);
  });
});
