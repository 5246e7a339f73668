/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "object.h"

#include "dwarf.h"
#include "symbols.h"
#include "symtab.h"
#include "unwind.h"

#include <stdlib.h>

/* Units whose ranges hold an address but that know no function there: how many are tried. */
#define MAX_TRIES 4

/* More threads than that wait for memory, not for a processor. */
#define MAX_WORKERS 4

/* Bytes of DIEs that are worth a thread: some milliseconds. */
#define WORTH_A_THREAD (1u << 20)

/* What one split unit is taken for: its size is in another file. */
#define SPLIT_WEIGHT (256u << 10)

/* Bytes of DIEs after which the memory of what was read is given back. */
#define DROP_EVERY (8u << 20)

struct HvObject
{
  HvElf *main, *debug, *alt;
  HvDwarf *dwarf, *alt_dwarf;
  HvSplit *split;
  gboolean dwarf_read, unwind_read, damaged;
  HvUnwind unwind;
  GHashTable *missing; /* paths of split files */
};

HvObject *
hv_object_new (HvElf *main, HvElf *debug, HvElf *alt)
{
  HvObject *object = g_new0 (HvObject, 1);

  object->main = main;
  object->debug = debug;
  object->alt = alt;
  object->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
  g_hash_table_unref (object->missing);
  g_free (object);
}

void
hv_object_set_split (HvObject *object, HvSplit *split)
{
  hv_split_free (object->split);
  object->split = split;
}

GHashTable *
hv_object_missing (const HvObject *object)
{
  return object->missing;
}

HvElf *
hv_object_elf (HvObject *object)
{
  return object->main;
}

gboolean
hv_object_is_damaged (const HvObject *object)
{
  return object->damaged;
}

static HvDwarf *
read_dwarf (HvObject *object)
{
  if (object->dwarf_read)
    return object->dwarf;
  object->dwarf_read = TRUE;
  if (object->alt)
    object->alt_dwarf = hv_dwarf_new (object->alt, NULL);
  if (object->debug)
    object->dwarf = hv_dwarf_new (object->debug, object->alt_dwarf);
  if (object->dwarf == NULL)
    object->dwarf = hv_dwarf_new (object->main, object->alt_dwarf);
  return object->dwarf;
}

gboolean
hv_object_has_debug_info (HvObject *object)
{
  return read_dwarf (object) != NULL;
}

static gboolean
is_intact (const HvObject *object)
{
  return hv_elf_is_intact (object->main)
         && (object->debug == NULL || hv_elf_is_intact (object->debug))
         && (object->alt == NULL || hv_elf_is_intact (object->alt))
         && (object->split == NULL || hv_split_is_intact (object->split));
}

gboolean
hv_object_function_start (HvObject *object, uint64_t address, uint64_t *start)
{
  if (!object->unwind_read)
    {
      object->unwind = hv_unwind (object->main); /* a debug file has the headers alone */
      object->damaged = object->damaged || !is_intact (object);
    }
  object->unwind_read = TRUE;
  return !object->damaged && hv_unwind_start (&object->unwind, address, start);
}

/* --- what was found --- */

enum
{
  FRAME_INLINED = 1,
  FRAME_NEEDS_SYMBOL = 2, /* the symbol table knows it better */
  FRAME_SYMBOL_ONLY = 4,
};

typedef struct
{
  const char *function, *readable, *file;
  const char *missing; /* the split file that knows more, NULL: none */
  uint32_t line;
  uint8_t flags;
} Frame;

/* The frames of one address, of those its worker found. */
typedef struct
{
  uint32_t worker, n;
  gsize first;
} Chain;

/* --- workers --- */

typedef struct
{
  uint64_t address;
  gsize index;
  uint32_t unit;
} Item;

/* The items of one unit. */
typedef struct
{
  const Item *items;
  gsize n;
  uint64_t weight;
} Job;

typedef struct
{
  HvObject *object;
  GCancellable *cancellable;
  Chain *chains; /* by index of the address */
  const Job *jobs;
  guint n_jobs;
  guint next_job; /* atomic */
  unsigned tries;
} Batch;

/* A function's name; both in the worker's strings. */
typedef struct
{
  const char *raw, *readable; /* NULL: it has none */
  gboolean known, linkage;
} Name;

/* What a thread needs of its own; the first has the object's. */
typedef struct
{
  Batch *batch;
  uint32_t number;
  GThread *thread;
  HvDwarf *dwarf, *alt;
  HvSplit *split;
  GArray *scopes;      /* of HvScope */
  GArray *scope_names; /* of Name, by scope */
  GArray *queries;     /* of HvQuery */
  GArray *frames;      /* of Frame: all that it found */
  GArray *again;       /* of Item: to be tried in another unit */
  GStringChunk *strings;
  GHashTable *paths; /* string of the unit's lines → its copy in `strings` */
  GHashTable *names; /* string of a file → Name */
  uint64_t walked;   /* since pages were dropped */
  gboolean damaged;
} Worker;

static void
init_worker (Worker *worker, Batch *batch, uint32_t number)
{
  HvObject *object = batch->object;

  *worker = (Worker){ .batch = batch, .number = number };
  if (number == 0)
    {
      worker->dwarf = object->dwarf;
      worker->split = object->split;
    }
  else
    {
      worker->alt = object->alt_dwarf ? hv_dwarf_copy (object->alt_dwarf, NULL) : NULL;
      worker->dwarf = hv_dwarf_copy (object->dwarf, worker->alt);
      worker->split = object->split ? hv_split_copy (object->split, object->dwarf) : NULL;
    }
  worker->scopes = g_array_new (FALSE, FALSE, sizeof (HvScope));
  worker->scope_names = g_array_new (FALSE, TRUE, sizeof (Name));
  worker->queries = g_array_new (FALSE, FALSE, sizeof (HvQuery));
  worker->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  worker->again = g_array_new (FALSE, FALSE, sizeof (Item));
  worker->strings = g_string_chunk_new (1 << 16);
  worker->paths = g_hash_table_new (NULL, NULL);
  worker->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

static void
clear_worker (Worker *worker)
{
  if (worker->number > 0)
    {
      hv_split_free (worker->split);
      hv_dwarf_free (worker->dwarf);
      hv_dwarf_free (worker->alt);
    }
  g_array_unref (worker->scopes);
  g_array_unref (worker->scope_names);
  g_array_unref (worker->queries);
  g_array_unref (worker->frames);
  g_array_unref (worker->again);
  g_string_chunk_free (worker->strings);
  g_hash_table_unref (worker->paths);
  g_hash_table_unref (worker->names);
}

/* What is found is copied: files go and change. */

static const char *
keep_path (Worker *worker, const char *path)
{
  if (path == NULL)
    return NULL;
  char *copy = g_hash_table_lookup (worker->paths, path);
  if (copy == NULL)
    {
      copy = g_string_chunk_insert (worker->strings, path);
      g_hash_table_insert (worker->paths, (gpointer) path, copy);
    }
  return copy;
}

/* Demangled here, where there are threads for it. */
static Name
keep_name (Worker *worker, const char *text)
{
  if (text == NULL)
    return (Name){ 0 };
  Name *name = g_hash_table_lookup (worker->names, text);
  if (name == NULL)
    {
      name = g_new0 (Name, 1);
      name->raw = g_string_chunk_insert (worker->strings, text);
      g_autofree char *readable = hv_demangle (name->raw);
      name->readable = g_string_chunk_insert (worker->strings, readable);
      g_hash_table_insert (worker->names, (gpointer) text, name);
    }
  return *name;
}

static void
add_frame (Worker *worker, Chain *chain, const Frame *frame)
{
  chain->n++;
  g_array_append_vals (worker->frames, frame, 1);
}

static Chain *
begin_chain (Worker *worker, gsize index)
{
  Chain *chain = &worker->batch->chains[index];

  *chain = (Chain){ .worker = worker->number, .first = worker->frames->len };
  return chain;
}

/* Where the split file of a skeleton should be; NULL when it has none. */
static const char *
split_path (Worker *worker, const HvUnit *unit)
{
  if (unit->dwo_name == NULL || *unit->dwo_name == 0)
    return NULL;
  g_autofree char *path = g_path_is_absolute (unit->dwo_name) || unit->directory == NULL
                              ? g_strdup (unit->dwo_name)
                              : g_build_filename (unit->directory, unit->dwo_name, NULL);
  return g_string_chunk_insert_const (worker->strings, path);
}

/* Without a function in the debug information: assembler code, none at all, or it is in the file
 * `missing`. */
static void
add_symbol (Worker *worker, const HvQuery *query, HvLines *lines, const char *missing)
{
  Frame frame = { .flags = FRAME_NEEDS_SYMBOL, .missing = missing };

  if (lines && query->has_line)
    {
      frame.file = keep_path (worker, hv_lines_path (lines, query->file));
      frame.line = query->line;
    }
  if (frame.file == NULL)
    frame.flags |= FRAME_SYMBOL_ONLY;
  add_frame (worker, begin_chain (worker, query->user), &frame);
}

/* The name of a scope; many chains are in the outer ones. */
static const Name *
scope_name (Worker *worker, HvDwarf *dwarf, uint32_t scope)
{
  Name *name = &g_array_index (worker->scope_names, Name, scope);

  if (!name->known)
    {
      HvName found = hv_dwarf_name (dwarf, g_array_index (worker->scopes, HvScope, scope).die);
      *name = keep_name (worker, found.name);
      name->linkage = found.linkage;
      name->known = TRUE;
    }
  return name;
}

static void
add_chain (Worker *worker, HvDwarf *dwarf, const HvQuery *query, HvLines *lines)
{
  Chain *chain = begin_chain (worker, query->user);
  const HvScope *below = NULL;

  for (uint32_t at = query->scope; at != 0;)
    {
      const HvScope *scope = &g_array_index (worker->scopes, HvScope, at);
      const Name *name = scope_name (worker, dwarf, at);
      const char *path = NULL;
      Frame frame = { .function = name->raw,
                      .readable = name->readable,
                      .flags = scope->inlined   ? FRAME_INLINED
                               : !name->linkage ? FRAME_NEEDS_SYMBOL
                                                : 0 };
      /* a frame's place is where it calls the one inlined into it */
      if (below)
        {
          path = hv_lines_path (lines, below->call_file);
          frame.line = below->call_line;
        }
      else if (query->has_line)
        {
          path = hv_lines_path (lines, query->file);
          frame.line = query->line;
        }
      frame.file = keep_path (worker, path);
      if (frame.file == NULL)
        frame.line = 0;
      if (frame.function || frame.flags & FRAME_NEEDS_SYMBOL)
        add_frame (worker, chain, &frame);
      below = scope;
      at = scope->parent;
    }
}

/* Resolves the items of one unit; those to be tried in another are left in `again`. */
static void
resolve_unit (Worker *worker, const Job *job)
{
  const Batch *batch = worker->batch;
  HvUnit *unit = &g_array_index (worker->dwarf->units, HvUnit, job->items->unit);
  g_autoptr (HvLines) lines = hv_lines_new (unit);
  g_autoptr (HvSplitFile) file = NULL;
  HvUnit *split = worker->split ? hv_split_unit (worker->split, unit, &file) : NULL;
  HvUnit *walked = split ? split : unit;
  const char *missing = split ? NULL : split_path (worker, unit);

  g_array_set_size (worker->queries, 0);
  for (gsize i = 0; i < job->n; i++)
    {
      HvQuery query = { .address = job->items[i].address, .user = job->items[i].index };
      g_array_append_val (worker->queries, query);
    }
  HvQuery *query = HV_ITEMS (worker->queries, HvQuery);
  hv_unit_find_scopes (walked, query, job->n, worker->scopes);
  g_array_set_size (worker->scope_names, 0);
  g_array_set_size (worker->scope_names, worker->scopes->len);
  hv_lines_find (lines, batch->object->main, query, job->n);
  for (gsize i = 0; i < job->n; i++)
    {
      Item next = job->items[i];
      if (query[i].scope)
        add_chain (worker, walked->dwarf, &query[i], lines);
      else if (batch->tries + 1 < MAX_TRIES
               && hv_dwarf_find_unit (worker->dwarf, next.address, batch->tries + 1, &next.unit))
        g_array_append_val (worker->again, next);
      else
        add_symbol (worker, &query[i], lines, missing);
    }
  /* the strings of the lines, and of a split unit, are gone: others may come to lie there */
  g_hash_table_remove_all (worker->paths);
  if (file)
    {
      g_hash_table_remove_all (worker->names);
      worker->damaged = worker->damaged || !hv_split_file_is_intact (file);
    }
}

static void
drop_pages (HvObject *object)
{
  hv_elf_drop_pages (object->main);
  if (object->debug)
    hv_elf_drop_pages (object->debug);
  if (object->alt)
    hv_elf_drop_pages (object->alt);
}

/* Takes jobs until there is no more. */
static gpointer
work (gpointer data)
{
  Worker *worker = data;
  Batch *batch = worker->batch;

  while (!g_cancellable_is_cancelled (batch->cancellable))
    {
      guint at = (guint) g_atomic_int_add (&batch->next_job, 1);
      if (at >= batch->n_jobs)
        break;
      resolve_unit (worker, &batch->jobs[at]);
      worker->walked += batch->jobs[at].weight;
      if (worker->walked >= DROP_EVERY)
        {
          drop_pages (batch->object);
          worker->walked = 0;
        }
    }
  return NULL;
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *x = a, *y = b;

  if (x->unit != y->unit)
    return x->unit < y->unit ? -1 : 1;
  return x->address < y->address ? -1 : x->address > y->address;
}

/* The largest first, so that no thread is left alone with one at the end. */
static int
compare_jobs (gconstpointer a, gconstpointer b)
{
  const Job *x = a, *y = b;

  if (x->weight != y->weight)
    return x->weight > y->weight ? -1 : 1;
  return x->items->unit < y->items->unit ? -1 : x->items->unit > y->items->unit;
}

/* One job for each unit of the items, which are sorted for it. */
static GArray *
list_jobs (const HvDwarf *dwarf, GArray *items, uint64_t *weight)
{
  GArray *jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  const Item *item = HV_ITEMS (items, Item);

  *weight = 0;
  g_array_sort (items, compare_items);
  for (gsize i = 0, next; i < items->len; i = next)
    {
      const HvUnit *unit = &g_array_index (dwarf->units, HvUnit, item[i].unit);
      for (next = i + 1; next < items->len && item[next].unit == item[i].unit;)
        next++;
      Job job = { item + i, next - i,
                  unit->end - unit->offset + (unit->dwo_name ? SPLIT_WEIGHT : 0) };
      g_array_append_val (jobs, job);
      *weight += job.weight;
    }
  g_array_sort (jobs, compare_jobs);
  return jobs;
}

/* Does the jobs on as many threads as they are worth; `workers` are there from before as far as
 * `*n_workers` tells. */
static void
run_jobs (Batch *batch, Worker *workers, guint *n_workers, uint64_t weight)
{
  guint wanted = MIN (MIN (g_get_num_processors (), MAX_WORKERS), batch->n_jobs);

  wanted = (guint) MIN (wanted, 1 + weight / WORTH_A_THREAD);
  for (; *n_workers < wanted; (*n_workers)++)
    init_worker (&workers[*n_workers], batch, *n_workers);
  /* without a thread, the others do its work */
  for (guint i = 1; i < wanted; i++)
    workers[i].thread = g_thread_try_new ("symbols", work, &workers[i], NULL);
  work (&workers[0]);
  for (guint i = 1; i < wanted; i++)
    if (workers[i].thread)
      g_thread_join (g_steal_pointer (&workers[i].thread));
}

/* --- the batch --- */

static gboolean
has_prefix (const char *name, const char *prefix)
{
  return strncmp (name, prefix, strlen (prefix)) == 0;
}

/* A frame that the symbol table knows better. */
typedef struct
{
  uint64_t address;
  Worker *worker;
  Frame *frame;
} Nameless;

static int
compare_nameless (gconstpointer a, gconstpointer b)
{
  const Nameless *x = a, *y = b;

  return x->address < y->address ? -1 : x->address > y->address;
}

/* In order of addresses. */
static GArray *
list_nameless (const Batch *batch, Worker *workers, const uint64_t *addresses, gsize n)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Nameless));

  for (gsize i = 0; i < n; i++)
    {
      const Chain *chain = &batch->chains[i];
      Worker *worker = &workers[chain->worker];
      for (gsize k = chain->first; k < chain->first + chain->n; k++)
        {
          Nameless item = { addresses[i], worker, &g_array_index (worker->frames, Frame, k) };
          if (item.frame->flags & FRAME_NEEDS_SYMBOL)
            g_array_append_val (list, item);
        }
    }
  g_array_sort (list, compare_nameless);
  return list;
}

/* GCC does not tell the linkage name of what is internal to a unit; the linker does. A C function's
 * aliases say less than its own name. */
static void
add_symbols (const Batch *batch, Worker *workers, const uint64_t *addresses, gsize n)
{
  const HvObject *object = batch->object;
  g_autoptr (GArray) list = list_nameless (batch, workers, addresses, n);
  const Nameless *item = HV_ITEMS (list, const Nameless);
  g_autofree const char **symbols = g_new0 (const char *, list->len);
  g_autofree uint64_t *wanted = g_new (uint64_t, list->len);

  for (guint i = 0; i < list->len; i++)
    wanted[i] = item[i].address;
  if (object->debug)
    hv_symtab_find (object->debug, wanted, list->len, symbols);
  hv_symtab_find (object->main, wanted, list->len, symbols);
  for (guint i = 0; i < list->len; i++)
    if (symbols[i]
        && (item[i].frame->function == NULL || has_prefix (symbols[i], "_Z")
            || has_prefix (symbols[i], "_R")))
      {
        Name name = keep_name (item[i].worker, symbols[i]);
        item[i].frame->function = name.raw;
        item[i].frame->readable = name.readable;
      }
}

static void
emit_chains (const Batch *batch, const Worker *workers, gsize n, HvObjectSink sink, gpointer user)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (HvObjectFrame));

  for (gsize i = 0; i < n; i++)
    {
      const Chain *chain = &batch->chains[i];
      g_array_set_size (frames, 0);
      for (gsize k = chain->first; k < chain->first + chain->n; k++)
        {
          const Frame *found = &g_array_index (workers[chain->worker].frames, Frame, k);
          HvObjectFrame frame = { .function = found->function,
                                  .readable = found->readable,
                                  .file = found->file,
                                  .line = found->line,
                                  .inlined = (found->flags & FRAME_INLINED) != 0,
                                  .symbol_only = (found->flags & FRAME_SYMBOL_ONLY) != 0,
                                  .incomplete = found->missing != NULL };
          if (found->missing)
            g_hash_table_add (batch->object->missing, g_strdup (found->missing));
          if (frame.function)
            g_array_append_val (frames, frame);
        }
      if (frames->len > 0)
        sink (i, HV_ITEMS (frames, HvObjectFrame), frames->len, user);
    }
}

static int
compare_addresses (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

  return x < y ? -1 : x > y;
}

/* The addresses that a unit has code at; the others have what the symbol table knows of them. */
static GArray *
list_items (Worker *worker, HvDwarf *dwarf, const uint64_t *addresses, gsize n)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));

  if (dwarf && n)
    {
      g_autofree uint64_t *sorted = g_memdup2 (addresses, n * sizeof *addresses);
      g_auto (HvWanted) wanted = { 0 };
      qsort (sorted, n, sizeof *sorted, compare_addresses);
      hv_wanted_init (&wanted, sorted, n);
      hv_dwarf_cover (dwarf, worker->batch->object->main, &wanted);
    }
  for (gsize i = 0; i < n; i++)
    {
      Item item = { .address = addresses[i], .index = i };
      HvQuery query = { .address = addresses[i], .user = i };
      if (dwarf && hv_dwarf_find_unit (dwarf, addresses[i], 0, &item.unit))
        g_array_append_val (items, item);
      else
        add_symbol (worker, &query, NULL, NULL);
    }
  return items;
}

gboolean
hv_object_resolve (HvObject *object, const uint64_t *addresses, gsize n, GCancellable *cancellable,
                   HvObjectSink sink, gpointer user)
{
  HvDwarf *dwarf = read_dwarf (object);
  g_autofree Chain *chains = g_new0 (Chain, MAX (1, n));
  Batch batch = { .object = object, .cancellable = cancellable, .chains = chains };
  Worker workers[MAX_WORKERS];
  guint n_workers = 1;

  init_worker (&workers[0], &batch, 0);
  g_autoptr (GArray) items = list_items (&workers[0], dwarf, addresses, n);
  for (; items->len > 0 && !g_cancellable_is_cancelled (cancellable); batch.tries++)
    {
      uint64_t weight;
      g_autoptr (GArray) jobs = list_jobs (dwarf, items, &weight);
      batch.jobs = HV_ITEMS (jobs, Job);
      batch.n_jobs = jobs->len;
      batch.next_job = 0;
      run_jobs (&batch, workers, &n_workers, weight);
      g_array_set_size (items, 0);
      for (guint i = 0; i < n_workers; i++)
        {
          g_array_append_vals (items, workers[i].again->data, workers[i].again->len);
          g_array_set_size (workers[i].again, 0);
        }
    }

  gboolean whole = !g_cancellable_is_cancelled (cancellable);
  if (whole)
    add_symbols (&batch, workers, addresses, n);
  /* nothing was taken yet of what may be wrong */
  object->damaged = object->damaged || !is_intact (object);
  for (guint i = 0; i < n_workers; i++)
    object->damaged = object->damaged || workers[i].damaged;
  whole = whole && !object->damaged;
  if (whole)
    emit_chains (&batch, workers, n, sink, user);
  for (guint i = 0; i < n_workers; i++)
    clear_worker (&workers[i]);
  return whole;
}
