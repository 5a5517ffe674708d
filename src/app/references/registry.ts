/** Every provider of a reference table. One line each; nothing else belongs here. */
import { earningsProvider } from "./earnings-provider.ts";
import { fundamentalsProvider } from "./fundamentals-provider.ts";
import { newsProvider } from "./news-provider.ts";
import { pairsProvider } from "./pairs-provider.ts";
import type { ReferenceProvider } from "./reference-provider.ts";
import { regimeProvider } from "./regime-provider.ts";
import { universeProvider } from "./universe-provider.ts";
import { vixProvider } from "./vix-provider.ts";

export const referenceProviders: readonly ReferenceProvider[] = [
  vixProvider,
  regimeProvider,
  universeProvider,
  fundamentalsProvider,
  pairsProvider,
  newsProvider,
  earningsProvider,
];
