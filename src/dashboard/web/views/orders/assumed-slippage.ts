/**
 * What a fill is assumed to cost against its reference price, basis points: `costs.fixedBps` of the default
 * configuration. No rule refuses at it; it is what measured slippage is compared with.
 */
export const assumedSlippageBps = 5;
