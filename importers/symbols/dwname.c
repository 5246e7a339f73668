/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

#include "symbols.h"

#include <string.h>

/* abstract_origin and specification: at most an inlined copy, its abstract instance, its
 * declaration; more is a circle. */
#define MAX_HOPS 16

/* Names around one that are shown. */
#define MAX_PARTS 64

#define MAX_DEPTH 512

/* Units whose containers are kept at a time. */
#define MAX_UNITS 64

#define NO_CONTAINER UINT32_MAX

/* A namespace, class or function: DIEs in (die, end). */
typedef struct
{
  uint64_t die, end;
  uint32_t parent; /* or NO_CONTAINER */
} Container;

typedef struct
{
  const char *name, *linkage;
  HvValue origin;
  gboolean external;
  uint64_t die;
  uint16_t tag;
} Entry;

/* FALSE when there is none, or a damaged one. */
static gboolean
read_entry (const HvUnit *unit, const HvAbbrevs *abbrevs, HvCursor *c, Entry *entry)
{
  uint64_t die = hv_unit_offset (unit, c);
  const HvAbbrev *abbrev = hv_abbrevs_find (abbrevs, hv_cursor_uleb (c));

  *entry = (Entry){ .die = die };
  if (abbrev == NULL)
    return FALSE;
  entry->tag = abbrev->tag;
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
        default:
          break;
        }
    }
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

static gboolean
gives_name (unsigned tag)
{
  switch (tag)
    {
    case DW_TAG_NAMESPACE:
    case DW_TAG_CLASS:
    case DW_TAG_STRUCTURE:
    case DW_TAG_UNION:
    case DW_TAG_INTERFACE:
    case DW_TAG_ENUMERATION:
    case DW_TAG_SUBPROGRAM:
      return TRUE;
    default:
      return FALSE;
    }
}

/* DIEs do not point to their parents: lists those of a unit that give their children a name, in
 * order of offsets, in one pass. */
static GArray *
list_containers (HvUnit *unit)
{
  g_autoptr (HvAbbrevs) abbrevs = hv_unit_abbrevs (unit);
  GArray *containers = g_array_new (FALSE, FALSE, sizeof (Container));
  HvCursor c = hv_unit_cursor (unit, unit->first_die);
  uint32_t open[MAX_DEPTH]; /* the container at each depth */
  gboolean ends[MAX_DEPTH]; /* with that depth */
  unsigned depth = 0;

  if (!hv_dwarf_spend (&unit->dwarf->name_budget, unit->end - unit->first_die))
    return containers;
  open[0] = NO_CONTAINER;
  while (!c.bad && c.pos < c.end)
    {
      Container container = { .die = hv_unit_offset (unit, &c), .end = unit->end };
      uint64_t code = hv_cursor_uleb (&c);
      if (code == 0)
        {
          if (depth <= 1)
            break;
          if (ends[depth])
            g_array_index (containers, Container, open[depth]).end = container.die;
          depth--;
          continue;
        }
      const HvAbbrev *abbrev = hv_abbrevs_find (abbrevs, code);
      if (abbrev == NULL)
        break;
      hv_unit_skip (unit, &c, abbrevs, abbrev, abbrev->n_skips);
      if (!abbrev->has_children)
        continue;
      if (++depth == MAX_DEPTH)
        break;
      open[depth] = open[depth - 1];
      ends[depth] = gives_name (abbrev->tag);
      if (ends[depth])
        {
          container.parent = open[depth - 1];
          open[depth] = containers->len;
          g_array_append_val (containers, container);
        }
    }
  return containers;
}

static GArray *
containers_of (HvUnit *unit)
{
  GHashTable *known = unit->dwarf->containers;
  GArray *containers = g_hash_table_lookup (known, unit);

  if (containers == NULL)
    {
      if (g_hash_table_size (known) >= MAX_UNITS)
        g_hash_table_remove_all (known);
      containers = list_containers (unit);
      g_hash_table_insert (known, unit, containers);
    }
  return containers;
}

/* The container around a DIE. */
static uint32_t
find_container (const GArray *containers, uint64_t die)
{
  const Container *container = HV_ITEMS (containers, Container);
  guint low = 0, high = containers->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (container[middle].die < die)
        low = middle + 1;
      else
        high = middle;
    }
  uint32_t at = low ? low - 1 : NO_CONTAINER;
  while (at != NO_CONTAINER && container[at].end <= die)
    at = container[at].parent;
  return at;
}

/* "space::Class::name": GCC gives functions that the linker does not see, of anonymous namespaces
 * and lambdas, no linkage name. */
static const char *
qualify (HvUnit *unit, uint64_t die, const char *name, unsigned hops)
{
  g_autoptr (HvAbbrevs) abbrevs = hv_unit_abbrevs (unit);
  GArray *containers = g_array_ref (containers_of (unit));
  Entry parent[MAX_PARTS];
  unsigned n = 0;

  for (uint32_t at = find_container (containers, die); at != NO_CONTAINER && n < MAX_PARTS;)
    {
      const Container *container = &g_array_index (containers, Container, at);
      HvCursor c = hv_unit_cursor (unit, container->die);
      if (!read_entry (unit, abbrevs, &c, &parent[n++]))
        break;
      at = container->parent;
    }
  g_array_unref (containers);

  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = n; i-- > 0;)
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

/* Rust's manglings call the body of an async function or block a closure like any other; the DIE
 * beside tells which it is ("{async_fn#0}"), and that takes the closure's place in the name. */
static char *
async_name (const Entry *entry)
{
  g_autofree char *readable = hv_demangle (entry->linkage);
  char *last = g_strrstr (readable, "::");

  if (last == NULL
      || (strcmp (last, "::{{closure}}") != 0 && !g_str_has_prefix (last, "::{closure#")))
    return NULL;
  last[2] = '\0';
  return g_strconcat (readable, entry->name, NULL);
}

/* The legacy mangling leaves out the types that a generic function is for; the DIE beside has them
 * ("poll<app::serve::{async_fn_env#0}, …>"). A runtime's functions tell by them which task they
 * work for: they get them in the form of v0, "tokio::runtime::task::raw::poll::<…>". */
static char *
task_name (const Entry *entry)
{
  static const char *const runtimes[] = { "_ZN5tokio7runtime4task", "_ZN5tokio4task",
                                          "_ZN10async_task" };
  enum
  {
    LONGEST = 4096
  };
  const char *arguments = strchr (entry->name, '<');
  gboolean runs_tasks = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (runtimes); i++)
    runs_tasks |= g_str_has_prefix (entry->linkage, runtimes[i]);
  if (!runs_tasks || arguments == NULL || *entry->name == '{' || *entry->name == '<'
      || strlen (arguments) > LONGEST)
    return NULL;
  g_autofree char *readable = hv_demangle (entry->linkage);
  return g_strconcat (readable, "::", arguments, NULL);
}

/* The linkage name, with what it leaves out and the DIE beside it tells. */
static const char *
linkage_name (HvDwarf *dwarf, const Entry *entry)
{
  g_autofree char *name = NULL;

  if (entry->name)
    name = g_str_has_prefix (entry->name, "{async_") ? async_name (entry) : task_name (entry);
  return name ? g_string_chunk_insert (dwarf->made_names, name) : entry->linkage;
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
    found = (HvName){ linkage_name (dwarf, &entry), TRUE };
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
