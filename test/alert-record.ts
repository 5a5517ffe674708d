/** A record of alerts in memory: what a process that dies leaves behind is what stands here. */
import type {
  AlertRecord,
  ChannelFacts,
  Delivery,
  Incident,
  Message,
  RaisedAlert,
  RecordedAlerts,
} from "../src/domain/alert.ts";

export class MemoryRecord implements AlertRecord {
  readonly incidents = new Map<number, Incident>();
  readonly messages = new Map<string, Message>();
  /** The incident of each alert. */
  readonly alerts = new Map<string, number>();
  readonly channels = new Map<string, ChannelFacts>();

  transaction(work: () => void): void {
    work();
  }
  hasAlert(id: string): boolean {
    return this.alerts.has(id);
  }
  addAlert({ id }: RaisedAlert, incident: number): void {
    this.alerts.set(id, incident);
  }
  putIncident(incident: Incident): void {
    this.incidents.set(incident.id, incident);
  }
  putMessage(message: Message): void {
    this.messages.set(message.id, message);
  }
  putDelivery(id: string, delivery: Delivery): void {
    const message = this.messages.get(id);
    if (message === undefined) throw new Error(`a delivery of ${id}, which was never put down`);
    const others = message.deliveries.filter(({ channel }) => channel !== delivery.channel);
    this.messages.set(id, { ...message, deliveries: [...others, delivery] });
  }
  putChannel(facts: ChannelFacts): void {
    this.channels.set(facts.id, facts);
  }
  putPosition(): void {}

  load(): RecordedAlerts {
    return {
      incidents: [...this.incidents.values()],
      messages: [...this.messages.values()].filter(({ deliveries }) =>
        deliveries.some(({ state }) => state === "waiting" || state === "sending"),
      ),
      channels: [...this.channels.values()],
      lastIncident: Math.max(0, ...this.incidents.keys()),
      lastMessage: Math.max(0, ...[...this.messages.values()].map(({ number }) => number)),
    };
  }
}
