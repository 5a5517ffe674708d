/** The built-in exchange with a witness of its memory. */
import "./memory-teller.ts";
import "../../src/cli/main.ts";
