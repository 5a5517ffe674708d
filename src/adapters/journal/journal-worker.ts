/** Entry of the journal's thread, started by path. */
import { runJournalThread } from "./journal-thread.ts";

runJournalThread();
