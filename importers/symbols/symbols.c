/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols.h"

#include "find.h"
#include "live.h"
#include "resolver.h"
#include "verify.h"

#include <glib/gstdio.h>
#include <string.h>

/* So many return addresses tell more than where the code lies: that may be moved, as to huge pages.
 */
#define MIN_CALLS 8

const char *
hv_symbol_status_text (HvSymbolStatus status)
{
  static const char *const texts[] = {
    [HV_SYMBOLS_RESOLVED] = "resolved",
    [HV_SYMBOLS_TABLE_ONLY] = "symbol table only",
    [HV_SYMBOLS_STARTS_ONLY] = "function starts only",
    [HV_SYMBOLS_NONE] = "no symbols",
    [HV_SYMBOLS_NOT_FOUND] = "file not found",
    [HV_SYMBOLS_MISMATCH] = "does not match",
    [HV_SYMBOLS_NOT_TRIED] = "",
  };

  return texts[status];
}

static HvSymbolStatus
parse_status (const char *text)
{
  for (HvSymbolStatus s = HV_SYMBOLS_RESOLVED; s < HV_SYMBOLS_NOT_TRIED; s++)
    if (strcmp (text, hv_symbol_status_text (s)) == 0)
      return s;
  return HV_SYMBOLS_NOT_TRIED;
}

/* Without a name, or with one that a better file may better. */
static gboolean
is_unresolved (const HvFrame *frame)
{
  return frame->module != 0 && (frame->call != 0 || (frame->function == 0 && frame->address != 0))
         && !(frame->flags & (HV_FRAME_RUNTIME_ADDRESS | HV_FRAME_SYNTHETIC));
}

/* The unresolved frames that are in stacks: one of a stored profile may have been replaced. */
static uint8_t *
find_unresolved (const HvProfile *profile)
{
  uint8_t *unresolved = g_new0 (uint8_t, MAX (1, profile->n_frames));

  for (uint32_t n = 1; n < profile->n_nodes; n++)
    unresolved[profile->node_frame[n]] = is_unresolved (&profile->frame[profile->node_frame[n]]);
  return unresolved;
}

static void
clear_group (gpointer data)
{
  g_array_unref (((HvSymbolGroup *) data)->frames);
  g_ptr_array_unref (((HvSymbolGroup *) data)->tried);
  g_free (((HvSymbolGroup *) data)->refused);
}

static guint
add_group (HvResolver *r, uint32_t path, HvSymbolStatus before)
{
  HvSymbolGroup group = { .path = path,
                          .before = before,
                          .frames = g_array_new (FALSE, FALSE, sizeof (uint32_t)),
                          .tried = g_ptr_array_new_with_free_func (g_free) };

  g_array_append_val (r->groups, group);
  return r->groups->len;
}

/* In the order of the modules, which a stored profile keeps while its frames come anew. */
static void
group_frames (HvResolver *r)
{
  const HvProfile *profile = r->profile;
  g_autofree uint8_t *unresolved = find_unresolved (profile);
  g_autofree uint32_t *group = g_new0 (uint32_t, profile->n_strings); /* index + 1, by path */

  for (uint32_t f = 1; f < r->n_frames; f++)
    if (unresolved[f])
      group[profile->frame[f].module] = UINT32_MAX;
  for (uint32_t m = 0; m < profile->n_modules; m++)
    {
      const HvModule *module = &profile->module[m];
      if (group[module->path] == UINT32_MAX)
        group[module->path] = add_group (
            r, module->path, parse_status (hv_profile_string (profile, module->status)));
    }
  for (uint32_t f = 1; f < r->n_frames; f++)
    {
      uint32_t path = profile->frame[f].module;
      if (!unresolved[f])
        continue;
      if (group[path] == UINT32_MAX)
        group[path] = add_group (r, path, HV_SYMBOLS_NOT_TRIED);
      r->group_of[f] = group[path];
      g_array_append_val (g_array_index (r->groups, HvSymbolGroup, group[path] - 1).frames, f);
    }
}

HvModule *
hv_resolver_module (HvResolver *r, uint32_t path)
{
  HvProfile *profile = r->profile;

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

/* Says which file was used, and what makes one doubt that it is the one that ran. */
static void
say_used (HvResolver *r, const HvSymbolGroup *group, const char *path, const char *debug_path,
          const char *status, gboolean layout)
{
  const HvModule *module = hv_resolver_module (r, group->path);
  const char *place = hv_profile_string (r->profile, group->path);
  g_autoptr (GString) what = g_string_new (status);
  GStatBuf file, dump;

  if (g_stat (path, &file) == 0)
    {
      if (r->profile->path && g_stat (r->profile->path, &dump) == 0
          && file.st_mtime > dump.st_mtime)
        g_string_append (what, " (the file is newer than the dump)");
      /* device numbers of another machine, or of an overlay, say nothing */
      if (module && module->inode && strcmp (path, place) == 0 && module->device == file.st_dev
          && module->inode != file.st_ino)
        g_string_append (what, " (the file was replaced since)");
    }
  if (!layout)
    g_string_append (what, " (its code is not where it was mapped)");
  hv_find_say (group->tried, path, what->str);
  if (debug_path)
    hv_find_say (group->tried, debug_path, "its debug file");
}

/* The ELF virtual addresses of a group's frames and their ids; how many of them the file has. */
static gsize
find_addresses (const HvResolver *r, const HvSymbolGroup *group, const HvElf *elf,
                uint64_t *addresses, uint32_t *ids)
{
  gsize n = 0;

  for (guint i = 0; i < group->frames->len; i++)
    {
      uint32_t id = g_array_index (group->frames, uint32_t, i);
      const HvFrame *frame = &r->profile->frame[id];
      uint64_t address = frame->call ? frame->call : frame->address;
      if (!frame->call && !(frame->flags & HV_FRAME_VADDR)
          && !hv_elf_address (elf, frame->address, &address))
        continue;
      addresses[n] = address;
      ids[n++] = id;
    }
  return n;
}

/* Which of a group's addresses follow a call in a file that holds `n` of them; one that it does not
 * hold follows none. */
static HvVerdict
check_calls (const HvSymbolGroup *group, HvElf *elf, const uint64_t *addresses, gsize n)
{
  HvVerdict verdict = hv_verify_calls (elf, addresses, n);
  gsize missing = group->frames->len - n;

  /* where not all were checked, as many of these as of the others */
  verdict.checked += verdict.checked > 0 ? (missing * verdict.checked + n - 1) / n : missing;
  return verdict;
}

/* Whether the file that ran was found. */
static gboolean
is_found (const HvSymbolGroup *group)
{
  return group->verdict != HV_VERDICT_NONE;
}

/* What was checked of a file that is used. A build id that was noted from a file used before proves
 * no more than was known of that one. */
static HvModuleVerdict
judge (const HvSymbolGroup *group, const HvVerdict *verdict, const HvModule *module, HvElf *elf,
       gboolean same_build)
{
  gboolean some = verdict->checked > 0 && verdict->calls == verdict->checked;
  gboolean mapped = module && hv_verify_layout_known (elf, module->code_offset, module->code_size);
  HvModuleVerdict before = is_found (group) || !module ? group->verdict : module->verdict;
  gboolean known = same_build && (before == HV_VERDICT_NONE || before == HV_VERDICT_MATCHES);

  if (known || verdict->checked >= MIN_CALLS || (some && mapped))
    return HV_VERDICT_MATCHES;
  return HV_VERDICT_UNVERIFIED;
}

/* Why a file is not the one that ran, for `tried` and, unless another one is, as a warning. */
static void
refuse (HvSymbolGroup *group, const char *path, const char *what, const char *why)
{
  g_autofree char *line = g_strdup_printf ("another build: %s", what);

  hv_find_say (group->tried, path, line);
  g_free (group->refused);
  group->refused = g_strdup_printf ("%s is not the file that ran: %s. It was not used for symbols.",
                                    path, why);
}

/* What the file of a module says; its status. `same_build` tells that the build ids are equal. */
static HvSymbolStatus
resolve_file (HvResolver *r, HvSymbolGroup *group, HvElf *elf, const char *path,
              gboolean same_build)
{
  g_autofree uint64_t *addresses = g_new (uint64_t, group->frames->len);
  g_autofree uint32_t *ids = g_new (uint32_t, group->frames->len);
  gsize n = find_addresses (r, group, elf, addresses, ids);

  HvVerdict calls = check_calls (group, elf, addresses, n);
  const HvModule *module = hv_resolver_module (r, group->path);
  gboolean layout = module == NULL
                    || hv_verify_layout (elf, module->code_offset, module->code_size);
  HvModuleVerdict verdict = judge (group, &calls, module, elf, same_build);
  if (!hv_verdict_ok (&calls))
    {
      g_autofree char *why = g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                              " return addresses follow a call",
                                              calls.calls, calls.checked);
      refuse (group, path, why, why);
    }
  else if (!layout && calls.checked < MIN_CALLS)
    refuse (group, path, "its code is not what was mapped",
            "its code lies elsewhere than what was mapped");
  else if (is_found (group) && verdict != HV_VERDICT_MATCHES && !same_build)
    hv_find_say (group->tried, path, "not proven to be the same build");
  else
    {
      group->verdict = verdict;
      HvBatchResult result = hv_resolver_name (r, group, elf, path, ids, addresses, n);
      HvSymbolStatus status = HV_SYMBOLS_RESOLVED;
      if (result.n_resolved == 0)
        status = result.any_starts ? HV_SYMBOLS_STARTS_ONLY : HV_SYMBOLS_NONE;
      else if (result.n_resolved == result.n_symbol_only && !result.debug_info)
        status = HV_SYMBOLS_TABLE_ONLY;
      say_used (r, group, path, result.debug_path, hv_symbol_status_text (status), layout);
      g_free (result.debug_path);
      return status;
    }
  hv_elf_free (elf);
  return HV_SYMBOLS_MISMATCH;
}

/* Whether a file may have names that the stripped one, which was found before, has not. */
static gboolean
may_know_more (HvElf *elf, HvSymbolStatus status)
{
  uint32_t crc;

  return hv_elf_section (elf, ".debug_info").data || hv_elf_debug_link (elf, &crc)
         || (status > HV_SYMBOLS_TABLE_ONLY && hv_elf_section (elf, ".symtab").data);
}

/* Tries one file for a module. When the one that ran was found before, but stripped, this one is
 * only to add to it. */
static void
try_file (HvResolver *r, HvSymbolGroup *group, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvElf) elf = hv_elf_open (path, &error);
  HvModule *module = hv_resolver_module (r, group->path);
  const char *build_id = module ? hv_profile_string (r->profile, module->build_id) : "";
  gboolean was_found = is_found (group);

  g_hash_table_add (r->tried, g_strdup (path));
  if (was_found && (elf == NULL || !may_know_more (elf, group->status)))
    return;
  if (elf == NULL)
    {
      hv_find_say (group->tried, path, error->message);
      if (group->status == HV_SYMBOLS_NOT_FOUND
          && g_error_matches (error, HV_ERROR, HV_ERROR_FORMAT))
        group->status = HV_SYMBOLS_NONE;
      return;
    }

  const char *found = hv_elf_build_id (elf);
  HvSymbolStatus status = HV_SYMBOLS_MISMATCH;
  g_autofree char *new_id = g_strdup (*build_id ? NULL : found);
  if (*build_id && found && strcmp (found, build_id) != 0)
    {
      g_autofree char *why = g_strdup_printf ("another build: its build id is %s", found);
      hv_find_say (group->tried, path, why);
    }
  else
    {
      gboolean same_build = *build_id && g_strcmp0 (found, build_id) == 0;
      status = resolve_file (r, group, g_steal_pointer (&elf), path, same_build);
    }
  if (status != HV_SYMBOLS_MISMATCH)
    {
      g_hash_table_add (r->used, g_strdup (path));
      if (module && new_id)
        module->build_id = hv_profile_intern (r->profile, new_id, -1);
    }
  if (!was_found || status < group->status)
    group->status = status;
}

/* What was found before stays where nothing better is found now; whether it stays. */
static gboolean
keep_better (HvResolver *r, HvSymbolGroup *group, guint n_warnings)
{
  const HvModule *module = hv_resolver_module (r, group->path);

  if (group->before >= HV_SYMBOLS_NONE || group->status <= group->before || module == NULL)
    return FALSE;
  /* of a file that had its names nothing is left but a few odd addresses, which prove nothing */
  if (group->before == HV_SYMBOLS_RESOLVED)
    g_ptr_array_set_size (r->profile->warnings, (int) n_warnings);
  /* that the file which was used is gone by now tells nothing either */
  if (group->before == HV_SYMBOLS_RESOLVED || group->status == HV_SYMBOLS_NOT_FOUND)
    g_ptr_array_set_size (group->tried, 0);
  group->status = group->before;
  g_auto (GStrv) lines = g_strsplit (hv_profile_string (r->profile, module->tried), "\n", -1);
  for (char **line = lines; *line; line++)
    if (**line && !g_ptr_array_find_with_equal_func (group->tried, *line, g_str_equal, NULL))
      g_ptr_array_add (group->tried, g_strdup (*line));
  return TRUE;
}

/* Notes what became of a module. */
static void
end_group (HvResolver *r, HvSymbolGroup *group, guint n_warnings)
{
  HvModule *module = hv_resolver_module (r, group->path);

  if (group->status == HV_SYMBOLS_MISMATCH)
    group->verdict = HV_VERDICT_MISMATCH;
  if (group->status == HV_SYMBOLS_MISMATCH && group->refused)
    hv_profile_warn (r->profile, "%s", group->refused);
  gboolean kept = keep_better (r, group, n_warnings);
  if (module && !kept)
    module->verdict = group->verdict;
  if (module)
    module->status = hv_profile_intern (r->profile, hv_symbol_status_text (group->status), -1);
}

static void
resolve_group (HvResolver *r, HvSymbolGroup *group)
{
  HvProfile *profile = r->profile;
  HvModule *module = hv_resolver_module (r, group->path);
  g_autofree char *known = g_strdup (hv_profile_string (profile, group->path));
  g_autofree char *build_id = g_strdup (module ? hv_profile_string (profile, module->build_id)
                                               : "");

  guint n_warnings = profile->warnings->len;

  group->status = HV_SYMBOLS_NOT_FOUND;
  /* "[vdso]", "anon_inode:…": no file has it */
  if (known[0] != '[')
    {
      g_autoptr (GPtrArray)
          places = hv_find_module (known, build_id, is_main (profile, group->path), r->options);
      if (module && r->options->sysroot == NULL)
        hv_find_live (places, "/proc", profile->pid, known, module);
      for (guint i = 0; i < places->len && group->status != HV_SYMBOLS_RESOLVED; i++)
        try_file (r, group, places->pdata[i]);
    }
  if ((group->status == HV_SYMBOLS_NOT_FOUND || group->status == HV_SYMBOLS_MISMATCH)
      && known[0] != '[')
    {
      g_autofree char *fetched = hv_resolver_ask (r, build_id, HV_DEBUGINFOD_EXECUTABLE,
                                                  group->tried);
      if (fetched)
        try_file (r, group, fetched);
    }
  end_group (r, group, n_warnings);
}

/* Whether a --binary is none of the modules' by its name, and was not used. */
static gboolean
is_unclaimed (const HvResolver *r, const char *binary)
{
  const HvProfile *profile = r->profile;
  g_autofree char *named = hv_binary_module (binary);

  if (named)
    return FALSE;
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (hv_binary_is_named (binary, hv_profile_string (profile, profile->module[m].path)))
      return FALSE;
  return !g_hash_table_contains (r->used, hv_binary_file (binary));
}

/* How many calls of a group follow from a file, 0 when it is not its. */
static uint64_t
count_calls (HvResolver *r, const HvSymbolGroup *group, HvElf *elf)
{
  const HvModule *module = hv_resolver_module (r, group->path);
  g_autofree uint64_t *addresses = g_new (uint64_t, group->frames->len);
  g_autofree uint32_t *ids = g_new (uint32_t, group->frames->len);
  gsize n = find_addresses (r, group, elf, addresses, ids);
  HvVerdict verdict = check_calls (group, elf, addresses, n);

  if (module == NULL || module->build_id || verdict.checked < MIN_CALLS || !hv_verdict_ok (&verdict)
      || !hv_verify_layout (elf, module->code_offset, module->code_size))
    return 0;
  return verdict.calls;
}

/* A renamed file given with --binary is that of the module whose calls it holds. */
static void
match_renamed (HvResolver *r, const char *binary)
{
  const char *file = hv_binary_file (binary);
  g_autoptr (HvElf) elf = is_unclaimed (r, binary) ? hv_elf_open (file, NULL) : NULL;
  HvSymbolGroup *best = NULL;
  uint64_t most = 0;

  for (guint i = 0; elf && i < r->groups->len; i++)
    {
      HvSymbolGroup *group = &g_array_index (r->groups, HvSymbolGroup, i);
      uint64_t calls = group->status == HV_SYMBOLS_NOT_FOUND ? count_calls (r, group, elf) : 0;
      if (calls > most)
        best = group;
      most = MAX (most, calls);
    }
  if (best == NULL)
    return;
  guint n_warnings = r->profile->warnings->len;
  try_file (r, best, file);
  end_group (r, best, n_warnings);
}

static void
expand (HvProfile *profile, uint32_t frame, GArray *frames, gpointer user)
{
  const HvResolver *r = user;

  if (frame < r->n_frames && r->last[frame] > r->first[frame])
    g_array_append_vals (frames, &g_array_index (r->pool, uint32_t, r->first[frame]),
                         r->last[frame] - r->first[frame]);
}

static gboolean
any_changed (const HvResolver *r)
{
  for (uint32_t f = 1; f < r->n_frames; f++)
    if (r->last[f] > r->first[f] + 1
        || (r->last[f] > r->first[f] && g_array_index (r->pool, uint32_t, r->first[f]) != f))
      return TRUE;
  return FALSE;
}

gboolean
hv_symbols_resolve (HvProfile *profile, const HvImportOptions *options, gboolean *changed,
                    GError **error)
{
  HvResolver r = { .profile = profile, .options = options, .n_frames = profile->n_frames };

  if (changed)
    *changed = FALSE;
  r.groups = g_array_new (FALSE, TRUE, sizeof (HvSymbolGroup));
  g_array_set_clear_func (r.groups, clear_group);
  r.group_of = g_new0 (uint32_t, MAX (1, r.n_frames));
  group_frames (&r);
  if (r.groups->len > 0)
    {
      r.first = g_new0 (uint32_t, r.n_frames);
      r.last = g_new0 (uint32_t, r.n_frames);
      r.pool = g_array_new (FALSE, FALSE, sizeof (uint32_t));
      r.used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      r.tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (guint i = 0; i < r.groups->len && !g_cancellable_is_cancelled (options->cancellable);
           i++)
        resolve_group (&r, &g_array_index (r.groups, HvSymbolGroup, i));
      for (char **b = options->binaries;
           b && *b && !g_cancellable_is_cancelled (options->cancellable); b++)
        match_renamed (&r, *b);
      if (!g_cancellable_is_cancelled (options->cancellable))
        {
          hv_resolver_report (&r);
          hv_profile_expand_frames (profile, expand, &r);
          if (changed)
            *changed = any_changed (&r);
        }
      g_free (r.first);
      g_free (r.last);
      g_array_unref (r.pool);
      g_hash_table_unref (r.used);
      g_hash_table_unref (r.tried);
    }
  hv_debuginfod_free (r.debuginfod);
  g_array_unref (r.groups);
  g_free (r.group_of);
  return !g_cancellable_set_error_if_cancelled (options->cancellable, error);
}
