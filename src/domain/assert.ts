/**
 * Assertions: the only place in the core that throws.
 *
 * A throw means "this program is wrong", never "the market did something odd". Nothing in the core
 * catches one; the process halts, and a restart replays the journal.
 */

export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Halts when `condition` is false. `id` names the line in docs/INVARIANTS.md that was broken. */
export function invariant(condition: boolean, id: string, detail: string): asserts condition {
  if (!condition) throw new InvariantError(`${id}: ${detail}`);
}

/** Ends a switch over a closed union; adding a variant becomes a compile error here. */
export function unreachable(value: never): never {
  throw new InvariantError(`unhandled variant: ${JSON.stringify(value)}`);
}

/**
 * A refusal that the user can cure: wrong file, wrong key, wrong date. One line that names what was
 * given and what is allowed; the command line prints it without a stack trace.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  /** 1 = the work failed, 2 = the request was wrong, 3 = a gate said no (CLI.md). */
  readonly exitCode: 1 | 2 | 3;

  constructor(message: string, exitCode: 1 | 2 | 3 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
