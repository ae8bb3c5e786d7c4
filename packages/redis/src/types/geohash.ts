/**
 * Places as numbers: longitude and latitude, in degrees, each cut in half 26 times, and the 52 bits interleaved, latitude first from the
 * right. Near places mostly have near numbers, so that what lies around a place is found in at most nine ranges of scores of a sorted set.
 *
 * The formulas, constants and the order of operations are the original's: results are compared to the last digit.
 */

/** One step halves longitude and latitude once. */
const MAX_STEP = 26;
const LATITUDE_LIMIT = 85.05112878;
const LONGITUDE_LIMIT = 180;
const EARTH_RADIUS_METERS = 6372797.560856;
/** Half of the equator, by which the size of cells is estimated. */
const MERCATOR_MAX_METERS = 20037726.37;
const RADIANS = Math.PI / 180;

export interface Place {
  /** Degrees. */
  readonly longitude: number;
  readonly latitude: number;
}

/** What is searched: within a circle or a box around a place. Meters. */
export type Shape = { readonly center: Place } & (
  | { readonly radius: number }
  | { readonly width: number; readonly height: number }
);

/** A cell of the grid that `step` halvings make: column and row, from the south-west. */
interface Cell {
  readonly step: number;
  readonly column: number;
  readonly row: number;
}

interface Area {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Scores [from, to). */
export interface ScoreInterval {
  readonly from: number;
  readonly to: number;
}

/** Whether the grid covers the place. */
export function isOnGrid({ longitude, latitude }: Place): boolean {
  return Math.abs(longitude) <= LONGITUDE_LIMIT && Math.abs(latitude) <= LATITUDE_LIMIT;
}

/** Which of 2^step parts of [-limit, limit] holds `value`; the limit itself is one behind the last, as in the original. */
function part(value: number, limit: number, step: number): number {
  return Math.floor(((value + limit) / (2 * limit)) * 2 ** step);
}

/** Puts 13 bits on even places. */
function spread(bits: number): number {
  let spaced = bits;
  spaced = (spaced | (spaced << 8)) & 0x00ff00ff;
  spaced = (spaced | (spaced << 4)) & 0x0f0f0f0f;
  spaced = (spaced | (spaced << 2)) & 0x33333333;
  return (spaced | (spaced << 1)) & 0x55555555;
}

function gather(spaced: number): number {
  let bits = spaced & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

const HALF_BITS = 13;
const HALF = 2 ** HALF_BITS;

function interleave(row: number, column: number): number {
  const high = spread(Math.floor(row / HALF)) | (spread(Math.floor(column / HALF)) << 1);
  const low = spread(row % HALF) | (spread(column % HALF) << 1);
  return high * HALF * HALF + low;
}

/** The score under which a place is stored, an integer of 52 bits. */
export function geohash(place: Place): number {
  return interleave(part(place.latitude, LATITUDE_LIMIT, MAX_STEP), part(place.longitude, LONGITUDE_LIMIT, MAX_STEP));
}

/** The middle of the cell that `score` stands for; of other scores than places have, the low 54 bits count. */
export function placeOf(score: number): Place {
  const hash = score >= 0 && score < 2 ** 54 ? Math.trunc(score) : Number(BigInt.asUintN(54, integerOf(score)));
  const high = Math.floor(hash / (HALF * HALF));
  const low = hash % (HALF * HALF);
  const row = gather(high) * HALF + gather(low);
  const column = gather(high >>> 1) * HALF + gather(low >>> 1);
  const area = areaOf({ step: MAX_STEP, row, column });
  return {
    longitude: clamped((area.west + area.east) / 2, LONGITUDE_LIMIT),
    latitude: clamped((area.south + area.north) / 2, LATITUDE_LIMIT),
  };
}

function integerOf(score: number): bigint {
  return Number.isFinite(score) ? BigInt(Math.trunc(score)) : 0n;
}

function clamped(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

function areaOf({ step, column, row }: Cell): Area {
  const cells = 2 ** step;
  const at = (index: number, limit: number): number => -limit + (index / cells) * (2 * limit);
  return {
    west: at(column, LONGITUDE_LIMIT),
    east: at(column + 1, LONGITUDE_LIMIT),
    south: at(row, LATITUDE_LIMIT),
    north: at(row + 1, LATITUDE_LIMIT),
  };
}

const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
const TEXT_LENGTH = 11;

/** The geohash as others write it (geohash.org), whose latitudes go up to 90 degrees. */
export function geohashText(place: Place): string {
  const hash = interleave(part(place.latitude, 90, MAX_STEP), part(place.longitude, LONGITUDE_LIMIT, MAX_STEP));
  let text = "";
  for (let i = 1; i < TEXT_LENGTH; i++) text += ALPHABET[Math.floor(hash / 2 ** (52 - i * 5)) % 32];
  // Eleven letters are 55 bits, and there are only 52.
  return `${text}0`;
}

/** Meters along a meridian. */
function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS_METERS * Math.abs(b * RADIANS - a * RADIANS);
}

/** Meters along the great circle (haversine), on a sphere. */
export function distance(a: Place, b: Place): number {
  const v = Math.sin((b.longitude * RADIANS - a.longitude * RADIANS) / 2);
  if (v === 0) return latitudeDistance(a.latitude, b.latitude);
  const latitudeA = a.latitude * RADIANS;
  const latitudeB = b.latitude * RADIANS;
  const u = Math.sin((latitudeB - latitudeA) / 2);
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(u * u + Math.cos(latitudeA) * Math.cos(latitudeB) * v * v));
}

/** Meters from the centre of the shape to `place`, or undefined when that is outside. */
export function distanceWithin(shape: Shape, place: Place): number | undefined {
  const { center } = shape;
  if ("radius" in shape) {
    const meters = distance(center, place);
    return meters > shape.radius ? undefined : meters;
  }
  if (latitudeDistance(place.latitude, center.latitude) > shape.height / 2) return undefined;
  const beside = { longitude: center.longitude, latitude: place.latitude };
  if (distance(place, beside) > shape.width / 2) return undefined;
  return distance(center, place);
}

/** How often to halve so that a cell and its eight neighbours cover a circle of that radius; a cautious guess. */
function estimatedStep(radius: number, latitude: number): number {
  if (radius === 0) return MAX_STEP;
  let step = 1;
  for (let meters = radius; meters < MERCATOR_MAX_METERS; meters *= 2) step++;
  step -= 2;
  // Meridians come together towards the poles.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.max(1, Math.min(MAX_STEP, step));
}

function boundsOf(shape: Shape): Area {
  const { longitude, latitude } = shape.center;
  const height = "radius" in shape ? shape.radius : shape.height / 2;
  const width = "radius" in shape ? shape.radius : shape.width / 2;
  const degrees = (radians: number): number => radians / RADIANS;
  const latitudeDelta = degrees(height / EARTH_RADIUS_METERS);
  const towardsPole = latitude < 0 ? latitude - latitudeDelta : latitude + latitudeDelta;
  const longitudeDelta = degrees(width / EARTH_RADIUS_METERS / Math.cos(towardsPole * RADIANS));
  return {
    west: longitude - longitudeDelta,
    east: longitude + longitudeDelta,
    south: latitude - latitudeDelta,
    north: latitude + latitudeDelta,
  };
}

function cellAt(place: Place, step: number): Cell {
  return {
    step,
    column: part(place.longitude, LONGITUDE_LIMIT, step),
    row: part(place.latitude, LATITUDE_LIMIT, step),
  };
}

/** The cell so many columns and rows away; the grid goes round in both directions in which one moves. */
function moved({ step, column, row }: Cell, columns: number, rows: number): Cell {
  const mask = 2 ** step - 1;
  return {
    step,
    column: columns === 0 ? column : (column + columns) & mask,
    row: rows === 0 ? row : (row + rows) & mask,
  };
}

/** In the original's order, which unsorted results show: columns to the east, rows to the north. */
const NEIGHBOURS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

/** The ranges of scores in which all of the shape lies, in the order in which the original searches them. */
export function searchIntervals(shape: Shape): ScoreInterval[] {
  const radius = "radius" in shape ? shape.radius : Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
  const bounds = boundsOf(shape);
  let step = estimatedStep(radius, shape.center.latitude);
  let cell = cellAt(shape.center, step);
  if (step > 1 && !isCovered(bounds, cell)) cell = cellAt(shape.center, --step);
  const area = areaOf(cell);
  const prunes = step >= 2;
  const intervals: ScoreInterval[] = [];
  let last: ScoreInterval | undefined;
  for (const [columns, rows] of NEIGHBOURS) {
    if (prunes) {
      if (rows < 0 && area.south < bounds.south) continue;
      if (rows > 0 && area.north > bounds.north) continue;
      if (columns < 0 && area.west < bounds.west) continue;
      if (columns > 0 && area.east > bounds.east) continue;
    }
    const interval = intervalOf(moved(cell, columns, rows));
    // On a coarse grid, neighbours may be the same cell.
    if (last !== undefined && last.from === interval.from) continue;
    intervals.push(interval);
    if (columns !== 0 || rows !== 0) last = interval;
  }
  return intervals;
}

/** Whether the cell's neighbours reach the bounds. */
function isCovered(bounds: Area, cell: Cell): boolean {
  return (
    areaOf(moved(cell, 0, 1)).north >= bounds.north &&
    areaOf(moved(cell, 0, -1)).south <= bounds.south &&
    areaOf(moved(cell, 1, 0)).east >= bounds.east &&
    areaOf(moved(cell, -1, 0)).west <= bounds.west
  );
}

function intervalOf({ step, column, row }: Cell): ScoreInterval {
  const size = 2 ** (52 - step * 2);
  const from = interleave(row, column) * size;
  return { from, to: from + size };
}
