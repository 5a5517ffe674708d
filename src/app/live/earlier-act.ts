/** Whether an act was done before this process began: a command that is sent again is one command (ADMIN-1). */
import { join } from "node:path";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { InputError } from "../../domain/assert.ts";

/** False as well where the record cannot be asked: a halt must not wait for it. */
export function wasActed(root: string, id: string): boolean {
  try {
    const reader = new JournalReader(join(root, "db", "journal.db"));
    try {
      return reader.hasAct(id);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
