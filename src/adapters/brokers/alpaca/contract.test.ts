/** Goal: the Alpaca client keeps the contract that every broker keeps, over recorded conversations. */
import { expect } from "vitest";
import { AlpacaPlayer, readConversation, recordedAt, talk } from "../../../../test/alpaca-conversation.ts";
import { brokerContract } from "../../../../test/broker-contract.ts";

brokerContract("the Alpaca client", async (scenario) => {
  const { broker, player, clock, news } = talk(new AlpacaPlayer(readConversation(scenario)));
  broker.start();
  await clock.advance(1_000);
  return {
    request: (request) => broker.request(request),
    news,
    pass: () => clock.advance(6_000),
    trade: () => player.trade(),
    before: recordedAt,
    close: async () => {
      expect(player.unexpected).toEqual([]);
      broker.stop();
      await clock.settle();
    },
  };
});
