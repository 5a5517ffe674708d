/** The broker made of arithmetic, as the guardian's own client asks it: over HTTP, in the broker's letters. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientOrderId, Side } from "../src/domain/order.ts";
import { isoInstant } from "../src/domain/time.ts";
import type { ArithmeticBroker } from "./arithmetic-broker.ts";

/** `strikes`: called once a closing order has had its effect; true: its answer is lost with the connection. */
export async function arithmeticAnswer(
  broker: ArithmeticBroker,
  request: IncomingMessage,
  response: ServerResponse,
  strikes: () => boolean = () => false,
): Promise<void> {
  let text = "";
  for await (const piece of request) text += String(piece);
  const say = (body: unknown, status = 200): void => {
    response.statusCode = status;
    response.end(JSON.stringify(body));
  };
  const orderRow = (order: (typeof broker.orders)[number]) => ({
    id: order.id,
    client_order_id: order.clientId,
    symbol: order.symbol,
    side: order.side > 0 ? "buy" : "sell",
    submitted_at: isoInstant(order.submittedAt),
  });
  const url = request.url ?? "";
  if (request.method === "DELETE") say(await broker.cancelAll(), 207);
  else if (url === "/v2/account") say({ equity: "100000", last_equity: "100000" });
  else if (url === "/v2/clock") say({ timestamp: isoInstant(broker.at), is_open: true });
  else if (url === "/v2/positions")
    say(
      (await broker.positions()).map(({ symbol, shares, available, price }) => ({
        symbol,
        qty: String(shares),
        qty_available: String(available),
        current_price: String(price),
      })),
    );
  else if (request.method === "GET")
    say(broker.orders.filter(({ isOpen }) => isOpen || url.includes("status=all")).map(orderRow));
  else {
    const { client_order_id, symbol, side, qty } = JSON.parse(text) as Record<string, string>;
    const { result } = await broker.close({
      clientId: client_order_id as ClientOrderId,
      symbol: symbol ?? "",
      side: (side === "buy" ? 1 : -1) as Side,
      shares: Number(qty),
    });
    if (strikes()) request.socket.destroy();
    else say({ result }, result === "accepted" ? 200 : 422);
  }
}
