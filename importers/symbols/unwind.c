/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unwind.h"

/* Linux Standard Base, Core, 10.6: .eh_frame_hdr and its search table; .eh_frame as in DWARF, but
 * for how a description names its common part. */

enum
{
  PT_GNU_EH_FRAME_ = 0x6474e550,

  /* how a pointer is written, and what it counts from */
  PE_ABSOLUTE = 0x00,
  PE_UDATA2 = 0x02,
  PE_UDATA4 = 0x03,
  PE_UDATA8 = 0x04,
  PE_SDATA2 = 0x0a,
  PE_SDATA4 = 0x0b,
  PE_SDATA8 = 0x0c,
  PE_DATA_RELATIVE = 0x30,
  PE_OMIT = 0xff,

  PAIR_SIZE = 8,
};

/* In bytes, 0: of variable length, which no compiler uses for code. */
static unsigned
pointer_size (unsigned encoding)
{
  switch (encoding & 0x0f)
    {
    case PE_UDATA2:
    case PE_SDATA2:
      return 2;
    case PE_UDATA4:
    case PE_SDATA4:
      return 4;
    case PE_ABSOLUTE: /* of the machine's own size */
    case PE_UDATA8:
    case PE_SDATA8:
      return 8;
    default:
      return 0;
    }
}

HvUnwind
hv_unwind (HvElf *elf)
{
  HvUnwind unwind = { .elf = elf };
  HvSpan header = hv_elf_segment (elf, PT_GNU_EH_FRAME_, &unwind.base);
  HvCursor c = hv_cursor (header, 0);
  unsigned version = hv_cursor_u8 (&c), frame_encoding = hv_cursor_u8 (&c),
           count_encoding = hv_cursor_u8 (&c), table_encoding = hv_cursor_u8 (&c);

  if (version != 1 || count_encoding != PE_UDATA4
      || table_encoding != (PE_DATA_RELATIVE | PE_SDATA4) || frame_encoding == PE_OMIT
      || pointer_size (frame_encoding) == 0)
    return unwind;
  hv_cursor_skip (&c, pointer_size (frame_encoding));
  uint64_t n = hv_cursor_u32 (&c);
  if (!c.bad)
    unwind.pairs = (HvSpan){ c.pos, MIN (n, hv_cursor_left (&c) / PAIR_SIZE) * PAIR_SIZE };
  return unwind;
}

/* The address that half of the `i`th pair tells: 0 the function's, 1 its description's. */
static uint64_t
pair_address (const HvUnwind *unwind, uint64_t i, unsigned half)
{
  HvCursor c = hv_cursor (unwind->pairs, i * PAIR_SIZE + half * 4);

  return unwind->base + (uint64_t) (int64_t) (int32_t) hv_cursor_u32 (&c);
}

/* How the descriptions of a common part (CIE) write addresses. */
static gboolean
read_encoding (HvElf *elf, uint64_t address, unsigned *encoding)
{
  uint8_t bytes[64]; /* they take about 24 */
  HvCursor c = { bytes, bytes + sizeof bytes, FALSE };

  memset (bytes, 0, sizeof bytes);
  if (!hv_elf_read (elf, address, bytes, 4))
    return FALSE;
  uint64_t length = hv_cursor_u32 (&c);
  length = MIN (length, sizeof bytes - 4);
  if (!hv_elf_read (elf, address + 4, bytes + 4, length))
    return FALSE;
  c.end = c.pos + length;
  if (hv_cursor_u32 (&c) != 0)
    return FALSE; /* a description */
  unsigned version = hv_cursor_u8 (&c);
  const char *augmentation = hv_cursor_string (&c);
  if (augmentation == NULL || (version != 1 && version != 3))
    return FALSE;
  hv_cursor_uleb (&c);
  hv_cursor_sleb (&c);
  if (version == 1)
    hv_cursor_u8 (&c);
  else
    hv_cursor_uleb (&c);
  *encoding = PE_ABSOLUTE;
  if (*augmentation == 'z')
    {
      augmentation++;
      hv_cursor_uleb (&c);
    }
  for (; *augmentation && !c.bad; augmentation++)
    switch (*augmentation)
      {
      case 'R':
        *encoding = hv_cursor_u8 (&c);
        return !c.bad;
      case 'P':
        hv_cursor_skip (&c, pointer_size (hv_cursor_u8 (&c)));
        break;
      case 'L':
        hv_cursor_u8 (&c);
        break;
      case 'S': /* a signal frame */
      case 'B': /* signed return addresses */
        break;
      default:
        return FALSE;
      }
  return !c.bad;
}

/* The size of the code that the description (FDE) at an address is of. */
static gboolean
read_size (HvElf *elf, uint64_t address, uint64_t *size)
{
  uint8_t bytes[24];
  HvCursor c = { bytes, bytes + sizeof bytes, FALSE };
  unsigned encoding;

  if (!hv_elf_read (elf, address, bytes, 8))
    return FALSE;
  uint64_t length = hv_cursor_u32 (&c), back = hv_cursor_u32 (&c);
  /* the distance from itself to its common part, which is never 0 */
  if (length == 0xffffffff || back == 0 || !read_encoding (elf, address + 4 - back, &encoding))
    return FALSE;
  unsigned width = pointer_size (encoding);
  if (width == 0 || length < 4 + 2 * width || !hv_elf_read (elf, address + 8, bytes + 8, 2 * width))
    return FALSE;
  hv_cursor_skip (&c, width);
  *size = hv_cursor_number (&c, width);
  return TRUE;
}

gboolean
hv_unwind_start (const HvUnwind *unwind, uint64_t address, uint64_t *start)
{
  uint64_t low = 0, high = unwind->pairs.size / PAIR_SIZE, size;

  while (low < high)
    {
      uint64_t middle = low + (high - low) / 2;
      if (pair_address (unwind, middle, 0) <= address)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return FALSE;
  *start = pair_address (unwind, low - 1, 0);
  return read_size (unwind->elf, pair_address (unwind, low - 1, 1), &size) && *start <= address
         && address - *start < size;
}
