/** Worker threads by path: the one table of what is started rather than imported. */
export const canaryWorker = new URL("../app/canary-worker.ts", import.meta.url);
export const variantWorker = new URL("../app/variant-worker.ts", import.meta.url);
export const modelWorker = new URL("../research/training/model-worker.ts", import.meta.url);
export const walkWorker = new URL("../research/walk-forward/window-worker.ts", import.meta.url);
