/** Slack, by an incoming webhook: its address is the secret. Markup, mentions and previews are off. */
import { z } from "zod";
import { type ChannelKind, secretOf } from "./channel.ts";
import { HttpPoster } from "./http-post.ts";

const URL_NAME = "SLACK_WEBHOOK_URL";

export const slackChannel: ChannelKind<{ readonly enabled: boolean }> = {
  id: "slack",
  params: z.strictObject({ enabled: z.boolean() }),
  needs: [URL_NAME],
  takes: [],
  open(_, secrets) {
    const poster = new HttpPoster(secrets);
    return {
      send({ subject, body, short, html }) {
        // Of a letter the few lines: the long form is for mail.
        const text = slackText(html === undefined ? `${subject}\n${body}` : short);
        return poster.post({
          url: secretOf(secrets, URL_NAME).reveal(),
          headers: { "content-type": "application/json; charset=utf-8" },
          body: JSON.stringify({
            text,
            mrkdwn: false,
            link_names: false,
            unfurl_links: false,
            unfurl_media: false,
          }),
        });
      },
      close: () => poster.close(),
    };
  },
};

/** The three characters that Slack reads as markup, links and mentions, as it asks for them to be written. */
const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
