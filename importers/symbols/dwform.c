/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

enum
{
  FORM_ADDR = 0x01,
  FORM_BLOCK2 = 0x03,
  FORM_BLOCK4 = 0x04,
  FORM_DATA2 = 0x05,
  FORM_DATA4 = 0x06,
  FORM_DATA8 = 0x07,
  FORM_STRING = 0x08,
  FORM_BLOCK = 0x09,
  FORM_BLOCK1 = 0x0a,
  FORM_DATA1 = 0x0b,
  FORM_FLAG = 0x0c,
  FORM_SDATA = 0x0d,
  FORM_STRP = 0x0e,
  FORM_UDATA = 0x0f,
  FORM_REF_ADDR = 0x10,
  FORM_REF1 = 0x11,
  FORM_REF2 = 0x12,
  FORM_REF4 = 0x13,
  FORM_REF8 = 0x14,
  FORM_REF_UDATA = 0x15,
  FORM_INDIRECT = 0x16,
  FORM_SEC_OFFSET = 0x17,
  FORM_EXPRLOC = 0x18,
  FORM_FLAG_PRESENT = 0x19,
  FORM_STRX = 0x1a,
  FORM_ADDRX = 0x1b,
  FORM_REF_SUP4 = 0x1c,
  FORM_STRP_SUP = 0x1d,
  FORM_DATA16 = 0x1e,
  FORM_LINE_STRP = 0x1f,
  FORM_REF_SIG8 = 0x20,
  FORM_IMPLICIT_CONST = DW_FORM_IMPLICIT_CONST,
  FORM_LOCLISTX = 0x22,
  FORM_RNGLISTX = 0x23,
  FORM_REF_SUP8 = 0x24,
  FORM_STRX1 = 0x25,
  FORM_STRX4 = 0x28,
  FORM_ADDRX1 = 0x29,
  FORM_ADDRX4 = 0x2c,
  FORM_GNU_ADDR_INDEX = 0x1f01,
  FORM_GNU_STR_INDEX = 0x1f02,
  FORM_GNU_REF_ALT = 0x1f20,
  FORM_GNU_STRP_ALT = 0x1f21,
};

#define VARIABLE HV_FORM_VARIABLE

int
hv_form_size (const HvUnit *unit, unsigned form)
{
  switch (form)
    {
    case FORM_FLAG_PRESENT:
    case FORM_IMPLICIT_CONST:
      return 0;
    case FORM_DATA1:
    case FORM_FLAG:
    case FORM_REF1:
    case FORM_STRX1:
    case FORM_ADDRX1:
      return 1;
    case FORM_DATA2:
    case FORM_REF2:
    case FORM_STRX1 + 1:
    case FORM_ADDRX1 + 1:
      return 2;
    case FORM_STRX1 + 2:
    case FORM_ADDRX1 + 2:
      return 3;
    case FORM_DATA4:
    case FORM_REF4:
    case FORM_REF_SUP4:
    case FORM_STRX4:
    case FORM_ADDRX4:
      return 4;
    case FORM_DATA8:
    case FORM_REF8:
    case FORM_REF_SIG8:
    case FORM_REF_SUP8:
      return 8;
    case FORM_DATA16:
      return 16;
    case FORM_ADDR:
      return unit->address_size;
    case FORM_REF_ADDR:
      return unit->version <= 2 ? unit->address_size : unit->offset_size;
    case FORM_STRP:
    case FORM_SEC_OFFSET:
    case FORM_STRP_SUP:
    case FORM_LINE_STRP:
    case FORM_GNU_REF_ALT:
    case FORM_GNU_STRP_ALT:
      return unit->offset_size;
    default:
      return VARIABLE;
    }
}

void
hv_unit_skip_form (const HvUnit *unit, HvCursor *c, unsigned form)
{
  switch (form)
    {
    case FORM_BLOCK1:
      hv_cursor_skip (c, hv_cursor_u8 (c));
      break;
    case FORM_BLOCK2:
      hv_cursor_skip (c, hv_cursor_u16 (c));
      break;
    case FORM_BLOCK4:
      hv_cursor_skip (c, hv_cursor_u32 (c));
      break;
    case FORM_BLOCK:
    case FORM_EXPRLOC:
      hv_cursor_skip (c, hv_cursor_uleb (c));
      break;
    case FORM_STRING:
      hv_cursor_string (c);
      break;
    case FORM_SDATA:
    case FORM_UDATA:
    case FORM_REF_UDATA:
    case FORM_STRX:
    case FORM_ADDRX:
    case FORM_LOCLISTX:
    case FORM_RNGLISTX:
    case FORM_GNU_ADDR_INDEX:
    case FORM_GNU_STR_INDEX:
      hv_cursor_uleb (c);
      break;
    case FORM_INDIRECT:
      {
        uint64_t real = hv_cursor_uleb (c);
        int size = real > 0xffff ? VARIABLE : hv_form_size (unit, (unsigned) real);
        if (real == FORM_INDIRECT || real > 0xffff)
          hv_cursor_fail (c);
        else if (size >= 0)
          hv_cursor_skip (c, (uint64_t) size);
        else
          hv_unit_skip_form (unit, c, (unsigned) real);
        break;
      }
    default:
      hv_cursor_fail (c);
    }
}

/* The offset of the DIE at an offset of the unit. */
static uint64_t
die_at (const HvUnit *unit, uint64_t offset)
{
  return unit->offset + MIN (offset, unit->end);
}

void
hv_unit_value (const HvUnit *unit, HvCursor *c, unsigned form, int64_t constant, HvValue *value)
{
  HvValueKind kind = HV_VALUE_NUMBER;
  uint64_t number = 0;
  int size;

  value->text = NULL;
  switch (form)
    {
    case FORM_FLAG_PRESENT:
      number = 1;
      break;
    case FORM_IMPLICIT_CONST:
      number = (uint64_t) constant;
      break;
    case FORM_DATA1:
    case FORM_FLAG:
      number = hv_cursor_u8 (c);
      break;
    case FORM_DATA2:
      number = hv_cursor_u16 (c);
      break;
    case FORM_DATA4:
      number = hv_cursor_u32 (c);
      break;
    case FORM_DATA8:
      number = hv_cursor_u64 (c);
      break;
    case FORM_SEC_OFFSET:
      number = hv_cursor_number (c, unit->offset_size);
      break;
    case FORM_SDATA:
      number = (uint64_t) hv_cursor_sleb (c);
      break;
    case FORM_UDATA:
      number = hv_cursor_uleb (c);
      break;
    case FORM_ADDR:
      kind = HV_VALUE_ADDRESS;
      number = hv_cursor_number (c, unit->address_size);
      break;
    case FORM_ADDRX:
    case FORM_GNU_ADDR_INDEX:
      kind = HV_VALUE_ADDRESS_INDEX;
      number = hv_cursor_uleb (c);
      break;
    case FORM_ADDRX1:
    case FORM_ADDRX1 + 1:
    case FORM_ADDRX1 + 2:
    case FORM_ADDRX4:
      kind = HV_VALUE_ADDRESS_INDEX;
      number = hv_cursor_number (c, (unsigned) hv_form_size (unit, form));
      break;
    case FORM_STRING:
      kind = HV_VALUE_INLINE_STRING;
      value->text = hv_cursor_string (c);
      break;
    case FORM_STRP:
      kind = HV_VALUE_STRING;
      number = hv_cursor_number (c, unit->offset_size);
      break;
    case FORM_LINE_STRP:
      kind = HV_VALUE_LINE_STRING;
      number = hv_cursor_number (c, unit->offset_size);
      break;
    case FORM_STRP_SUP:
    case FORM_GNU_STRP_ALT:
      kind = HV_VALUE_ALT_STRING;
      number = hv_cursor_number (c, unit->offset_size);
      break;
    case FORM_STRX:
    case FORM_GNU_STR_INDEX:
      kind = HV_VALUE_STRING_INDEX;
      number = hv_cursor_uleb (c);
      break;
    case FORM_STRX1:
    case FORM_STRX1 + 1:
    case FORM_STRX1 + 2:
    case FORM_STRX4:
      kind = HV_VALUE_STRING_INDEX;
      number = hv_cursor_number (c, (unsigned) hv_form_size (unit, form));
      break;
    case FORM_REF4: /* the one compilers write */
      kind = HV_VALUE_DIE;
      number = die_at (unit, hv_cursor_u32 (c));
      break;
    case FORM_REF1:
    case FORM_REF2:
    case FORM_REF8:
      kind = HV_VALUE_DIE;
      number = die_at (unit, hv_cursor_number (c, (unsigned) hv_form_size (unit, form)));
      break;
    case FORM_REF_UDATA:
      kind = HV_VALUE_DIE;
      number = die_at (unit, hv_cursor_uleb (c));
      break;
    case FORM_REF_ADDR:
      kind = HV_VALUE_DIE;
      number = hv_cursor_number (c, (unsigned) hv_form_size (unit, form));
      break;
    case FORM_REF_SUP4:
    case FORM_REF_SUP8:
    case FORM_GNU_REF_ALT:
      kind = HV_VALUE_ALT_DIE;
      number = hv_cursor_number (c, (unsigned) hv_form_size (unit, form));
      break;
    case FORM_RNGLISTX:
      kind = HV_VALUE_RANGES_INDEX;
      number = hv_cursor_uleb (c);
      break;
    case FORM_INDIRECT:
      number = hv_cursor_uleb (c);
      if (number == FORM_INDIRECT || number == FORM_IMPLICIT_CONST || number > 0xffff)
        hv_cursor_fail (c);
      else
        {
          hv_unit_value (unit, c, (unsigned) number, 0, value);
          return;
        }
      kind = HV_VALUE_NONE;
      number = 0;
      break;
    default:
      kind = HV_VALUE_NONE;
      size = hv_form_size (unit, form);
      if (size == VARIABLE)
        hv_unit_skip_form (unit, c, form);
      else
        hv_cursor_skip (c, (uint64_t) size);
    }
  value->kind = kind;
  value->number = number;
}

/* The `index`th number of `size` bytes after `base`; FALSE when it is not there. */
static gboolean
table_entry (HvSpan table, uint64_t base, uint64_t index, unsigned size, uint64_t *entry)
{
  if (base > table.size || index > table.size / size)
    return FALSE;
  HvCursor c = hv_cursor (table, base);
  hv_cursor_skip (&c, index * size);
  *entry = hv_cursor_number (&c, size);
  return !c.bad;
}

const char *
hv_unit_string (const HvUnit *unit, const HvValue *value)
{
  const HvDwarf *dwarf = unit->dwarf;
  uint64_t offset;

  switch (value->kind)
    {
    case HV_VALUE_INLINE_STRING:
      return value->text;
    case HV_VALUE_STRING:
      return hv_span_string (dwarf->str, value->number);
    case HV_VALUE_LINE_STRING:
      return hv_span_string (dwarf->line_str, value->number);
    case HV_VALUE_ALT_STRING:
      return dwarf->alt ? hv_span_string (dwarf->alt->str, value->number) : NULL;
    case HV_VALUE_STRING_INDEX:
      if (table_entry (dwarf->str_offsets, unit->str_offsets_base, value->number, unit->offset_size,
                       &offset))
        return hv_span_string (dwarf->str, offset);
      return NULL;
    default:
      return NULL;
    }
}

gboolean
hv_unit_address (const HvUnit *unit, const HvValue *value, uint64_t *address)
{
  if (value->kind == HV_VALUE_ADDRESS)
    *address = value->number;
  else if (value->kind != HV_VALUE_ADDRESS_INDEX
           || !table_entry (unit->dwarf->addr, unit->addr_base, value->number, unit->address_size,
                            address))
    return FALSE;
  return TRUE;
}

/* Linkers give functions they throw away address 0, or -1 or -2 in newer ones. */
static void
call_range (uint64_t low, uint64_t high, HvRangeFunc range, gpointer user)
{
  if (low != 0 && low < UINT64_MAX - 1 && low < high)
    range (low, high, user);
}

static void
old_ranges (const HvUnit *unit, uint64_t offset, HvRangeFunc range, gpointer user)
{
  HvCursor c = hv_cursor (unit->dwarf->ranges, offset);
  uint64_t base = unit->low_pc;
  uint64_t top = unit->address_size == 8 ? UINT64_MAX : UINT32_MAX;

  while (!c.bad && hv_dwarf_spend (&unit->dwarf->range_budget, 1))
    {
      uint64_t low = hv_cursor_number (&c, unit->address_size);
      uint64_t high = hv_cursor_number (&c, unit->address_size);
      if (c.bad || (low == 0 && high == 0))
        return;
      if (low == top)
        base = high;
      else if (low < high) /* bfd marks a discarded one by low = high = 1 */
        call_range (base + low, base + high, range, user);
    }
}

static void
new_ranges (const HvUnit *unit, uint64_t offset, HvRangeFunc range, gpointer user)
{
  enum
  {
    END,
    BASE_INDEX,
    START_END_INDEX,
    START_LENGTH_INDEX,
    OFFSET_PAIR,
    BASE,
    START_END,
    START_LENGTH
  };
  HvCursor c = hv_cursor (unit->dwarf->rnglists, offset);
  uint64_t base = unit->low_pc;

  while (!c.bad && hv_dwarf_spend (&unit->dwarf->range_budget, 1))
    {
      HvValue index = { HV_VALUE_ADDRESS_INDEX, 0, NULL };
      uint64_t low = 0, high = 0;
      gboolean good = TRUE;
      switch (hv_cursor_u8 (&c))
        {
        case BASE_INDEX:
          index.number = hv_cursor_uleb (&c);
          if (!hv_unit_address (unit, &index, &base))
            base = 0;
          continue;
        case BASE:
          base = hv_cursor_number (&c, unit->address_size);
          continue;
        case START_END_INDEX:
          index.number = hv_cursor_uleb (&c);
          good = hv_unit_address (unit, &index, &low);
          index.number = hv_cursor_uleb (&c);
          good = good && hv_unit_address (unit, &index, &high);
          break;
        case START_LENGTH_INDEX:
          index.number = hv_cursor_uleb (&c);
          good = hv_unit_address (unit, &index, &low);
          high = low + hv_cursor_uleb (&c);
          break;
        case OFFSET_PAIR:
          low = hv_cursor_uleb (&c);
          high = hv_cursor_uleb (&c);
          /* a discarded base makes its pairs discarded */
          good = base < UINT64_MAX - 1;
          low += base;
          high += base;
          break;
        case START_END:
          low = hv_cursor_number (&c, unit->address_size);
          high = hv_cursor_number (&c, unit->address_size);
          break;
        case START_LENGTH:
          low = hv_cursor_number (&c, unit->address_size);
          high = low + hv_cursor_uleb (&c);
          break;
        case END:
        default:
          return;
        }
      if (good && !c.bad)
        call_range (low, high, range, user);
    }
}

void
hv_unit_ranges (const HvUnit *unit, const HvValue *low, const HvValue *high, const HvValue *ranges,
                HvRangeFunc range, gpointer user)
{
  uint64_t start, end, offset;

  if (ranges->kind == HV_VALUE_RANGES_INDEX)
    {
      if (table_entry (unit->dwarf->rnglists, unit->rnglists_base, ranges->number,
                       unit->offset_size, &offset)
          && offset <= unit->dwarf->rnglists.size)
        new_ranges (unit, unit->rnglists_base + offset, range, user);
    }
  else if (ranges->kind == HV_VALUE_NUMBER)
    {
      if (unit->version >= 5)
        new_ranges (unit, unit->ranges_base + ranges->number, range, user);
      else
        old_ranges (unit, unit->ranges_base + ranges->number, range, user);
    }
  else if (hv_unit_address (unit, low, &start))
    {
      if (high->kind == HV_VALUE_NUMBER)
        call_range (start, start + high->number, range, user);
      else if (hv_unit_address (unit, high, &end))
        call_range (start, end, range, user);
    }
}
