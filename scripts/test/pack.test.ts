import { expect, test } from "vitest";
import { publishedManifest } from "../pack.ts";

test("publishConfig's exports and bin take the workspace's place, npm's own settings stay", () => {
  const manifest = {
    name: "tenon",
    bin: { tenon: "./bin/tenon.cjs" },
    exports: { ".": "./src/index.ts" },
    dependencies: { zod: "4.6.7" },
    devDependencies: { jest: "30.5.2" },
    scripts: { test: "vitest" },
    publishConfig: { access: "public", bin: { tenon: "./dist/bin/tenon.cjs" }, exports: { ".": "./dist/index.js" } },
  };
  expect(publishedManifest(manifest)).toEqual({
    name: "tenon",
    bin: { tenon: "./dist/bin/tenon.cjs" },
    exports: { ".": "./dist/index.js" },
    dependencies: { zod: "4.6.7" },
    publishConfig: { access: "public" },
  });
});
