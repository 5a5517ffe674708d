import { expect, test } from "vitest";
import type { Picture } from "../../contract/picture.ts";
import { keyOfView, viewOfKey, views } from "../routes.ts";
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

test("every view has a key of its own, and the key opens it", () => {
  const keys = views.map((_, place) => keyOfView(place));
  expect([keys.length, new Set(keys).size, keys.includes("")]).toEqual([views.length, views.length, false]);
  for (const [place, view] of views.entries())
    expect(viewOfKey({ key: keys[place] ?? "", code: "" })).toBe(view);
  // Where the key behind 0 has another letter.
  expect(viewOfKey({ key: "ß", code: "Minus" })?.id).toBe("audit");
  expect(viewOfKey({ key: "x", code: "KeyX" })).toBeUndefined();
  expect(commandsFor(null, []).find(({ name }) => name === "Open Audit")?.effort).toBe("key -");
});
