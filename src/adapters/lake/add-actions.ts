/**
 * Corporate actions of a data source beside those that the lake has (DATA-6): what is there stays as it is, whoever
 * brought it, and what is new meets the same judgment as an import. Asked again with the same it changes nothing.
 */
import { mkdirSync, rmSync } from "node:fs";
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import { isoDate } from "../../domain/time.ts";
import { knownAlready } from "../../market/actions/known-already.ts";
import { actionKey, readActions, writeActions } from "./action-store.ts";
import { AuditFile } from "./audit-file.ts";
import { readActionsEntry, readCatalog, writeCatalog } from "./catalog.ts";
import type { Duck } from "./duck.ts";
import { actionCells, corroborate, type Origin, refuse, SCHEMA, unusable } from "./import-actions.ts";
import type { LakePaths } from "./paths.ts";
import { sweep } from "./sweep.ts";
import { asOnlyWriter } from "./writer-lock.ts";

export interface ActionsAdded {
  readonly added: number;
  readonly known: number;
  /** Where the source says another thing than the lake, which stays as it is: a line for people each. */
  readonly differing: readonly string[];
  readonly rejected: number;
  readonly audit: string | null;
}

export async function addActions(
  duck: Duck,
  paths: LakePaths,
  source: string,
  actions: readonly CorporateAction[],
): Promise<ActionsAdded> {
  return asOnlyWriter(paths.lock, async () => {
    const before = readActions(paths, readActionsEntry(paths));
    const bySymbol = Map.groupBy(before, ({ symbol }) => symbol);
    const incoming = new Map<string, CorporateAction>();
    const differing: string[] = [];
    let known = 0;
    for (const action of actions) {
      const found = knownAlready(bySymbol.get(action.symbol) ?? [], action);
      if (found === undefined) incoming.set(actionKey(action), action);
      else if (found.isSame) known += 1;
      else differing.push(`${said(action)} by ${source}, ${said(found.as)} in the lake`);
    }
    const rejected =
      incoming.size === 0 ? { rows: 0, audit: null } : await judged(duck, paths, source, incoming);
    const all = [...before, ...incoming.values()];
    if (incoming.size > 0) writeCatalog(paths, readCatalog(paths), writeActions(paths, all) ?? null);
    return { added: incoming.size, known, differing, rejected: rejected.rows, audit: rejected.audit };
  });
}

/** Takes out of `incoming` what an import would refuse. */
async function judged(duck: Duck, paths: LakePaths, source: string, incoming: Map<string, CorporateAction>) {
  sweep(paths, readCatalog(paths));
  mkdirSync(paths.staging, { recursive: true, mode: 0o700 });
  const audit = new AuditFile(paths.audit, paths.staging, { kind: "actions", cells: actionCells });
  try {
    const origin: Origin = { file: source, row: "" };
    for (const [key, action] of incoming) {
      const broken = unusable(action);
      if (broken === undefined) continue;
      refuse(audit, origin, action, SCHEMA, broken);
      incoming.delete(key);
    }
    const origins = new Map([...incoming.keys()].map((key) => [key, origin]));
    await corroborate(duck, paths, incoming, origins, audit);
    return { rows: audit.rows, audit: audit.finish() };
  } finally {
    audit.discard();
    rmSync(paths.staging, { recursive: true, force: true });
  }
}

function said(action: CorporateAction): string {
  const { symbol, exDate, kind, newShares, oldShares, cashPerShare } = action;
  const what =
    kind === "split" ? `${newShares} for ${oldShares} (${ratioOf(action)})` : `${cashPerShare} USD`;
  return `${symbol} ${isoDate(exDate)} ${kind} ${what}`;
}
