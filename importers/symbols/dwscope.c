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
  HvWanted wanted; /* the addresses of those that are in no scope yet */
  GArray *scopes;
  /* Assignments of queries to scopes that are still allowed: an honest one has as many as the
     chains are deep. */
  uint64_t budget;
  gsize unclaimed;

  /* of the DIE being read */
  uint32_t enclosing, scope;
  gboolean holds;
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

static void
note_wanted (uint64_t low, uint64_t high, gpointer user)
{
  Walk *walk = user;

  walk->holds = hv_wanted_any (&walk->wanted, low, high);
}

/* FALSE when the function or inlined call whose attributes begin at `c` holds no query: so do most,
 * and one range is quickly read. */
static gboolean
may_hold (Walk *walk, HvCursor c, const HvAbbrev *abbrev)
{
  /* the one after DW_AT_low_pc */
  uint32_t next = abbrev->low_pc.attribute;
  const HvAttribute *a = HV_ITEMS (walk->abbrevs->attributes, HvAttribute) + abbrev->first_attribute
                         + next;
  HvValue low, high, none = { 0 };

  if (abbrev->ranges.attribute)
    return TRUE;
  if (next == 0)
    return FALSE;
  if (next == abbrev->n_attributes || a->name != DW_AT_HIGH_PC)
    return TRUE;
  hv_unit_skip (walk->unit, &c, walk->abbrevs, abbrev, abbrev->low_pc.n_skips);
  hv_unit_value (walk->unit, &c, a[-1].form, a[-1].constant, &low);
  hv_unit_value (walk->unit, &c, a->form, a->constant, &high);
  walk->holds = FALSE;
  hv_unit_ranges (walk->unit, &low, &high, &none, note_wanted, walk);
  return walk->holds;
}

/* Reads a function or an inlined call whose attributes begin at `c`. Returns its scope, NOTHING
 * when it holds no query. */
static uint32_t
read_function (Walk *walk, HvCursor c, const HvAbbrev *abbrev, uint64_t die, uint32_t enclosing)
{
  HvUnit *unit = walk->unit;
  HvValue low = { 0 }, high = { 0 }, ranges = { 0 };
  HvScope scope = { .inlined = abbrev->tag == DW_TAG_INLINED_SUBROUTINE, .die = die };
  const HvAttribute *a = HV_ITEMS (walk->abbrevs->attributes, HvAttribute)
                         + abbrev->first_attribute;

  if (!may_hold (walk, c, abbrev))
    return NOTHING;
  for (uint32_t i = 0; i < abbrev->n_attributes; i++, a++)
    {
      HvValue value;
      hv_unit_value (unit, &c, a->form, a->constant, &value);
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
        default:
          break;
        }
    }
  if (c.bad)
    return NOTHING;

  walk->enclosing = scope.inlined ? enclosing : 0;
  walk->scope = 0;
  hv_unit_ranges (unit, &low, &high, &ranges, claim, walk);
  if (walk->scope == 0)
    return NOTHING;
  scope.parent = walk->enclosing;
  g_array_index (walk->scopes, HvScope, walk->scope) = scope;
  return walk->scope;
}

/* Whether there is no code below entries of a kind: calls, and types, whose functions are declared
 * there and defined elsewhere. Only in a function they may be defined there too: those of lambdas.
 */
static gboolean
is_without_code (unsigned tag, gboolean in_function)
{
  switch (tag)
    {
    case DW_TAG_ARRAY:
    case DW_TAG_CLASS:
    case DW_TAG_ENUMERATION:
    case DW_TAG_STRUCTURE:
    case DW_TAG_SUBROUTINE_TYPE:
    case DW_TAG_UNION:
    case DW_TAG_INTERFACE:
      return !in_function;
    case DW_TAG_CALL_SITE:
    case DW_TAG_GNU_CALL_SITE:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Moves from the attributes of an entry to after its children, where the compiler says where that
 * is. */
static gboolean
jump (const Walk *walk, HvCursor *c, const HvAbbrev *abbrev)
{
  const HvUnit *unit = walk->unit;
  const HvAttribute *a = HV_ITEMS (walk->abbrevs->attributes, HvAttribute) + abbrev->first_attribute
                         + abbrev->sibling.attribute;
  HvCursor at = *c;
  HvValue sibling;

  if (!abbrev->has_children || abbrev->sibling.attribute == 0)
    return FALSE;
  hv_unit_skip (unit, &at, walk->abbrevs, abbrev, abbrev->sibling.n_skips);
  hv_unit_value (unit, &at, a[-1].form, a[-1].constant, &sibling);
  if (sibling.kind != HV_VALUE_DIE || sibling.number <= hv_unit_offset (unit, &at)
      || sibling.number >= unit->end)
    return FALSE;
  c->pos = unit->dwarf->info.data + sibling.number;
  return TRUE;
}

/* What is jumped over in a pass, where the compiler says how; functions nested in it are missed. Of
 * other languages than C++ they may be in any type. */
typedef enum
{
  JUMP_MOST, /* functions without a query, and what is without code */
  JUMP_TYPES,
  JUMP_NOTHING,
  N_PASSES
} Pass;

/* One pass over the unit's DIEs, up to where no query can be claimed any more. */
static void
walk_unit (Walk *walk, Pass pass)
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
      uint32_t outer = scope[depth], inner = outer;
      if (abbrev == NULL || (walk->unclaimed == 0 && outer == 0))
        return;

      if (abbrev->tag == DW_TAG_SUBPROGRAM
          || (abbrev->tag == DW_TAG_INLINED_SUBROUTINE && outer != 0 && outer != NOTHING))
        inner = read_function (walk, c, abbrev, die, outer);
      gboolean jumped = pass != JUMP_NOTHING
                        && (is_without_code (abbrev->tag, outer != 0)
                            || (pass == JUMP_MOST && inner == NOTHING));
      if (jumped && jump (walk, &c, abbrev))
        continue;
      hv_unit_skip (unit, &c, walk->abbrevs, abbrev, abbrev->n_skips);

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
  g_autofree uint64_t *addresses = g_new (uint64_t, n);
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
  for (Pass pass = JUMP_MOST; pass < N_PASSES && walk.unclaimed > 0; pass++)
    {
      gsize n_wanted = 0;
      for (gsize i = 0; i < n; i++)
        if (queries[i].scope == 0)
          addresses[n_wanted++] = queries[i].address;
      hv_wanted_init (&walk.wanted, addresses, n_wanted);
      walk_unit (&walk, pass);
      hv_wanted_clear (&walk.wanted);
    }
}
