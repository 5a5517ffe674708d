import { expect, test } from "vitest";
import type { Picture } from "../../contract/picture.ts";
import { commandsFor, found, loosens, tightens } from "./commands.ts";

const picture = {
  permission: { claims: [{ liftedBy: "operator", scope: null }] },
  positions: [{ symbol: "CAT" }, { symbol: "CAT" }, { symbol: "HD" }],
} as unknown as Picture;
const strategies = [
  { id: "gap_fill", isEnabled: true },
  { id: "pairs", isEnabled: false },
];

test("each act says what it takes: tightening one step, loosening a reason", () => {
  const commands = commandsFor(picture, strategies);
  const effort = (name: string) => commands.find((command) => command.name.startsWith(name))?.effort;
  expect(effort("Pause")).toBe(tightens);
  expect(effort("Disable strategy gap_fill")).toBe(tightens);
  expect(effort("Enable strategy pairs")).toBe(loosens);
  expect(effort("Resume")).toBe(loosens);
  expect(commands.filter((command) => command.name === "Close CAT…")).toHaveLength(1);
});

test("nothing to resume is not offered; halting is, without any picture", () => {
  const names = commandsFor(null, []).map((command) => command.name);
  expect(names).toContain("Halt trading…");
  expect(names.some((name) => name.startsWith("Resume"))).toBe(false);
});

test("words are found in any order, beginnings first", () => {
  const commands = commandsFor(picture, strategies);
  expect(found(commands, "pa")[0]?.name).toBe("Pause entries, whole account");
  expect(found(commands, "fill dis").map((command) => command.name)).toEqual(["Disable strategy gap_fill…"]);
  expect(found(commands, "nothing like it")).toEqual([]);
});
