/**
 * What the regime's gates have in common: a pure step from what is remembered and what is seen to what is remembered
 * and what is said. What is remembered is plain JSON, so that saved and loaded after any step a machine says the same
 * as if nothing had happened; a state that it did not write is refused.
 */
import type { z } from "zod";
import { InputError } from "../../domain/assert.ts";

interface MachineSpec<Params, State, Seen, Said> {
  readonly id: string;
  readonly params: z.ZodType<Params>;
  /** What a saved state must look like. */
  readonly state: z.ZodType<State>;
  readonly initial: State;
  /** Leaves `state` as it is. */
  step(state: State, seen: Seen, params: Params): { readonly state: State; readonly said: Said };
}

/** A machine at work. */
interface RunningMachine<Seen, Said> {
  step(seen: Seen): Said;
  /** Plain JSON. */
  save(): unknown;
  /** Takes over what `save` gave. Throws InputError on anything else and names the field. */
  load(saved: unknown): void;
}

interface Machine<Seen, Said> {
  readonly id: string;
  readonly params: z.ZodType;
  /** Parses strictly: an unknown or wrong parameter throws a ZodError naming it. */
  start(params: unknown): RunningMachine<Seen, Said>;
}

/** Hides `Params` and `State`. */
export function defineMachine<Params, State, Seen, Said>(
  spec: MachineSpec<Params, State, Seen, Said>,
): Machine<Seen, Said> {
  return {
    id: spec.id,
    params: spec.params,
    start(given) {
      const params = spec.params.parse(given);
      let held = spec.initial;
      return {
        step(seen) {
          const { state, said } = spec.step(held, seen, params);
          held = state;
          return said;
        },
        save: () => JSON.parse(JSON.stringify(held)),
        load(saved) {
          const parsed = spec.state.safeParse(saved);
          if (!parsed.success) {
            const issue = parsed.error.issues[0];
            const field = issue?.path.join(".") || "state";
            throw new InputError(`saved ${spec.id}: ${field}: ${issue?.message ?? "not valid"}`, 3);
          }
          held = parsed.data;
        },
      };
    },
  };
}
