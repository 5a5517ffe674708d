/** Goal: texts are scored with the words that decided, unusual readings are told, and bad input is one line. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";

const folder = scratchFolder("plimsoll-sentiment-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const input = join(folder, "in.csv");
const run = (...words: string[]) => runLine([...words, "--input", input]);

it("scores each text, quoted ones too, and says why", async () => {
  writeFileSync(
    input,
    'date,headline\n2026-01-02,"Acme profit fell, outlook cut"\n2026-01-02,Acme holds its meeting\n',
  );
  const rows = JSON.parse((await run("--json", "sentiment", "score")).out);
  expect(rows.map(({ text }: { text: string }) => text)).toEqual([
    "Acme profit fell, outlook cut",
    "Acme holds its meeting",
  ]);
  expect([rows[0].score < -0.3, rows[0].hits.length > 0, rows[1].hits]).toEqual([true, true, []]);
  expect((await run("sentiment", "score")).out).toContain("profit fell");
});

it("tells a fall far below what is usual, once there are readings enough, and nothing of missing ones", async () => {
  const usual = Array.from({ length: 80 }, (_, day) => `d${day},${day % 9 === 0 ? "" : 0.1 * Math.sin(day)}`);
  writeFileSync(input, ["date,score", ...usual, "fall,-0.9"].join("\n"));
  expect((await run("sentiment", "detect")).out).toMatch(/^81 readings, 1 of them unusual\nfall {2}z -\d/);
  const rows = JSON.parse((await run("--json", "sentiment", "detect")).out);
  expect([rows[9].value, rows[9].z, rows.at(-1).isLow]).toEqual([null, null, true]);
});

it.each([
  ["score", "date,body\n1,x\n", "has no column text, headline, sentence"],
  ["score", "text\n", "no rows under the header"],
  ["detect", "date,score\nd,high\n", '"high" is not a number'],
])("%s of %j is refused", async (verb, text, says) => {
  writeFileSync(input, text);
  const said = await run("sentiment", verb);
  expect([said.code !== 0, said.err]).toEqual([true, expect.stringContaining(says)]);
});
