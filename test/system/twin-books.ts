/** The twin's own books as a test sees them: every order it ever got, positions, cash. It is the broker: it is right. */
import type { Twin } from "../../src/app/live/twin-process.ts";

export interface TwinOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly submitted_at: string;
  readonly symbol: string;
  readonly side: "buy" | "sell";
  readonly qty: string;
  readonly filled_qty: string;
  readonly status: string;
  readonly replaces: string | null;
  readonly legs: readonly TwinOrder[] | null;
}

const PAGE = 500;
const over = ["filled", "canceled", "expired", "rejected", "replaced"];
export const isOpen = ({ status }: TwinOrder): boolean => !over.includes(status);

export class TwinBooks {
  readonly #twin: Twin;
  /** Parents only; legs are inside. By the twin's id. */
  readonly orders = new Map<string, TwinOrder>();

  constructor(twin: Twin) {
    this.#twin = twin;
  }

  async get<Body>(path: string): Promise<Body> {
    return (await this.#ask("GET", path)) as Body;
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return this.#ask("POST", path, JSON.stringify(body));
  }

  /** The newest page is read again each time: what is older has ended long ago. */
  async readOrders(): Promise<void> {
    const page = await this.get<readonly TwinOrder[]>(`/v2/orders?status=all&limit=${PAGE}&nested=true`);
    for (const order of page) this.orders.set(order.id, order);
  }

  /** Signed shares by symbol, none of zero. */
  async positions(): Promise<ReadonlyMap<string, number>> {
    const held =
      await this.get<readonly { readonly symbol: string; readonly qty: string }[]>("/v2/positions");
    return new Map(held.map(({ symbol, qty }) => [symbol, Number(qty)]));
  }

  async cash(): Promise<number> {
    return Number((await this.get<{ readonly cash: string }>("/v2/account")).cash);
  }

  async #ask(method: string, path: string, body?: string): Promise<unknown> {
    const { hosts, credentials } = this.#twin;
    const response = await fetch(`${hosts.trading}${path}`, {
      method,
      headers: {
        "APCA-API-KEY-ID": credentials.keyId.reveal(),
        "APCA-API-SECRET-KEY": credentials.secretKey.reveal(),
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }
}
