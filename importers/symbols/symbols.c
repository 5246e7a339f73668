/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols.h"

#include "find.h"
#include "object.h"
#include "rules.h"
#include "symcache.h"
#include "verify.h"

#include <glib/gstdio.h>
#include <string.h>

static const char resolved[] = "resolved", symbols_only[] = "symbol table only",
                  starts_only[] = "function starts only", no_symbols[] = "no symbols",
                  not_found[] = "file not found", mismatch[] = "does not match";

/* So many return addresses tell more than where the code lies: that may be moved, as to huge pages.
 */
#define MIN_CALLS 8

/* Lines on where a module was looked for. */
#define MAX_TRIED 16

/* The unresolved frames of one module. */
typedef struct
{
  uint32_t path;  /* string */
  GArray *frames; /* ids */
  const char *status;
  int64_t cost; /* of the stacks it leaves without names */
  uint32_t seen_by;
  GPtrArray *tried; /* of char *, a line each */
} Group;

typedef struct
{
  HvProfile *profile;
  const HvImportOptions *options;
  GArray *groups;         /* of Group */
  uint32_t *group_of;     /* by frame: index + 1, 0: resolved */
  uint32_t n_frames;      /* before */
  uint32_t *first, *last; /* by frame: its chain in `pool` */
  GArray *pool;           /* of frame ids, innermost first */
  GHashTable *names;      /* raw name → string id */
  GStringChunk *raw_names;

  /* of the group being resolved */
  const Group *group;
  const uint32_t *batch; /* frame ids */
  gsize n_resolved, n_symbol_only;

  HvSymcache *cache; /* may be NULL */
  /* of the addresses the cache does not know */
  const uint32_t *unknown; /* by index given: index in `batch` */
  const uint64_t *addresses;
  gint64 cached_file; /* that takes them; 0: none */
  gboolean split;     /* the rest of the debug information may turn up in other files */
} Resolver;

static gboolean
is_unresolved (const HvFrame *frame)
{
  return frame->function == 0 && frame->module != 0 && frame->address != 0
         && !(frame->flags & (HV_FRAME_RUNTIME_ADDRESS | HV_FRAME_SYNTHETIC));
}

static void
clear_group (gpointer data)
{
  g_array_unref (((Group *) data)->frames);
  g_ptr_array_unref (((Group *) data)->tried);
}

static void
group_frames (Resolver *r)
{
  g_autoptr (GHashTable) by_path = g_hash_table_new (NULL, NULL);

  for (uint32_t f = 1; f < r->n_frames; f++)
    {
      const HvFrame *frame = &r->profile->frame[f];
      if (!is_unresolved (frame))
        continue;
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (by_path, GUINT_TO_POINTER (frame->module)));
      if (at == 0)
        {
          Group group = { .path = frame->module,
                          .frames = g_array_new (FALSE, FALSE, sizeof (uint32_t)),
                          .tried = g_ptr_array_new_with_free_func (g_free) };
          g_array_append_val (r->groups, group);
          at = r->groups->len;
          g_hash_table_insert (by_path, GUINT_TO_POINTER (frame->module), GUINT_TO_POINTER (at));
        }
      g_array_append_val (g_array_index (r->groups, Group, at - 1).frames, f);
      r->group_of[f] = at;
    }
}

static uint32_t
name_id (Resolver *r, const char *raw)
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
  Resolver *r = user;
  uint32_t id = r->batch[index];

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
        .module = r->group->path,
        .flags = (uint8_t) ((frames[i].inlined ? HV_FRAME_INLINED : 0)
                            | (frames[i].symbol_only ? HV_FRAME_SYMBOL_ONLY : 0)),
      };
      uint32_t named = hv_profile_frame (r->profile, &frame);
      g_array_append_val (r->pool, named);
    }
  r->last[id] = r->pool->len;
  r->n_resolved++;
  r->n_symbol_only += frames[0].symbol_only;
}

/* The module's entry, added when the importer did not. */
static HvModule *
module_entry (HvProfile *profile, uint32_t path)
{
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (profile->module[m].path == path)
      return &profile->module[m];
  HvModule module = { .path = path };
  uint32_t m = hv_profile_add_module (profile, &module);
  return m < profile->n_modules ? &profile->module[m] : NULL;
}

/* Maps are in order of addresses, and position-independent programs lie below their libraries. */
static gboolean
is_main (const HvProfile *profile, uint32_t path)
{
  for (uint32_t m = 0; m < profile->n_modules; m++)
    {
      const char *candidate = hv_profile_string (profile, profile->module[m].path);
      if (candidate[0] == '/' && !strstr (hv_basename (candidate), ".so"))
        return profile->module[m].path == path;
    }
  return FALSE;
}

/* Gives the addresses that have no name the one of their function's start, so that at least the
 * calls of one function are one frame; whether there is any. */
static gboolean
take_starts (Resolver *r, HvObject *object, const uint64_t *addresses, gsize n)
{
  gboolean any = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      HvFrame frame = { .module = r->group->path,
                        .flags = HV_FRAME_VADDR | HV_FRAME_FUNCTION_START };
      uint32_t id = r->batch[i];
      if (r->last[id] > r->first[id]
          || !hv_object_function_start (object, addresses[i], &frame.address))
        continue;
      uint32_t named = hv_profile_frame (r->profile, &frame);
      r->first[id] = r->pool->len;
      g_array_append_val (r->pool, named);
      r->last[id] = r->pool->len;
      any = TRUE;
    }
  return any;
}

/* Says which file was used, and what makes one doubt that it is the one that ran. */
static void
say_used (Resolver *r, const Group *group, const char *path, const char *debug_path,
          const char *status)
{
  GStatBuf file, dump;
  gboolean newer = g_stat (path, &file) == 0 && r->profile->path
                   && g_stat (r->profile->path, &dump) == 0 && file.st_mtime > dump.st_mtime;
  g_autofree char *what = g_strconcat (status, newer ? " (the file is newer than the dump)" : NULL,
                                       NULL);

  hv_find_say (group->tried, path, what);
  if (debug_path)
    hv_find_say (group->tried, debug_path, "its debug file");
}

static void
take_new (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  Resolver *r = user;

  take_chain (r->unknown[index], frames, n, r);
  /* without its .dwo file a unit still gives a symbol and a line */
  if (r->cached_file && !(r->split && n == 1))
    hv_symcache_put (r->cache, r->cached_file, r->addresses[index], frames, n);
}

/* Takes what the cache has of the addresses; returns the indices (uint32_t) of those it has not. */
static GArray *
take_known (Resolver *r, gint64 file, const uint64_t *addresses, gsize n)
{
  GArray *unknown = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (HvObjectFrame));

  for (uint32_t i = 0; i < n; i++)
    if (file == 0 || !hv_symcache_get (r->cache, file, addresses[i], frames))
      g_array_append_val (unknown, i);
    else if (frames->len > 0)
      take_chain (i, &g_array_index (frames, HvObjectFrame, 0), frames->len, r);
  return unknown;
}

/* Reads what the cache does not know, and tells it. */
static void
resolve_unknown (Resolver *r, HvObject *object, const uint64_t *addresses, const GArray *unknown)
{
  g_autofree uint64_t *wanted = g_new (uint64_t, unknown->len);

  r->unknown = (const uint32_t *) (gpointer) unknown->data;
  r->addresses = wanted;
  for (guint i = 0; i < unknown->len; i++)
    wanted[i] = addresses[r->unknown[i]];
  gboolean whole = hv_object_resolve (object, wanted, unknown->len, r->options->cancellable,
                                      take_new, r);
  for (guint i = 0; i < unknown->len && whole && r->cached_file && !r->split; i++)
    {
      uint32_t id = r->batch[r->unknown[i]];
      if (r->last[id] == r->first[id])
        hv_symcache_put (r->cache, r->cached_file, wanted[i], NULL, 0);
    }
  r->addresses = NULL;
  r->unknown = NULL;
}

/* Names the addresses of the batch, from the cache as far as it goes; what they were read from,
 * which takes `elf` over. `*full` tells whether debug information was there. */
static HvObject *
resolve_batch (Resolver *r, HvElf *elf, const char *path, const uint64_t *addresses, gsize n,
               char **debug_path, GPtrArray *tried, gboolean *full)
{
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
  g_autoptr (GArray) unknown = take_known (r, known.id, addresses, n);
  *full = known.id && known.quality == HV_QUALITY_FULL;
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
  r->split = hv_elf_section (debug ? debug : elf, ".debug_addr").data != NULL;
  r->cached_file = known.id;
  if (known.id && *full != has_debug_info)
    r->cached_file = 0; /* what was there is gone: do not mix the worse in */
  else if (known.id == 0 && key)
    {
      g_autofree char *now = hv_symcache_debug (*debug_path);
      r->cached_file = hv_symcache_put_file (
          r->cache, key, has_debug_info ? HV_QUALITY_FULL : HV_QUALITY_SYMBOLS, now);
    }
  *full = *full || has_debug_info;
  resolve_unknown (r, object, addresses, unknown);
  hv_cached_file_clear (&known);
  return object;
}

/* What the file of a module says; its status. */
static const char *
resolve_file (Resolver *r, const Group *group, HvElf *elf, const char *path)
{
  g_autofree char *debug_path = NULL;
  g_autofree uint64_t *addresses = g_new (uint64_t, group->frames->len);
  g_autofree uint32_t *ids = g_new (uint32_t, group->frames->len);
  gsize n = 0, n_calls = 0, n_starts = 0;

  /* calls before the starts of functions, which follow no call */
  for (guint starts = 0; starts < 2; starts++)
    for (guint i = 0; i < group->frames->len; i++)
      {
        uint32_t id = g_array_index (group->frames, uint32_t, i);
        const HvFrame *frame = &r->profile->frame[id];
        uint64_t address = frame->address;
        if (((frame->flags & HV_FRAME_FUNCTION_START) != 0) != starts)
          continue;
        n_calls += !starts;
        if (!(frame->flags & HV_FRAME_VADDR) && !hv_elf_address (elf, frame->address, &address))
          continue;
        addresses[n] = address;
        ids[n++] = id;
        n_starts += starts;
      }

  HvVerdict verdict = hv_verify_calls (elf, addresses, n - n_starts);
  verdict.checked += n_calls - (n - n_starts);
  const HvModule *module = module_entry (r->profile, group->path);
  gboolean layout = module == NULL
                    || hv_verify_layout (elf, module->code_offset, module->code_size);
  if (hv_verdict_ok (&verdict) && !layout && verdict.checked < MIN_CALLS)
    {
      hv_profile_warn (r->profile,
                       "%s is not the file that ran: its code lies elsewhere than what was mapped. "
                       "It was not used for symbols.",
                       path);
      hv_find_say (group->tried, path, "another build: its code is not what was mapped");
      hv_elf_free (elf);
      return mismatch;
    }
  if (!hv_verdict_ok (&verdict))
    {
      hv_profile_warn (r->profile,
                       "%s is not the file that ran: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                       " return addresses follow a call. It was not used for symbols.",
                       path, verdict.calls, verdict.checked);
      g_autofree char *why = g_strdup_printf ("another build: %" G_GUINT64_FORMAT
                                              " of %" G_GUINT64_FORMAT
                                              " return addresses follow a call",
                                              verdict.calls, verdict.checked);
      hv_find_say (group->tried, path, why);
      hv_elf_free (elf);
      return mismatch;
    }

  r->group = group;
  r->batch = ids;
  r->n_resolved = r->n_symbol_only = 0;
  gboolean full;
  g_autoptr (HvObject)
      object = resolve_batch (r, elf, path, addresses, n, &debug_path, group->tried, &full);
  gboolean any_starts = take_starts (r, object, addresses, n);

  const char *status = resolved;
  if (r->n_resolved == 0)
    status = any_starts ? starts_only : no_symbols;
  else if (r->n_resolved == r->n_symbol_only && !full)
    status = symbols_only;
  say_used (r, group, path, debug_path, status);
  return status;
}

/* Tries one file for a module; TRUE when it is the one that ran, even if it has no symbols. */
static gboolean
try_file (Resolver *r, Group *group, const char *path, const char *build_id)
{
  g_autoptr (GError) error = NULL;
  HvElf *elf = hv_elf_open (path, &error);

  if (elf == NULL)
    {
      hv_find_say (group->tried, path, error->message);
      if (group->status == not_found && g_error_matches (error, HV_ERROR, HV_ERROR_FORMAT))
        group->status = no_symbols;
      return FALSE;
    }

  const char *found = hv_elf_build_id (elf);
  if (*build_id && found && strcmp (found, build_id) != 0)
    {
      g_autofree char *why = g_strdup_printf ("another build: its build id is %s", found);
      hv_find_say (group->tried, path, why);
      group->status = mismatch;
      hv_elf_free (elf);
      return FALSE;
    }
  g_autofree char *new_id = g_strdup (*build_id ? NULL : found);
  group->status = resolve_file (r, group, elf, path);
  if (group->status == mismatch)
    return FALSE;
  HvModule *module = module_entry (r->profile, group->path);
  if (module && new_id)
    module->build_id = hv_profile_intern (r->profile, new_id, -1);
  return TRUE;
}

static void
resolve_group (Resolver *r, Group *group)
{
  HvProfile *profile = r->profile;
  HvModule *module = module_entry (profile, group->path);
  g_autofree char *known = g_strdup (hv_profile_string (profile, group->path));
  g_autofree char *build_id = g_strdup (module ? hv_profile_string (profile, module->build_id)
                                               : "");

  group->status = not_found;
  /* "[vdso]", "anon_inode:…": no file has it */
  if (known[0] != '[')
    {
      g_autoptr (GPtrArray)
          places = hv_find_module (known, build_id, is_main (profile, group->path), r->options);
      for (guint i = 0; i < places->len && !try_file (r, group, places->pdata[i], build_id); i++)
        ;
    }
  if (module)
    module->status = hv_profile_intern (profile, group->status, -1);
}

static void
expand (HvProfile *profile, uint32_t frame, GArray *frames, gpointer user)
{
  const Resolver *r = user;

  if (frame < r->n_frames && r->last[frame] > r->first[frame])
    g_array_append_vals (frames, &g_array_index (r->pool, uint32_t, r->first[frame]),
                         r->last[frame] - r->first[frame]);
}

static gboolean
is_missing (const Group *group)
{
  return group->status == starts_only || group->status == no_symbols || group->status == not_found
         || group->status == mismatch;
}

/* What a frame without a name means for its stack. */
typedef enum
{
  ROLE_OTHER, /* named, or of no file */
  ROLE_MISSING,
  ROLE_FOLDED, /* of the allocator */
  ROLE_ENTRY,  /* what called main(), or started the thread, when nothing but the like is outside */
  ROLE_MISSING_ENTRY,
} Role;

static gboolean
is_c_runtime (const char *path)
{
  static const char *const names[] = { "libc.",   "libc-",      "libpthread", "ld-linux",
                                       "ld-musl", "libstdc++.", "libc++." };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (hv_basename (path), names[i]))
      return TRUE;
  return FALSE;
}

static Role
role_of (const Resolver *r, uint32_t frame)
{
  HvProfile *profile = r->profile;
  const Group *group = r->group_of[frame]
                           ? &g_array_index (r->groups, Group, r->group_of[frame] - 1)
                           : NULL;
  const HvFrame *named = &profile->frame[frame];
  const char *path = hv_profile_string (profile, named->module);

  if (group && r->last[frame] > r->first[frame])
    named = &profile->frame[g_array_index (r->pool, uint32_t, r->last[frame] - 1)];
  switch (hv_rules_category (hv_profile_string (profile, named->function), path))
    {
    case HV_CATEGORY_ALLOCATOR:
      return ROLE_FOLDED;
    case HV_CATEGORY_ENTRY:
      return ROLE_ENTRY;
    case HV_CATEGORY_APP:
    case HV_CATEGORY_ASYNC:
    case HV_CATEGORY_PLUMBING:
    default:
      break;
    }
  if (group == NULL || named->function || *path == '[')
    return ROLE_OTHER;
  if (is_c_runtime (path))
    return ROLE_MISSING_ENTRY;
  return ROLE_MISSING;
}

static int64_t
add_up (int64_t a, int64_t b)
{
  int64_t sum;

  return __builtin_add_overflow (a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

/* The groups with a frame in the stack of `site` that is shown and has no name take its cost;
 * whether there is one whose symbols are missing altogether. */
static gboolean
charge_groups (Resolver *r, const uint8_t *role, uint32_t site, int64_t cost)
{
  const HvProfile *profile = r->profile;
  uint32_t outermost = 0;
  Role inner = ROLE_OTHER;
  gboolean any = FALSE;

  for (uint32_t n = profile->site_node[site]; n != 0; n = profile->node_parent[n])
    {
      Role here = role[profile->node_frame[n]];
      /* the last one of all, which called the C library, is _start() */
      gboolean start = profile->node_parent[n] == 0 && here == ROLE_MISSING && outermost != 0
                       && inner == ROLE_MISSING_ENTRY;
      if ((here == ROLE_MISSING || here == ROLE_OTHER) && !start)
        outermost = n;
      inner = here;
    }
  for (uint32_t n = profile->site_node[site]; n != 0 && outermost; n = profile->node_parent[n])
    {
      uint32_t frame = profile->node_frame[n];
      if (role[frame] == ROLE_MISSING || role[frame] == ROLE_MISSING_ENTRY)
        {
          Group *group = &g_array_index (r->groups, Group, r->group_of[frame] - 1);
          if (group->seen_by != site + 1)
            group->cost = add_up (group->cost, cost);
          group->seen_by = site + 1;
          any = any || is_missing (group);
        }
      if (n == outermost)
        break;
    }
  return any;
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const Group *x = *(const Group *const *) a, *y = *(const Group *const *) b;

  if (x->cost != y->cost)
    return x->cost > y->cost ? -1 : 1;
  return x->frames->len != y->frames->len ? (x->frames->len > y->frames->len ? -1 : 1) : 0;
}

/* What each module's missing names cost, and what was looked at for them. */
static void
report_groups (Resolver *r)
{
  for (guint i = 0; i < r->groups->len; i++)
    {
      const Group *group = &g_array_index (r->groups, Group, i);
      HvModule *module = module_entry (r->profile, group->path);
      g_autoptr (GString) tried = g_string_new (NULL);
      if (module == NULL)
        continue;
      for (guint t = 0; t < MIN (group->tried->len, MAX_TRIED); t++)
        g_string_append_printf (tried, "%s%s", t ? "\n" : "",
                                (const char *) group->tried->pdata[t]);
      module->unresolved = group->cost;
      module->tried = hv_profile_intern (r->profile, tried->str, -1);
    }
}

/* One sentence on all modules without symbols, the costliest first, unless next to nothing depends
 * on them. */
static void
warn_of_missing (Resolver *r)
{
  HvProfile *profile = r->profile;
  const int64_t *cost = profile->column[profile->default_metric];
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autofree uint8_t *role = g_new0 (uint8_t, MAX (1, r->n_frames));
  double total = 0, without = 0;

  for (uint32_t f = 1; f < r->n_frames; f++)
    role[f] = (uint8_t) role_of (r, f);
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t value = cost ? cost[s] : 0;
      total += (double) value;
      if (charge_groups (r, role, s, value))
        without += (double) value;
    }
  for (guint i = 0; i < r->groups->len; i++)
    {
      Group *group = &g_array_index (r->groups, Group, i);
      if (is_missing (group) && group->seen_by)
        g_ptr_array_add (missing, group);
    }
  if (missing->len == 0 || (total > 0 && without >= 0 && without < total / 100))
    return;
  g_ptr_array_sort (missing, compare_groups);

  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "Symbols are missing for %u module%s", missing->len,
                          missing->len == 1 ? "" : "s");
  if (total > 0 && without >= 0)
    g_string_append_printf (text, " in stacks of %.0f %% of the %s", 100 * without / total,
                            hv_metric_title (profile->default_metric));
  for (guint i = 0; i < MIN (missing->len, 3); i++)
    {
      const Group *group = g_ptr_array_index (missing, i);
      g_string_append_printf (text, "%s %s (%s)", i ? "," : ":",
                              hv_profile_string (profile, group->path), group->status);
    }
  if (missing->len > 3)
    g_string_append_printf (text, " and %u more", missing->len - 3);
  g_string_append (text, ". Give the files with --binary PATH.");
  hv_profile_warn (profile, "%s", text->str);
}

gboolean
hv_symbols_resolve (HvProfile *profile, const HvImportOptions *options, GError **error)
{
  Resolver r = { .profile = profile, .options = options, .n_frames = profile->n_frames };

  r.groups = g_array_new (FALSE, TRUE, sizeof (Group));
  g_array_set_clear_func (r.groups, clear_group);
  r.group_of = g_new0 (uint32_t, MAX (1, r.n_frames));
  group_frames (&r);
  if (r.groups->len > 0)
    {
      r.first = g_new0 (uint32_t, r.n_frames);
      r.last = g_new0 (uint32_t, r.n_frames);
      r.pool = g_array_new (FALSE, FALSE, sizeof (uint32_t));
      r.names = g_hash_table_new (g_str_hash, g_str_equal);
      r.raw_names = g_string_chunk_new (1 << 16);
      r.cache = options->symbol_cache ? hv_symcache_open () : NULL;
      for (guint i = 0; i < r.groups->len && !g_cancellable_is_cancelled (options->cancellable);
           i++)
        resolve_group (&r, &g_array_index (r.groups, Group, i));
      hv_symcache_close (r.cache);
      if (!g_cancellable_is_cancelled (options->cancellable))
        {
          warn_of_missing (&r);
          report_groups (&r);
          hv_profile_expand_frames (profile, expand, &r);
        }
      g_free (r.first);
      g_free (r.last);
      g_array_unref (r.pool);
      g_hash_table_unref (r.names);
      g_string_chunk_free (r.raw_names);
    }
  g_array_unref (r.groups);
  g_free (r.group_of);
  return !g_cancellable_set_error_if_cancelled (options->cancellable, error);
}
