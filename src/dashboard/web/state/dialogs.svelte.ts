/** Which dialog is open: one at a time, and the halt dialog takes the place of any other. */

export type Opened =
  | { readonly kind: "halt"; readonly preselected?: "flatten" }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "close"; readonly symbol: string }
  | { readonly kind: "disable" | "enable"; readonly strategy: string }
  | { readonly kind: "override"; readonly key?: string }
  | { readonly kind: "palette" }
  | { readonly kind: "settings" }
  | { readonly kind: "keys" };

class Dialogs {
  opened = $state.raw<Opened | null>(null);

  open(what: Opened): void {
    this.opened = what;
  }

  close(): void {
    this.opened = null;
  }
}

export const dialogs = new Dialogs();
