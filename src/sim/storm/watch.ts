/** The engine under watch: after every event all checkers are asked, and nothing leaves before they agreed. */
import type { EngineEvent } from "../../domain/events.ts";
import type { Command } from "../../engine/ports.ts";
import type { Engine } from "../../engine/pump.ts";
import type { Check, Scene } from "./check.ts";
import { accountCheck } from "./checks/account-check.ts";
import { answerCheck } from "./checks/answer-check.ts";
import { counterCheck } from "./checks/counter-check.ts";
import { entryCheck } from "./checks/entry-check.ts";
import { exitCheck } from "./checks/exit-check.ts";
import { numberCheck } from "./checks/number-check.ts";
import { orderCheck } from "./checks/order-check.ts";
import { protectionCheck } from "./checks/protection-check.ts";
import { stopCheck } from "./checks/stop-check.ts";

import { timeCheck } from "./checks/time-check.ts";

export class Watch implements Engine {
  readonly #scene: Scene;
  readonly #engine: Engine;
  readonly #checks: readonly Check[];

  /** `engine` is the loop of the scene, or what stands around it. */
  constructor(scene: Scene, engine: Engine) {
    this.#scene = scene;
    this.#engine = engine;
    this.#checks = [
      timeCheck(scene),
      numberCheck(scene),
      accountCheck(scene),
      orderCheck(scene),
      entryCheck(scene),
      exitCheck(scene),
      answerCheck(scene),
      protectionCheck(scene),
      stopCheck(scene),
      counterCheck(scene),
    ];
  }

  get commands(): Command[] {
    return this.#engine.commands;
  }

  step(event: EngineEvent): void {
    const { book } = this.#scene;
    this.#engine.step(event);
    book.event(event);
    book.crossings(this.#scene.loop.execute);
    for (const command of this.commands) {
      for (const check of this.#checks) check.command?.(command);
      book.command(command);
    }
    for (const check of this.#checks) check.after(event);
  }
}
