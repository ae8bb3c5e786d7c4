/**
 * Takes the README's picture: `node packages/console/test/support/picture.ts [chromium]` → docs/console.png. Two minutes of
 * traffic on real servers, then the overview.
 */
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { Console } from "@tenon/console";
import { RedisClient } from "@tenon/redis";
import { launch } from "./browser.ts";
import { startDemoStack } from "./demo-stack.ts";

const TRAFFIC_SECONDS = 125;
const PICTURE = fileURLToPath(new URL("../../../../docs/console.png", import.meta.url));

const demo = await startDemoStack();
const target = await Console.listen({ stack: demo.stack, log: demo.log.child("console") });
const client = await RedisClient.connect(demo.redis().url);
const http = demo.log.child("http");

async function traffic(tick: number): Promise<void> {
  const swell = 1 + Math.sin(tick / 90) + 0.5 * Math.sin(tick / 23) + Math.random();
  for (let n = 0; n < 40 * swell; n++) void client.command("INCR", `visits:${n % 17}`);
  for (let n = 0; n < 3 * swell; n++) {
    const path = n % 7 === 6 ? "/missing/page" : `/items/${tick % 50}`;
    void fetch(demo.http.url + path).then((response) => response.arrayBuffer());
  }
  if (tick === 600) http.info("config read again", { routes: 12, tookMs: 3 });
  if (tick === 800) http.warn("slow answer", { target: "/reports/2026?format=csv", durationMs: 1204 });
  if (tick === 1000) demo.log.child("redis").info("expired keys removed", { keys: 214, tookMs: 0.4 });
  await sleep(100);
}

for (let tick = 0; tick < TRAFFIC_SECONDS * 10; tick++) await traffic(tick);
const browser = await launch(process.argv[2] ?? "/usr/bin/chromium");
const context = await browser.newContext({ viewport: { width: 1280, height: 540 }, deviceScaleFactor: 2 });
const page = await context.newPage();
await page.goto(target.url);
await page.getByRole("article", { name: "redis" }).waitFor();
for (let tick = 0; tick < 30; tick++) await traffic(TRAFFIC_SECONDS * 10 + tick);
await page.screenshot({ path: PICTURE });
await browser.close();
client.close();
await target.close();
await demo.close();
