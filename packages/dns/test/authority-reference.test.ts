import { describe, test } from "vitest";
import { compareAnswers, compareThroughChanges } from "./support/compare-answers.ts";

describe.each([{ minimalResponses: true }, { minimalResponses: false }])(
  "with minimal responses: $minimalResponses",
  ({ minimalResponses }) => {
    test("answers are the reference's, whatever was asked before", () => {
      compareAnswers({ minimalResponses, seeds: 100 });
    });

    test("answers follow changes of any zone", () => {
      compareThroughChanges({ minimalResponses, seeds: 30 });
    });
  },
);
