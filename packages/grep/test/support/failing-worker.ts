/** A worker that fails. */
import { serve } from "../../src/threads/serve.ts";

serve<string, never>(
  (work) => {
    throw new Error(`${work} is no good`);
  },
  () => [],
);
