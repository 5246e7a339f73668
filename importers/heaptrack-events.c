/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

gboolean
ht_event (HtReader *reader, uint32_t site, int64_t size, uint32_t freed, uint32_t temporary)
{
  return ht_ledger_add (&reader->ledger, site, size, freed, temporary)
         || ht_fail (reader, "the sums of all allocations pass 2^61 bytes");
}

gboolean
ht_read_event (HtReader *reader, HtFields *fields, uint32_t freed)
{
  uint64_t index;

  if (reader->pointers)
    return freed ? ht_raw_free (reader, fields) : ht_raw_allocate (reader, fields);
  if (!ht_number (reader, fields, "allocation", G_MAXUINT64, &index))
    return FALSE;
  if (index >= reader->n_infos)
    return ht_fail (reader, "the allocation %" G_GINT64_MODIFIER "x is not there", index);
  uint32_t temporary = freed && reader->last_info == index;
  reader->last_info = freed ? HT_NO_INFO : (uint32_t) index;
  return ht_event (reader, reader->info[index].site, reader->info[index].size, freed, temporary);
}

/* Bit i: text[i] is a line end. */
static inline uint64_t
line_ends (const char *text)
{
  uint64_t ends = 0;

  __builtin_prefetch (text + 1024);

#ifdef __SSE2__
  const __m128i newline = _mm_set1_epi8 ('\n');
  for (unsigned i = 0; i < 64; i += 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const void *) (text + i));
      uint32_t found = (uint32_t) _mm_movemask_epi8 (_mm_cmpeq_epi8 (bytes, newline));
      ends |= (uint64_t) found << i;
    }
#else
  for (unsigned i = 0; i < 64; i++)
    ends |= (uint64_t) (text[i] == '\n') << i;
#endif
  return ends;
}

/* Larger than any index of the fast loop, wherever in a number the bad pair stands. */
#define BAD_PAIR (1u << 24)

uint32_t *
ht_hex_pairs (void)
{
  static const char digits[] = "0123456789abcdef";
  uint32_t *table = g_new (uint32_t, 65536);

  for (uint32_t i = 0; i < 65536; i++)
    table[i] = BAD_PAIR;
  for (uint32_t i = 0; i < 256; i++)
    table[(uint32_t) digits[i >> 4] | (uint32_t) digits[i & 15] << 8] = i;
  return table;
}

/* The value of the `length` (1 to 6) hexadecimal digits before `end`; at least BAD_PAIR where one
 * is none. Looks at 8 bytes. Twice as fast as digit by digit: no branch depends on the length. */
static inline uint64_t
short_hex (const uint32_t *hex_pair, const char *end, gsize length)
{
  /* Of the last 6 bytes, the digits stay and '0's replace what is before them. */
  static const struct
  {
    uint64_t digits, zeros;
  } masks[] = {
    { 0, 0 },
    { UINT64_C (0xff00000000000000), UINT64_C (0x0030303030300000) },
    { UINT64_C (0xffff000000000000), UINT64_C (0x0000303030300000) },
    { UINT64_C (0xffffff0000000000), UINT64_C (0x0000003030300000) },
    { UINT64_C (0xffffffff00000000), UINT64_C (0x0000000030300000) },
    { UINT64_C (0xffffffffff000000), UINT64_C (0x0000000000300000) },
    { UINT64_C (0xffffffffffff0000), 0 },
  };
  uint64_t bytes;

  memcpy (&bytes, end - sizeof bytes, sizeof bytes);
  bytes = (GUINT64_FROM_LE (bytes) & masks[length].digits) | masks[length].zeros;
  return (uint64_t) hex_pair[bytes >> 16 & 0xffff] << 16
         | (uint64_t) hex_pair[bytes >> 32 & 0xffff] << 8 | hex_pair[bytes >> 48];
}

/* Takes the lines at *pos that are events as the interpreter writes them: "+ " or "- ", 1 to 6
 * digits, an allocation that is there. Stops at any other line, at HT_BATCH events, or near
 * `stop`. The 8 bytes before *pos are readable. An event is (index << 1 | freed). */
static unsigned
scan_events (const HtReader *reader, const char **pos, const char *stop, uint32_t *event)
{
  const uint32_t *hex_pair = reader->hex_pair;
  const HtInfo *info = reader->info;
  uint32_t n_infos = MIN (reader->n_infos, BAD_PAIR);
  const char *line = *pos;
  unsigned n = 0;

  for (const char *block = line; n <= HT_BATCH - 64 && stop - block > 64; block += 64)
    for (uint64_t ends = line_ends (block); ends; ends &= ends - 1)
      {
        const char *end = block + __builtin_ctzll (ends);
        uint16_t head;

        /* "+ " and "- " differ by 2 */
        memcpy (&head, line, sizeof head);
        uint32_t kind = GUINT16_FROM_LE (head) - (uint32_t) ('+' | ' ' << 8);
        gsize length = (gsize) (end - line) - 2;
        if (G_UNLIKELY (kind & ~2u || length - 1 >= 6))
          goto other;
        uint64_t index = short_hex (hex_pair, end, length);
        if (G_UNLIKELY (index >= n_infos))
          goto other;
        __builtin_prefetch (&info[index]);
        event[n++] = (uint32_t) index << 1 | kind >> 1;
        line = end + 1;
      }
other:
  *pos = line;
  return n;
}

#define AHEAD 16

static void
apply_events (HtReader *reader, const uint32_t *event, unsigned n)
{
  /* Copies: the compiler cannot know that a site's costs do not overlap the ledger. */
  HtLedger ledger = reader->ledger;
  const HtInfo *info = reader->info;
  uint32_t last = reader->last_info, frees = 0, temporaries = 0;

  for (unsigned i = 0; i < n; i++)
    {
      uint32_t index = event[i] >> 1, freed = event[i] & 1;

      /* A recording's sites are more than fit the cache: the line is on its way early. */
      if (i + AHEAD < n)
        __builtin_prefetch (&ledger.sites[info[event[i + AHEAD] >> 1].site], 1);
      uint32_t temporary = freed & (last == index);

      ht_ledger_change (&ledger, info[index].site, info[index].size, freed, temporary);
      last = index | -freed; /* HT_NO_INFO after a free */
      frees += freed;
      temporaries += temporary;
    }
  ledger.total_blocks += n - frees;
  ledger.live_blocks += (int64_t) n - 2 * (int64_t) frees;
  ledger.temporary_blocks += temporaries;
  reader->ledger = ledger;
  reader->last_info = last;
  reader->line += n;
}

/* Takes what it can of the lines before `stop` and leaves the rest to read_line(): a recording is
 * nearly all events, and its import spends its time here. */
const char *
ht_read_events (HtReader *reader, const char *pos, const char *stop)
{
  uint32_t event[HT_BATCH];
  unsigned n;

  while (ht_ledger_is_ready (&reader->ledger) && (n = scan_events (reader, &pos, stop, event)))
    apply_events (reader, event, n);
  return pos;
}
