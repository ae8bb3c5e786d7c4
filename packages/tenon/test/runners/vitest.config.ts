import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: [process.env["SUITE"] ?? ""], globals: process.env["GLOBALS"] === "yes", hookTimeout: 60_000 },
});
