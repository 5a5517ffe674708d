/** Sends one act from a dialog: while it is on its way the button rests, and a second press is the same command. */
import { type Act, act, commandId, type Outcome } from "../state/act.ts";

export class ActSender {
  isSending = $state(false);
  /** What was refused, in words, until the next attempt. */
  trouble = $state("");
  #id = commandId();

  async send(asked: Act): Promise<Outcome> {
    if (this.isSending) return { isAccepted: false, text: "It is on its way." };
    this.isSending = true;
    this.trouble = "";
    const outcome = await act(asked, this.#id);
    this.isSending = false;
    if (!outcome.isAccepted) {
      this.trouble = outcome.text;
      this.#id = commandId();
    }
    return outcome;
  }
}
