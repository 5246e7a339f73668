/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Numbers in as many bytes as they need, 7 bits each, the lowest first; signed ones zig-zag. For
 * what the program wrote itself: nothing is checked. */

#define HV_MAX_VARINT 10 /* bytes, of 64 bits */

/* Where the next one goes. */
static inline uint8_t *
hv_varint_put (uint8_t *at, uint64_t value)
{
  for (; value >= 0x80; value >>= 7)
    *at++ = (uint8_t) (value | 0x80);
  *at++ = (uint8_t) value;
  return at;
}

static inline uint8_t *
hv_varint_put_signed (uint8_t *at, int64_t value)
{
  return hv_varint_put (at, (uint64_t) value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static inline uint64_t
hv_varint_take (const uint8_t **at)
{
  uint64_t value = 0;
  int shift = 0;

  do
    {
      value |= (uint64_t) (**at & 0x7f) << shift;
      shift += 7;
    }
  while (*(*at)++ & 0x80);
  return value;
}

static inline int64_t
hv_varint_take_signed (const uint8_t **at)
{
  uint64_t code = hv_varint_take (at);

  return (int64_t) (code >> 1) ^ -(int64_t) (code & 1);
}

/* Behind `n` of them. */
static inline const uint8_t *
hv_varint_skip (const uint8_t *at, guint n)
{
  for (; n > 0; at++)
    n -= *at < 0x80;
  return at;
}

G_END_DECLS
