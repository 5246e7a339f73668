/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"
#include "resolver.h"
#include "rules.h"

#include <string.h>

/* Lines on where a module was looked for. */
#define MAX_TRIED 16

/* What a frame without a name means for its stack. */
typedef enum
{
  ROLE_UNKNOWN, /* not asked for yet */
  ROLE_OTHER,   /* named, or of no file */
  ROLE_MISSING,
  ROLE_FOLDED, /* of the allocator */
  ROLE_ENTRY,  /* what called main(), or started the thread, when nothing but the like is outside */
  ROLE_MISSING_ENTRY,
} Role;

static gboolean
is_missing (const HvSymbolGroup *group)
{
  return group->status == HV_SYMBOLS_STARTS_ONLY || group->status == HV_SYMBOLS_NONE
         || group->status == HV_SYMBOLS_NOT_FOUND || group->status == HV_SYMBOLS_MISMATCH;
}

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

/* What a frame is called from here on, by its outermost function. */
static const HvFrame *
named_frame (const HvResolver *r, uint32_t frame)
{
  uint32_t last = r->group_of[frame] ? r->last[frame] : 0;

  return &r->profile->frame[last > 0 && last > r->first[frame]
                                ? g_array_index (r->pool, uint32_t, last - 1)
                                : frame];
}

static gboolean
is_unnamed (const HvResolver *r, uint32_t frame)
{
  return r->group_of[frame] && named_frame (r, frame)->function == 0;
}

static Role
find_role (const HvResolver *r, uint32_t frame)
{
  const HvProfile *profile = r->profile;
  const HvFrame *named = named_frame (r, frame);
  uint32_t module = profile->frame[frame].module;
  const char *path = hv_profile_string (profile, module);

  switch (hv_rules_category_in (profile, named->function, module))
    {
    case HV_CATEGORY_ALLOCATOR:
      return ROLE_FOLDED;
    case HV_CATEGORY_ENTRY:
      return ROLE_ENTRY;
    case HV_CATEGORY_APP:
    case HV_CATEGORY_ASYNC:
    case HV_CATEGORY_PLUMBING:
    case HV_CATEGORY_CONTAINER:
    default:
      break;
    }
  if (!is_unnamed (r, frame) || *path == '[')
    return ROLE_OTHER;
  if (is_c_runtime (path))
    return ROLE_MISSING_ENTRY;
  return ROLE_MISSING;
}

static Role
role_of (const HvResolver *r, uint8_t *role, uint32_t frame)
{
  if (role[frame] == ROLE_UNKNOWN)
    role[frame] = (uint8_t) find_role (r, frame);
  return role[frame];
}

static gboolean
has_unnamed (const HvResolver *r, uint32_t site)
{
  const HvProfile *profile = r->profile;

  for (uint32_t n = profile->site_node[site]; n != 0; n = profile->node_parent[n])
    if (is_unnamed (r, profile->node_frame[n]))
      return TRUE;
  return FALSE;
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
charge_groups (HvResolver *r, uint8_t *role, uint32_t site, int64_t cost)
{
  const HvProfile *profile = r->profile;
  uint32_t outermost = 0;
  Role inner = ROLE_OTHER;
  gboolean any = FALSE;

  for (uint32_t n = profile->site_node[site]; n != 0; n = profile->node_parent[n])
    {
      Role here = role_of (r, role, profile->node_frame[n]);
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
      Role here = role_of (r, role, frame);
      if (here == ROLE_MISSING || here == ROLE_MISSING_ENTRY)
        {
          HvSymbolGroup *group = &g_array_index (r->groups, HvSymbolGroup, r->group_of[frame] - 1);
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
  const HvSymbolGroup *x = *(const HvSymbolGroup *const *) a,
                      *y = *(const HvSymbolGroup *const *) b;

  if (x->cost != y->cost)
    return x->cost > y->cost ? -1 : 1;
  return x->frames->len != y->frames->len ? (x->frames->len > y->frames->len ? -1 : 1) : 0;
}

/* What each module's missing names cost, and what was looked at for them. */
static void
report_groups (HvResolver *r)
{
  for (guint i = 0; i < r->groups->len; i++)
    {
      const HvSymbolGroup *group = &g_array_index (r->groups, HvSymbolGroup, i);
      HvModule *module = hv_resolver_module (r, group->path);
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

/* Whether a module of a stored profile has been looked for in the file. */
static gboolean
was_tried (const HvProfile *profile, const char *file)
{
  g_autofree char *begin = g_strconcat (file, ": ", NULL);

  for (uint32_t m = 0; m < profile->n_modules; m++)
    {
      g_auto (GStrv)
          lines = g_strsplit (hv_profile_string (profile, profile->module[m].tried), "\n", -1);
      for (char **line = lines; *line; line++)
        if (g_str_has_prefix (*line, begin))
          return TRUE;
    }
  return FALSE;
}

/* Says why a --binary did not help. One that was tried for a module and is another build is told of
 * there. */
static void
warn_of_unused (HvResolver *r, const char *binary)
{
  const char *file = hv_binary_file (binary);
  g_autofree char *module = hv_binary_module (binary);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvElf) elf = hv_elf_open (file, &error);

  if (elf == NULL)
    hv_profile_warn (r->profile, "--binary %s cannot be used: %s.", binary, error->message);
  else if (g_hash_table_contains (r->tried, file) || was_tried (r->profile, file))
    return;
  else if (module)
    hv_profile_warn (r->profile,
                     "--binary %s was not used: no module without symbols is called %s.", binary,
                     module);
  else
    hv_profile_warn (r->profile,
                     "--binary %s was not used: no module without symbols is called that, and none "
                     "can be told to be this file. Say which one it is with --binary MODULE=%s.",
                     binary, file);
}

/* One sentence on all modules without symbols, the costliest first, unless next to nothing depends
 * on them. */
static void
warn_of_missing (HvResolver *r)
{
  HvProfile *profile = r->profile;
  const int64_t *cost = profile->column[profile->default_metric];
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autofree uint8_t *role = g_new0 (uint8_t, MAX (1, r->n_frames));
  double total = 0, without = 0;

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      int64_t value = cost ? cost[s] : 0;
      total += (double) value;
      if (has_unnamed (r, s) && charge_groups (r, role, s, value))
        without += (double) value;
    }
  for (guint i = 0; i < r->groups->len; i++)
    {
      HvSymbolGroup *group = &g_array_index (r->groups, HvSymbolGroup, i);
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
      const HvSymbolGroup *group = g_ptr_array_index (missing, i);
      g_string_append_printf (text, "%s %s (%s)", i ? "," : ":",
                              hv_profile_string (profile, group->path),
                              hv_symbol_status_text (group->status));
    }
  if (missing->len > 3)
    g_string_append_printf (text, " and %u more", missing->len - 3);
  g_string_append (text, ". Give the files with --binary PATH.");
  hv_profile_warn (profile, "%s", text->str);
  for (char **binary = r->options->binaries; binary && *binary; binary++)
    warn_of_unused (r, *binary);
}

void
hv_resolver_report (HvResolver *r)
{
  warn_of_missing (r);
  report_groups (r);
}
