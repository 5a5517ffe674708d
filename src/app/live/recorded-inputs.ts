/** What ingest heard in earlier lives of a run, in its order. */
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import type { IngestInput } from "../../engine/live-ingest.ts";

export function* recordedInputs(path: string, run: string): Generator<IngestInput> {
  const reader = new JournalReader(path);
  try {
    for (const { part, payload } of reader.entries(run))
      if (part === "input") yield JSON.parse(String(payload)) as IngestInput;
  } finally {
    reader.close();
  }
}
