/**
 * The guardian without the rest (ADR 0018): what a service manager starts when the system has failed for good, so that
 * somebody owns what is held. The same process, the same terms and keys as under the supervisor; it hears no engine, so
 * it closes what is held once the market is open.
 */
import { requireAgreement } from "../../adapters/brokers/alpaca/credentials.ts";
import { liveHosts, paperHosts } from "../../adapters/brokers/alpaca/hosts.ts";
import { InputError } from "../../domain/assert.ts";
import type { ProcessPlan } from "../../ops/process-plan.ts";
import { knownRun } from "./active-run.ts";
import { findGuardianCredentials, requireCredentials } from "./interlock.ts";
import { plansOf, type SystemTerms } from "./system.ts";

export interface LoneGuardianTerms {
  /** Folder of all state. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a `.env` may lie, besides the root. */
  readonly folder: string;
  readonly paths: SystemTerms["paths"];
}

export type LoneGuardian =
  | { readonly kind: "plan"; readonly run: string; readonly plan: ProcessPlan }
  /** Nothing of ours can be held. */
  | { readonly kind: "nothing"; readonly why: string };

/** Throws InputError (exit 3) where a system runs, which has a guardian of its own, or keys and run do not agree. */
export function loneGuardian({ root, env, folder, paths }: LoneGuardianTerms): LoneGuardian {
  const known = knownRun(root);
  if (known === undefined) return { kind: "nothing", why: `nothing has run on ${root} yet` };
  const { run, active, isClosed, root: runRoot } = known;
  if (active !== undefined)
    throw new InputError(`guardian: the system runs as process ${active.pid} and has its own`, 3);
  if (run.mode === "demo") return { kind: "nothing", why: "the demo's exchange ended with it" };
  if (isClosed) return { kind: "nothing", why: `run ${run.run} ended and held nothing` };
  const places = { root: runRoot, env, folder };
  const credentials = requireCredentials({ mode: run.mode, ...places });
  const hosts = run.mode === "live" ? liveHosts : paperHosts;
  requireAgreement(credentials, hosts, run.mode);
  const guardian = findGuardianCredentials(places);
  if (guardian !== undefined) requireAgreement(guardian, hosts, run.mode);
  const plan = plansOf({ root: runRoot, run, credentials, guardian, paths }).find(
    ({ id }) => id === "guardian",
  );
  if (plan === undefined) throw new InputError("guardian: this system has none", 1);
  return { kind: "plan", run: run.run, plan };
}
