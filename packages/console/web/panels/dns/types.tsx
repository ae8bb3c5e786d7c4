/** Record types to choose from; others are typed. */
import type { JSX } from "preact";

export const COMMON_TYPES = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DNAME",
  "DNSKEY",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "NSEC",
  "NSEC3",
  "PTR",
  "RRSIG",
  "SOA",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
] as const;

const LIST_ID = "dns-types";

/** A type, one of those or any other. A page has one TypeNames for all of these. */
export function TypeInput(props: {
  value: string;
  onInput: (value: string) => void;
  label?: string;
  placeholder?: string;
}): JSX.Element {
  const { value, onInput, label = "Type", placeholder } = props;
  return (
    <input
      class="input mono type-input"
      aria-label={label}
      list={LIST_ID}
      placeholder={placeholder ?? ""}
      autocomplete="off"
      spellcheck={false}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

export function TypeNames({ more = [] }: { more?: readonly string[] }): JSX.Element {
  return (
    <datalist id={LIST_ID}>
      {[...COMMON_TYPES, ...more].map((type) => (
        <option key={type} value={type} />
      ))}
    </datalist>
  );
}
