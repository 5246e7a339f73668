/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importer.h"

#include "dump-name.h"
#include "store/series.h"
#include "symbols/rules.h"
#include "symbols/symbols.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const HvImporter *const importers[] = {
  &hv_importer_dhat,
  &hv_importer_heaptrack,
  &hv_importer_jemalloc,
};

HvProfile *
hv_import_input (HvInput *input, const char *path, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  const HvImporter *importer = NULL;
  GError *read_error = NULL;
  gboolean cut_short;

  profile->path = g_utf8_make_valid (path, -1);
  hv_input_fill (input, 4096);
  gsize size = (gsize) (input->end - input->pos);
  if (!hv_input_finish (input, &cut_short, error))
    return NULL;
  if (size == 0)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT, "the file is empty");
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (importers) && importer == NULL; i++)
    if (importers[i]->detect (input->pos, size))
      importer = importers[i];
  if (importer == NULL)
    {
      g_set_error (
          error, HV_ERROR, HV_ERROR_FORMAT,
          "not a heap profile that heapview knows (DHAT, jemalloc, gperftools or heaptrack)");
      return NULL;
    }

  profile->format = importer->name;
  gboolean done = importer->import (input, profile, options, error);
  /* a read error or Cancel explains whatever the parser made of the missing rest */
  if (!hv_input_finish (input, &cut_short, &read_error))
    {
      g_clear_error (error);
      g_propagate_error (error, read_error);
      return NULL;
    }
  if (!done)
    return NULL;
  if (profile->full)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT,
                   "more than 1,000,000,000 entries in one table");
      return NULL;
    }
  g_autoptr (GError) unsound = NULL;
  if (!hv_profile_check (profile, &unsound))
    {
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT, "%s", unsound->message);
      return NULL;
    }
  if (cut_short && !profile->incomplete)
    {
      profile->incomplete = TRUE;
      hv_profile_warn (profile, "The compressed file stops before its end.");
    }
  return g_steal_pointer (&profile);
}

/* "PATH: what is wrong", once. */
static void
prefix_path (GError **error, const char *path)
{
  if (error && *error && !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "%s: ", path);
}

static HvProfile *
import_unresolved (const char *path, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvInput) input = NULL;
  HvProfile *profile = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY,
                 "is a directory (open its dumps with --series)");
  else
    input = hv_input_open (path, options->cancellable, error);
  if (input)
    {
      hv_input_watch (input, options->cancellable, options->progress, options->progress_user);
      profile = hv_import_input (input, path, options, error);
    }
  prefix_path (error, path);
  return profile;
}

static gboolean
finish (HvProfile *profile, const HvImportOptions *options, GError **error)
{
  profile->n_file_warnings = profile->warnings->len;
  if (!options->no_symbols && !hv_symbols_resolve (profile, options, NULL, error))
    return FALSE;
  hv_rules_apply (profile);
  hv_profile_seal (profile);
  return TRUE;
}

HvProfile *
hv_import (const char *path, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvProfile) profile = import_unresolved (path, options, error);

  if (profile == NULL || !finish (profile, options, error))
    return NULL;
  return g_steal_pointer (&profile);
}

gboolean
hv_import_name_again (HvProfile *profile, const HvImportOptions *options, gboolean *changed,
                      GError **error)
{
  hv_profile_reopen (profile);
  if (profile->n_file_warnings < profile->warnings->len)
    g_ptr_array_set_size (profile->warnings, (int) profile->n_file_warnings);
  gboolean done = hv_symbols_resolve (profile, options, changed, error);
  if (done && hv_rules_apply (profile))
    *changed = TRUE;
  hv_profile_seal (profile);
  return done;
}

/* --- series --- */

typedef struct
{
  char *path;
  HvDumpName name;
  int64_t size;
  int64_t mtime; /* ms */
} Dump;

static void
dump_clear (gpointer data)
{
  g_free (((Dump *) data)->path);
}

static Dump *
dump_at (GArray *dumps, guint i)
{
  return &g_array_index (dumps, Dump, i);
}

static void
add_dump (GArray *dumps, const char *path)
{
  Dump dump = { .path = g_strdup (path), .name = hv_dump_name_parse (hv_basename (path)) };
  struct stat st;

  if (stat (path, &st) == 0)
    {
      dump.size = st.st_size;
      dump.mtime = (int64_t) st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    }
  g_array_append_val (dumps, dump);
}

static gboolean
is_heap_dump (const char *path)
{
  g_autoptr (HvInput) input = hv_input_open (path, NULL, NULL);

  if (input == NULL)
    return FALSE;
  hv_input_fill (input, 4096);
  return hv_importer_jemalloc.detect (input->pos, (gsize) (input->end - input->pos));
}

/* The heap dumps of a folder; `*others` counts the files that are something else. */
static gboolean
list_dumps (const char *folder, GArray *dumps, guint *others, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        continue;
      if (is_heap_dump (path))
        add_dump (dumps, path);
      else
        ++*others;
    }
  return TRUE;
}

static int
compare_process (const Dump *a, const Dump *b)
{
  const char *x = hv_basename (a->path), *y = hv_basename (b->path);
  int order = memcmp (x, y, MIN (a->name.process, b->name.process));

  return order ? order : (a->name.process > b->name.process) - (a->name.process < b->name.process);
}

static int
by_process (gconstpointer a, gconstpointer b)
{
  int order = compare_process (a, b);

  return order ? order : strcmp (((const Dump *) a)->path, ((const Dump *) b)->path);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return hv_dump_name_compare (hv_basename (((const Dump *) a)->path),
                               hv_basename (((const Dump *) b)->path));
}

static int
by_seq (gconstpointer a, gconstpointer b)
{
  const Dump *x = a, *y = b;

  return x->name.seq != y->name.seq ? (x->name.seq < y->name.seq ? -1 : 1) : by_name (a, b);
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  const Dump *x = a, *y = b;

  return x->mtime != y->mtime ? (x->mtime < y->mtime ? -1 : 1) : by_name (a, b);
}

/* A folder often holds the dumps of forked children as well: keeps those of the process that left
 * the most, and gives a warning of the others (NULL: none). */
static char *
keep_one_process (GArray *dumps)
{
  guint best = 0, best_count = 0, n_others = 0;
  GString *others;

  g_array_sort (dumps, by_process);
  for (guint from = 0, to; from < dumps->len; from = to)
    {
      for (to = from;
           to < dumps->len && compare_process (dump_at (dumps, from), dump_at (dumps, to)) == 0;)
        to++;
      if (to - from > best_count)
        {
          best = from;
          best_count = to - from;
        }
    }
  if (best_count == dumps->len)
    return NULL;

  others = g_string_new (NULL);
  for (guint i = 0; i < dumps->len; i++)
    {
      const Dump *dump = dump_at (dumps, i);
      if ((i >= best && i < best + best_count)
          || (i && i != best + best_count && compare_process (dump, dump_at (dumps, i - 1)) == 0))
        continue;
      n_others++;
      if (n_others > 5)
        continue;
      g_string_append_printf (others, "%s%.*s", n_others > 1 ? ", " : "",
                              dump->name.process ? (int) dump->name.process : G_MAXINT,
                              hv_basename (dump->path));
    }
  if (n_others > 5)
    g_string_append (others, ", …");
  g_autofree char *names = g_string_free (others, FALSE);
  guint left_out = dumps->len - best_count;
  char *warning = g_strdup_printf ("%u dump%s of other processes left out: %s.", left_out,
                                   left_out == 1 ? "" : "s", names);
  g_array_remove_range (dumps, best + best_count, dumps->len - best - best_count);
  if (best)
    g_array_remove_range (dumps, 0, best);
  return warning;
}

static gboolean
all_numbered (GArray *dumps)
{
  for (guint i = 0; i < dumps->len; i++)
    if (dump_at (dumps, i)->name.seq < 0)
      return FALSE;
  return TRUE;
}

/* Oldest first. Files of a folder come in no order; those given by name keep theirs unless their
 * names number them: the shell puts i10 before i2. */
static void
sort_dumps (GArray *dumps, gboolean of_folder)
{
  gboolean digits = FALSE;

  if (all_numbered (dumps))
    {
      for (guint i = 1; i < dumps->len && !of_folder; i++)
        if (compare_process (dump_at (dumps, 0), dump_at (dumps, i)) != 0)
          return;
      g_array_sort (dumps, by_seq);
      return;
    }
  if (!of_folder)
    return;
  for (guint i = 0; i < dumps->len; i++)
    digits = digits || strpbrk (hv_basename (dump_at (dumps, i)->path), "0123456789");
  g_array_sort (dumps, digits ? by_name : by_time);
}

/* The same dump raw and symbolised, or compressed: takes the one with the longer ending. */
static guint
drop_twins (GArray *dumps)
{
  guint n = 0;

  if (!all_numbered (dumps))
    return 0;
  for (guint i = 1; i < dumps->len;)
    if (dump_at (dumps, i - 1)->name.seq == dump_at (dumps, i)->name.seq)
      {
        g_array_remove_index (dumps, i - 1);
        n++;
      }
    else
      i++;
  return n;
}

/* Progress through one file as progress through all. */
typedef struct
{
  HvProgressFunc progress;
  gpointer user;
  uint64_t before, size;
} SeriesProgress;

static void
series_progress (uint64_t done, uint64_t size, gpointer user)
{
  const SeriesProgress *p = user;

  p->progress (p->before + done, p->size, p->user);
}

/* The files' times tell when the dumps were written unless a copy has lost them. */
static void
set_times (HvProfile *series, const int64_t *mtime)
{
  for (uint32_t i = 1; i < series->n_moments; i++)
    if (mtime[i] <= mtime[i - 1])
      return;
  series->time_unit = HV_TIME_MILLISECONDS;
  for (uint32_t i = 0; i < series->n_moments; i++)
    series->moment[i].time = mtime[i] - mtime[0];
  series->duration = mtime[series->n_moments - 1] - mtime[0];
}

/* Imports `dumps` into `series`, one moment each. A damaged file of a folder is passed over and
 * counted in `*others`, one that was named is an error. */
static gboolean
add_dumps (HvProfile *series, GArray *dumps, gboolean of_folder, guint *others,
           const HvImportOptions *options, GError **error)
{
  SeriesProgress progress = { options->progress, options->progress_user };
  HvImportOptions each = *options;
  gboolean numbered = all_numbered (dumps);
  g_autofree int64_t *mtime = g_new0 (int64_t, MAX (1, dumps->len));

  for (guint i = 0; i < dumps->len; i++)
    progress.size += (uint64_t) dump_at (dumps, i)->size;
  if (options->progress)
    {
      each.progress = series_progress;
      each.progress_user = &progress;
    }
  for (guint i = 0; i < dumps->len && !series->full; i++)
    {
      const Dump *dump = dump_at (dumps, i);
      g_autoptr (GError) own_error = NULL;
      g_autoptr (HvProfile) profile = import_unresolved (dump->path, &each, &own_error);

      progress.before += (uint64_t) dump->size;
      if (profile == NULL)
        {
          if (of_folder && !g_error_matches (own_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            {
              ++*others;
              continue;
            }
          g_propagate_error (error, g_steal_pointer (&own_error));
          return FALSE;
        }
      if (series->n_moments && strcmp (series->format, profile->format) != 0)
        {
          g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                       "%s: a series must be of one format, but this is %s after %s", dump->path,
                       profile->format, series->format);
          return FALSE;
        }
      if (series->n_moments && profile->pid != series->pid && !of_folder)
        hv_profile_warn (series, "%s is a dump of another process than the one before.",
                         hv_basename (dump->path));
      mtime[series->n_moments] = dump->mtime;
      hv_series_add (series, profile, hv_basename (dump->path),
                     numbered ? dump->name.seq : (int64_t) series->n_moments);
    }
  if (series->full)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_FORMAT,
                   "more than 1,000,000,000 entries in one table of the series");
      return FALSE;
    }
  set_times (series, mtime);
  return TRUE;
}

HvProfile *
hv_import_series (const char *const *paths, const HvImportOptions *options, GError **error)
{
  g_autoptr (HvProfile) series = hv_profile_new ();
  g_autoptr (GArray) dumps = g_array_new (FALSE, FALSE, sizeof (Dump));
  gboolean of_folder = paths[0] && paths[1] == NULL && g_file_test (paths[0], G_FILE_TEST_IS_DIR);
  guint others = 0;

  g_array_set_clear_func (dumps, dump_clear);
  if (of_folder)
    {
      if (!list_dumps (paths[0], dumps, &others, error))
        return NULL;
      g_autofree char *foreign = keep_one_process (dumps);
      if (foreign)
        hv_profile_warn (series, "%s", foreign);
    }
  for (guint i = 0; paths[i] && !of_folder; i++)
    {
      if (g_file_test (paths[i], G_FILE_TEST_IS_DIR))
        {
          g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                       "%s: a series is one folder or two or more dumps, not both", paths[i]);
          return NULL;
        }
      add_dump (dumps, paths[i]);
    }
  sort_dumps (dumps, of_folder);
  guint twins = of_folder ? drop_twins (dumps) : 0;
  if (twins)
    hv_profile_warn (series, "%u dump%s in the folder twice: taken once.", twins,
                     twins == 1 ? " is" : "s are");

  if (dumps->len == 1 && !of_folder)
    {
      /* that it cannot be read at all says more */
      g_autoptr (HvProfile) only = import_unresolved (paths[0], options, error);
      if (only == NULL)
        return NULL;
    }
  if (dumps->len >= 2 && !add_dumps (series, dumps, of_folder, &others, options, error))
    return NULL;
  if (series->n_moments < 2)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                   of_folder ? "%s: a series needs two or more heap dumps of one process, this "
                               "folder holds %u"
                             : "%s: a series needs two or more heap dumps, there is %u",
                   paths[0] ? paths[0] : "--series", MAX (series->n_moments, MIN (dumps->len, 1)));
      return NULL;
    }
  if (others)
    hv_profile_warn (series, "%u file%s of the folder %s not a readable heap dump.", others,
                     others == 1 ? "" : "s", others == 1 ? "is" : "are");
  series->path = of_folder ? g_strdup (paths[0])
                           : g_strdup_printf ("%s…%s", dump_at (dumps, 0)->path,
                                              hv_basename (dump_at (dumps, dumps->len - 1)->path));
  if (!finish (series, options, error))
    return NULL;
  return g_steal_pointer (&series);
}
