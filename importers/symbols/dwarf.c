/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

#include <stdlib.h>

/* Tables that other units' origins keep alive; a unit's own is dropped with it. */
#define MAX_ABBREV_TABLES 256

/* Of one abbreviation; compilers write up to about 30. */
#define MAX_ATTRIBUTES 256

enum
{
  UT_COMPILE = 1,
  UT_TYPE = 2,
  UT_PARTIAL = 3,
  UT_SKELETON = 4,
  UT_SPLIT_COMPILE = 5,
  UT_SPLIT_TYPE = 6,
};

/* --- abbreviations --- */

static int
compare_abbrevs (gconstpointer a, gconstpointer b)
{
  const HvAbbrev *x = a, *y = b;

  return x->code < y->code ? -1 : x->code > y->code;
}

/* Adds a form to the runs of fixed size that begin not before `first`. */
static void
add_skip (GArray *skips, const HvUnit *unit, unsigned form, uint32_t first)
{
  int size = hv_form_size (unit, form);

  if (size == 0)
    return;
  if (size == HV_FORM_VARIABLE)
    {
      HvSkip skip = { (uint16_t) form, 0 };
      g_array_append_val (skips, skip);
      return;
    }
  HvSkip *last = skips->len > first ? &g_array_index (skips, HvSkip, skips->len - 1) : NULL;
  if (last && last->form == 0)
    last->size += (uint32_t) size;
  else
    {
      HvSkip skip = { 0, (uint32_t) size };
      g_array_append_val (skips, skip);
    }
}

static HvPlace *
place_of (HvAbbrev *abbrev, unsigned attribute)
{
  switch (attribute)
    {
    case DW_AT_LOW_PC:
      return &abbrev->low_pc;
    case DW_AT_RANGES:
      return &abbrev->ranges;
    case DW_AT_SIBLING:
      return &abbrev->sibling;
    default:
      return NULL;
    }
}

/* The table of a unit; only the abbreviation of the code `only`, unless that is 0. */
static HvAbbrevs *
read_abbrevs (const HvUnit *unit, uint64_t only)
{
  HvAbbrevs *table = g_new0 (HvAbbrevs, 1);
  HvCursor c = hv_cursor (unit->dwarf->abbrev, unit->abbrevs);
  const uint8_t *start = c.pos;
  gboolean sorted = TRUE;
  uint64_t before = 0;

  g_atomic_ref_count_init (&table->refs);
  /* Sized, so that there is an address even where a damaged table has no attribute at all. */
  table->abbrevs = g_array_sized_new (FALSE, FALSE, sizeof (HvAbbrev), only ? 1 : 128);
  table->attributes = g_array_sized_new (FALSE, FALSE, sizeof (HvAttribute), only ? 16 : 512);
  table->skips = g_array_sized_new (FALSE, FALSE, sizeof (HvSkip), only ? 16 : 512);
  for (gboolean done = FALSE; !done;)
    {
      HvAbbrev abbrev = { .code = hv_cursor_uleb (&c) };
      gboolean kept = only == 0 || abbrev.code == only;
      if (c.bad || abbrev.code == 0 || (uint64_t) (c.pos - start) > unit->dwarf->abbrev_budget)
        break;
      uint64_t tag = hv_cursor_uleb (&c);
      abbrev.tag = (uint16_t) MIN (tag, 0xffff);
      abbrev.has_children = hv_cursor_u8 (&c) != 0;
      abbrev.first_attribute = table->attributes->len;
      abbrev.first_skip = table->skips->len;
      uint32_t run = abbrev.first_skip;
      for (;;)
        {
          uint64_t name = hv_cursor_uleb (&c), form = hv_cursor_uleb (&c);
          /* forms of no size make entries that cost time and no space */
          if (table->attributes->len - abbrev.first_attribute > MAX_ATTRIBUTES)
            hv_cursor_fail (&c);
          if (c.bad || (name == 0 && form == 0))
            break;
          HvAttribute attribute = { (uint16_t) MIN (name, 0xffff), (uint16_t) MIN (form, 0xffff),
                                    0 };
          if (form == DW_FORM_IMPLICIT_CONST)
            attribute.constant = hv_cursor_sleb (&c);
          if (!kept)
            continue;
          g_array_append_val (table->attributes, attribute);
          HvPlace *place = place_of (&abbrev, attribute.name);
          if (place && place->attribute == 0)
            {
              run = table->skips->len;
              place->attribute = table->attributes->len - abbrev.first_attribute;
              place->n_skips = run - abbrev.first_skip;
            }
          add_skip (table->skips, unit, attribute.form, run);
        }
      abbrev.n_attributes = table->attributes->len - abbrev.first_attribute;
      abbrev.n_skips = table->skips->len - abbrev.first_skip;
      sorted &= abbrev.code > before;
      before = abbrev.code;
      if (!c.bad && kept)
        g_array_append_val (table->abbrevs, abbrev);
      done = kept && only != 0;
    }
  unit->dwarf->abbrev_budget -= MIN (unit->dwarf->abbrev_budget, (uint64_t) (c.pos - start));
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
  uint32_t sizes = (uint32_t) unit->version << 16 | (uint32_t) unit->address_size << 8
                   | unit->offset_size;

  if (table == NULL || table->key_sizes != sizes)
    {
      if (g_hash_table_size (tables) >= MAX_ABBREV_TABLES)
        g_hash_table_remove_all (tables);
      table = read_abbrevs (unit, 0);
      table->key_offset = unit->abbrevs;
      table->key_sizes = sizes;
      g_hash_table_replace (tables, &table->key_offset, table);
    }
  g_atomic_ref_count_inc (&table->refs);
  return table;
}

const HvAbbrev *
hv_abbrevs_search (const HvAbbrevs *abbrevs, uint64_t code)
{
  HvAbbrev key = { .code = code };
  uint32_t n = abbrevs->abbrevs->len;

  return n ? bsearch (&key, abbrevs->abbrevs->data, n, sizeof key, compare_abbrevs) : NULL;
}

/* --- units --- */

HvCursor
hv_unit_cursor (const HvUnit *unit, uint64_t die)
{
  HvSpan span = { unit->dwarf->info.data, unit->end };

  return hv_cursor (span, die < unit->first_die || die > unit->end ? unit->end : die);
}

uint64_t
hv_unit_offset (const HvUnit *unit, const HvCursor *c)
{
  return (uint64_t) (c->pos - unit->dwarf->info.data);
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
          unit->language = (uint16_t) value.number;
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
        case DW_AT_GNU_ADDR_BASE:
          unit->addr_base = value.number;
          break;
        case DW_AT_RNGLISTS_BASE:
          unit->rnglists_base = value.number;
          break;
        case DW_AT_DWO_NAME:
        case DW_AT_GNU_DWO_NAME:
          unit->dwo_name = hv_unit_string (unit, &value);
          break;
        case DW_AT_GNU_DWO_ID:
          /* in a package its index tells */
          if (!unit->packaged)
            unit->dwo_id = value.number;
          break;
        case DW_AT_GNU_RANGES_BASE:
          unit->split_ranges_base = value.number;
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
  HvCursor c = hv_unit_cursor (unit, unit->first_die);
  /* of most units nothing else is read */
  g_autoptr (HvAbbrevs) abbrevs = read_abbrevs (unit, hv_cursor_uleb (&c));

  unit->root_read = TRUE;
  read_root_once (unit, abbrevs, ranges);
  if (unit->version >= 5 || unit->dwo_name)
    read_root_once (unit, abbrevs, ranges);
}

/* FALSE when nothing after it can be read. */
static gboolean
read_unit_header (HvCursor *c, const HvDwarf *dwarf, HvUnit *unit, gboolean *useful)
{
  unit->offset = (uint64_t) (c->pos - dwarf->info.data);
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
  unit->end = (uint64_t) (c->pos - dwarf->info.data);
  unit->version = hv_cursor_u16 (&u);
  if (unit->version >= 5)
    {
      type = hv_cursor_u8 (&u);
      unit->address_size = hv_cursor_u8 (&u);
      unit->abbrevs = hv_cursor_number (&u, unit->offset_size);
      if (type == UT_SKELETON || type == UT_SPLIT_COMPILE)
        unit->dwo_id = hv_cursor_u64 (&u);
    }
  else
    {
      unit->abbrevs = hv_cursor_number (&u, unit->offset_size);
      unit->address_size = hv_cursor_u8 (&u);
    }
  unit->partial = type == UT_PARTIAL;
  unit->first_die = (uint64_t) (u.pos - dwarf->info.data);
  /* behind the header of a section, which is never stated where there is one contribution; the GNU
     form of before version 5 has none */
  if (unit->version >= 5)
    {
      unit->str_offsets_base = unit->addr_base = unit->offset_size == 4 ? 8 : 16;
      unit->rnglists_base = unit->offset_size == 4 ? 12 : 20;
    }
  *useful = !u.bad && unit->version >= 2 && unit->version <= 5 && type != UT_TYPE
            && type != UT_SPLIT_TYPE && (unit->address_size == 8 || unit->address_size == 4);
  return TRUE;
}

typedef struct
{
  HvDwarf *dwarf;
  HvElf *code;
  const HvWanted *wanted;
  uint32_t unit;
} Covering;

static void
add_cover (uint64_t low, uint64_t high, gpointer user)
{
  Covering *covering = user;
  HvUnitRange range = { low, high, 0, covering->unit };

  if (hv_wanted_any (covering->wanted, low, high) && hv_elf_is_code (covering->code, low))
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

static uint64_t
range_budget (const HvDwarf *dwarf)
{
  return 4 * (dwarf->ranges.size + dwarf->rnglists.size) + (4 << 20);
}

/* What is found out on the way. */
static void
init_caches (HvDwarf *dwarf)
{
  dwarf->abbrev_tables = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                                (GDestroyNotify) hv_abbrevs_unref);
  dwarf->names = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  dwarf->containers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  dwarf->made_names = g_string_chunk_new (4096);

  dwarf->abbrev_budget = 16 * dwarf->abbrev.size + (64 << 20);
  dwarf->range_budget = range_budget (dwarf);
  dwarf->name_budget = 8 * dwarf->info.size + (64 << 20);
  dwarf->line_budget = 16 * dwarf->line.size + (64 << 20);
}

/* Lists the units of the sections that `dwarf` has by now. */
static void
list_units (HvDwarf *dwarf)
{
  dwarf->units = g_array_new (FALSE, FALSE, sizeof (HvUnit));
  dwarf->covers = g_array_new (FALSE, FALSE, sizeof (HvUnitRange));
  init_caches (dwarf);

  HvCursor c = hv_cursor (dwarf->info, 0);
  while (!c.bad && c.pos < c.end)
    {
      HvUnit unit = { .dwarf = dwarf };
      gboolean useful;
      if (!read_unit_header (&c, dwarf, &unit, &useful))
        break;
      if (useful)
        g_array_append_val (dwarf->units, unit);
    }
}

HvDwarf *
hv_dwarf_new (HvElf *elf, HvDwarf *alt)
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
  list_units (dwarf);
  return dwarf;
}

void
hv_dwarf_cover (HvDwarf *dwarf, HvElf *code, const HvWanted *wanted)
{
  Covering covering = { dwarf, code, wanted, 0 };
  uint64_t reach = 0;

  g_array_set_size (dwarf->covers, 0);
  dwarf->range_budget = range_budget (dwarf);
  for (; covering.unit < dwarf->units->len; covering.unit++)
    {
      HvUnit *unit = &g_array_index (dwarf->units, HvUnit, covering.unit);
      RootRanges ranges;
      if (unit->partial)
        continue;
      read_root (unit, &ranges);
      hv_unit_ranges (unit, &ranges.low, &ranges.high, &ranges.ranges, add_cover, &covering);
    }
  g_array_sort (dwarf->covers, compare_covers);
  for (guint i = 0; i < dwarf->covers->len; i++)
    {
      HvUnitRange *range = &g_array_index (dwarf->covers, HvUnitRange, i);
      range->reach = reach = MAX (reach, range->high);
    }
}

HvDwarf *
hv_dwarf_new_split (HvElf *elf, const HvDwarf *skeletons)
{
  HvDwarf parts = { 0 };
  gboolean useful = FALSE;

  /* GCC gives each type unit of a .dwo file a section of its own, of the same name */
  for (uint32_t at = 0; !useful && hv_elf_next_section (elf, ".debug_info.dwo", &at, &parts.info);)
    for (HvCursor c = hv_cursor (parts.info, 0); !useful && !c.bad && c.pos < c.end;)
      {
        HvUnit unit = { .dwarf = &parts };
        if (!read_unit_header (&c, &parts, &unit, &useful))
          break;
      }
  if (!useful)
    return NULL;

  HvDwarf *dwarf = g_new0 (HvDwarf, 1);
  dwarf->elf = elf;
  dwarf->info = parts.info;
  dwarf->abbrev = hv_elf_section (elf, ".debug_abbrev.dwo");
  dwarf->str = hv_elf_section (elf, ".debug_str.dwo");
  dwarf->str_offsets = hv_elf_section (elf, ".debug_str_offsets.dwo");
  dwarf->rnglists = hv_elf_section (elf, ".debug_rnglists.dwo");
  dwarf->ranges = skeletons->ranges;
  dwarf->addr = skeletons->addr;
  list_units (dwarf);
  return dwarf;
}

HvDwarf *
hv_dwarf_copy (const HvDwarf *dwarf, HvDwarf *alt)
{
  HvDwarf *copy = g_memdup2 (dwarf, sizeof *dwarf);

  copy->alt = alt;
  copy->covers = g_array_ref (dwarf->covers);
  copy->units = g_array_copy (dwarf->units);
  for (guint i = 0; i < copy->units->len; i++)
    g_array_index (copy->units, HvUnit, i).dwarf = copy;
  init_caches (copy);
  return copy;
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
  g_hash_table_unref (dwarf->containers);
  g_string_chunk_free (dwarf->made_names);
  g_free (dwarf);
}

/* The smaller range tells more. */
static gboolean
is_better (const HvUnitRange *a, const HvUnitRange *b)
{
  uint64_t size = a->high - a->low, other = b->high - b->low;

  return size != other ? size < other : a->unit < b->unit;
}

gboolean
hv_dwarf_find_unit (const HvDwarf *dwarf, uint64_t address, unsigned nth, uint32_t *unit)
{
  enum
  {
    LOOK_AT_MOST = 64
  };
  const HvUnitRange *range = HV_ITEMS (dwarf->covers, HvUnitRange);
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
  /* units' ranges overlap, so the last that begins before need not be the one. Equal ranges are of
     an inline function that several units compiled: the linker kept the first and made the others'
     entries point to it. */
  for (guint i = low, steps = 0;
       i > 0 && n < LOOK_AT_MOST && steps < 4096 && range[i - 1].reach > address; i--, steps++)
    {
      const HvUnitRange *r = &range[i - 1];
      unsigned at = n;
      if (r->high <= address)
        continue;
      while (at > 0 && is_better (r, &hit[at - 1]))
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

/* The last unit that begins not after an offset. */
static HvUnit *
unit_before (const HvDwarf *dwarf, uint64_t offset)
{
  HvUnit *unit = HV_ITEMS (dwarf->units, HvUnit);
  guint low = 0, high = dwarf->units->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (unit[middle].offset <= offset)
        low = middle + 1;
      else
        high = middle;
    }
  return low ? &unit[low - 1] : NULL;
}

HvUnit *
hv_dwarf_unit_from (HvDwarf *dwarf, uint64_t offset)
{
  HvUnit *unit = unit_before (dwarf, offset);

  return unit && unit->offset == offset ? unit : NULL;
}

static HvUnit *
with_root (HvUnit *unit)
{
  if (!unit->root_read)
    {
      RootRanges ranges;
      read_root (unit, &ranges);
    }
  return unit;
}

HvUnit *
hv_dwarf_read_unit (HvDwarf *dwarf, guint index)
{
  return with_root (&g_array_index (dwarf->units, HvUnit, index));
}

HvUnit *
hv_dwarf_unit_at (HvDwarf *dwarf, uint64_t die)
{
  HvUnit *unit = unit_before (dwarf, die);

  return unit && die >= unit->first_die && die < unit->end ? with_root (unit) : NULL;
}
