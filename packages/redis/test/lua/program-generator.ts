/** Random Lua programs that end soon, print much, and often fail: for comparing interpreters. */

/** mulberry32: a small generator with a 32-bit seed. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const NAMES = ["a", "b", "c", "d", "t", "u", "s", "f", "g"] as const;
const PRELUDE = `
local function show(v,depth) depth=depth or 0
  if type(v)~='table' then return type(v)=='function' and 'function' or type(v)=='thread' and 'thread' or tostring(v) end
  if depth>2 then return '{...}' end
  local ks={} for k in pairs(v) do ks[#ks+1]=k end
  table.sort(ks,function(x,y) if type(x)==type(y) and (type(x)=='number' or type(x)=='string') then return x<y end return type(x)<type(y) end)
  local out={} for _,k in ipairs(ks) do if type(k)=='number' or type(k)=='string' or type(k)=='boolean' then out[#out+1]=tostring(k)..'='..show(v[k],depth+1) end end
  return '{'..table.concat(out,',')..'}' end
local mt={__index=function(t,k) return k end,__add=function(x,y) return 'add' end,__concat=function(x,y) return 'cat' end,__eq=function() return true end,__lt=function() return true end,__call=function(self,...) return select('#',...),... end,__unm=function() return 5 end}
local a,b,c,d,t,u,s,f,g=1,2.5,'3',nil,{1,2,3},setmetatable({x=1},mt),'abc',function(...) return ... end,function(x,y) return y,x end
local steps=0
`;

/** The program of a seed. */
export function randomProgram(seed: number): string {
  const random = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const name = (): string => pick(NAMES);

  const literal = (): string =>
    pick([
      "nil",
      "true",
      "false",
      "0",
      "1",
      "2",
      "-1",
      "3.5",
      "10",
      "1e15",
      "'x'",
      "'10'",
      "'0x1f'",
      "''",
      "{}",
      "{1,2,3}",
      "{x=1,y={z=2}}",
      "{1,nil,3}",
      "'a,b,c'",
      "{n=1,2;3}",
    ]);
  const binary = ["+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or"];
  const calls = (depth: number): string => {
    const e = (): string => expression(depth - 1);
    switch (random(22)) {
      case 0:
        return `type(${e()})`;
      case 1:
        return `show(${e()})`;
      case 2:
        return `tonumber(${e()})`;
      case 3:
        return `select('#',${e()},${e()})`;
      case 4:
        return `select(2,${e()},${e()},${e()})`;
      case 5:
        return `unpack({${e()},${e()}})`;
      case 6:
        return `math.floor(${e()})`;
      case 7:
        return `math.max(${e()},${e()})`;
      case 8:
        return `string.sub(${e()},${random(5) - 2},${random(5) - 1})`;
      case 9:
        return `string.rep(${e()},${random(4)})`;
      case 10:
        return `string.format('%s %d',${e()},${e()})`;
      case 11:
        return `(${e()}):upper()`;
      case 12:
        return `string.find(${e()},${pick(["'b'", "'%d+'", "'(.)'", "'^a'", "'[%w]*$'", e()])})`;
      case 13:
        return `string.gsub(${e()},${pick(["'.'", "'%w'", "'a*'", "'(.)(.)'"])},${pick(["'%0%0'", "t", "f", "string.upper", "'x'"])})`;
      case 14:
        return `pcall(${name()},${e()},${e()})`;
      case 15:
        return `f(${e()},${e()})`;
      case 16:
        return `${name()}(${e()})`;
      case 17:
        return `table.concat(${e()},',')`;
      case 18:
        return `rawget(${e()},${e()})`;
      case 19:
        return `next(${pick(["{}", "{5}", "{x=1}"])})`;
      case 20:
        return `(function(...) local x,y=... return y,x,... end)(${e()},${e()})`;
      default:
        return `pcall(function() return ${e()} end)`;
    }
  };
  function expression(depth: number): string {
    if (depth <= 0) return random(2) === 0 ? name() : literal();
    switch (random(10)) {
      case 0:
      case 1:
        return name();
      case 2:
        return literal();
      case 3:
      case 4:
        return `${expression(depth - 1)} ${pick(binary)} ${expression(depth - 1)}`;
      case 5:
        return `(${expression(depth - 1)} ${pick(binary)} ${expression(depth - 1)})`;
      case 6:
        return `${pick(["-", "not ", "#"])}${pick([name(), `(${expression(depth - 1)})`])}`;
      case 7:
        return `${pick(["t", "u", name()])}${pick([".x", "[1]", `[${expression(depth - 1)}]`, ".y.z"])}`;
      default:
        return calls(depth);
    }
  }
  const block = (depth: number): string => Array.from({ length: 1 + random(3) }, () => statement(depth)).join(" ");
  function statement(depth: number): string {
    const e = (): string => expression(2);
    if (depth <= 0) return `print(show(${e()}))`;
    switch (random(17)) {
      case 0:
        return `${name()}=${e()}`;
      case 1:
        return `local ${name()},${name()}=${e()},${e()}`;
      case 2:
        return `${name()},${name()}=${e()},${e()}`;
      case 3:
        return `t[${e()}]=${e()}`;
      case 4:
        return `${pick(["t", "u"])}.${pick(["x", "y", "z"])}=${e()}`;
      case 5:
        return `if ${e()} then ${block(depth - 1)} elseif ${e()} then ${block(depth - 1)} else ${block(depth - 1)} end`;
      case 6:
        return `for i=${random(3)},${random(6)} do local ${name()}=i ${block(depth - 1)} if i==${random(5)} then break end end`;
      case 7:
        return `for i,v in ipairs(t) do a,b=i,v ${block(depth - 1)} if i>4 then break end end`;
      case 8:
        return `do local n=0 while n<${random(4)} do n=n+1 ${block(depth - 1)} end end`;
      case 9:
        return `do local n=0 repeat n=n+1 local z=${e()} ${block(depth - 1)} until z or n>2 end`;
      case 10:
        return `${pick(["f", "g"])}=function(x,...) steps=steps+1 if steps>60 then return 1 end ${block(depth - 1)} return ${e()},... end`;
      case 11:
        return `print(pcall(function() ${block(depth - 1)} end))`;
      case 12:
        return `print(show(${e()}),${pick(["#t", "s", "a,b", "f and 1"])})`;
      case 13:
        return `do local x=0 local function up() x=x+1 return x end print(up(),up(),x+up()) ${block(depth - 1)} end`;
      case 14:
        return `do local co=coroutine.create(function(x) local y=coroutine.yield(x) ${block(depth - 1)} return y end) print(coroutine.resume(co,1)) print(coroutine.resume(co,2)) end`;
      case 15:
        return `${pick(["table.insert(t,", "table.insert(t,1,"])}${e()})`;
      default:
        return `print(show(table.remove(t)),#t)`;
    }
  }
  const body = Array.from({ length: 4 + random(8) }, () => `${statement(3)}\n`);
  return `${PRELUDE}${body.join("")}`;
}
