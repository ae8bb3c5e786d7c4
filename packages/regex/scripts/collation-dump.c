/* Prints, for every character that the locale sorts: code point, place in the order of ranges, first-level weights. Used by generate-collation.ts. */
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

/* The three-level table in which glibc keeps the order (LC_COLLATE's collseqwc). */
static uint32_t place(const char *table, uint32_t wc) {
  const uint32_t *head = (const uint32_t *)table;
  uint32_t first = wc >> head[0];
  if (first >= head[1] || head[5 + first] == 0) return UINT32_MAX;
  uint32_t second = ((const uint32_t *)(table + head[5 + first]))[(wc >> head[2]) & head[3]];
  return second == 0 ? UINT32_MAX : ((const uint32_t *)(table + second))[wc & head[4]];
}

int main(int argc, char **argv) {
  if (argc < 2 || setlocale(LC_ALL, argv[1]) == NULL) return 1;
  const char *table = nl_langinfo(_NL_COLLATE_COLLSEQWC);
  for (uint32_t c = 1; c < 0x110000; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    uint32_t at = place(table, c);
    if (at == UINT32_MAX) continue;
    wchar_t in[2] = {(wchar_t)c, 0}, out[64];
    size_t n = wcsxfrm(out, in, 64);
    printf("%u %u ", c, at);
    for (size_t i = 0; i < n && i < 64 && out[i] != 1; i++) printf("%u,", (unsigned)out[i]);
    printf("\n");
  }
  return 0;
}
