/**
 * Quotes and trades that the gatekeeper refused, as notes of ingest's journal (DATA-4). They follow from no input of
 * its stage, which hears of bars alone: a replay passes them over.
 */
import type { AuditEntry } from "../../market/gatekeeper.ts";

/** At a time: a feed gone mad must not fill the disk. */
const MOST = 10;

/** Takes them away. */
export function refusedNotes(audit: AuditEntry[]): string[] {
  const refused = audit.splice(0);
  const notes = refused.slice(0, MOST).map((entry) => `refused ${JSON.stringify(entry)}`);
  const more = refused.length - notes.length;
  return more > 0 ? [...notes, `refused ${more} more at once`] : notes;
}
