/**
 * Takes the README's picture: `node packages/console/test/support/picture.ts [chromium]` → docs/console.png.
 * The overview of a real `tenon up` after two minutes of traffic.
 */
import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { RedisClient } from "@tenon/redis";
import { launch } from "./browser.ts";

const TICK_MS = 100;
const TICKS = 1250;
const TENON = fileURLToPath(new URL("../../../tenon/src/main.ts", import.meta.url));
const PICTURE = fileURLToPath(new URL("../../../../docs/console.png", import.meta.url));

const stack = spawn(process.execPath, [TENON, "up"], { stdio: ["ignore", "pipe", "inherit"] });
let said = "";
stack.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
while (!said.includes("Ctrl-C")) await once(stack.stdout, "data");
const address = (name: string): string => new RegExp(`^ *${name} +(\\S+)`, "m").exec(said)![1]!;
const client = await RedisClient.connect(address("redis"));
const resolver = new Resolver();
resolver.setServers([address("dns").replace("dns://", "")]);

/** Visitors come in waves, look for their servers, and leave counters in Redis. */
async function traffic(tick: number): Promise<void> {
  const http = 1.2 + Math.sin(tick / 90) + 0.3 * Math.sin(tick / 17) + 0.3 * Math.random();
  const redis = 2 + 0.4 * Math.sin(tick / 90) + Math.cos(tick / 41) + 0.4 * Math.random();
  for (let n = 0; n < 4 * http; n++) void fetch(address("http")).then((response) => response.arrayBuffer());
  for (let n = 0; n < 2 * http; n++) void resolver.resolve4("http.tenon.test");
  for (let n = 0; n < 40 * redis; n++) void client.command("INCR", `visits:${n % 17}`);
  await sleep(TICK_MS);
}

const browser = await launch(process.argv[2] ?? "/usr/bin/chromium");
for (let tick = 0; tick < TICKS; tick++) await traffic(tick);
const context = await browser.newContext({ viewport: { width: 1280, height: 520 }, deviceScaleFactor: 2 });
const page = await context.newPage();
void page.goto(address("console"));
for (let tick = 0; tick < 50; tick++) await traffic(TICKS + tick);
await page.screenshot({ path: PICTURE });
await browser.close();
client.close();
stack.kill("SIGINT");
await once(stack, "exit");
