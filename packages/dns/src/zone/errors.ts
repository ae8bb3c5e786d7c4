/** What keeps records from being a zone. */

export type ZoneErrorCode =
  /** There is no SOA at the apex. */
  | "no-soa"
  /** A master file has no NS at the apex. */
  | "no-ns"
  /** More than one SOA, CNAME or DNAME at a name. */
  | "second-singleton"
  /** A name that is not at or below the apex, or a record of another class. */
  | "outside"
  /** A SOA that is not at the apex. */
  | "misplaced-soa"
  /** A CNAME beside other data. */
  | "cname-and-other"
  /** A change takes away what is not there. */
  | "not-there"
  /** A limit: records of a set, bytes of a zone. */
  | "too-large";

export class ZoneError extends Error {
  readonly code: ZoneErrorCode;

  constructor(code: ZoneErrorCode, message: string) {
    super(message);
    this.name = "ZoneError";
    this.code = code;
  }
}
