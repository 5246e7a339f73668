/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dwarf.h"

/* Deeper nesting is damage: real units stay below 100. */
#define MAX_DEPTH 512

/* The scope of entries below a function that holds no query. */
#define NOTHING UINT32_MAX

typedef struct
{
  HvUnit *unit;
  HvAbbrevs *abbrevs;
  HvQuery *queries;
  gsize n;
  GArray *scopes;
  /* Assignments of queries to scopes that are still allowed: an honest one has as many as the
     chains are deep. */
  uint64_t budget;
  gsize unclaimed;

  /* of the DIE being read */
  uint32_t enclosing, scope;
} Walk;

static gsize
first_query (const Walk *walk, uint64_t address)
{
  gsize low = 0, high = walk->n;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      if (walk->queries[middle].address < address)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Moves the queries in a range from the enclosing scope (0: from none) into the DIE's own. */
static void
claim (uint64_t low, uint64_t high, gpointer user)
{
  Walk *walk = user;

  for (gsize i = first_query (walk, low); i < walk->n && walk->queries[i].address < high; i++)
    {
      HvQuery *query = &walk->queries[i];
      if (!hv_dwarf_spend (&walk->budget, 1))
        return;
      if (query->scope != walk->enclosing)
        continue;
      if (walk->scope == 0)
        {
          HvScope none = { 0 };
          walk->scope = walk->scopes->len;
          g_array_append_val (walk->scopes, none);
        }
      query->scope = walk->scope;
      walk->unclaimed -= walk->enclosing == 0;
    }
}

/* Reads a function or an inlined call at `c`, which is after its code. Returns its scope, 0 when
 * it holds no query; `sibling` is the offset after its children, 0 when unknown. */
static uint32_t
read_function (Walk *walk, HvCursor *c, const HvAbbrev *abbrev, uint64_t die, uint32_t enclosing,
               uint64_t *sibling)
{
  HvUnit *unit = walk->unit;
  HvValue low = { 0 }, high = { 0 }, ranges = { 0 };
  HvScope scope = { .inlined = abbrev->tag == DW_TAG_INLINED_SUBROUTINE, .die = die };
  const HvAttribute *a = HV_ITEMS (walk->abbrevs->attributes, HvAttribute)
                         + abbrev->first_attribute;

  *sibling = 0;
  for (uint32_t i = 0; i < abbrev->n_attributes; i++, a++)
    {
      HvValue value;
      hv_unit_value (unit, c, a->form, a->constant, &value);
      switch (a->name)
        {
        case DW_AT_LOW_PC:
          low = value;
          break;
        case DW_AT_HIGH_PC:
          high = value;
          break;
        case DW_AT_RANGES:
          ranges = value;
          break;
        case DW_AT_CALL_FILE:
          scope.call_file = value.number;
          break;
        case DW_AT_CALL_LINE:
          scope.call_line = (uint32_t) MIN (value.number, UINT32_MAX);
          break;
        case DW_AT_SIBLING:
          if (value.kind == HV_VALUE_DIE)
            *sibling = value.number;
          break;
        default:
          break;
        }
    }
  if (c->bad)
    return 0;

  walk->enclosing = scope.inlined ? enclosing : 0;
  walk->scope = 0;
  hv_unit_ranges (unit, &low, &high, &ranges, claim, walk);
  if (walk->scope)
    {
      scope.parent = walk->enclosing;
      g_array_index (walk->scopes, HvScope, walk->scope) = scope;
    }
  return walk->scope;
}

/* One pass over the unit's DIEs. With `skip`, functions without a query are jumped over where
 * the compiler says how; functions nested in them (of GNU C, lambdas, OpenMP, LTO) are missed. */
static void
walk_unit (Walk *walk, gboolean skip)
{
  HvUnit *unit = walk->unit;
  HvCursor c = hv_unit_cursor (unit, unit->first_die);
  uint32_t scope[MAX_DEPTH];
  unsigned depth = 0;

  scope[0] = 0;
  while (!c.bad && c.pos < c.end)
    {
      uint64_t die = hv_unit_offset (unit, &c);
      uint64_t code = hv_cursor_uleb (&c);
      if (code == 0)
        {
          if (depth <= 1)
            return;
          depth--;
          continue;
        }
      const HvAbbrev *abbrev = hv_abbrevs_find (walk->abbrevs, code);
      if (abbrev == NULL)
        return;

      uint32_t inner = scope[depth];
      if (abbrev->tag == DW_TAG_SUBPROGRAM
          || (abbrev->tag == DW_TAG_INLINED_SUBROUTINE && inner != 0 && inner != NOTHING))
        {
          uint64_t sibling;
          inner = read_function (walk, &c, abbrev, die, inner, &sibling);
          if (inner == 0)
            {
              inner = NOTHING;
              if (skip && abbrev->has_children && sibling > hv_unit_offset (unit, &c)
                  && sibling < unit->end)
                {
                  c.pos = unit->dwarf->info.data + sibling;
                  continue;
                }
            }
        }
      else
        hv_unit_skip (unit, &c, walk->abbrevs, abbrev);

      if (abbrev->has_children)
        {
          if (++depth == MAX_DEPTH)
            return;
          scope[depth] = inner;
        }
      else if (depth == 0)
        return; /* a unit without children */
    }
}

void
hv_unit_find_scopes (HvUnit *unit, HvQuery *queries, gsize n, GArray *scopes)
{
  g_autoptr (HvAbbrevs) abbrevs = hv_unit_abbrevs (unit);
  Walk walk = { .unit = unit,
                .abbrevs = abbrevs,
                .queries = queries,
                .n = n,
                .scopes = scopes,
                .budget = (uint64_t) n * 4 * MAX_DEPTH + 65536,
                .unclaimed = n };
  HvScope none = { 0 };

  g_array_set_size (scopes, 0);
  g_array_append_val (scopes, none);
  walk_unit (&walk, TRUE);
  if (walk.unclaimed > 0)
    walk_unit (&walk, FALSE);
}
