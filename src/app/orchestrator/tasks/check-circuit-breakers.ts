/** While trading: what bars or scales it is the same in execute's lattice and in the ledger's circuit_breaker_state. */
import type { LedgerClaim } from "../ledger-facts.ts";
import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { waitUntil } from "../wait-until.ts";

/** The ledger follows the journal a moment behind. */
const WITHIN_MS = 5000;

export const checkCircuitBreakers = defineTask({
  id: "check_circuit_breakers",
  when: { kind: "beats", phase: "TRADING", everySeconds: 60 },
  about: "Compares the claims in force with those that the ledger has; names what bars trading.",
  timeoutMs: 15_000,
  inputs: "the permission lattice of execute, circuit_breaker_state of performance.db",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  let difference = "";
  const agreed = await waitUntil(context, WITHIN_MS, async () => {
    const { snapshot } = await context.door.status();
    const claims = snapshot.permission.claims
      .map(({ authority, source }) => `${authority}:${source}`)
      .toSorted();
    const booked = context.ledger.claims().map(nameOf).toSorted();
    if (JSON.stringify(claims) === JSON.stringify(booked))
      return { claims, level: snapshot.permission.level };
    difference = `execute has ${listed(claims)}, the ledger ${listed(booked)}`;
    return undefined;
  });
  if (agreed === undefined)
    return failed(
      `claims in force differ: ${difference}; if it stays so, rebuild it: plimsoll journal project`,
    );
  const { claims, level } = agreed;
  return done(
    claims.length === 0
      ? `no claim; permission ${level}`
      : `${counted(claims.length, "claim")}: ${listed(claims)}; permission ${level}`,
    agreed,
  );
}

const nameOf = ({ authority, source }: LedgerClaim): string => `${authority}:${source}`;
const listed = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.slice(0, 8).join(", ");
