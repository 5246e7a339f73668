/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"
#include "resolver.h"

#include <string.h>

typedef struct
{
  HvResolver *r;
  const HvSymbolGroup *group;
  const uint32_t *ids; /* of frames */
  const uint64_t *addresses;
  gsize n;
  HvBatchResult result;

  /* of the addresses the cache does not know */
  const uint32_t *unknown; /* by index given: index in `ids` */
  gint64 cached_file;      /* that takes them; 0: none */
  gboolean split;          /* the rest of the debug information may turn up in other files */
} Batch;

static uint32_t
name_id (HvResolver *r, const char *raw)
{
  gpointer id;

  if (g_hash_table_lookup_extended (r->names, raw, NULL, &id))
    return GPOINTER_TO_UINT (id);
  g_autofree char *readable = hv_demangle (raw);
  uint32_t string = hv_profile_intern (r->profile, readable, -1);
  g_hash_table_insert (r->names, g_string_chunk_insert (r->raw_names, raw),
                       GUINT_TO_POINTER (string));
  return string;
}

static void
take_chain (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  Batch *batch = user;
  HvResolver *r = batch->r;
  uint32_t id = batch->ids[index];

  r->first[id] = r->pool->len;
  gboolean start = (r->profile->frame[id].flags & HV_FRAME_FUNCTION_START) != 0;
  if (start)
    {
      /* the function was called, but which of its lines calls on is not known any more */
      frames += n - 1;
      n = 1;
    }
  for (gsize i = 0; i < n; i++)
    {
      HvFrame frame = {
        .function = name_id (r, frames[i].function),
        .file = frames[i].file && !start ? hv_profile_intern (r->profile, frames[i].file, -1) : 0,
        .line = start ? 0 : frames[i].line,
        .module = batch->group->path,
        .flags = (uint8_t) ((frames[i].inlined ? HV_FRAME_INLINED : 0)
                            | (frames[i].symbol_only ? HV_FRAME_SYMBOL_ONLY : 0)),
      };
      uint32_t named = hv_profile_frame (r->profile, &frame);
      g_array_append_val (r->pool, named);
    }
  r->last[id] = r->pool->len;
  batch->result.n_resolved++;
  batch->result.n_symbol_only += frames[0].symbol_only;
}

/* Gives the addresses that have no name the one of their function's start, so that at least the
 * calls of one function are one frame; whether there is any. */
static gboolean
take_starts (Batch *batch, HvObject *object)
{
  HvResolver *r = batch->r;
  gboolean any = FALSE;

  for (gsize i = 0; i < batch->n; i++)
    {
      HvFrame frame = { .module = batch->group->path,
                        .flags = HV_FRAME_VADDR | HV_FRAME_FUNCTION_START };
      uint32_t id = batch->ids[i];
      if (r->last[id] > r->first[id]
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

static void
take_new (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  Batch *batch = user;
  uint32_t at = batch->unknown[index];

  take_chain (at, frames, n, batch);
  /* without its .dwo file a unit still gives a symbol and a line */
  if (batch->cached_file && !(batch->split && n == 1))
    hv_symcache_put (batch->r->cache, batch->cached_file, batch->addresses[at], frames, n);
}

/* Takes what the cache has of the addresses; returns the indices (uint32_t) of those it has not. */
static GArray *
take_known (Batch *batch, gint64 file)
{
  GArray *unknown = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (HvObjectFrame));

  for (uint32_t i = 0; i < batch->n; i++)
    if (file == 0 || !hv_symcache_get (batch->r->cache, file, batch->addresses[i], frames))
      g_array_append_val (unknown, i);
    else if (frames->len > 0)
      take_chain (i, &g_array_index (frames, HvObjectFrame, 0), frames->len, batch);
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
  gboolean whole = hv_object_resolve (object, wanted, unknown->len, r->options->cancellable,
                                      take_new, batch);
  if (hv_object_is_damaged (object))
    {
      hv_profile_warn (r->profile, "%s was changed while it was read. It was not used for symbols.",
                       path);
      hv_find_say (batch->group->tried, path, "changed while it was read");
    }
  for (guint i = 0; i < unknown->len && whole && batch->cached_file && !batch->split; i++)
    {
      uint32_t id = batch->ids[batch->unknown[i]];
      if (r->last[id] == r->first[id])
        hv_symcache_put (r->cache, batch->cached_file, wanted[i], NULL, 0);
    }
}

/* Names the addresses of the batch, from the cache as far as it goes; what they were read from,
 * which takes `elf` over. */
static HvObject *
resolve_batch (Batch *batch, HvElf *elf, const char *path)
{
  HvResolver *r = batch->r;
  GPtrArray *tried = batch->group->tried;
  char **debug_path = &batch->result.debug_path;
  g_autofree char *key = r->cache ? hv_symcache_key (elf, path) : NULL;
  HvCachedFile known = { 0 };
  HvElf *debug = NULL, *alt = NULL;
  gboolean looked = FALSE;

  if (key && hv_symcache_find (r->cache, key, &known) && known.quality != HV_QUALITY_FULL)
    {
      debug = hv_find_debug (elf, path, r->options, debug_path, tried);
      looked = TRUE;
      g_autofree char *now = hv_symcache_debug (*debug_path);
      if (strcmp (now, known.debug) != 0)
        hv_cached_file_clear (&known);
    }
  g_autoptr (GArray) unknown = take_known (batch, known.id);
  gboolean full = known.id && known.quality == HV_QUALITY_FULL;
  batch->result.debug_info = full;
  if (unknown->len == 0)
    {
      /* "SIZE TIME PATH" */
      g_auto (GStrv) parts = known.id ? g_strsplit (known.debug, " ", 3) : NULL;
      if (!looked && parts && g_strv_length (parts) == 3)
        *debug_path = g_strdup (parts[2]);
      hv_cached_file_clear (&known);
      return hv_object_new (elf, debug, NULL);
    }

  if (!looked)
    debug = hv_find_debug (elf, path, r->options, debug_path, tried);
  alt = hv_find_alt (debug ? debug : elf, debug ? *debug_path : path, r->options);
  HvObject *object = hv_object_new (elf, debug, alt);
  hv_object_set_split (object, hv_split_new (path, *debug_path, r->options->sysroot));
  gboolean has_debug_info = hv_object_has_debug_info (object);
  batch->split = hv_elf_section (debug ? debug : elf, ".debug_addr").data != NULL;
  batch->cached_file = known.id;
  if (known.id && full != has_debug_info)
    batch->cached_file = 0; /* what was there is gone: do not mix the worse in */
  else if (known.id == 0 && key)
    {
      g_autofree char *now = hv_symcache_debug (*debug_path);
      batch->cached_file = hv_symcache_put_file (
          r->cache, key, has_debug_info ? HV_QUALITY_FULL : HV_QUALITY_SYMBOLS, now);
    }
  batch->result.debug_info = full || has_debug_info;
  resolve_unknown (batch, object, path, unknown);
  hv_cached_file_clear (&known);
  return object;
}

HvBatchResult
hv_resolver_name (HvResolver *r, const HvSymbolGroup *group, HvElf *elf, const char *path,
                  const uint32_t *ids, const uint64_t *addresses, gsize n)
{
  Batch batch = { .r = r, .group = group, .ids = ids, .addresses = addresses, .n = n };
  g_autoptr (HvObject) object = resolve_batch (&batch, elf, path);

  batch.result.any_starts = take_starts (&batch, object);
  return batch.result;
}
