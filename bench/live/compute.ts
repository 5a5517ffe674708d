/** The compute process with a witness of its memory; its only argument is the root. */
import "./memory-teller.ts";
import "../../src/app/live/compute-main.ts";
