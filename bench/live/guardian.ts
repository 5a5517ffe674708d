/** The guardian with a witness of its memory. */
import "./memory-teller.ts";
import "../../src/guardian/main.ts";
