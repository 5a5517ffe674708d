/** The channels, one line each, in the order in which one stands in for another (OPS-4). */
import { z } from "zod";
import { type AlertChannel, type AlertSecrets, brokenChannel, type ChannelKind } from "./channel.ts";
import { slackChannel } from "./slack-channel.ts";
import { smtpChannel } from "./smtp-channel.ts";
import { twilioChannel } from "./twilio-channel.ts";
import { webhookChannel } from "./webhook-channel.ts";

const channels = { smtp: smtpChannel, slack: slackChannel, twilio: twilioChannel, webhook: webhookChannel };
export type ChannelId = keyof typeof channels;
export const channelIds = Object.keys(channels) as readonly ChannelId[];

export const channelParams = z.strictObject({
  smtp: smtpChannel.params,
  slack: slackChannel.params,
  twilio: twilioChannel.params,
  webhook: webhookChannel.params,
});
export type ChannelParams = z.infer<typeof channelParams>;

/** All that any of them may be given. */
export const secretNames: readonly string[] = Object.values(channels).flatMap(({ needs, takes }) => [
  ...needs,
  ...takes,
]);

export interface ChannelPlan {
  readonly id: ChannelId;
  /** What is missing; undefined where it can send. */
  readonly problem: string | undefined;
  open(): AlertChannel;
}

/** Those that are switched on, whether or not they can send. */
export function plannedChannels(params: ChannelParams, secrets: AlertSecrets): readonly ChannelPlan[] {
  return [
    plan("smtp", channels.smtp, params.smtp, secrets),
    plan("slack", channels.slack, params.slack, secrets),
    plan("twilio", channels.twilio, params.twilio, secrets),
    plan("webhook", channels.webhook, params.webhook, secrets),
  ].filter((one) => one !== undefined);
}

function plan<Params extends { readonly enabled: boolean }>(
  id: ChannelId,
  kind: ChannelKind<Params>,
  params: Params,
  secrets: AlertSecrets,
): ChannelPlan | undefined {
  if (!params.enabled) return undefined;
  const problem = problemOf(kind, params, secrets);
  return {
    ...{ id, problem },
    open: () => (problem === undefined ? kind.open(params, secrets) : brokenChannel(problem)),
  };
}

function problemOf(
  { id, needs }: Pick<ChannelKind<never>, "id" | "needs">,
  params: Readonly<Record<string, unknown>> | object,
  secrets: AlertSecrets,
): string | undefined {
  const lacks = needs.filter((name) => secrets[name] === undefined);
  if (lacks.length > 0) return `${lacks.join(" and ")} is not set`;
  for (const [key, value] of Object.entries(params))
    if (value === "" || (Array.isArray(value) && value.length === 0))
      return `alerts.channels.${id}.${key} is empty`;
  return undefined;
}
