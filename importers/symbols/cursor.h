/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <string.h>

/* Reads little-endian data of an untrusted file. A read past the end gives zero, sets `bad` and
 * leaves the cursor at the end, so that a loop over it ends without a check at every step. */

/* The items of a GArray; its memory is aligned for any of them. */
#define HV_ITEMS(array, Type) ((Type *) (void *) (array)->data)

typedef struct
{
  const uint8_t *data; /* NULL: not there */
  uint64_t size;
} HvSpan;

typedef struct
{
  const uint8_t *pos, *end;
  gboolean bad;
} HvCursor;

static inline HvCursor
hv_cursor (HvSpan span, uint64_t offset)
{
  static const uint8_t nothing[1];

  if (span.data == NULL || offset > span.size)
    return (HvCursor){ nothing, nothing, TRUE };
  return (HvCursor){ span.data + offset, span.data + span.size, FALSE };
}

static inline uint64_t
hv_cursor_left (const HvCursor *c)
{
  return (uint64_t) (c->end - c->pos);
}

static inline void
hv_cursor_fail (HvCursor *c)
{
  c->pos = c->end;
  c->bad = TRUE;
}

static inline void
hv_cursor_skip (HvCursor *c, uint64_t n)
{
  if (G_UNLIKELY (n > hv_cursor_left (c)))
    hv_cursor_fail (c);
  else
    c->pos += n;
}

/* An unsigned number of `n` bytes, 0 to 8. */
static inline uint64_t
hv_cursor_number (HvCursor *c, unsigned n)
{
  uint64_t value = 0;

  if (G_UNLIKELY (n > hv_cursor_left (c)))
    {
      hv_cursor_fail (c);
      return 0;
    }
  /* of a known size it is an instruction, else a call */
  switch (n)
    {
    case 1:
      memcpy (&value, c->pos, 1);
      break;
    case 2:
      memcpy (&value, c->pos, 2);
      break;
    case 4:
      memcpy (&value, c->pos, 4);
      break;
    case 8:
      memcpy (&value, c->pos, 8);
      break;
    default:
      memcpy (&value, c->pos, n);
    }
  c->pos += n;
  return GUINT64_FROM_LE (value);
}

static inline uint8_t
hv_cursor_u8 (HvCursor *c)
{
  if (G_UNLIKELY (c->pos == c->end))
    {
      c->bad = TRUE;
      return 0;
    }
  return *c->pos++;
}

static inline uint16_t
hv_cursor_u16 (HvCursor *c)
{
  return (uint16_t) hv_cursor_number (c, 2);
}

static inline uint32_t
hv_cursor_u32 (HvCursor *c)
{
  return (uint32_t) hv_cursor_number (c, 4);
}

static inline uint64_t
hv_cursor_u64 (HvCursor *c)
{
  return hv_cursor_number (c, 8);
}

/* LEB128; bits beyond the 64th are dropped. */
static inline uint64_t
hv_cursor_uleb (HvCursor *c)
{
  uint64_t value = 0;

  for (unsigned shift = 0;; shift += 7)
    {
      if (G_UNLIKELY (c->pos == c->end))
        {
          c->bad = TRUE;
          return 0;
        }
      uint8_t byte = *c->pos++;
      if (shift < 64)
        value |= (uint64_t) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
}

static inline int64_t
hv_cursor_sleb (HvCursor *c)
{
  uint64_t value = 0;

  for (unsigned shift = 0;;)
    {
      if (G_UNLIKELY (c->pos == c->end))
        {
          c->bad = TRUE;
          return 0;
        }
      uint8_t byte = *c->pos++;
      if (shift < 64)
        value |= (uint64_t) (byte & 0x7f) << shift;
      if (shift < 64)
        shift += 7;
      if (byte < 0x80)
        {
          if (shift < 64 && byte & 0x40)
            value |= UINT64_MAX << shift;
          return (int64_t) value;
        }
    }
}

/* A NUL-terminated string in place; NULL when its end is missing. */
static inline const char *
hv_cursor_string (HvCursor *c)
{
  const char *text = (const char *) c->pos;
  const uint8_t *nul = c->pos < c->end ? memchr (c->pos, 0, hv_cursor_left (c)) : NULL;

  if (nul == NULL)
    {
      hv_cursor_fail (c);
      return NULL;
    }
  c->pos = nul + 1;
  return text;
}

/* The string at an offset of a section; NULL when there is none. */
static inline const char *
hv_span_string (HvSpan span, uint64_t offset)
{
  HvCursor c = hv_cursor (span, offset);
  return hv_cursor_string (&c);
}

/* The same of at most `max` bytes with its end. */
static inline const char *
hv_span_name (HvSpan span, uint64_t offset, uint64_t max)
{
  span.size = MIN (span.size, offset + MIN (max, UINT64_MAX - offset));
  return hv_span_string (span, offset);
}
