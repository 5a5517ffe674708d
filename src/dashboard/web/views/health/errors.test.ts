import { describe, expect, test } from "vitest";
import type { ErrorLine, ErrorsAnswer } from "../../../contract/running-answers.ts";
import { causeOf, groupErrors } from "./error-groups.ts";
import { askedLines, OpenErrors } from "./open-errors.ts";
import { resolveWords } from "./resolve-words.ts";

const line = (id: number, change: Partial<ErrorLine> = {}): ErrorLine => ({
  id,
  at: new Date(1_800_000_000_000 + id * 1000).toISOString(),
  level: "ERROR",
  component: "monitor",
  logger: "alerts.smtp",
  message: `Connection timed out after ${id} s`,
  traceback: null,
  source: null,
  resolvedAt: null,
  resolvedBy: null,
  ...change,
});

/** Newest first, as the server answers. */
const answer = (all: readonly ErrorLine[], from = 0): ErrorsAnswer => ({
  total: all.length,
  open: { critical: 0, error: all.length, warning: 0 },
  rows: all.toSorted((a, b) => b.id - a.id).slice(from, from + askedLines),
});

describe("errors by cause", () => {
  test("figures, hashes and quoted names do not make another cause; words and places do", () => {
    expect(causeOf(line(1))).toBe(causeOf(line(999)));
    expect(causeOf(line(1, { message: "run 4f9a2b77c1 ended" }))).toBe(
      causeOf(line(1, { message: "run 0badc0ffee ended" })),
    );
    expect(causeOf(line(1, { message: "p99 127.58707100000001 ms, 100 wanted" }))).toBe(
      causeOf(line(1, { message: "p99 301.388543 ms, 100 wanted" })),
    );
    expect(causeOf(line(1, { message: 'no "SPY"' }))).toBe(causeOf(line(1, { message: 'no "QQQ"' })));
    expect(causeOf(line(1, { component: "execute" }))).not.toBe(causeOf(line(1)));
    expect(causeOf(line(1, { message: "Refused" }))).not.toBe(causeOf(line(1)));
  });

  test("the worst first, then the latest; count, first and last of each", () => {
    const groups = groupErrors([
      line(9, { level: "WARNING", message: "late" }),
      line(8),
      line(7, { level: "CRITICAL", message: "flat" }),
      line(3),
    ]);
    expect(groups.map(({ level, ids }) => [level, ids])).toEqual([
      ["CRITICAL", [7]],
      ["ERROR", [8, 3]],
      ["WARNING", [9]],
    ]);
    expect(groups[1]).toMatchObject({ lastAt: line(8).at, firstAt: line(3).at, message: line(8).message });
  });
});

test("a group is resolved by one act with its name on one line, one line by its number", () => {
  const [group] = groupErrors([
    line(8, { message: `x${"y".repeat(200)}` }),
    line(3, { message: `x${"y".repeat(200)}` }),
  ]);
  const words = resolveWords({ ...group!, message: "Connection\n timed out" });
  expect(words).toEqual({ verb: "resolve-errors", errors: [8, 3], group: "monitor: Connection timed out" });
  expect("group" in words && resolveWords(group!)).toMatchObject({
    group: expect.stringMatching(/^.{100}$/),
  });
  expect(resolveWords({ ...group!, ids: [3] })).toEqual({ verb: "resolve-error", error: 3 });
});

describe("the open errors", () => {
  test("are read in parts until all are known", () => {
    const all = Array.from({ length: askedLines + 30 }, (_, k) => line(k + 1));
    const open = new OpenErrors();
    const next = open.take(0, answer(all));
    expect(next).toBe(askedLines);
    expect(open.take(next ?? 0, answer(all, next ?? 0))).toBeNull();
    expect(open.lines.length).toBe(all.length);
  });

  test("a new one is put on top without reading the others again", () => {
    const all = [line(1), line(2)];
    const open = new OpenErrors();
    open.take(0, answer(all));
    expect(open.take(0, answer([...all, line(3)]))).toBeNull();
    expect(open.lines.map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  test("what was resolved elsewhere goes", () => {
    const open = new OpenErrors();
    open.take(0, answer([line(1), line(2), line(3)]));
    open.take(0, answer([line(1), line(3)]));
    expect(open.lines.map(({ id }) => id)).toEqual([3, 1]);
  });

  test("more new ones than one answer holds: all are read again", () => {
    const open = new OpenErrors();
    open.take(0, answer([line(1)]));
    const all = Array.from({ length: askedLines + 10 }, (_, k) => line(k + 1));
    const next = open.take(0, answer(all));
    expect(next).toBe(askedLines);
    open.take(next ?? 0, answer(all, next ?? 0));
    expect(open.lines.length).toBe(all.length);
  });

  test("what this page resolved is gone at once", () => {
    const open = new OpenErrors();
    open.take(0, answer([line(1), line(2)]));
    open.drop([2]);
    expect(open.lines.map(({ id }) => id)).toEqual([1]);
    expect(open.total).toBe(1);
  });

  test("nothing open is an empty list, and asks no further", () => {
    const open = new OpenErrors();
    open.take(0, answer([line(1)]));
    expect(open.take(0, answer([]))).toBeNull();
    expect(open.lines).toEqual([]);
  });
});
