/** Goal: the guard refuses what it must and fails closed. Method: one row per refusal, then the tree itself. */
import { expect, it } from "vitest";
import { limits } from "./architecture.ts";
import { sourceFiles, tidy } from "./tidy.ts";

const doc = "/** What this is. */\n";
const long = "const t = 1;\n".repeat(limits.lines);

it.each`
  why                               | path                         | text                                              | says
  ${"downward is fine"}             | ${"src/risk/rule.ts"}        | ${'import { x } from "../domain/money.ts";'}      | ${[]}
  ${"upward is not"}                | ${"src/domain/money.ts"}     | ${'import { x } from "../risk/rule.ts";'}         | ${[/domain may not import risk/]}
  ${"neighbours are strangers"}     | ${"src/risk/rule.ts"}        | ${'import { x } from "../portfolio/ledger.ts";'}  | ${[/risk may not import portfolio/]}
  ${"type-only imports count too"}  | ${"src/risk/rule.ts"}        | ${'import type { x } from "../engine/step.ts";'}  | ${[/risk may not import engine/]}
  ${"dynamic imports count too"}    | ${"src/domain/a.ts"}         | ${'void import("../risk/rule.ts");'}              | ${[/domain may not import risk/]}
  ${"re-exports count too"}         | ${"src/domain/a.ts"}         | ${'export * from "../risk/rule.ts";'}             | ${[/domain may not import risk/]}
  ${"worker entries count too"}     | ${"src/adapters/threads.ts"} | ${'new URL("../app/backtest-worker.ts", x)'}      | ${[/adapters may not import app/]}
  ${"live never sees research"}     | ${"src/app/live.ts"}         | ${'import { x } from "../research/train.ts";'}    | ${[/app may not import research/]}
  ${"the guardian sees two rooms"}  | ${"src/guardian/close.ts"}   | ${'import { x } from "../engine/pump.ts";'}       | ${[/guardian may not import engine/]}
  ${"internal is private"}          | ${"src/app/live.ts"}         | ${'import { x } from "../engine/internal/q.ts";'} | ${[/private to engine/]}
  ${"words that end in from"}       | ${"src/cli/a.ts"}            | ${'describe("where it comes from").action("x");'} | ${[]}
  ${"an option called --from"}      | ${"src/cli/a.ts"}            | ${'option("--from", "first day");'}               | ${[]}
  ${"packages are rationed"}        | ${"src/domain/a.ts"}         | ${'import { z } from "zod";'}                     | ${[/may not use the package zod/]}
  ${"no file outside the rooms"}    | ${"src/risk/a.ts"}           | ${'import { x } from "../../bench/run.ts";'}      | ${[/risk may not import bench/]}
  ${"the wall clock is banned"}     | ${"src/engine/step.ts"}      | ${"const t = Date.now();"}                        | ${[/Date is banned/]}
  ${"chance is banned"}             | ${"src/sim/venue.ts"}        | ${"const t = Math.random();"}                     | ${[/Math.random is banned/]}
  ${"module state is hidden state"} | ${"src/risk/rule.ts"}        | ${"let count = 0;"}                               | ${[/let is banned/]}
  ${"but not in a comment"}         | ${"src/engine/step.ts"}      | ${"// never call Date.now()\nconst t = 1;"}       | ${[]}
  ${"nor in an adapter"}            | ${"src/adapters/clock.ts"}   | ${"const t = Date.now();"}                        | ${[]}
  ${"async is banned in the core"}  | ${"src/engine/step.ts"}      | ${"async function f() {}"}                        | ${[/async is banned/]}
  ${"unknown rooms fail closed"}    | ${"src/lobby/money.ts"}      | ${"const t = 1;"}                                 | ${[/not a room/]}
  ${"long files are refused"}       | ${"src/risk/rule.ts"}        | ${long}                                           | ${[/split by responsibility/]}
  ${"wide lines are refused"}       | ${"src/risk/rule.ts"}        | ${`const t = ${"1 + ".repeat(40)}1;`}             | ${[/wider than/]}
  ${"vague names are refused"}      | ${"src/risk/risk-utils.ts"}  | ${"const t = 1;"}                                 | ${[/name it after/]}
  ${"camel case is refused"}        | ${"src/risk/maxRisk.ts"}     | ${"const t = 1;"}                                 | ${[/kebab-case/]}
  ${"a TODO needs an owner"}        | ${"src/risk/rule.ts"}        | ${"// TODO: later"}                               | ${[/needs an issue/]}
  ${"and is fine with one"}         | ${"src/risk/rule.ts"}        | ${"// TODO(#12): later"}                          | ${[]}
  ${"barrels are refused"}          | ${"src/risk/index.ts"}       | ${"const t = 1;"}                                 | ${[/no barrels/]}
`("$why", ({ path, text, says }) => {
  const got = tidy([{ path, text: doc + text }]);
  expect(got).toHaveLength(says.length);
  for (const [i, pattern] of says.entries()) expect(got[i]).toMatch(pattern);
});

it("a file without an opening comment is refused", () => {
  expect(tidy([{ path: "src/risk/rule.ts", text: "const t = 1;" }])).toEqual([
    expect.stringMatching(/open with/),
  ]);
});

it("finding nothing is a failure", () => expect(tidy([])).toHaveLength(1));

it("this checkout is tidy", () => expect(tidy(sourceFiles())).toEqual([]));
