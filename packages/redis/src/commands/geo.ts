/** Geo: places in sorted sets, under their geohash as the score. */
import { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import {
  distance,
  distanceWithin,
  geohash,
  geohashText,
  isOnGrid,
  type Place,
  placeOf,
  searchIntervals,
  type Shape,
} from "../types/geohash.ts";
import { SortedSetValue } from "../types/zset.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { zadd } from "./sorted-sets.ts";
import { type CommandRow, key, keyAfter } from "./table.ts";

const BAD_UNIT = new CommandError("ERR unsupported unit provided. please use M, KM, FT, MI");
const NO_MEMBER = new CommandError("ERR could not decode requested zset member");
const BAD_RADIUS = new CommandError("ERR need numeric radius");
const NEGATIVE_RADIUS = new CommandError("ERR radius cannot be negative");
const BAD_WIDTH = new CommandError("ERR need numeric width");
const BAD_HEIGHT = new CommandError("ERR need numeric height");
const NEGATIVE_SIZE = new CommandError("ERR height or width cannot be negative");
const BAD_COUNT = new CommandError("ERR COUNT must be > 0");
const ANY_WITHOUT_COUNT = new CommandError("ERR the ANY argument requires COUNT argument");

/** Meters in each unit. */
const UNITS: Readonly<Record<string, number>> = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 };

function unitAt(args: Args, i: number): number {
  const meters = UNITS[args.upper(i)];
  if (meters === undefined) throw BAD_UNIT;
  return meters;
}

/** Longitude and latitude in arguments `i` and `i + 1`. */
function placeAt(args: Args, i: number): Place {
  const place = { longitude: args.double(i), latitude: args.double(i + 1) };
  if (!isOnGrid(place)) {
    const [longitude, latitude] = [place.longitude, place.latitude].map(printed);
    throw new CommandError(`ERR invalid longitude,latitude pair ${longitude},${latitude}`);
  }
  return place;
}

/** As C prints it with %f. */
function printed(value: number): string {
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0.000000";
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

function memberPlace(set: SortedSetValue, member: string): Place {
  const score = set.score(member);
  if (score === undefined) throw NO_MEMBER;
  return placeOf(score);
}

function geoadd(ctx: CommandContext): void {
  const { args } = ctx;
  let first = 2;
  let onlyNew = false;
  let onlyExisting = false;
  for (; first < args.length; first++) {
    if (args.is(first, "NX")) onlyNew = true;
    else if (args.is(first, "XX")) onlyExisting = true;
    else if (!args.is(first, "CH")) break;
  }
  if ((args.length - first) % 3 !== 0 || (onlyNew && onlyExisting)) throw SYNTAX_ERROR;
  const words: string[] = ["ZADD", ...args.strings(1).slice(0, first - 1)];
  for (let i = first; i < args.length; i += 3) words.push(String(geohash(placeAt(args, i))), args.string(i + 2));
  ctx.args = Args.from(words);
  try {
    zadd(ctx);
  } finally {
    ctx.args = args;
  }
  if (ctx.dirty > 0 && ctx.propagating) ctx.effect(...words);
}

/** With 17 digits behind the point, and without the zeros at their end. */
function replyCoordinate(reply: ReplyWriter, degrees: number): void {
  const text = degrees.toFixed(17).replace(/\.?0+$/, "");
  const shown = text === "-0" ? "0" : text;
  if (reply.resp === 3) reply.rawString(`,${shown}\r\n`);
  else reply.bulk(shown);
}

function replyPlace(reply: ReplyWriter, { longitude, latitude }: Place): void {
  reply.array(2);
  replyCoordinate(reply, longitude);
  replyCoordinate(reply, latitude);
}

/** With four digits behind the point. */
function replyDistance(reply: ReplyWriter, value: number): void {
  reply.bulk(value.toFixed(4));
}

function geopos(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const set = ctx.collection(1, SortedSetValue);
  reply.array(args.length - 2);
  for (let i = 2; i < args.length; i++) {
    const score = set?.score(args.string(i));
    if (score === undefined) reply.nilArray();
    else replyPlace(reply, placeOf(score));
  }
}

function geohashCommand(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const set = ctx.collection(1, SortedSetValue);
  reply.array(args.length - 2);
  for (let i = 2; i < args.length; i++) {
    const score = set?.score(args.string(i));
    if (score === undefined) reply.nil();
    else reply.bulk(geohashText(placeOf(score)));
  }
}

function geodist(ctx: CommandContext): void {
  const { args, reply } = ctx;
  if (args.length > 5) throw SYNTAX_ERROR;
  const unit = args.length === 5 ? unitAt(args, 4) : 1;
  const set = ctx.collection(1, SortedSetValue);
  const a = set?.score(args.string(2));
  const b = set?.score(args.string(3));
  if (a === undefined || b === undefined) reply.nil();
  else replyDistance(reply, distance(placeOf(a), placeOf(b)) / unit);
}

interface Search {
  center: Place | undefined;
  /** Around the centre, in meters. */
  extent: { readonly radius: number } | { readonly width: number; readonly height: number } | undefined;
  /** Meters in the unit of distances. */
  unit: number;
  withDistance: boolean;
  withHash: boolean;
  withPlace: boolean;
  order: "none" | "ascending" | "descending";
  /** 0: all. */
  count: number;
  /** Stop at the first `count`, near or far. */
  any: boolean;
  /** Index of the argument that is the key to store to; 0: reply. */
  storeIndex: number;
  storesDistance: boolean;
}

interface Found extends Place {
  readonly member: string;
  readonly score: number;
  /** Meters. */
  readonly meters: number;
}

function radiusAt(args: Args, i: number): { radius: number; unit: number } {
  const radius = args.double(i, BAD_RADIUS);
  if (radius < 0) throw NEGATIVE_RADIUS;
  const unit = unitAt(args, i + 1);
  return { radius: radius * unit, unit };
}

function boxAt(args: Args, i: number): { width: number; height: number; unit: number } {
  const width = args.double(i, BAD_WIDTH);
  const height = args.double(i + 1, BAD_HEIGHT);
  if (width < 0 || height < 0) throw NEGATIVE_SIZE;
  const unit = unitAt(args, i + 2);
  return { width: width * unit, height: height * unit, unit };
}

/** Which options a command of the family takes. */
interface Variant {
  readonly form: "radius" | "member" | "search";
  readonly stores: boolean;
}

/** Options from argument `from` on. Whether a member is there is asked as soon as it is named, as in the original. */
function parseSearch(args: Args, from: number, { form, stores }: Variant, search: Search, set?: SortedSetValue): void {
  const searches = form === "search";
  let fromMember = false;
  let fromPlace = false;
  for (let i = from; i < args.length; i++) {
    const more = args.length - 1 - i;
    if (args.is(i, "WITHDIST")) search.withDistance = true;
    else if (args.is(i, "WITHHASH")) search.withHash = true;
    else if (args.is(i, "WITHCOORD")) search.withPlace = true;
    else if (args.is(i, "ANY")) search.any = true;
    else if (args.is(i, "ASC")) search.order = "ascending";
    else if (args.is(i, "DESC")) search.order = "descending";
    else if (more > 0 && args.is(i, "COUNT")) {
      search.count = args.integer(++i);
      if (search.count <= 0) throw BAD_COUNT;
    } else if (stores && !searches && more > 0 && (args.is(i, "STORE") || args.is(i, "STOREDIST"))) {
      search.storesDistance = args.is(i, "STOREDIST");
      search.storeIndex = ++i;
    } else if (searches && more > 0 && !fromPlace && args.is(i, "FROMMEMBER")) {
      fromMember = true;
      i++;
      search.center = set === undefined ? { longitude: 0, latitude: 0 } : memberPlace(set, args.string(i));
    } else if (searches && more > 1 && !fromMember && args.is(i, "FROMLONLAT")) {
      fromPlace = true;
      search.center = placeAt(args, i + 1);
      i += 2;
    } else if (searches && more > 1 && !hasBox(search) && args.is(i, "BYRADIUS")) {
      const { radius, unit } = radiusAt(args, i + 1);
      search.extent = { radius };
      search.unit = unit;
      i += 2;
    } else if (searches && more > 2 && !hasCircle(search) && args.is(i, "BYBOX")) {
      const { width, height, unit } = boxAt(args, i + 1);
      search.extent = { width, height };
      search.unit = unit;
      i += 3;
    } else if (searches && stores && args.is(i, "STOREDIST")) search.storesDistance = true;
    else throw SYNTAX_ERROR;
  }
}

function hasBox({ extent }: Search): boolean {
  return extent !== undefined && "width" in extent;
}

function hasCircle({ extent }: Search): boolean {
  return extent !== undefined && "radius" in extent;
}

function newSearch(): Search {
  return {
    center: undefined,
    extent: undefined,
    unit: 1,
    withDistance: false,
    withHash: false,
    withPlace: false,
    order: "none",
    count: 0,
    any: false,
    storeIndex: 0,
    storesDistance: false,
  };
}

function checkSearch(ctx: CommandContext, search: Search, variant: Variant): void {
  const searches = variant.form === "search";
  if (search.storeIndex > 0 && (search.withDistance || search.withHash || search.withPlace)) {
    const what = searches ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
    throw new CommandError(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  const name = ctx.args.string(0);
  if (searches && search.center === undefined) {
    throw new CommandError(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
  }
  if (searches && search.extent === undefined) {
    throw new CommandError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  }
  if (search.any && search.count === 0) throw ANY_WITHOUT_COUNT;
}

/** All commands that search: they differ in where the centre and the size are said, and in what may be stored. */
function searchCommand(ctx: CommandContext, variant: Variant): void {
  const { args } = ctx;
  const search = newSearch();
  const storesFirst = variant.form === "search" && variant.stores;
  if (storesFirst) search.storeIndex = 1;
  const set = ctx.collection(storesFirst ? 2 : 1, SortedSetValue);
  let options = storesFirst ? 3 : 2;
  if (variant.form === "radius") {
    search.center = placeAt(args, 2);
    options = 6;
  } else if (variant.form === "member") {
    if (set !== undefined) search.center = memberPlace(set, args.string(2));
    options = 5;
  }
  if (variant.form !== "search" && (variant.form === "radius" || set !== undefined)) {
    const { radius, unit } = radiusAt(args, options - 2);
    search.extent = { radius };
    search.unit = unit;
  }
  parseSearch(args, options, variant, search, set);
  checkSearch(ctx, search, variant);
  const found = set === undefined ? [] : find(set, search);
  if (search.storeIndex > 0) store(ctx, search, found, variant);
  else reply(ctx.reply, search, found);
}

function find(set: SortedSetValue, { center, extent, order, count, any }: Search): Found[] {
  const shape = { center, ...extent } as Shape;
  const enough = any ? count : Infinity;
  const found: Found[] = [];
  for (const { from, to } of searchIntervals(shape)) {
    if (found.length >= enough) break;
    const ranks = set.scoreRange({ score: from, exclusive: false }, { score: to, exclusive: true });
    set.forRange(ranks.from, ranks.to - 1, (member, score) => {
      if (found.length >= enough) return;
      const place = placeOf(score);
      const meters = distanceWithin(shape, place);
      if (meters !== undefined) found.push({ member, score, meters, ...place });
    });
  }
  const sorts = order === "none" && count > 0 && !any ? "ascending" : order;
  if (sorts === "ascending") found.sort((a, b) => a.meters - b.meters);
  else if (sorts === "descending") found.sort((a, b) => b.meters - a.meters);
  return count > 0 ? found.slice(0, count) : found;
}

function reply(writer: ReplyWriter, search: Search, found: readonly Found[]): void {
  const { withDistance, withHash, withPlace, unit } = search;
  const extras = Number(withDistance) + Number(withHash) + Number(withPlace);
  writer.array(found.length);
  for (const each of found) {
    if (extras > 0) writer.array(extras + 1);
    writer.bulk(each.member);
    if (withDistance) replyDistance(writer, each.meters / unit);
    if (withHash) writer.integer(Math.trunc(each.score));
    if (withPlace) replyPlace(writer, each);
  }
}

function store(ctx: CommandContext, search: Search, found: readonly Found[], { form }: Variant): void {
  const { storeIndex, storesDistance, unit } = search;
  if (found.length > 0) {
    const set = new SortedSetValue(ctx.engine.collections);
    for (const { member, score, meters } of found) set.set(member, storesDistance ? meters / unit : score);
    ctx.put(storeIndex, set);
    ctx.changed(storeIndex, EVENT.zset, form === "search" ? "geosearchstore" : "georadiusstore", found.length);
  } else if (ctx.removeKept(storeIndex)) ctx.changed(storeIndex, EVENT.generic, "del");
  ctx.reply.integer(found.length);
}

function georadius(ctx: CommandContext): void {
  searchCommand(ctx, { form: "radius", stores: true });
}

function georadiusRo(ctx: CommandContext): void {
  searchCommand(ctx, { form: "radius", stores: false });
}

function georadiusbymember(ctx: CommandContext): void {
  searchCommand(ctx, { form: "member", stores: true });
}

function georadiusbymemberRo(ctx: CommandContext): void {
  searchCommand(ctx, { form: "member", stores: false });
}

function geosearch(ctx: CommandContext): void {
  searchCommand(ctx, { form: "search", stores: false });
}

function geosearchstore(ctx: CommandContext): void {
  searchCommand(ctx, { form: "search", stores: true });
}

export const geoCommands: readonly CommandRow[] = [
  {
    name: "geoadd",
    arity: -5,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [key("RW update")],
    since: "3.2.0",
    group: "geo",
    summary: "Adds one or more members to a geospatial index. The key is created if it doesn't exist.",
    complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    syntax: "key [condition:(NX | XX)] [CH] longitude-latitude-member:{longitude:double latitude:double member}...",
    history: [["6.2.0", "Added the `CH`, `NX` and `XX` options."]],
    handler: geoadd,
  },
  {
    name: "geopos",
    arity: -2,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [key("RO access")],
    since: "3.2.0",
    group: "geo",
    summary: "Returns the longitude and latitude of members from a geospatial index.",
    complexity: "O(N) where N is the number of members requested.",
    syntax: "key member...",
    handler: geopos,
  },
  {
    name: "geodist",
    arity: -4,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [key("RO access")],
    since: "3.2.0",
    group: "geo",
    summary: "Returns the distance between two members of a geospatial index.",
    complexity: "O(log(N))",
    syntax: "key member1 member2 [unit:(M | KM | FT | MI)]",
    handler: geodist,
  },
  {
    name: "geohash",
    arity: -2,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [key("RO access")],
    since: "3.2.0",
    group: "geo",
    summary: "Returns members from a geospatial index as geohash strings.",
    complexity: "O(log(N)) for each member requested, where N is the number of elements in the sorted set.",
    syntax: "key member...",
    handler: geohashCommand,
  },
  {
    name: "geosearch",
    arity: -7,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [key("RO access")],
    since: "6.2.0",
    group: "geo",
    summary: "Queries a geospatial index for members inside an area of a box or a circle.",
    complexity:
      "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape",
    syntax:
      "key from:(FROMMEMBER member | FROMLONLAT longitude-latitude:{longitude:double latitude:double}) by:(circle:{BYRADIUS radius:double unit:(M | KM | FT | MI)} | box:{BYBOX width:double height:double unit:(M | KM | FT | MI)}) [order:(ASC | DESC)] [count:{COUNT count:integer [ANY]}] [WITHCOORD] [WITHDIST] [WITHHASH]",
    history: [["7.0.0", "Added support for uppercase unit names."]],
    handler: geosearch,
  },
  {
    name: "geosearchstore",
    arity: -8,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [key("OW update"), key("RO access", 2)],
    since: "6.2.0",
    group: "geo",
    summary:
      "Queries a geospatial index for members inside an area of a box or a circle, optionally stores the result.",
    complexity:
      "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape",
    syntax:
      "destination source from:(FROMMEMBER member | FROMLONLAT longitude-latitude:{longitude:double latitude:double}) by:(circle:{BYRADIUS radius:double unit:(M | KM | FT | MI)} | box:{BYBOX width:double height:double unit:(M | KM | FT | MI)}) [order:(ASC | DESC)] [count:{COUNT count:integer [ANY]}] [STOREDIST]",
    history: [["7.0.0", "Added support for uppercase unit names."]],
    handler: geosearchstore,
  },
  {
    name: "georadius",
    arity: -6,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [key("RO access"), keyAfter("OW update", "STORE", 6), keyAfter("OW update", "STOREDIST", 6)],
    since: "3.2.0",
    group: "geo",
    summary:
      "Queries a geospatial index for members within a distance from a coordinate, optionally stores the result.",
    complexity:
      "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    syntax:
      "key longitude:double latitude:double radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count:{COUNT count:integer [ANY]}] [order:(ASC | DESC)] [STORE key] [STOREDIST key]",
    history: [
      ["6.2.0", "Added the `ANY` option for `COUNT`."],
      ["7.0.0", "Added support for uppercase unit names."],
    ],
    deprecated: { since: "6.2.0", replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument" },
    handler: georadius,
  },
  {
    name: "georadius_ro",
    arity: -6,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [key("RO access")],
    since: "3.2.10",
    group: "geo",
    summary: "Returns members from a geospatial index that are within a distance from a coordinate.",
    complexity:
      "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    syntax:
      "key longitude:double latitude:double radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count:{COUNT count:integer [ANY]}] [order:(ASC | DESC)]",
    history: [["6.2.0", "Added the `ANY` option for `COUNT`."]],
    deprecated: { since: "6.2.0", replacedBy: "`GEOSEARCH` with the `BYRADIUS` argument" },
    handler: georadiusRo,
  },
  {
    name: "georadiusbymember",
    arity: -5,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [key("RO access"), keyAfter("OW update", "STORE", 5), keyAfter("OW update", "STOREDIST", 5)],
    since: "3.2.0",
    group: "geo",
    summary: "Queries a geospatial index for members within a distance from a member, optionally stores the result.",
    complexity:
      "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    syntax:
      "key member radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count:{COUNT count:integer [ANY]}] [order:(ASC | DESC)] [STORE key] [STOREDIST key]",
    history: [["7.0.0", "Added support for uppercase unit names."]],
    deprecated: {
      since: "6.2.0",
      replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
    },
    handler: georadiusbymember,
  },
  {
    name: "georadiusbymember_ro",
    arity: -5,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [key("RO access")],
    since: "3.2.10",
    group: "geo",
    summary: "Returns members from a geospatial index that are within a distance from a member.",
    complexity:
      "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    syntax:
      "key member radius:double unit:(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count:{COUNT count:integer [ANY]}] [order:(ASC | DESC)]",
    deprecated: { since: "6.2.0", replacedBy: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments" },
    handler: georadiusbymemberRo,
  },
];
