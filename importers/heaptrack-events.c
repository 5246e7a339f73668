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

const uint32_t *
ht_hex_pairs (void)
{
  static const char digits[] = "0123456789abcdef";
  static uint32_t table[65536];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      for (uint32_t i = 0; i < 65536; i++)
        table[i] = BAD_PAIR;
      for (uint32_t i = 0; i < 256; i++)
        table[(uint32_t) digits[i >> 4] | (uint32_t) digits[i & 15] << 8] = i;
      g_once_init_leave (&made, 1);
    }
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
 * digits, an allocation below `n_infos`. Stops at any other line, when no 64 more of `most` have
 * room, or near `stop`. The 8 bytes before *pos are readable. An event is (index << 1 | freed).
 * `info`: what they will be looked up in; NULL: not soon. */
static inline unsigned
scan_events (const uint32_t *hex_pair, const HtInfo *info, uint32_t n_infos, const char **pos,
             const char *stop, uint32_t *event, unsigned most)
{
  const char *line = *pos;
  unsigned n = 0;

  for (const char *block = line; n + 64 <= most && stop - block > 64; block += 64)
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
        if (info)
          __builtin_prefetch (&info[index]);
        event[n++] = (uint32_t) index << 1 | kind >> 1;
        line = end + 1;
      }
other:
  *pos = line;
  return n;
}

/* --- ahead of the reader --- */

/* Events that follow one another in a block, n of them behind this. */
typedef struct
{
  uint32_t start, end; /* bytes from the block's beginning */
  uint32_t n;
  uint32_t largest; /* of the events */
} Run;

#define RUN_WORDS (sizeof (Run) / sizeof (uint32_t))
G_STATIC_ASSERT (sizeof (Run) % sizeof (uint32_t) == 0);

/* Each line of an event has 4 bytes or more; blocks with more lines than events fill it earlier. */
#define SCAN_ROOM (160 * 1024)

static guint
scan_block (const char *text, gsize size, uint32_t *out, guint room, gconstpointer user)
{
  const char *stop = text + size, *pos = memchr (text, '\n', size);
  guint used = 0;

  /* what the first line begins with is in the block before */
  while (pos && ++pos < stop && used + RUN_WORDS + 64 <= room)
    {
      Run run = { .start = (uint32_t) (pos - text) };
      uint32_t *event = out + used + RUN_WORDS;

      run.n = scan_events (user, NULL, BAD_PAIR, &pos, stop, event, room - used - RUN_WORDS);
      run.end = (uint32_t) (pos - text);
      for (uint32_t i = 0; i < run.n; i++)
        run.largest = MAX (run.largest, event[i]);
      if (run.n)
        {
          memcpy (out + used, &run, sizeof run);
          used += (guint) (RUN_WORDS + run.n);
        }
      pos = memchr (pos, '\n', (gsize) (stop - pos));
    }
  return used;
}

void
ht_scan_ahead (HtReader *reader)
{
  const HvScan scan = { scan_block, SCAN_ROOM, reader->hex_pair };

  hv_input_set_scan (reader->input, &scan);
}

/* --- the reader --- */

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

/* Takes what it can of the lines before `stop` and leaves the rest to read_line(). */
static const char *
read_here (HtReader *reader, const char *pos, const char *stop)
{
  uint32_t event[HT_BATCH];
  unsigned n;

  while (ht_ledger_is_ready (&reader->ledger)
         && (n = scan_events (reader->hex_pair, reader->info, MIN (reader->n_infos, BAD_PAIR), &pos,
                              stop, event, HT_BATCH)))
    apply_events (reader, event, n);
  return pos;
}

/* Takes a run as far as it can: where an event's allocation is not there, or the sums are full, the
 * rest is left to who reads lines, and knows what to say. */
static const char *
take_run (HtReader *reader, const char *text, const Run *run, const uint32_t *event)
{
  const char *pos = text + run->start;
  uint32_t done = 0;

  while (run->largest >> 1 < reader->n_infos && done < run->n
         && ht_ledger_is_ready (&reader->ledger))
    {
      unsigned n = MIN (run->n - done, HT_BATCH);
      apply_events (reader, event + done, n);
      done += n;
    }
  if (done == run->n)
    return text + run->end;
  for (; done > 0; done--)
    pos = strchr (pos, '\n') + 1;
  return pos;
}

const char *
ht_read_events (HtReader *reader, HtRuns *runs, const char *pos, const char *stop)
{
  while (pos < stop)
    {
      Run run;
      if (runs->used == runs->n)
        return pos - runs->readable < 8 ? pos : read_here (reader, pos, stop);
      memcpy (&run, runs->scan + runs->used, sizeof run);
      const char *start = runs->text + run.start;
      if (pos < start)
        {
          if (pos - runs->readable >= 8)
            pos = read_here (reader, pos, start);
          if (pos < start)
            return pos;
        }
      const uint32_t *event = runs->scan + runs->used + RUN_WORDS;
      runs->used += (guint) (RUN_WORDS + run.n);
      if (pos == start)
        {
          pos = take_run (reader, runs->text, &run, event);
          if (pos < runs->text + run.end)
            return read_here (reader, pos, stop);
        }
    }
  return pos;
}
