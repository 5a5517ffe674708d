/** Short messages about what was asked. They stay long enough to be read, and a refusal stays until it is dismissed. */

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "refused";
  readonly text: string;
}

const shownMs = 8000;
const most = 4;

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;

  add(kind: Toast["kind"], text: string): void {
    const id = this.#next++;
    this.list = [...this.list, { id, kind, text }].slice(-most);
    if (kind === "done") setTimeout(() => this.dismiss(id), shownMs);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
