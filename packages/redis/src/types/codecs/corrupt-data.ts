/** Bytes that are not what they claim to be: a damaged file or payload. The message says what was wrong, and where. */
export class CorruptDataError extends Error {
  constructor(format: string, what: string, offset: number) {
    super(`${format}: ${what} at offset ${offset}`);
    this.name = "CorruptDataError";
  }
}
