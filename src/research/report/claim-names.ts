/** Who barred entries, by one name in every table: that of the switch, not of the event which it sends. */

const BY_CLAIM = "permission:";

export const claimName = (source: string): string => (source === "operator" ? "kill switch" : source);

/** The claim behind `permission:day_loss` among what blocked; undefined for a rule of the gate. */
export const blockingClaim = (rule: string): string | undefined =>
  rule.startsWith(BY_CLAIM) ? claimName(rule.slice(BY_CLAIM.length)) : undefined;
