/** The ingest process with a witness of its memory; its only argument is the root. */
import "./memory-teller.ts";
import "../../src/app/live/ingest-main.ts";
