/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-private.h"

#include "varint.h"

#include <string.h>

/* GByteArray counts in 32 bits. */
#define MAX_DATA (UINT32_MAX - 2 * HV_MAX_VARINT * HV_DHAT_MAX_ACCESS)

enum
{
  RELIABLE,
  WRAPPED,
  SATURATED
};

const char *
hv_dhat_check_access (const int64_t *numbers, gsize n, uint32_t *bytes, uint64_t *sum)
{
  uint64_t length = 0;
  gboolean too_long = FALSE;

  *sum = 0;
  *bytes = 0;
  for (gsize i = 0; i < n; i++)
    {
      uint64_t run = 1;
      if (numbers[i] < 0)
        {
          run = (uint64_t) -numbers[i];
          if (++i == n)
            return "its access counts end in a repeat of nothing";
          if (numbers[i] < 0)
            return "a negative access count";
        }
      too_long = too_long || run > HV_DHAT_MAX_ACCESS - length || numbers[i] > UINT32_MAX;
      if (!too_long)
        {
          length += run;
          *sum += run * (uint64_t) numbers[i];
        }
    }
  if (!too_long)
    *bytes = (uint32_t) length;
  return NULL;
}

/* Room for `n` numbers behind the data; NULL when there is none. */
static uint8_t *
reserve (GByteArray *data, gsize n)
{
  guint before = data->len;

  if (before > MAX_DATA)
    return NULL;
  g_byte_array_set_size (data, before + HV_MAX_VARINT * (guint) n);
  data->len = before;
  return data->data + before;
}

gboolean
hv_dhat_pack_access (GByteArray *data, const int64_t *numbers, gsize n, HvDhatAccess *access)
{
  g_return_val_if_fail (n <= 2 * HV_DHAT_MAX_ACCESS, FALSE);
  uint8_t *out = reserve (data, n);

  if (out == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    out = hv_varint_put_signed (out, numbers[i]);
  access->offset = data->len;
  access->length = access->capacity = (uint32_t) (out - (data->data + data->len));
  data->len += access->length;
  return TRUE;
}

/* --- sums --- */

typedef struct
{
  const uint8_t *next;
  uint64_t length, count;
} Run;

static void
refill_run (Run *run)
{
  while (run->length == 0)
    {
      int64_t number = hv_varint_take_signed (&run->next);
      run->length = number < 0 ? (uint64_t) -number : 1;
      run->count = (uint64_t) (number < 0 ? hv_varint_take_signed (&run->next) : number);
    }
}

static uint8_t *
put_run (uint8_t *out, uint64_t length, uint64_t count)
{
  if (length == 0)
    return out;
  if (length > 1)
    out = hv_varint_put_signed (out, -(int64_t) length);
  return hv_varint_put_signed (out, (int64_t) count);
}

void
hv_dhat_add_access (GByteArray *data, HvDhatAccess *a, const HvDhatAccess *b)
{
  if (a->bytes == 0)
    return;
  /* a sum has no more runs than its parts, nor more than bytes */
  gsize most = MIN ((gsize) a->length + b->length, a->bytes);
  uint8_t *out = a->bytes == b->bytes ? reserve (data, 2 * most) : NULL;
  if (out == NULL)
    {
      a->bytes = 0;
      return;
    }

  Run x = { .next = data->data + a->offset }, y = { .next = data->data + b->offset };
  uint64_t length = 0, count = 0;
  for (uint64_t left = a->bytes; left > 0;)
    {
      refill_run (&x);
      refill_run (&y);
      uint64_t both = MIN (x.length, y.length);
      uint64_t sum = MIN (x.count + y.count, UINT32_MAX);
      if (sum != count)
        {
          out = put_run (out, length, count);
          length = 0;
        }
      count = sum;
      length += both;
      x.length -= both;
      y.length -= both;
      left -= both;
    }
  out = put_run (out, length, count);

  /* Where it was if that is large enough; else with room to grow, so that many additions to one
   * site do not leave a copy each. */
  a->length = (uint32_t) (out - (data->data + data->len));
  if (a->length <= a->capacity)
    memcpy (data->data + a->offset, data->data + data->len, a->length);
  else
    {
      a->offset = data->len;
      a->capacity = (uint32_t) MIN (2 * (gsize) a->length, HV_MAX_VARINT * 2 * most);
      data->len += a->capacity;
    }
  a->unreliable = MAX (a->unreliable, b->unreliable);
}

/* Each access is one read or write, so that the counts sum to the bytes read and written, unless
 * they were cut to 16 bits: modulo 65,536 when printed, at 65,535 while counting. */
uint32_t
hv_dhat_judge_access (uint64_t sum, int64_t read, int64_t written)
{
  uint64_t all = (uint64_t) read + (uint64_t) written;

  if (sum == all)
    return RELIABLE;
  return sum < all && (all - sum) % 65536 == 0 ? WRAPPED : SATURATED;
}
