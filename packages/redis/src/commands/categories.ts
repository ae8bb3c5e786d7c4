/** ACL categories of commands: those that their rows name, and those that follow from flags. */
import type { CommandFlag, CommandRow } from "./table.ts";

/** Without the @, in the order in which the original lists them. */
export const CATEGORIES: readonly string[] =
  "keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting".split(
    " ",
  );

/** All ACL categories of a row, without the @. */
export function categoriesOf(row: CommandRow): string[] {
  const set = new Set(row.categories);
  const has = (flag: CommandFlag): boolean => row.flags.includes(flag);
  if (has("write")) set.add("write");
  if (has("readonly") && !set.has("scripting")) set.add("read");
  if (has("admin")) set.add("admin").add("dangerous");
  if (has("pubsub")) set.add("pubsub");
  if (has("blocking")) set.add("blocking");
  set.add(has("fast") ? "fast" : "slow");
  return CATEGORIES.filter((category) => set.has(category));
}
