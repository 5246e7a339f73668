/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "object.h"

#include "dwarf.h"
#include "unwind.h"

#include <stdlib.h>

/* Units whose ranges hold an address but that know no function there: how many are tried. */
#define MAX_TRIES 4

struct HvObject
{
  HvElf *main, *debug, *alt;
  HvDwarf *dwarf, *alt_dwarf;
  HvSplit *split;
  gboolean dwarf_read, unwind_read;
  HvUnwind unwind;
};

HvObject *
hv_object_new (HvElf *main, HvElf *debug, HvElf *alt)
{
  HvObject *object = g_new0 (HvObject, 1);

  object->main = main;
  object->debug = debug;
  object->alt = alt;
  return object;
}

void
hv_object_free (HvObject *object)
{
  if (object == NULL)
    return;
  hv_split_free (object->split);
  hv_dwarf_free (object->dwarf);
  hv_dwarf_free (object->alt_dwarf);
  hv_elf_free (object->main);
  hv_elf_free (object->debug);
  hv_elf_free (object->alt);
  g_free (object);
}

void
hv_object_set_split (HvObject *object, HvSplit *split)
{
  hv_split_free (object->split);
  object->split = split;
}

HvElf *
hv_object_elf (HvObject *object)
{
  return object->main;
}

static HvDwarf *
read_dwarf (HvObject *object)
{
  if (object->dwarf_read)
    return object->dwarf;
  object->dwarf_read = TRUE;
  if (object->alt)
    object->alt_dwarf = hv_dwarf_new (object->alt, NULL, NULL);
  if (object->debug)
    object->dwarf = hv_dwarf_new (object->debug, object->main, object->alt_dwarf);
  if (object->dwarf == NULL)
    object->dwarf = hv_dwarf_new (object->main, object->main, object->alt_dwarf);
  return object->dwarf;
}

gboolean
hv_object_has_debug_info (HvObject *object)
{
  return read_dwarf (object) != NULL;
}

gboolean
hv_object_has_symbols (HvObject *object)
{
  return (object->debug && hv_elf_has_symbols (object->debug)) || hv_elf_has_symbols (object->main);
}

gboolean
hv_object_function_start (HvObject *object, uint64_t address, uint64_t *start)
{
  if (!object->unwind_read)
    object->unwind = hv_unwind (object->main); /* a debug file has the headers alone */
  object->unwind_read = TRUE;
  return hv_unwind_start (&object->unwind, address, start);
}

static const char *
symbol_at (HvObject *object, uint64_t address)
{
  const char *name = object->debug ? hv_elf_symbol (object->debug, address) : NULL;

  return name ? name : hv_elf_symbol (object->main, address);
}

typedef struct
{
  uint64_t address;
  gsize index;
  uint32_t unit;
} Item;

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *x = a, *y = b;

  if (x->unit != y->unit)
    return x->unit < y->unit ? -1 : 1;
  return x->address < y->address ? -1 : x->address > y->address;
}

typedef struct
{
  HvObject *object;
  GArray *scopes;  /* of HvScope */
  GArray *frames;  /* of HvObjectFrame */
  GArray *queries; /* of HvQuery */
  HvObjectSink sink;
  gpointer user;
} Batch;

/* Without a function in the debug information: assembler code, or none at all. */
static void
emit_symbol (Batch *batch, const HvQuery *query, HvLines *lines)
{
  HvObjectFrame frame = { .function = symbol_at (batch->object, query->address) };

  if (frame.function == NULL)
    return;
  if (lines && query->has_line)
    {
      frame.file = hv_lines_path (lines, query->file);
      frame.line = query->line;
    }
  frame.symbol_only = frame.file == NULL;
  batch->sink (query->user, &frame, 1, batch->user);
}

static void
emit_chain (Batch *batch, HvDwarf *dwarf, const HvQuery *query, HvLines *lines)
{
  const HvScope *below = NULL;

  g_array_set_size (batch->frames, 0);
  for (uint32_t at = query->scope; at != 0;)
    {
      const HvScope *scope = &g_array_index (batch->scopes, HvScope, at);
      HvName name = hv_dwarf_name (dwarf, scope->die);
      HvObjectFrame frame = { .function = name.name, .inlined = scope->inlined };
      if (!scope->inlined && !name.linkage)
        {
          /* GCC does not tell the linkage name of what is internal to a unit; the linker does.
             A C function's aliases say less than its own name. */
          const char *symbol = symbol_at (batch->object, query->address);
          if (symbol
              && (name.name == NULL || g_str_has_prefix (symbol, "_Z")
                  || g_str_has_prefix (symbol, "_R")))
            frame.function = symbol;
        }
      /* a frame's place is where it calls the one inlined into it */
      if (below)
        {
          frame.file = hv_lines_path (lines, below->call_file);
          frame.line = below->call_line;
        }
      else if (query->has_line)
        {
          frame.file = hv_lines_path (lines, query->file);
          frame.line = query->line;
        }
      if (frame.file == NULL)
        frame.line = 0;
      if (frame.function)
        g_array_append_val (batch->frames, frame);
      below = scope;
      at = scope->parent;
    }
  if (batch->frames->len > 0)
    batch->sink (query->user, HV_ITEMS (batch->frames, HvObjectFrame), batch->frames->len,
                 batch->user);
}

/* Resolves the items of one unit; those to be tried in another are left in `again`. */
static void
resolve_unit (Batch *batch, HvDwarf *dwarf, const Item *items, gsize n, unsigned tries,
              GArray *again)
{
  HvUnit *unit = &g_array_index (dwarf->units, HvUnit, items->unit);
  g_autoptr (HvLines) lines = hv_lines_new (unit);
  g_autoptr (HvSplitFile) file = NULL;
  HvUnit *split = batch->object->split ? hv_split_unit (batch->object->split, unit, &file) : NULL;
  HvUnit *walked = split ? split : unit;

  g_array_set_size (batch->queries, 0);
  for (gsize i = 0; i < n; i++)
    {
      HvQuery query = { .address = items[i].address, .user = items[i].index };
      g_array_append_val (batch->queries, query);
    }
  HvQuery *query = HV_ITEMS (batch->queries, HvQuery);
  hv_unit_find_scopes (walked, query, n, batch->scopes);
  hv_lines_find (lines, batch->object->main, query, n);
  for (gsize i = 0; i < n; i++)
    {
      Item next = items[i];
      if (query[i].scope)
        emit_chain (batch, walked->dwarf, &query[i], lines);
      else if (tries + 1 < MAX_TRIES
               && hv_dwarf_find_unit (dwarf, items[i].address, tries + 1, &next.unit))
        g_array_append_val (again, next);
      else
        emit_symbol (batch, &query[i], lines);
    }
}

gboolean
hv_object_resolve (HvObject *object, const uint64_t *addresses, gsize n, GCancellable *cancellable,
                   HvObjectSink sink, gpointer user)
{
  HvDwarf *dwarf = read_dwarf (object);
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_autoptr (GArray) scopes = g_array_new (FALSE, FALSE, sizeof (HvScope));
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (HvObjectFrame));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (HvQuery));
  Batch batch = { object, scopes, frames, queries, sink, user };

  for (gsize i = 0; i < n; i++)
    {
      Item item = { .address = addresses[i], .index = i };
      HvQuery query = { .address = addresses[i], .user = i };
      if (dwarf && hv_dwarf_find_unit (dwarf, addresses[i], 0, &item.unit))
        g_array_append_val (items, item);
      else
        emit_symbol (&batch, &query, NULL);
    }

  for (unsigned tries = 0; items->len > 0; tries++)
    {
      GArray *again = g_array_new (FALSE, FALSE, sizeof (Item));
      const Item *item = HV_ITEMS (items, Item);
      g_array_sort (items, compare_items);
      for (gsize i = 0, next; i < items->len; i = next)
        {
          if (g_cancellable_is_cancelled (cancellable))
            {
              g_array_unref (again);
              return FALSE;
            }
          for (next = i + 1; next < items->len && item[next].unit == item[i].unit;)
            next++;
          resolve_unit (&batch, dwarf, item + i, next - i, tries, again);
        }
      g_array_unref (items);
      items = again;
    }
  return !g_cancellable_is_cancelled (cancellable);
}
