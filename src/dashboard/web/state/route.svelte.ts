/** Which view is looked at: the part of the address after "#", so that going back works and no server is asked. */
import { viewOf } from "../routes.ts";

class Route {
  /** `orders`, or with what follows: `orders/42`. */
  path = $state("");
  readonly view = $derived(viewOf(this.path));
  /** What follows the view's name, decoded; null: nothing. */
  readonly rest = $derived.by(() => {
    const slash = this.path.indexOf("/");
    return slash < 0 ? null : decodeURIComponent(this.path.slice(slash + 1));
  });

  start(): void {
    const read = () => {
      this.path = location.hash.replace(/^#\/?/, "");
    };
    addEventListener("hashchange", read);
    read();
  }

  go(path: string): void {
    location.hash = `#/${path}`;
  }
}

export const route = new Route();
