/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

#include "symbols.h"

/* abstract_origin and specification: at most an inlined copy, its abstract instance, its
 * declaration; more is a circle. */
#define MAX_HOPS 16

#define MAX_DEPTH 64

typedef struct
{
  const char *name, *linkage;
  HvValue origin;
  gboolean external;
  uint64_t die;
  uint16_t tag;
  gboolean has_children;
  uint64_t sibling;
  uint64_t end; /* offset after it, before its children */
} Entry;

/* FALSE at an entry that ends a list of children, or damage (`c` is bad). */
static gboolean
read_entry (const HvUnit *unit, const HvAbbrevs *abbrevs, HvCursor *c, Entry *entry)
{
  uint64_t die = hv_unit_offset (unit, c);
  const HvAbbrev *abbrev = hv_abbrevs_find (abbrevs, hv_cursor_uleb (c));

  *entry = (Entry){ .die = die };
  if (abbrev == NULL)
    return FALSE;
  entry->tag = abbrev->tag;
  entry->has_children = abbrev->has_children;
  const HvAttribute *a = HV_ITEMS (abbrevs->attributes, HvAttribute) + abbrev->first_attribute;
  for (uint32_t i = 0; i < abbrev->n_attributes; i++, a++)
    {
      HvValue value;
      hv_unit_value (unit, c, a->form, a->constant, &value);
      switch (a->name)
        {
        case DW_AT_NAME:
          entry->name = hv_unit_string (unit, &value);
          break;
        case DW_AT_LINKAGE_NAME:
        case DW_AT_MIPS_LINKAGE_NAME:
          entry->linkage = hv_unit_string (unit, &value);
          break;
        case DW_AT_ABSTRACT_ORIGIN:
        case DW_AT_SPECIFICATION:
          entry->origin = value;
          break;
        case DW_AT_EXTERNAL:
          entry->external = value.number != 0;
          break;
        case DW_AT_SIBLING:
          entry->sibling = value.kind == HV_VALUE_DIE ? value.number : 0;
          break;
        default:
          break;
        }
    }
  entry->end = hv_unit_offset (unit, c);
  return !c->bad;
}

static gboolean
is_c (unsigned language)
{
  enum
  {
    C89 = 0x01,
    C = 0x02,
    C99 = 0x0c,
    C11 = 0x1d,
    C17 = 0x2c,
    ASSEMBLER = 0x8001
  };
  return language == C89 || language == C || language == C99 || language == C11 || language == C17
         || language == ASSEMBLER;
}

static HvName find_name (HvDwarf *dwarf, uint64_t die, unsigned hops);

/* "space::Class::name": GCC gives functions that the linker does not see, of anonymous namespaces
 * and lambdas, no linkage name. DIEs do not point to their parents, so the way down is walked
 * again, from sibling to sibling where they are linked. */
static const char *
qualify (HvUnit *unit, uint64_t die, const char *name, unsigned hops)
{
  g_autoptr (HvAbbrevs) abbrevs = hv_unit_abbrevs (unit);
  HvCursor c = hv_unit_cursor (unit, unit->first_die);
  Entry parent[MAX_DEPTH];
  unsigned depth = 0;
  gboolean found = FALSE;

  while (!c.bad && c.pos < c.end && !found)
    {
      const uint8_t *before = c.pos;
      Entry entry;
      if (hv_unit_offset (unit, &c) == die)
        {
          found = TRUE;
          break;
        }
      if (hv_unit_offset (unit, &c) > die)
        break;
      gboolean good = read_entry (unit, abbrevs, &c, &entry);
      if (c.bad || !hv_dwarf_spend (&unit->dwarf->name_budget, (uint64_t) (c.pos - before)))
        break;
      if (!good)
        {
          if (*before != 0 || depth == 0)
            break;
          depth--;
        }
      else if (entry.has_children)
        {
          if (entry.sibling > entry.end && entry.sibling <= die)
            c.pos = unit->dwarf->info.data + entry.sibling;
          else if (depth == MAX_DEPTH)
            break;
          else
            parent[depth++] = entry;
        }
    }
  if (!found)
    return name;

  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; i < depth; i++)
    {
      const char *part = parent[i].name;
      switch (parent[i].tag)
        {
        case DW_TAG_NAMESPACE:
          g_string_append (text, part ? part : "(anonymous namespace)");
          break;
        case DW_TAG_CLASS:
        case DW_TAG_STRUCTURE:
        case DW_TAG_UNION:
        case DW_TAG_INTERFACE:
        case DW_TAG_ENUMERATION:
          if (part == NULL)
            part = strcmp (name, "operator()") == 0 ? "{lambda}" : "{unnamed type}";
          g_string_append (text, part);
          break;
        case DW_TAG_SUBPROGRAM:
          {
            HvName function = find_name (unit->dwarf, parent[i].die, hops + 1);
            if (function.name == NULL)
              continue;
            /* its name is whole already */
            g_autofree char *readable = hv_demangle (function.name);
            g_string_assign (text, readable);
            break;
          }
        default:
          continue;
        }
      g_string_append (text, "::");
    }
  if (text->len == 0 || text->len > 16384)
    return name;
  g_string_append (text, name);
  return g_string_chunk_insert (unit->dwarf->made_names, text->str);
}

static HvName
find_name (HvDwarf *dwarf, uint64_t die, unsigned hops)
{
  HvName found = { NULL, FALSE };
  Entry entry;
  HvUnit *unit = dwarf && hops < MAX_HOPS ? hv_dwarf_unit_at (dwarf, die) : NULL;

  if (unit == NULL)
    return found;
  if (hops > 0)
    {
      HvName *known = g_hash_table_lookup (dwarf->names, &die);
      if (known)
        return *known;
    }
  g_autoptr (HvAbbrevs) abbrevs = hv_unit_abbrevs (unit);
  HvCursor c = hv_unit_cursor (unit, die);
  if (!read_entry (unit, abbrevs, &c, &entry))
    return found;
  if (entry.linkage && *entry.linkage)
    found = (HvName){ entry.linkage, TRUE };
  else if (entry.origin.kind == HV_VALUE_DIE)
    found = find_name (dwarf, entry.origin.number, hops + 1);
  else if (entry.origin.kind == HV_VALUE_ALT_DIE)
    found = find_name (dwarf->alt, entry.origin.number, hops + 1);
  if (found.name == NULL && entry.name)
    {
      found.name = entry.name;
      /* what other objects can call and has no linkage name is of C: its name is whole */
      if (!entry.external && !is_c (unit->language))
        found.name = qualify (unit, die, found.name, hops);
    }
  if (hops > 0)
    {
      /* many calls are of one function: remember that, not the calls */
      uint64_t *key = g_new (uint64_t, 1);
      *key = die;
      g_hash_table_insert (dwarf->names, key, g_memdup2 (&found, sizeof found));
    }
  return found;
}

HvName
hv_dwarf_name (HvDwarf *dwarf, uint64_t die)
{
  return find_name (dwarf, die, 0);
}
