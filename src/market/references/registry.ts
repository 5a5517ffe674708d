/** Every reference table. One line each; nothing else belongs here. */
import type { ReferenceTable } from "../../domain/reference-table.ts";
import { earningsTable } from "./earnings.ts";
import { fundamentalsTable } from "./fundamentals.ts";
import { newsTable } from "./news.ts";
import { pairsTable } from "./pairs.ts";
import { regimeTable } from "./regime.ts";
import { universeTable } from "./universe.ts";
import { vixTable } from "./vix.ts";

export const referenceTables: readonly ReferenceTable[] = [
  vixTable,
  regimeTable,
  universeTable,
  pairsTable,
  fundamentalsTable,
  newsTable,
  earningsTable,
];
