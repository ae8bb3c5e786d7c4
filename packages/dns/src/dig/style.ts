/** How dig lays records and messages out; its display options come down to this. */

export interface RecordStyle {
  readonly multiline: boolean;
  readonly ttl: boolean;
  readonly class: boolean;
  /** TTLs as `1d2h`. */
  readonly ttlUnits: boolean;
  /** Keys, signatures and digests; without, `[omitted]`. */
  readonly crypto: boolean;
  /** What keys are, behind them. */
  readonly rrComments: boolean;
  /** Characters of hexadecimal and base64 between blanks or line breaks; 0: whole. */
  readonly splitWidth: number;
  /** RFC 3597's form for everything. */
  readonly unknownFormat: boolean;
  readonly expandAaaa: boolean;
}

export interface MessageStyle extends RecordStyle {
  /** Header, EDNS, and the sections' names. */
  readonly comments: boolean;
  readonly question: boolean;
  readonly answer: boolean;
  readonly authority: boolean;
  readonly additional: boolean;
}

/** dig's `+split`. */
export const SPLIT_WIDTH = 56;
export const MULTILINE_SPLIT_WIDTH = 44;

/** What dig prints unless it is told otherwise. */
export const FULL_STYLE: MessageStyle = {
  multiline: false,
  ttl: true,
  class: true,
  ttlUnits: false,
  crypto: true,
  rrComments: false,
  splitWidth: SPLIT_WIDTH,
  unknownFormat: false,
  expandAaaa: false,
  comments: true,
  question: true,
  answer: true,
  authority: true,
  additional: true,
};
