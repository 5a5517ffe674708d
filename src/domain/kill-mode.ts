/** What a kill does (RISK-3, C-01), for the engine, the guardian and whoever configures them. */

/** Loosest first: bar entries; take working orders back, too; close everything, too. */
export const killModes = ["halt_only", "cancel", "flatten"] as const;
export type KillMode = (typeof killModes)[number];
