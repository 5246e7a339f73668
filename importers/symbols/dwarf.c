/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

#include <stdlib.h>

/* Tables that other units' origins keep alive; a unit's own is dropped with it. */
#define MAX_ABBREV_TABLES 256

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
  FORM_IMPLICIT_CONST = 0x21,
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

  UT_COMPILE = 1,
  UT_TYPE = 2,
  UT_PARTIAL = 3,
  UT_SKELETON = 4,
  UT_SPLIT_TYPE = 6,
};

#define VARIABLE (-1)

/* Size of a form's value, or VARIABLE. */
static int
form_size (const HvUnit *unit, unsigned form)
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

static void
skip_variable (const HvUnit *unit, HvCursor *c, unsigned form)
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
        int size = real > 0xffff ? VARIABLE : form_size (unit, (unsigned)real);
        if (real == FORM_INDIRECT || real > 0xffff)
          hv_cursor_fail (c);
        else if (size >= 0)
          hv_cursor_skip (c, (uint64_t)size);
        else
          skip_variable (unit, c, (unsigned)real);
        break;
      }
    default:
      hv_cursor_fail (c);
    }
}

void
hv_unit_skip (const HvUnit *unit, HvCursor *c, const HvAbbrevs *abbrevs, const HvAbbrev *abbrev)
{
  const HvSkip *skip = (const HvSkip *)abbrevs->skips->data + abbrev->first_skip;

  for (uint32_t i = 0; i < abbrev->n_skips; i++)
    if (skip[i].form == 0)
      hv_cursor_skip (c, skip[i].size);
    else
      skip_variable (unit, c, skip[i].form);
}

void
hv_unit_value (const HvUnit *unit, HvCursor *c, unsigned form, int64_t constant, HvValue *value)
{
  int size = form_size (unit, form);

  *value = (HvValue){ HV_VALUE_NUMBER, 0, NULL };
  switch (form)
    {
    case FORM_INDIRECT:
      {
        uint64_t real = hv_cursor_uleb (c);
        value->kind = HV_VALUE_NONE;
        if (real == FORM_INDIRECT || real == FORM_IMPLICIT_CONST || real > 0xffff)
          hv_cursor_fail (c);
        else
          hv_unit_value (unit, c, (unsigned)real, 0, value);
        return;
      }
    case FORM_FLAG_PRESENT:
      value->number = 1;
      return;
    case FORM_IMPLICIT_CONST:
      value->number = (uint64_t)constant;
      return;
    case FORM_SDATA:
      value->number = (uint64_t)hv_cursor_sleb (c);
      return;
    case FORM_UDATA:
      value->number = hv_cursor_uleb (c);
      return;
    case FORM_STRING:
      value->kind = HV_VALUE_INLINE_STRING;
      value->text = hv_cursor_string (c);
      return;
    case FORM_REF_UDATA:
      value->kind = HV_VALUE_DIE;
      value->number = hv_cursor_uleb (c);
      value->number = unit->offset + MIN (value->number, unit->end);
      return;
    case FORM_STRX:
    case FORM_GNU_STR_INDEX:
      value->kind = HV_VALUE_STRING_INDEX;
      value->number = hv_cursor_uleb (c);
      return;
    case FORM_ADDRX:
    case FORM_GNU_ADDR_INDEX:
      value->kind = HV_VALUE_ADDRESS_INDEX;
      value->number = hv_cursor_uleb (c);
      return;
    case FORM_RNGLISTX:
      value->kind = HV_VALUE_RANGES_INDEX;
      value->number = hv_cursor_uleb (c);
      return;
    default:
      break;
    }
  if (size == VARIABLE || size > 8)
    {
      value->kind = HV_VALUE_NONE;
      if (size == VARIABLE)
        skip_variable (unit, c, form);
      else
        hv_cursor_skip (c, (uint64_t)size);
      return;
    }

  value->number = hv_cursor_number (c, (unsigned)size);
  switch (form)
    {
    case FORM_ADDR:
      value->kind = HV_VALUE_ADDRESS;
      break;
    case FORM_STRP:
      value->kind = HV_VALUE_STRING;
      break;
    case FORM_LINE_STRP:
      value->kind = HV_VALUE_LINE_STRING;
      break;
    case FORM_STRP_SUP:
    case FORM_GNU_STRP_ALT:
      value->kind = HV_VALUE_ALT_STRING;
      break;
    case FORM_REF1:
    case FORM_REF2:
    case FORM_REF4:
    case FORM_REF8:
      value->kind = HV_VALUE_DIE;
      value->number = unit->offset + MIN (value->number, unit->end);
      break;
    case FORM_REF_ADDR:
      value->kind = HV_VALUE_DIE;
      break;
    case FORM_REF_SUP4:
    case FORM_REF_SUP8:
    case FORM_GNU_REF_ALT:
      value->kind = HV_VALUE_ALT_DIE;
      break;
    case FORM_REF_SIG8:
      value->kind = HV_VALUE_NONE;
      break;
    case FORM_STRX1:
    case FORM_STRX1 + 1:
    case FORM_STRX1 + 2:
    case FORM_STRX4:
      value->kind = HV_VALUE_STRING_INDEX;
      break;
    case FORM_ADDRX1:
    case FORM_ADDRX1 + 1:
    case FORM_ADDRX1 + 2:
    case FORM_ADDRX4:
      value->kind = HV_VALUE_ADDRESS_INDEX;
      break;
    default:
      break;
    }
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
        new_ranges (unit, ranges->number, range, user);
      else
        old_ranges (unit, ranges->number, range, user);
    }
  else if (hv_unit_address (unit, low, &start))
    {
      if (high->kind == HV_VALUE_NUMBER)
        call_range (start, start + high->number, range, user);
      else if (hv_unit_address (unit, high, &end))
        call_range (start, end, range, user);
    }
}

/* --- abbreviations --- */

static int
compare_abbrevs (gconstpointer a, gconstpointer b)
{
  const HvAbbrev *x = a, *y = b;

  return x->code < y->code ? -1 : x->code > y->code;
}

static void
add_skip (GArray *skips, const HvUnit *unit, unsigned form, uint32_t first)
{
  int size = form_size (unit, form);

  if (size == 0)
    return;
  if (size == VARIABLE)
    {
      HvSkip skip = { (uint16_t)form, 0 };
      g_array_append_val (skips, skip);
      return;
    }
  HvSkip *last = skips->len > first ? &g_array_index (skips, HvSkip, skips->len - 1) : NULL;
  if (last && last->form == 0)
    last->size += (uint32_t)size;
  else
    {
      HvSkip skip = { 0, (uint32_t)size };
      g_array_append_val (skips, skip);
    }
}

static HvAbbrevs *
read_abbrevs (const HvUnit *unit)
{
  HvAbbrevs *table = g_new0 (HvAbbrevs, 1);
  HvCursor c = hv_cursor (unit->dwarf->abbrev, unit->abbrevs);
  const uint8_t *start = c.pos;
  gboolean sorted = TRUE;
  uint64_t before = 0;

  g_atomic_ref_count_init (&table->refs);
  table->abbrevs = g_array_new (FALSE, FALSE, sizeof (HvAbbrev));
  table->attributes = g_array_new (FALSE, FALSE, sizeof (HvAttribute));
  table->skips = g_array_new (FALSE, FALSE, sizeof (HvSkip));
  for (;;)
    {
      HvAbbrev abbrev = { .code = hv_cursor_uleb (&c) };
      if (c.bad || abbrev.code == 0 || (uint64_t)(c.pos - start) > unit->dwarf->abbrev_budget)
        break;
      uint64_t tag = hv_cursor_uleb (&c);
      abbrev.tag = (uint16_t)MIN (tag, 0xffff);
      abbrev.has_children = hv_cursor_u8 (&c) != 0;
      abbrev.first_attribute = table->attributes->len;
      abbrev.first_skip = table->skips->len;
      for (;;)
        {
          uint64_t name = hv_cursor_uleb (&c), form = hv_cursor_uleb (&c);
          if (c.bad || (name == 0 && form == 0))
            break;
          HvAttribute attribute = { (uint16_t)MIN (name, 0xffff), (uint16_t)MIN (form, 0xffff), 0 };
          if (form == FORM_IMPLICIT_CONST)
            attribute.constant = hv_cursor_sleb (&c);
          g_array_append_val (table->attributes, attribute);
          add_skip (table->skips, unit, attribute.form, abbrev.first_skip);
        }
      abbrev.n_attributes = table->attributes->len - abbrev.first_attribute;
      abbrev.n_skips = table->skips->len - abbrev.first_skip;
      sorted &= abbrev.code > before;
      before = abbrev.code;
      if (!c.bad)
        g_array_append_val (table->abbrevs, abbrev);
    }
  unit->dwarf->abbrev_budget -= MIN (unit->dwarf->abbrev_budget, (uint64_t)(c.pos - start));
  if (!sorted)
    g_array_sort (table->abbrevs, compare_abbrevs);
  return table;
}

void
hv_abbrevs_unref (HvAbbrevs *abbrevs)
{
  if (!g_atomic_ref_count_dec (&abbrevs->refs))
    return;
  g_array_unref (abbrevs->abbrevs);
  g_array_unref (abbrevs->attributes);
  g_array_unref (abbrevs->skips);
  g_free (abbrevs);
}

HvAbbrevs *
hv_unit_abbrevs (HvUnit *unit)
{
  GHashTable *tables = unit->dwarf->abbrev_tables;
  HvAbbrevs *table = g_hash_table_lookup (tables, &unit->abbrevs);
  /* sizes of forms depend on these */
  uint32_t sizes = (uint32_t)unit->version << 16 | (uint32_t)unit->address_size << 8
                   | unit->offset_size;

  if (table == NULL || table->key_sizes != sizes)
    {
      if (g_hash_table_size (tables) >= MAX_ABBREV_TABLES)
        g_hash_table_remove_all (tables);
      table = read_abbrevs (unit);
      table->key_offset = unit->abbrevs;
      table->key_sizes = sizes;
      g_hash_table_replace (tables, &table->key_offset, table);
    }
  g_atomic_ref_count_inc (&table->refs);
  return table;
}

const HvAbbrev *
hv_abbrevs_find (const HvAbbrevs *abbrevs, uint64_t code)
{
  const HvAbbrev *abbrev = (const HvAbbrev *)abbrevs->abbrevs->data;
  uint32_t n = abbrevs->abbrevs->len;

  /* compilers number them 1, 2, 3, … */
  if (code - 1 < n && abbrev[code - 1].code == code)
    return &abbrev[code - 1];
  HvAbbrev key = { .code = code };
  return n ? bsearch (&key, abbrev, n, sizeof key, compare_abbrevs) : NULL;
}

/* --- units --- */

HvCursor
hv_unit_cursor (const HvUnit *unit, uint64_t die)
{
  HvSpan span = { unit->dwarf->info.data, unit->end };

  return hv_cursor (span, die < unit->first_die ? unit->end : die);
}

uint64_t
hv_unit_offset (const HvUnit *unit, const HvCursor *c)
{
  return (uint64_t)(c->pos - unit->dwarf->info.data);
}

typedef struct
{
  HvValue low, high, ranges;
} RootRanges;

static void
read_root_once (HvUnit *unit, const HvAbbrevs *abbrevs, RootRanges *out)
{
  HvCursor c = hv_unit_cursor (unit, unit->first_die);
  const HvAbbrev *abbrev = hv_abbrevs_find (abbrevs, hv_cursor_uleb (&c));

  *out = (RootRanges){ 0 };
  for (uint32_t i = 0; abbrev && i < abbrev->n_attributes && !c.bad; i++)
    {
      const HvAttribute *a = &g_array_index (abbrevs->attributes, HvAttribute,
                                             abbrev->first_attribute + i);
      HvValue value;
      hv_unit_value (unit, &c, a->form, a->constant, &value);
      if (c.bad)
        break;
      switch (a->name)
        {
        case DW_AT_NAME:
          unit->name = hv_unit_string (unit, &value);
          break;
        case DW_AT_COMP_DIR:
          unit->directory = hv_unit_string (unit, &value);
          break;
        case DW_AT_LANGUAGE:
          unit->language = (uint16_t)value.number;
          break;
        case DW_AT_STMT_LIST:
          unit->lines = value.number;
          unit->has_lines = value.kind == HV_VALUE_NUMBER;
          break;
        case DW_AT_LOW_PC:
          out->low = value;
          if (!hv_unit_address (unit, &value, &unit->low_pc))
            unit->low_pc = 0;
          break;
        case DW_AT_HIGH_PC:
          out->high = value;
          break;
        case DW_AT_RANGES:
          out->ranges = value;
          break;
        case DW_AT_STR_OFFSETS_BASE:
          unit->str_offsets_base = value.number;
          break;
        case DW_AT_ADDR_BASE:
          unit->addr_base = value.number;
          break;
        case DW_AT_RNGLISTS_BASE:
          unit->rnglists_base = value.number;
          break;
        default:
          break;
        }
    }
}

/* Indexed strings and addresses need bases that may stand after them: hence twice. */
static void
read_root (HvUnit *unit, RootRanges *ranges)
{
  g_autoptr (HvAbbrevs) abbrevs = hv_unit_abbrevs (unit);

  unit->root_read = TRUE;
  read_root_once (unit, abbrevs, ranges);
  if (unit->version >= 5)
    read_root_once (unit, abbrevs, ranges);
}

/* FALSE when nothing after it can be read. */
static gboolean
read_unit_header (HvCursor *c, const HvDwarf *dwarf, HvUnit *unit, gboolean *useful)
{
  unit->offset = (uint64_t)(c->pos - dwarf->info.data);
  uint64_t length = hv_cursor_u32 (c);
  unit->offset_size = 4;
  if (length == 0xffffffff)
    {
      length = hv_cursor_u64 (c);
      unit->offset_size = 8;
    }
  if (c->bad || length == 0 || length > hv_cursor_left (c))
    return FALSE;

  HvCursor u = { c->pos, c->pos + length, FALSE };
  unsigned type = UT_COMPILE;
  hv_cursor_skip (c, length);
  unit->end = (uint64_t)(c->pos - dwarf->info.data);
  unit->version = hv_cursor_u16 (&u);
  if (unit->version >= 5)
    {
      type = hv_cursor_u8 (&u);
      unit->address_size = hv_cursor_u8 (&u);
      unit->abbrevs = hv_cursor_number (&u, unit->offset_size);
      if (type == UT_SKELETON || type == UT_SKELETON + 1)
        hv_cursor_u64 (&u);
    }
  else
    {
      unit->abbrevs = hv_cursor_number (&u, unit->offset_size);
      unit->address_size = hv_cursor_u8 (&u);
    }
  unit->partial = type == UT_PARTIAL;
  unit->first_die = (uint64_t)(u.pos - dwarf->info.data);
  /* the header of an index section that is never stated where there is one contribution */
  unit->str_offsets_base = unit->addr_base = unit->offset_size == 4 ? 8 : 16;
  *useful = !u.bad && unit->version >= 2 && unit->version <= 5 && type != UT_TYPE
            && type != UT_SPLIT_TYPE && (unit->address_size == 8 || unit->address_size == 4);
  return TRUE;
}

typedef struct
{
  HvDwarf *dwarf;
  HvElf *code;
  uint32_t unit;
} Covering;

static void
add_cover (uint64_t low, uint64_t high, gpointer user)
{
  Covering *covering = user;
  HvUnitRange range = { low, high, 0, covering->unit };

  if (hv_elf_is_code (covering->code, low))
    g_array_append_val (covering->dwarf->covers, range);
}

static int
compare_covers (gconstpointer a, gconstpointer b)
{
  const HvUnitRange *x = a, *y = b;

  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  return x->unit < y->unit ? -1 : x->unit > y->unit;
}

HvDwarf *
hv_dwarf_new (HvElf *elf, HvElf *code, HvDwarf *alt)
{
  HvSpan info = hv_elf_section (elf, ".debug_info");

  if (info.data == NULL)
    return NULL;

  HvDwarf *dwarf = g_new0 (HvDwarf, 1);
  dwarf->elf = elf;
  dwarf->alt = alt;
  dwarf->info = info;
  dwarf->abbrev = hv_elf_section (elf, ".debug_abbrev");
  dwarf->str = hv_elf_section (elf, ".debug_str");
  dwarf->line = hv_elf_section (elf, ".debug_line");
  dwarf->line_str = hv_elf_section (elf, ".debug_line_str");
  dwarf->ranges = hv_elf_section (elf, ".debug_ranges");
  dwarf->rnglists = hv_elf_section (elf, ".debug_rnglists");
  dwarf->addr = hv_elf_section (elf, ".debug_addr");
  dwarf->str_offsets = hv_elf_section (elf, ".debug_str_offsets");
  dwarf->units = g_array_new (FALSE, FALSE, sizeof (HvUnit));
  dwarf->covers = g_array_new (FALSE, FALSE, sizeof (HvUnitRange));
  dwarf->abbrev_tables = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                                (GDestroyNotify)hv_abbrevs_unref);
  dwarf->names = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  dwarf->made_names = g_string_chunk_new (4096);

  dwarf->abbrev_budget = 16 * dwarf->abbrev.size + (64 << 20);
  dwarf->range_budget = 4 * (dwarf->ranges.size + dwarf->rnglists.size) + (4 << 20);
  dwarf->name_budget = 8 * info.size + (64 << 20);
  dwarf->line_budget = 16 * dwarf->line.size + (64 << 20);

  HvCursor c = hv_cursor (info, 0);
  while (!c.bad && c.pos < c.end)
    {
      HvUnit unit = { .dwarf = dwarf };
      gboolean useful;
      if (!read_unit_header (&c, dwarf, &unit, &useful))
        break;
      if (useful)
        g_array_append_val (dwarf->units, unit);
    }

  Covering covering = { dwarf, code, 0 };
  for (; code && covering.unit < dwarf->units->len; covering.unit++)
    {
      HvUnit *unit = &g_array_index (dwarf->units, HvUnit, covering.unit);
      RootRanges ranges;
      if (unit->partial)
        continue;
      read_root (unit, &ranges);
      hv_unit_ranges (unit, &ranges.low, &ranges.high, &ranges.ranges, add_cover, &covering);
    }
  g_array_sort (dwarf->covers, compare_covers);
  uint64_t reach = 0;
  for (guint i = 0; i < dwarf->covers->len; i++)
    {
      HvUnitRange *range = &g_array_index (dwarf->covers, HvUnitRange, i);
      range->reach = reach = MAX (reach, range->high);
    }
  return dwarf;
}

void
hv_dwarf_free (HvDwarf *dwarf)
{
  if (dwarf == NULL)
    return;
  g_array_unref (dwarf->units);
  g_array_unref (dwarf->covers);
  g_hash_table_unref (dwarf->abbrev_tables);
  g_hash_table_unref (dwarf->names);
  g_string_chunk_free (dwarf->made_names);
  g_free (dwarf);
}

gboolean
hv_dwarf_find_unit (const HvDwarf *dwarf, uint64_t address, unsigned nth, uint32_t *unit)
{
  enum
  {
    LOOK_AT_MOST = 64
  };
  const HvUnitRange *range = (const HvUnitRange *)dwarf->covers->data;
  guint low = 0, high = dwarf->covers->len;
  HvUnitRange hit[LOOK_AT_MOST];
  unsigned n = 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (range[middle].low <= address)
        low = middle + 1;
      else
        high = middle;
    }
  /* units' ranges overlap, so the last that begins before need not be the one */
  for (guint i = low, steps = 0;
       i > 0 && n < LOOK_AT_MOST && steps < 4096 && range[i - 1].reach > address; i--, steps++)
    {
      const HvUnitRange *r = &range[i - 1];
      unsigned at = n;
      if (r->high <= address)
        continue;
      while (at > 0 && hit[at - 1].high - hit[at - 1].low > r->high - r->low)
        {
          hit[at] = hit[at - 1];
          at--;
        }
      hit[at] = *r;
      n++;
    }
  if (nth >= n)
    return FALSE;
  *unit = hit[nth].unit;
  return TRUE;
}

HvUnit *
hv_dwarf_unit_at (HvDwarf *dwarf, uint64_t die)
{
  HvUnit *unit = (HvUnit *)dwarf->units->data;
  guint low = 0, high = dwarf->units->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (unit[middle].offset <= die)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0 || die < unit[low - 1].first_die || die >= unit[low - 1].end)
    return NULL;
  unit += low - 1;
  if (!unit->root_read)
    {
      RootRanges ranges;
      read_root (unit, &ranges);
    }
  return unit;
}
