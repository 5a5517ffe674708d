/** Today in New York by the clock of this machine: what is not of the exchange, as errors and alerts, has its times. */
import { easternTime } from "../words/time.ts";

export const machineDate = (): string => easternTime(Date.now())?.date ?? "";
