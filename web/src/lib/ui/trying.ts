// Doing something that may go wrong: then that is said, and nothing else happens.
import { asProblem } from "$lib/api/problem";
import { sorry } from "./toasts.svelte";

/** Whether it went well. */
export async function trying(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    sorry(asProblem(thrown));
    return false;
  }
}
