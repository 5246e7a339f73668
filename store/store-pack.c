/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

#include <string.h>

static inline int
width_of (int64_t value)
{
  int width = 1 + (value < 0);

  for (uint64_t rest = value < 0 ? -(uint64_t) value : (uint64_t) value; rest >= 10; rest /= 10)
    width++;
  return width;
}

int
_hv_store_pack (const int64_t *value, guint n, char *text)
{
  int64_t least = 0, most = 0;

  for (guint i = 0; i < n; i++)
    {
      least = MIN (least, value[i]);
      most = MAX (most, value[i]);
    }

  int width = MAX (width_of (least), width_of (most));
  memset (text, ' ', (gsize) width * n);
  for (guint i = 0; i < n; i++)
    {
      char *at = text + (gsize) width * (i + 1);
      uint64_t rest = value[i] < 0 ? -(uint64_t) value[i] : (uint64_t) value[i];
      do
        *--at = (char) ('0' + rest % 10);
      while (rest /= 10);
      if (value[i] < 0)
        *--at = '-';
    }
  return width * (int) n;
}

/* --- reading --- */

#define BLANKS UINT64_C (0x2020202020202020)

static inline uint64_t
load_eight (const char *text)
{
  uint64_t eight;

  memcpy (&eight, text, sizeof eight);
  return GUINT64_FROM_LE (eight);
}

/* Of eight characters, the last one in the highest byte: 0xff where a blank is. `*bad` is no longer
 * 0 unless they are blanks, then digits. */
static inline uint64_t
blanks_of (uint64_t eight, uint64_t *bad)
{
  uint64_t low = eight & UINT64_C (0x0f0f0f0f0f0f0f0f);
  uint64_t high = (eight ^ UINT64_C (0x3030303030303030)) & UINT64_C (0xf0f0f0f0f0f0f0f0);
  uint64_t blank = ((high >> 4) & UINT64_C (0x0101010101010101)) * 0xff;

  *bad |= (high & UINT64_C (0xe0e0e0e0e0e0e0e0))
          | ((low + UINT64_C (0x0606060606060606)) & UINT64_C (0xf0f0f0f0f0f0f0f0)) | (low & blank)
          | (blank & (blank + 1));
  return blank;
}

/* The number of eight characters that are blanks, then digits. */
static inline uint64_t
number_of (uint64_t eight)
{
  eight = (eight & UINT64_C (0x0f0f0f0f0f0f0f0f)) * 2561 >> 8;
  eight = (eight & UINT64_C (0x00ff00ff00ff00ff)) * 6553601 >> 16;
  return (eight & UINT64_C (0x0000ffff0000ffff)) * UINT64_C (42949672960001) >> 32;
}

/* What is before the number in its first eight characters is made blank. */
static inline uint64_t
cut_eight (uint64_t eight, int width)
{
  uint64_t before = (UINT64_C (1) << (64 - 8 * width)) - 1;

  return width == 8 ? eight : (eight & ~before) | (BLANKS & before);
}

/* Numbers of at most 16 digits, none negative; FALSE: some is something else. Eight bytes more than
 * `width` before `text` can be read. */
static inline gboolean
unpack_digits (const char *text, int width, guint n, uint64_t *value)
{
  uint64_t bad = 0;

  if (width <= 8)
    for (guint i = 0; i < n; i++)
      {
        uint64_t last = cut_eight (load_eight (text + (i + 1) * (gsize) width - 8), width);
        bad |= blanks_of (last, &bad) >> 63;
        value[i] = number_of (last);
      }
  else
    for (guint i = 0; i < n; i++)
      {
        const char *end = text + (i + 1) * (gsize) width;
        uint64_t last = load_eight (end - 8);
        uint64_t first = cut_eight (load_eight (end - 16), width - 8);
        uint64_t blank = blanks_of (last, &bad), blank_first = blanks_of (first, &bad);
        bad |= blank >> 63 | (blank ? ~blank_first : 0);
        value[i] = number_of (first) * 100000000 + number_of (last);
      }
  return bad == 0;
}

/* A number of any width that may be negative. */
static gboolean
unpack_one (const char *at, const char *end, int64_t *value)
{
  while (at < end - 1 && *at == ' ')
    at++;
  gboolean negative = *at == '-' && at < end - 1;
  uint64_t number = 0;
  /* at most 20 digits: wraps at worst, never past 64 bits unnoticed below */
  for (at += negative; at < end; at++)
    {
      unsigned digit = (unsigned) (*at - '0');
      if (digit > 9 || number > (UINT64_MAX - 9) / 10)
        return FALSE;
      number = number * 10 + digit;
    }
  if (number > (uint64_t) INT64_MAX + negative)
    return FALSE;
  *value = (int64_t) (negative ? -number : number);
  return TRUE;
}

gboolean
_hv_store_unpack (const char *text, int length, guint n, int64_t *value)
{
  char padded[16 + HV_STORE_CELL_TEXT];
  int width = length / (int) n;

  if (width == 0 || length != width * (int) n || length > HV_STORE_CELL_TEXT)
    return FALSE;
  if (width <= 16)
    {
      memset (padded, ' ', 16);
      memcpy (padded + 16, text, (gsize) length);
      if (unpack_digits (padded + 16, width, n, (uint64_t *) value))
        return TRUE;
    }
  for (guint i = 0; i < n; i++)
    if (!unpack_one (text + (gsize) width * i, text + (gsize) width * (i + 1), &value[i]))
      return FALSE;
  return TRUE;
}

gboolean
_hv_store_unpack_ids (const char *text, int length, guint n, uint32_t *id)
{
  int64_t value[HV_STORE_PACK];
  uint64_t over = 0;

  if (n > HV_STORE_PACK || !_hv_store_unpack (text, length, n, value))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      id[i] = (uint32_t) value[i];
      over |= (uint64_t) value[i] >> 32;
    }
  return over == 0;
}
