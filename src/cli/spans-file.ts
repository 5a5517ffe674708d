/** Reads a CSV `start,end` of the bars that labels span. */
import { InputError } from "../domain/assert.ts";
import type { LabelSpans } from "../learn/labels/label-spans.ts";
import { inputText } from "./input-text.ts";

const ROW = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/;

/** Refuses with the line; what the spans themselves must be is judged by who splits. */
export function readSpans(path: string): LabelSpans {
  const text = inputText("--spans", path);
  const [head = "", ...body] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (!/^\s*[A-Za-z]\w*\s*,\s*[A-Za-z]\w*\s*$/.test(head))
    throw new InputError(`--spans ${path}: the first line must be start,end, got "${head.slice(0, 60)}"`);
  if (body.length === 0) throw new InputError(`--spans ${path}: no rows under the header`, 1);
  const [start, end] = [new Int32Array(body.length), new Int32Array(body.length)];
  for (const [row, line] of body.entries()) {
    const [all, from, to] = ROW.exec(line) ?? [];
    if (all === undefined)
      throw new InputError(
        `--spans ${path}: line ${row + 2} must be two whole numbers, got "${line.slice(0, 60)}"`,
      );
    start[row] = Number(from);
    end[row] = Number(to);
  }
  return { start, end };
}
