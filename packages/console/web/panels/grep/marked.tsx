import type { JSX } from "preact";

/** Text whose parts at odd indices are matches. */
export function Marked({ parts }: { parts: readonly string[] }): JSX.Element {
  return <>{parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}</>;
}
