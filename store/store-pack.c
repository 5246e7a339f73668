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

gboolean
_hv_store_unpack (const char *text, int length, guint n, int64_t *value)
{
  int width = length / (int) n;

  if (width == 0 || length != width * (int) n || length > HV_STORE_CELL_TEXT)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const char *at = text + (gsize) width * i, *end = at + width;
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
      value[i] = (int64_t) (negative ? -number : number);
    }
  return TRUE;
}
