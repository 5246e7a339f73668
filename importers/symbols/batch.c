/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"
#include "resolver.h"
#include "store/canonical-paths.h"
#include "symcache.h"

#include <string.h>

/* Lines on split debug information that is not there. */
#define MAX_MISSING 4

typedef struct
{
  HvResolver *r;
  const HvSymbolGroup *group;
  const uint32_t *ids; /* of frames */
  const uint64_t *addresses;
  gsize n;
  HvBatchResult result;

  HvSymcache *cache;       /* may be NULL */
  uint32_t *known;         /* by frame of the cache: the profile's, 0: not met */
  gboolean keep;           /* the cache takes what is read */
  const uint32_t *unknown; /* by address that the cache does not know: index in `ids` */
  GHashTable *ids_of;      /* string of what is being read → the profile's */
  GArray *chain;           /* of uint32_t */
  GArray *readable;        /* of HvCachedFrame */
} Batch;

/* The profile's string for one of the object's: found by where it lies, most of the time, as names
 * are long and in many frames. 0 for NULL. */
static uint32_t
string_id (Batch *batch, const char *text)
{
  guint id = text ? GPOINTER_TO_UINT (g_hash_table_lookup (batch->ids_of, text)) : 0;

  if (id == 0 && text)
    {
      id = hv_profile_intern (batch->r->profile, text, -1);
      g_hash_table_insert (batch->ids_of, (gpointer) text, GUINT_TO_POINTER (id));
    }
  return id;
}

/* Gives the address of an index its chain, innermost first. Names that are not all there is to know
 * (a symbol's, or `incomplete`) keep the address. */
static void
take_chain (Batch *batch, gsize index, const uint32_t *chain, gsize n, gboolean incomplete)
{
  HvResolver *r = batch->r;
  uint32_t id = batch->ids[index];

  r->first[id] = r->pool->len;
  for (gsize i = 0; i < n; i++)
    {
      HvFrame frame = r->profile->frame[chain[i]];
      uint32_t named = chain[i];
      /* one of several frames would bring them all back */
      if (n == 1 && (incomplete || frame.flags & HV_FRAME_SYMBOL_ONLY))
        {
          frame.call = batch->addresses[index];
          named = hv_profile_frame (r->profile, &frame);
        }
      g_array_append_val (r->pool, named);
    }
  r->last[id] = r->pool->len;
  batch->result.n_resolved++;
  batch->result.n_symbol_only += (r->profile->frame[chain[0]].flags & HV_FRAME_SYMBOL_ONLY) != 0;
}

/* Gives the addresses that have no name the one of their function's start, so that at least the
 * calls of one function are shown as one; whether there is any. */
static gboolean
take_starts (Batch *batch, HvObject *object)
{
  HvResolver *r = batch->r;
  gboolean any = FALSE;

  for (gsize i = 0; i < batch->n; i++)
    {
      HvFrame frame = { .module = batch->group->path,
                        .call = batch->addresses[i],
                        .flags = HV_FRAME_VADDR | HV_FRAME_FUNCTION_START };
      uint32_t id = batch->ids[i];
      /* a frame named before, from another file, is not made worse */
      if (r->last[id] > r->first[id] || r->profile->frame[id].function
          || !hv_object_function_start (object, batch->addresses[i], &frame.address))
        continue;
      uint32_t named = hv_profile_frame (r->profile, &frame);
      r->first[id] = r->pool->len;
      g_array_append_val (r->pool, named);
      r->last[id] = r->pool->len;
      any = TRUE;
    }
  return any;
}

static uint32_t
named_frame (const Batch *batch, uint32_t function, uint32_t file, const HvCachedFrame *frame)
{
  HvFrame named = {
    .function = function,
    .file = file,
    .line = frame->line,
    .module = batch->group->path,
    .flags = (uint8_t) ((frame->inlined ? HV_FRAME_INLINED : 0)
                        | (frame->symbol_only ? HV_FRAME_SYMBOL_ONLY : 0)),
  };

  return hv_profile_frame (batch->r->profile, &named);
}

/* The profile's frame for one of the cache. */
static uint32_t
known_frame (Batch *batch, uint32_t frame)
{
  if (batch->known[frame] == 0)
    {
      HvCachedFrame cached = hv_symcache_frame (batch->cache, frame);
      HvProfile *profile = batch->r->profile;
      uint32_t function = hv_profile_intern (profile, cached.function, -1);
      uint32_t file = *cached.file ? hv_profile_intern (profile, cached.file, -1) : 0;
      hv_profile_set_canonical (profile, function, cached.path, cached.trait);
      batch->known[frame] = named_frame (batch, function, file, &cached);
    }
  return batch->known[frame];
}

static void
take_new (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  Batch *batch = user;
  HvProfile *profile = batch->r->profile;
  uint32_t at = batch->unknown[index];

  g_array_set_size (batch->chain, 0);
  g_array_set_size (batch->readable, 0);
  for (gsize i = 0; i < n; i++)
    {
      HvCachedFrame frame = {
        .file = frames[i].file ? frames[i].file : "",
        .line = frames[i].line,
        .inlined = frames[i].inlined,
        .symbol_only = frames[i].symbol_only,
      };
      uint32_t named = named_frame (batch, string_id (batch, frames[i].readable),
                                    string_id (batch, frames[i].file), &frame);
      g_array_append_val (batch->chain, named);
      g_array_append_val (batch->readable, frame);
    }
  const uint32_t *chain = HV_ITEMS (batch->chain, const uint32_t);
  take_chain (batch, at, chain, n, frames[0].incomplete);
  if (!batch->keep || frames[0].incomplete)
    return;
  for (gsize i = 0; i < n; i++)
    {
      HvCachedFrame *readable = &g_array_index (batch->readable, HvCachedFrame, i);
      uint32_t function = profile->frame[chain[i]].function;
      readable->function = hv_profile_string (profile, function);
      readable->path = hv_profile_canonical (profile, function, &readable->trait);
    }
  hv_symcache_put (batch->cache, batch->addresses[at], HV_ITEMS (batch->readable, HvCachedFrame),
                   n);
}

/* Takes what the cache has of the addresses; returns the indices (uint32_t) of those it has not. */
static GArray *
take_known (Batch *batch)
{
  GArray *unknown = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  if (batch->cache)
    batch->known = g_new0 (uint32_t, MAX (1, hv_symcache_n_frames (batch->cache)));
  for (uint32_t i = 0; i < batch->n; i++)
    {
      const uint32_t *frames;
      gsize n;
      if (batch->cache == NULL
          || !hv_symcache_find (batch->cache, batch->addresses[i], &frames, &n))
        {
          g_array_append_val (unknown, i);
          continue;
        }
      g_array_set_size (batch->chain, 0);
      for (gsize k = 0; k < n; k++)
        {
          uint32_t named = known_frame (batch, frames[k]);
          g_array_append_val (batch->chain, named);
        }
      if (n > 0)
        take_chain (batch, i, HV_ITEMS (batch->chain, const uint32_t), n, FALSE);
    }
  g_clear_pointer (&batch->known, g_free);
  return unknown;
}

/* Reads what the cache does not know, and tells it. */
static void
resolve_unknown (Batch *batch, HvObject *object, const char *path, const GArray *unknown)
{
  HvResolver *r = batch->r;
  g_autofree uint64_t *wanted = g_new (uint64_t, unknown->len);

  batch->unknown = HV_ITEMS (unknown, const uint32_t);
  for (guint i = 0; i < unknown->len; i++)
    wanted[i] = batch->addresses[batch->unknown[i]];
  batch->ids_of = g_hash_table_new (NULL, NULL);
  gboolean whole = hv_object_resolve (object, wanted, unknown->len, r->options->cancellable,
                                      take_new, batch);
  g_clear_pointer (&batch->ids_of, g_hash_table_unref);
  if (hv_object_is_damaged (object))
    {
      hv_profile_warn (r->profile, "%s was changed while it was read. It was not used for symbols.",
                       path);
      hv_find_say (batch->group->tried, path, "changed while it was read");
    }
  /* an address without a name may have one in a file that is missing */
  gboolean nothing_missing = g_hash_table_size (hv_object_missing (object)) == 0;
  for (guint i = 0; i < unknown->len && whole && batch->keep && nothing_missing; i++)
    {
      uint32_t id = batch->ids[batch->unknown[i]];
      if (r->last[id] == r->first[id])
        hv_symcache_put (batch->cache, wanted[i], NULL, 0);
    }
}

/* The files that an object's names are from beside itself. */
typedef struct
{
  HvElf *debug, *alt;
  char *debug_path, *alt_path;
  gboolean lacks_alt;
} Files;

static void
find_files (Batch *batch, Files *files, HvElf *elf, const char *path)
{
  const HvImportOptions *options = batch->r->options;
  GPtrArray *tried = batch->group->tried;

  files->debug = hv_find_debug (elf, path, options, &files->debug_path, tried);
  if (files->debug == NULL && options->debuginfod && !hv_elf_section (elf, ".debug_info").data)
    {
      files->debug_path = hv_resolver_ask (batch->r, hv_elf_build_id (elf),
                                           HV_DEBUGINFOD_DEBUG_FILE, tried);
      files->debug = files->debug_path ? hv_find_open (files->debug_path, hv_elf_build_id (elf))
                                       : NULL;
      if (files->debug == NULL)
        g_clear_pointer (&files->debug_path, g_free);
    }
  files->alt = hv_find_alt (files->debug ? files->debug : elf,
                            files->debug ? files->debug_path : path, options, &files->alt_path,
                            &files->lacks_alt, tried);
}

/* Those files with their sizes and times, a line each, the packages of split debug information with
 * them; the first line is the debug file's, empty when there is none. */
static char *
inputs_of (const Files *files, const char *path)
{
  const char *const beside[] = { path, files->debug_path };
  g_autofree char *debug = hv_symcache_input (files->debug_path);
  g_autofree char *alt = hv_symcache_input (files->alt_path);
  GString *inputs = g_string_new (*debug ? debug : "\n");

  g_string_append (inputs, alt);
  for (gsize i = 0; i < G_N_ELEMENTS (beside); i++)
    if (beside[i])
      {
        g_autofree char *package = g_strconcat (beside[i], ".dwp", NULL);
        g_autofree char *input = hv_symcache_input (package);
        g_string_append (inputs, input);
      }
  return g_string_free (inputs, FALSE);
}

/* The debug file among the inputs, or NULL. */
static char *
debug_input (const char *inputs)
{
  g_auto (GStrv) lines = g_strsplit (inputs, "\n", 2);
  g_auto (GStrv) parts = lines[0] ? g_strsplit (lines[0], " ", 3) : NULL;

  return parts && g_strv_length (parts) == 3 ? g_strdup (parts[2]) : NULL;
}

static void
say_missing (Batch *batch, const HvObject *object, const char *path)
{
  static const char what[] = "the split debug information was not found";
  g_autofree char *package = g_strconcat (path, ".dwp", NULL);
  g_autoptr (GList) files = g_list_sort (g_hash_table_get_keys (hv_object_missing (object)),
                                         (GCompareFunc) strcmp);
  guint n = 0;

  if (files)
    hv_find_say (batch->group->tried, package, what);
  for (const GList *l = files; l && n < MAX_MISSING; l = l->next, n++)
    hv_find_say (batch->group->tried, l->data, what);
}

/* Names the addresses of the batch, from the cache as far as it goes; what they were read from,
 * which takes `elf` over. */
static HvObject *
resolve_batch (Batch *batch, HvElf *elf, const char *path)
{
  const HvImportOptions *options = batch->r->options;
  Files files = { 0 };
  g_autofree char *inputs = NULL;

  gboolean full = batch->cache && hv_symcache_is_known (batch->cache)
                  && hv_symcache_quality (batch->cache) == HV_QUALITY_FULL;
  if (full && hv_symcache_inputs_changed (hv_symcache_inputs (batch->cache)))
    {
      hv_symcache_reset (batch->cache, HV_QUALITY_SYMBOLS, "");
      full = FALSE;
    }
  gboolean looked = batch->cache && hv_symcache_is_known (batch->cache) && !full;
  if (looked)
    {
      find_files (batch, &files, elf, path);
      inputs = inputs_of (&files, path);
      if (strcmp (inputs, hv_symcache_inputs (batch->cache)) != 0)
        hv_symcache_reset (batch->cache, HV_QUALITY_SYMBOLS, "");
    }
  g_autoptr (GArray) unknown = take_known (batch);
  batch->result.debug_info = full;
  if (unknown->len == 0)
    {
      batch->result.debug_path = looked ? files.debug_path
                                        : debug_input (hv_symcache_inputs (batch->cache));
      g_free (files.alt_path);
      return hv_object_new (elf, files.debug, files.alt);
    }

  if (!looked)
    find_files (batch, &files, elf, path);
  HvObject *object = hv_object_new (elf, files.debug, files.alt);
  hv_object_set_split (object, hv_split_new (path, files.debug_path, options->sysroot));
  gboolean has_debug_info = hv_object_has_debug_info (object);
  HvQuality quality = has_debug_info && !files.lacks_alt ? HV_QUALITY_FULL : HV_QUALITY_SYMBOLS;
  if (batch->cache && !hv_symcache_is_known (batch->cache))
    {
      if (inputs == NULL)
        inputs = inputs_of (&files, path);
      hv_symcache_reset (batch->cache, quality, inputs);
    }
  /* when what was there is gone, do not mix the worse in */
  batch->keep = batch->cache && hv_symcache_quality (batch->cache) == quality;
  batch->result.debug_info = full || has_debug_info;
  resolve_unknown (batch, object, path, unknown);
  say_missing (batch, object, path);
  batch->result.debug_path = files.debug_path;
  g_free (files.alt_path);
  return object;
}

HvBatchResult
hv_resolver_name (HvResolver *r, const HvSymbolGroup *group, HvElf *elf, const char *path,
                  const uint32_t *ids, const uint64_t *addresses, gsize n)
{
  Batch batch = { .r = r, .group = group, .ids = ids, .addresses = addresses, .n = n };

  batch.cache = r->options->symbol_cache ? hv_symcache_open (elf, path) : NULL;
  batch.chain = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  batch.readable = g_array_new (FALSE, FALSE, sizeof (HvCachedFrame));
  g_autoptr (HvObject) object = resolve_batch (&batch, elf, path);
  batch.result.any_starts = take_starts (&batch, object);
  hv_symcache_close (batch.cache);
  g_array_unref (batch.chain);
  g_array_unref (batch.readable);
  return batch.result;
}
