/** Goal: `stats` finds the columns people mean, makes returns of prices, and gives what a hand calculation gives. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCommandLine } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-stats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function stats(...args: string[]) {
  const said = { out: "", err: "" };
  const code = await runCommandLine(["node", "plimsoll", "stats", ...args], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said, json: code === 0 ? JSON.parse(said.out) : undefined };
}

const prices = file(
  "prices.csv",
  "Date,IGE_adj_close,SPY_adj_close,SPY_volume\n2024-01-02,100,50,1\n2024-01-03,110,51,2\n2024-01-04,99,50.49,3\n",
);
const sharpe = (returns: readonly number[], yearly: number) => {
  const excess = returns.map((value) => value - yearly / 252);
  const mean = excess.reduce((a, b) => a + b) / excess.length;
  const variance = excess.reduce((a, b) => a + (b - mean) ** 2, 0) / (excess.length - 1);
  return (mean / Math.sqrt(variance)) * Math.sqrt(252);
};

describe("columns", () => {
  const metrics = (...args: string[]) => stats("metrics", "--input", prices, "--prices", ...args);

  it("the first one by default; by whole name, in any case, or by the word it begins with", async () => {
    const expected = (await metrics()).json;
    expect(expected.totalReturn).toBeCloseTo(-0.01, 12);
    for (const name of ["IGE_adj_close", "ige_ADJ_close", "IGE", "ige"])
      expect((await metrics("--long", name)).json).toEqual(expected);
    expect((await metrics("--long", "SPY_volume")).json.totalReturn).toBeCloseTo(2, 12);
  });

  it("refuses a beginning that two columns share, and one that is no whole word", async () => {
    for (const name of ["SPY", "IG"]) {
      const { code, err } = await metrics("--long", name);
      expect(code).toBe(2);
      expect(err).toContain("it has IGE_adj_close, SPY_adj_close, SPY_volume");
    }
  });

  it("long against short is half of the difference, and owes no risk-free rate", async () => {
    const [long, short] = [
      [0.1, -0.1],
      [0.02, -0.01],
    ] as const;
    const alone = await metrics("--long", "IGE", "--risk-free", "0.04");
    expect(alone.json.sharpe).toBeCloseTo(sharpe(long, 0.04), 9);
    const pair = await metrics("--long", "IGE", "--short", "SPY_adj_close", "--risk-free", "0.04");
    expect(pair.json.sharpe).toBeCloseTo(
      sharpe(
        long.map((value, n) => (value - (short[n] ?? 0)) / 2),
        0,
      ),
      9,
    );
  });
});

describe("rows", () => {
  const returns = (text: string) => stats("metrics", "--input", file("rows.csv", text));

  it("takes Windows line ends, a byte order mark, blank lines and spaces", async () => {
    const plain = (await returns("date,a\n2024-01-02,0.01\n2024-01-03,-0.02\n")).json;
    expect((await returns("\ufeffdate, a\r\n2024-01-02, 0.01\r\n\r\n2024-01-03,-0.02\r\n")).json).toEqual(
      plain,
    );
    expect(plain.periods).toBe(2);
  });

  it("refuses rows that go back in time, and takes dates it cannot order as they come", async () => {
    expect((await returns("date,a\n2024-01-03,0.01\n2024-01-02,0.02\n")).err).toContain(
      "line 3, date 2024-01-02",
    );
    expect((await returns("date,a\n2024-01-02T15:00,0.01\n2024-01-02T14:00,0.02\n")).code).toBe(2);
    expect((await returns("date,a\n9,0.01\n10,0.02\n")).code).toBe(0);
  });

  it.each(["Infinity", "-", "1,2", "0.1.2", '"0.1"', "1e999"])("refuses %s as a return", async (cell) => {
    expect((await returns(`date,a\n2024-01-02,${cell}\n`)).code).toBe(2);
  });
});

describe("trials", () => {
  const trials = file(
    "trials.csv",
    "date,a,b,c\n1,0.01,0.02,-0.01\n2,0.02,-0.01,0.01\n3,-0.01,0.03,0.02\n4,0.01,0.01,0.01\n",
  );

  it("dsr counts a column per trial unless told more, and more of them lower it", async () => {
    const counted = (await stats("dsr", "--input", trials)).json;
    expect(counted.trials).toBe(3);
    const more = (await stats("dsr", "--input", trials, "--trials", "50")).json;
    expect(more.trials).toBe(50);
    expect(more.dsr).toBeLessThan(counted.dsr);
    expect(more.sharpe).toBe(counted.sharpe);
  });

  it("one trial is no luck: dsr is psr then; more of one column cannot be judged", async () => {
    const one = file("one.csv", "date,a\n1,0.01\n2,0.02\n3,-0.01\n4,0.01\n");
    expect((await stats("dsr", "--input", one)).json.dsr).toBe((await stats("psr", "--input", one)).json.psr);
    expect(await stats("dsr", "--input", one, "--trials", "5")).toMatchObject({ code: 2 });
    expect(await stats("dsr", "--input", one, "--trials", "0")).toMatchObject({ code: 2 });
  });
});

describe("figures without meaning are refused", () => {
  const one = file("lone.csv", "date,return\n2024-01-02,0.01\n");
  const two = file("pair.csv", "date,price\n2024-01-02,100\n2024-01-03,101\n");
  const good = file("good.csv", "date,return\n2024-01-02,0.01\n2024-01-03,-0.01\n2024-01-04,0.02\n");

  it.each(["metrics", "psr", "dsr", "mintrl"])("%s of one day, or of two prices", async (name) => {
    const lone = await stats(name, "--input", one);
    expect([lone.code, lone.err]).toEqual([
      1,
      expect.stringContaining("lone.csv: has 1 return(s); give at least 2"),
    ]);
    const pair = await stats(name, "--input", two, "--prices");
    expect(pair.err).toContain("pair.csv: has 1 return(s) between its prices");
  });

  it.each(["4", "-4", "0.51"])("a risk-free rate of %s, which is meant in percent", async (rate) => {
    const { code, err } = await stats("metrics", "--input", good, `--risk-free=${rate}`);
    expect(code).toBe(2);
    expect(err).toContain(`--risk-free ${rate}: must be a yearly fraction from -0.5 to 0.5; 0.04 is 4 %`);
    expect((await stats("metrics", "--input", good, "--risk-free", "0.04")).code).toBe(0);
  });
});
