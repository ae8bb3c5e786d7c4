/**
 * Where things are: LOC (RFC 1876) and GPOS (RFC 1712).
 *
 * LOC's angles are thousandths of an arc second from 2³¹, its altitude is centimetres from 100 km below the spheroid, its sizes are
 * centimetres as mantissa and exponent in a nibble each.
 */
import { DnsError } from "../../errors.ts";
import type { Scanner } from "../../text/scanner.ts";
import { characterString } from "../fields/strings.ts";
import { badRdata, custom, type RdataFormat, row } from "../format.ts";

export interface Loc {
  readonly type: "LOC";
  /** Metres: diameter of a sphere around it. */
  readonly size: number;
  /** Metres, as is the vertical precision: diameters of the error. */
  readonly horizontalPrecision: number;
  readonly verticalPrecision: number;
  /** Thousandths of an arc second, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  /** Centimetres over the WGS 84 spheroid. */
  readonly altitude: number;
}

/** Numbers in text, as the specification leaves them. */
export interface Gpos {
  readonly type: "GPOS";
  readonly longitude: Uint8Array;
  readonly latitude: Uint8Array;
  readonly altitude: Uint8Array;
}

const EQUATOR = 2 ** 31;
const ALTITUDE_BASE_CM = 10_000_000;
const MAX_LATITUDE = 90 * 3_600_000;
const MAX_LONGITUDE = 180 * 3_600_000;

const LOC: RdataFormat = custom<Loc>("LOC", {
  read(from) {
    const version = from.u8();
    if (version !== 0) throw badRdata(`LOC of version ${version}`);
    return {
      size: metresOf(from.u8()),
      horizontalPrecision: metresOf(from.u8()),
      verticalPrecision: metresOf(from.u8()),
      latitude: within(from.u32() - EQUATOR, MAX_LATITUDE),
      longitude: within(from.u32() - EQUATOR, MAX_LONGITUDE),
      altitude: from.u32() - ALTITUDE_BASE_CM,
    };
  },
  write(to, value) {
    to.u8(0);
    to.u8(sizeByte(Math.round(value.size * 100)));
    to.u8(sizeByte(Math.round(value.horizontalPrecision * 100)));
    to.u8(sizeByte(Math.round(value.verticalPrecision * 100)));
    to.u32(within(value.latitude, MAX_LATITUDE) + EQUATOR);
    to.u32(within(value.longitude, MAX_LONGITUDE) + EQUATOR);
    to.u32(value.altitude + ALTITUDE_BASE_CM);
  },
  parse(from, to) {
    const latitude = parseAngle(from, "latitude", "NS", 90);
    const longitude = parseAngle(from, "longitude", "EW", 180);
    const altitude = parseMetres(from, "altitude", -100_000, 42_849_672.95);
    const sizes = (
      [
        ["size", 1],
        ["horizontal precision", 10_000],
        ["vertical precision", 10],
      ] as const
    ).map(([what, metres]) => sizeByte(from.atEnd() ? metres * 100 : parseMetres(from, what, 0, 90_000_000)));
    to.u8(0);
    for (const size of sizes) to.u8(size);
    to.u32(latitude + EQUATOR);
    to.u32(longitude + EQUATOR);
    to.u32(altitude + ALTITUDE_BASE_CM);
  },
  print(from) {
    const version = from.u8();
    if (version !== 0) throw badRdata(`LOC of version ${version}`);
    const sizes = [from.u8(), from.u8(), from.u8()].map(sizeText);
    const latitude = angleText(within(from.u32() - EQUATOR, MAX_LATITUDE), "N", "S");
    const longitude = angleText(within(from.u32() - EQUATOR, MAX_LONGITUDE), "E", "W");
    const altitude = from.u32() - ALTITUDE_BASE_CM;
    return `${latitude} ${longitude} ${(altitude / 100).toFixed(2)}m ${sizes.join(" ")}`;
  },
});

export type LocationRdata = Loc | Gpos;

export const LOCATION_FORMATS: readonly RdataFormat[] = [
  row<Gpos>("GPOS", { longitude: characterString, latitude: characterString, altitude: characterString }),
  LOC,
];

function within(value: number, max: number): number {
  if (Math.abs(value) > max) throw badRdata(`an angle of ${value} thousandths of an arc second`);
  return value;
}

/** Degrees, minutes and seconds, the last two of which may be missing, then the hemisphere. */
function parseAngle(from: Scanner, what: string, hemispheres: "NS" | "EW", maxDegrees: number): number {
  const degrees = from.integer(`degrees of the ${what}`, maxDegrees);
  let [minutes, milliseconds] = [0, 0];
  let text = from.word(`hemisphere of the ${what}`).toUpperCase();
  if (/^\d+$/.test(text)) {
    minutes = Number(text);
    text = from.word(`hemisphere of the ${what}`).toUpperCase();
    const match = /^(\d+)(?:\.(\d{0,3}))?$/.exec(text);
    if (match !== null) {
      milliseconds = Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
      text = from.word(`hemisphere of the ${what}`).toUpperCase();
    }
  }
  if (text.length !== 1 || !hemispheres.includes(text)) {
    throw new DnsError("syntax", `${what} ends with ${hemispheres[0]} or ${hemispheres[1]}, not "${text}"`);
  }
  const angle = degrees * 3_600_000 + minutes * 60_000 + milliseconds;
  if (minutes > 59 || milliseconds > 59_999 || angle > maxDegrees * 3_600_000) {
    throw new DnsError("syntax", `${what} is out of range`);
  }
  return text === hemispheres[0] ? angle : -angle;
}

/** Metres with up to two decimals and an `m` that may be missing; returns centimetres. */
function parseMetres(from: Scanner, what: string, min: number, max: number): number {
  const text = from.word(what);
  const match = /^(-?)(\d+)(?:\.(\d{0,2}))?m?$/i.exec(text);
  if (match === null) throw new DnsError("syntax", `${what} is malformed: "${text}"`);
  const magnitude = Number(match[2]) * 100 + Number((match[3] ?? "").padEnd(2, "0"));
  const centimetres = match[1] === "-" ? -magnitude : magnitude;
  if (centimetres < min * 100 || centimetres > max * 100)
    throw new DnsError("syntax", `${what} is out of range: "${text}"`);
  return centimetres;
}

function sizeByte(centimetres: number): number {
  let exponent = 0;
  let mantissa = centimetres;
  while (mantissa >= 10) {
    mantissa = Math.floor(mantissa / 10);
    exponent += 1;
  }
  if (exponent > 9 || mantissa < 0) throw badRdata(`a size of ${centimetres} cm`);
  return (mantissa << 4) | exponent;
}

function metresOf(byte: number): number {
  const [mantissa, exponent] = [byte >> 4, byte & 15];
  if (mantissa > 9 || exponent > 9) throw badRdata("a size of LOC has a nibble above 9");
  return (mantissa * 10 ** exponent) / 100;
}

/** With centimetres only where there are any to tell. */
function sizeText(byte: number): string {
  const metres = metresOf(byte);
  return (byte & 15) >= 2 ? `${metres}m` : `${metres.toFixed(2)}m`;
}

function angleText(angle: number, positive: string, negative: string): string {
  const magnitude = Math.abs(angle);
  const degrees = Math.floor(magnitude / 3_600_000);
  const minutes = Math.floor(magnitude / 60_000) % 60;
  const seconds = (magnitude % 60_000) / 1000;
  return `${degrees} ${minutes} ${seconds.toFixed(3)} ${angle < 0 ? negative : positive}`;
}
