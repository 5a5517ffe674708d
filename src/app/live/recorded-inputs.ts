/** What ingest heard, as its journal keeps it: now, and in earlier lives of a run, in its order. */
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import type { IngestInput } from "../../engine/live-ingest.ts";

/**
 * An input as it is written down, and as it is read again: that one is judged. Text knows no NaN and no infinity, and a
 * replay would judge null.
 */
export function asRecorded(heard: IngestInput): { readonly text: string; readonly input: IngestInput } {
  const text = JSON.stringify(heard);
  return { text, input: JSON.parse(text) as IngestInput };
}

export function* recordedInputs(path: string, run: string): Generator<IngestInput> {
  const reader = new JournalReader(path);
  try {
    for (const { part, payload } of reader.entries(run))
      if (part === "input") yield JSON.parse(String(payload)) as IngestInput;
  } finally {
    reader.close();
  }
}
