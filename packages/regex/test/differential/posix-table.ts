/** POSIX leftmost-longest matching and its rules for groups (XBD 9.1), worked out by hand. */

/** [pattern, text, the match and what each group took; "-" for a group without part] */
export const LONGEST: readonly (readonly [string, string, ...string[]])[] = [
  ["a|ab|abc", "abc", "abc"],
  ["(a|ab)(c|bcd)(d*)", "abcd", "abcd", "ab", "c", "d"],
  ["(a|ab)(bcd|c)(d*)", "abcd", "abcd", "ab", "c", "d"],
  ["(a+|b+)*", "aabb", "aabb", "bb"],
  ["(a*)(ab)*(b*)", "abb", "abb", "a", "-", "bb"],
  ["(a?)(ab)?", "ab", "ab", "", "ab"],
  ["(ab|a)(bc|c)?", "abc", "abc", "ab", "c"],
  ["(foo|foobar)(bar)?", "foobar", "foobar", "foobar", "-"],
  ["(.?)(a*)", "aaa", "aaa", "a", "aa"],
  ["x(a{2,3})(a*)", "xaaaa", "xaaaa", "aaa", "a"],
  ["(a*){2}", "aa", "aa", ""],
  ["(a*)*", "b", "", ""],
  ["(a*)+", "aa", "aa", "aa"],
  ["(a|b|c|ab|bc)*", "abc", "abc", "c"],
  ["(((a)b)c)", "abc", "abc", "abc", "ab", "a"],
  ["(b?)(ab*)*", "babb", "babb", "b", "abb"],
  ["(^|x)(a)", "xa", "xa", "x", "a"],
  ["(wee|week)(knights|night)(s*)", "weeknights", "weeknights", "week", "night", "s"],
  ["(aa|aaa)*", "aaaa", "aaaa", "aa"],
  ["(a|aa)(a|aa)(a|aa)", "aaaa", "aaaa", "aa", "a", "a"],
  // XBD 9.1's own examples.
  ["(wee|week)(knights|night)", "weeknights", "weeknights", "wee", "knights"],
  ["(.*).*", "abcdef", "abcdef", "abcdef"],
  ["(a*)*", "bc", "", ""],
  // An earlier group takes as much as the whole match allows, be a later one left with nothing.
  ["(a*)(a|aa)?", "aaa", "aaa", "aaa", "-"],
  ["(ab?)(b?)", "ab", "ab", "ab", ""],
  ["(a|ab)(b|bc|c)?(c*)", "abcc", "abcc", "ab", "c", "c"],
  ["(.*)(a*)", "baa", "baa", "baa", ""],
  // What repeats keeps its last round.
  ["(ab|a|b)*", "aba", "aba", "a"],
  ["((a)|(b))*", "ab", "ab", "b", "-", "b"],
  ["(a{2}|a){1,2}", "aaa", "aaa", "a"],
  // The leftmost match, though a longer one begins later.
  ["b|abc|bcd", "xbcdabc", "bcd"],
  ["a+|b+", "aabbbb", "aa"],
  ["x*", "axx", ""],
];
