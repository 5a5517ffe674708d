/** Goal: what a process writes reads as what the supervisor writes: one form of level, one name of text (OPS-6). */
import { afterEach, expect, it, vi } from "vitest";
import { logRecord } from "../../ops/log-file.ts";
import { stageLog } from "./stage-log.ts";

afterEach(() => vi.restoreAllMocks());

it.each(["info", "warning", "error", "critical"] as const)("a line of level %s, in capitals", (level) => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  stageLog("ingest")(level, "gone", { ms: 7 });
  expect(lines).toEqual([expect.stringMatching(/^\{[^\n]*\}\n$/)]);
  const written = { level: level.toUpperCase(), component: "ingest", text: "gone", ms: 7 };
  expect(JSON.parse(lines[0] ?? "")).toEqual(written);
  expect(logRecord("ingest", "INFO", (lines[0] ?? "").trimEnd(), 0)).toMatchObject(written);
});
