/**
 * The compiled Lua against C Lua: each scenario is one program, run by `lua5.1` and here, start to end, with enough rounds that
 * warming up weighs little.
 */
import { commandScenario, suite } from "@tenon/bench";
import { peer } from "../../../scripts/test-peer.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  loops: "local s=0 for i=1,1e8 do s=s+i%7 end return s",
  recursion: "local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end return fib(34)",
  arrays: "for r=1,30 do local t={} for i=1,5e5 do t[#t+1]=i end local s=0 for i=1,#t do s=s+t[i] end end",
  "fields and methods":
    "local C={} C.__index=C function C:inc(n) self.v=self.v+n return self end local o=setmetatable({v=0},C) for i=1,2e7 do o:inc(i) end return o.v",
  "string building": "for r=1,60 do local t={} for i=1,5e4 do t[#t+1]='item'..i end local s=table.concat(t,',') end",
  sorting:
    "for r=1,10 do local t,x={},42 for i=1,1e5 do x=(x*1103515245+12345)%2147483648 t[i]=x end table.sort(t,function(a,b) return a<b end) end",
  patterns: "local s=('hello world '):rep(2000) for i=1,200 do s:gsub('%w+',string.upper) end",
};

const script = new URL("./lua-program.ts", import.meta.url).pathname;

export default suite(
  "redis",
  Object.entries(PROGRAMS).map(([name, program]) =>
    commandScenario({
      name: `Lua: ${name}`,
      ours: { name: "tenon", command: [process.execPath, script, program] },
      peers: [{ name: "lua5.1", command: [peer("lua5.1") ?? "lua5.1", "-e", program] }],
      targets: { "lua5.1": { wall: 1 } },
    }),
  ),
);
