/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules.h"

#include "data/hv-core-resources.h"
#include "rule-table.h"
#include "store/canonical-paths.h"
#include "store/canonical.h"

#include <gio/gio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define BUILT_IN "/org/heapview/rules/"
/* A larger file holds no rules; each of its bytes would take 12. */
#define MAX_MIB 4

/* Who says so; the first of them that knows a frame decides. */
enum
{
  LEVEL_COMMAND,
  LEVEL_USER,
  LEVEL_BUILT_IN,
  N_LEVELS
};

/* Never changed once it is in force. Reference-counted (g_atomic_rc_box): a thread may still read
 * it when others take its place. */
typedef struct
{
  HvRuleTable level[N_LEVELS];
  uint64_t hash; /* of the texts that are not built in, in order */
} Rules;

static GMutex lock;
static Rules *in_force;

static void
rules_clear (gpointer data)
{
  Rules *rules = data;

  for (int level = 0; level < N_LEVELS; level++)
    hv_rule_table_clear (&rules->level[level]);
}

static void
rules_unref (Rules *rules)
{
  g_atomic_rc_box_release_full (rules, rules_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rules, rules_unref)

/* --- reading --- */

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static Rules *
rules_new (void)
{
  Rules *rules = g_atomic_rc_box_new0 (Rules);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) names = g_resource_enumerate_children (hv_core_get_resource (), BUILT_IN,
                                                        G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  for (int level = 0; level < N_LEVELS; level++)
    hv_rule_table_init (&rules->level[level]);
  for (guint i = 0; names && names[i]; i++)
    {
      g_autofree char *path = g_strconcat (BUILT_IN, names[i], NULL);
      g_autoptr (GBytes) bytes = g_resource_lookup_data (hv_core_get_resource (), path,
                                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      gsize size = 0;
      const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;
      hv_rule_table_add (&rules->level[LEVEL_BUILT_IN], text, size, names[i], problems);
    }
  for (guint i = 0; i < problems->len; i++)
    g_warning ("built-in frame rules: %s", (const char *) g_ptr_array_index (problems, i));
  return rules;
}

static char *
read_file (const char *path, gsize *size, GError **error)
{
  const gsize most = (gsize) MAX_MIB << 20;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autofree char *text = stream ? g_malloc (most + 1) : NULL;

  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, most + 1, size, NULL, error))
    return NULL;
  if (*size > most)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "larger than %d MiB", MAX_MIB);
      return NULL;
    }
  return g_steal_pointer (&text);
}

static gboolean
add_file (Rules *rules, int level, const char *path, GPtrArray *problems, GError **error)
{
  g_autofree char *name = g_utf8_make_valid (path, -1);
  gsize size;
  g_autofree char *text = read_file (path, &size, error);

  if (text == NULL)
    {
      g_prefix_error (error, "%s: the rules cannot be read: ", name);
      return FALSE;
    }
  hv_rule_table_add (&rules->level[level], text, size, name, problems);
  rules->hash = XXH3_64bits_withSeed (text, size, rules->hash + (uint64_t) level + 1);
  return TRUE;
}

char *
hv_rules_folder (void)
{
  return g_build_filename (g_get_user_config_dir (), "heapview", "rules", NULL);
}

/* All "*.rules" of the user's folder, in the order of their names. */
static void
add_folder (Rules *rules, GPtrArray *problems)
{
  g_autofree char *folder = hv_rules_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".rules"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, by_name);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autoptr (GError) error = NULL;
      /* a pipe, unlike one named by --rules, would be waited for unasked */
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (problems, g_strdup_printf ("%s: not a regular file", path));
      else if (!add_file (rules, LEVEL_USER, path, problems, &error))
        g_ptr_array_add (problems, g_strdup (error->message));
    }
}

gboolean
hv_rules_load (const char *const *files, GPtrArray *problems, GError **error)
{
  g_autoptr (Rules) rules = rules_new ();

  for (guint i = 0; files && files[i]; i++)
    if (!add_file (rules, LEVEL_COMMAND, files[i], problems, error))
      return FALSE;
  add_folder (rules, problems);

  g_mutex_lock (&lock);
  Rules *before = in_force;
  in_force = g_steal_pointer (&rules);
  g_mutex_unlock (&lock);
  if (before)
    rules_unref (before);
  return TRUE;
}

static Rules *
rules_get (void)
{
  g_mutex_lock (&lock);
  if (in_force == NULL)
    in_force = rules_new ();
  Rules *rules = g_atomic_rc_box_acquire (in_force);
  g_mutex_unlock (&lock);
  return rules;
}

uint64_t
hv_rules_hash (void)
{
  g_autoptr (Rules) rules = rules_get ();

  return rules->hash;
}

/* --- categories --- */

typedef struct
{
  uint8_t category; /* HvCategory */
  uint8_t level;    /* whose rule it is; N_LEVELS: nobody's */
} Verdict;

/* Of a function by its canonical path and that of its trait, "" for none, and of its module. */
static Verdict
judge (const Rules *rules, const char *path, const char *trait, const char *module)
{
  for (uint8_t level = 0; level < N_LEVELS; level++)
    {
      const HvRuleTable *table = &rules->level[level];
      uint8_t category = HV_RULE_NONE;

      if (*module)
        category = hv_rule_table_match (table, HV_RULE_MODULE, hv_basename (module));
      /* an implementation of the allocator's trait is the allocator's, whoever wrote it; that of
         any other trait belongs to its type */
      if (category == HV_RULE_NONE && *trait
          && hv_rule_table_match (table, HV_RULE_FUNCTION, trait) == HV_CATEGORY_ALLOCATOR)
        category = HV_CATEGORY_ALLOCATOR;
      if (category == HV_RULE_NONE && *path)
        category = hv_rule_table_match (table, HV_RULE_FUNCTION, path);
      if (category != HV_RULE_NONE)
        return (Verdict){ category, level };
    }
  return (Verdict){ HV_CATEGORY_APP, N_LEVELS };
}

/* An inlined function may be recorded by its bare name ("allocate"): then its file tells, unless
 * someone of more say knows the function. */
static uint8_t
judge_file (const Rules *rules, Verdict verdict, const char *file)
{
  for (uint8_t level = 0; level < verdict.level; level++)
    {
      uint8_t category = hv_rule_table_match (&rules->level[level], HV_RULE_FILE,
                                              hv_basename (file));
      if (category != HV_RULE_NONE)
        return category;
    }
  return verdict.category;
}

HvCategory
hv_rules_category (const char *function, const char *module)
{
  g_autoptr (Rules) rules = rules_get ();
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GString) trait = g_string_new (NULL);

  if (function && *function)
    hv_canonical_path (path, trait, function);
  return (HvCategory) judge (rules, path->str, trait->str, module ? module : "").category;
}

HvCategory
hv_rules_category_in (const HvProfile *profile, uint32_t function, uint32_t module)
{
  g_autoptr (Rules) rules = rules_get ();
  const char *trait, *path = hv_profile_canonical (profile, function, &trait);

  return (HvCategory) judge (rules, path, trait, hv_profile_string (profile, module)).category;
}

gboolean
hv_rules_apply (HvProfile *profile)
{
  g_autoptr (Rules) rules = rules_get ();
  HvPairMap known = { 0 };
  gboolean changed = FALSE;

  hv_profile_canonical_all (profile);
  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      const HvFrame *frame = &profile->frame[f];
      gboolean found;

      if (frame->flags & HV_FRAME_SYNTHETIC)
        continue;
      /* a function has many frames, one a line */
      uint32_t *slot = hv_pair_map_slot (&known, frame->function, frame->module, &found);
      if (!found)
        {
          const char *trait, *path = hv_profile_canonical (profile, frame->function, &trait);
          Verdict new = judge (rules, path, trait, hv_profile_string (profile, frame->module));
          gboolean bare = *path && strstr (path, "::") == NULL;
          *slot = (uint32_t) (bare << 16 | new.level << 8 | new.category);
        }
      Verdict verdict = { (uint8_t) (*slot & 0xff), (uint8_t) (*slot >> 8 & 0xff) };
      uint8_t category = verdict.category;
      if (*slot >> 16 && frame->file)
        category = judge_file (rules, verdict, hv_profile_string (profile, frame->file));
      changed |= profile->frame_category[f] != category;
      profile->frame_category[f] = category;
    }
  hv_pair_map_clear (&known);
  return changed;
}
