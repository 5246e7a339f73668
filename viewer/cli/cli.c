/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "importers/symbols/rules.h"
#include "kept-report.h"
#include "progress.h"
#include "viewer/export/export.h"
#include "viewer/regular-file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SQL_SECONDS 60

static int
status_of (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return HV_EXIT_CANCELLED;
  return g_error_matches (error, HV_ERROR, HV_ERROR_USAGE) ? HV_EXIT_USAGE : HV_EXIT_UNREADABLE;
}

/* One line on stderr, whatever a file's name holds. */
static void
print_line (const char *message)
{
  g_autofree char *line = g_utf8_make_valid (message, -1);

  for (char *c = line; *c; c++)
    if ((unsigned char) *c < ' ' || *c == 0x7f)
      *c = '?';
  g_printerr ("heapview: %s\n", line);
}

/* What is asked of the opened files, which stand in the order of the command line. */
typedef struct
{
  HvOpened *opened;
  guint n_opened;
  guint base, current; /* the ones that are reported on; alike for one */
  gboolean diff;
  uint32_t at, base_at;
  HvMetric metric;
  HvBudget *budget; /* NULL: none */
  gboolean over;    /* a limit of it is exceeded */
  char *kept_as;    /* the question under which the printed report is kept; NULL: it is not */
  GString *printed; /* the report, where it is kept */
} Question;

static void
question_clear (Question *q)
{
  for (guint i = 0; i < q->n_opened; i++)
    hv_opened_clear (&q->opened[i]);
  g_free (q->opened);
  hv_budget_free (q->budget);
  g_free (q->kept_as);
  if (q->printed)
    g_string_free (q->printed, TRUE);
}

static const HvProfile *
current_of (const Question *q)
{
  return q->opened[q->current].profile;
}

static const HvProfile *
base_of (const Question *q)
{
  return q->opened[q->base].profile;
}

/* --at: one moment for all, or "A..B". Sets the metric where none was asked for. */
static gboolean
settle_moments (Question *q, const HvCommand *c, GError **error)
{
  const char *dots = c->at ? strstr (c->at, "..") : NULL;
  g_autofree char *first = c->at ? g_strndup (c->at, dots ? (gsize) (dots - c->at) : strlen (c->at))
                                 : g_strdup ("end");
  const char *second = dots ? dots + 2 : first;

  q->diff = c->diff || dots;
  if (!hv_profile_parse_moment (base_of (q), first, &q->base_at, error)
      || !hv_profile_parse_moment (current_of (q), second, &q->at, error))
    return FALSE;

  if (c->metric)
    q->metric = hv_metric_parse (c->metric);
  else if (c->at && hv_profile_has (current_of (q), HV_METRIC_LIVE_BYTES, q->at)
           && hv_profile_has (base_of (q), HV_METRIC_LIVE_BYTES, q->base_at))
    q->metric = HV_METRIC_LIVE_BYTES;
  else
    q->metric = q->diff ? hv_diff_default_metric (base_of (q), current_of (q))
                        : current_of (q)->default_metric;
  return TRUE;
}

static void
set_view (HvReport *report, const HvCommand *c)
{
  report->view = hv_command_view (c);
  report->as_tree = hv_command_has_view (c, "top-down") || hv_command_has_view (c, "bottom-up");
  report->root_below = hv_command_has_view (c, "root-below");
}

static gboolean
write_stream (FILE *stream, const char *name, const GString *text, GError **error)
{
  if (fwrite (text->str, 1, text->len, stream) == text->len && fflush (stream) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", name,
               g_strerror (errno));
  return FALSE;
}

/* A file is replaced as a whole, so that nobody reads half a report. What is no plain file (a
 * device, a pipe, a symbolic link) is written through: replacing it would take it away. */
static gboolean
write_text (const char *path, const GString *text, GError **error)
{
  g_autoptr (GError) bad = NULL;
  struct stat st;

  if (strcmp (path, "-") == 0)
    return write_stream (stdout, "standard output", text, error);
  if (lstat (path, &st) == 0 && !S_ISREG (st.st_mode))
    {
      FILE *stream = fopen (path, "w");
      gboolean written = stream && write_stream (stream, path, text, error);
      if (stream == NULL)
        g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
                     g_strerror (errno));
      else
        fclose (stream);
      return written;
    }
  if (g_file_set_contents (path, text->str, (gssize) text->len, &bad))
    return TRUE;
  /* GLib's message names the file that it would have renamed */
  const char *reason = strrchr (bad->message, ':');
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: cannot be written%s", path,
               reason ? reason : "");
  return FALSE;
}

static gboolean
write_output (const HvReport *report, const HvExporter *exporter, const char *path, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  return exporter->write (report, text, error) && write_text (path, text, error);
}

static gboolean
print_report (Question *q, const HvReport *report, GError **error)
{
  GString *text = g_string_new (NULL);
  gboolean printed = hv_export_text.write (report, text, error) && write_text ("-", text, error);

  if (printed && q->kept_as)
    q->printed = text;
  else
    g_string_free (text, TRUE);
  return printed;
}

static gboolean
write_outputs (Question *q, const HvReport *report, const HvCommand *c, GError **error)
{
  if (c->print && !print_report (q, report, error))
    return FALSE;
  if (c->format && c->outputs == NULL)
    return write_output (report, hv_exporter_for_kind (c->format), "-", error);
  for (guint i = 0; c->outputs && c->outputs[i]; i++)
    {
      const HvExporter *exporter = c->format ? hv_exporter_for_kind (c->format)
                                             : hv_exporter_for_path (c->outputs[i]);
      if (!write_output (report, exporter, c->outputs[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Standard output is the report's alone where that is in one of the formats. */
static gboolean
print_budget (Question *q, const HvReport *report, const HvCommand *c, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < report->budget->len; i++)
    q->over |= hv_budget_exceeded (&g_array_index (report->budget, HvBudgetResult, i));
  hv_report_write_budget (report, text);
  if (c->print)
    putchar ('\n');
  if (!c->format)
    return write_stream (stdout, "standard output", text, error);
  return write_stream (stderr, "standard error", text, error);
}

/* Builds the trees the outputs need and writes them. */
static gboolean
report_question (Question *q, const HvCommand *c, GError **error)
{
  HvTreeOptions options;
  HvReport report = { .profile = current_of (q),
                      .base = q->diff ? base_of (q) : NULL,
                      .at = q->at,
                      .base_at = q->base_at,
                      .metric = q->metric,
                      .top = c->top ? (guint) c->top : G_MAXUINT };
  g_autoptr (HvTree) tree = NULL;
  g_autoptr (HvTree) rows_tree = NULL;
  g_autoptr (HvDiff) diff = NULL;
  g_autoptr (HvDiff) rows_diff = NULL;
  g_autoptr (GArray) budget = NULL;

  if (!hv_command_tree_options (c, q->diff, &options, error))
    return FALSE;
  if (q->budget)
    {
      budget = hv_budget_check (q->budget, report.base, q->base_at, report.profile, q->at, error);
      if (budget == NULL)
        return FALSE;
      report.budget = budget;
    }
  if (budget && !c->print && !c->outputs && !c->format)
    return print_budget (q, &report, c, error);
  report.modules = c->verbose;
  options.names_on_demand = c->print && !c->outputs && !c->format;
  set_view (&report, c);
  options.rows_alone = options.names_on_demand && !report.as_tree && !report.root_below;
  HvTreeOptions rows_options = options;
  rows_options.bottom_up = FALSE;
  if (q->diff)
    {
      diff = hv_diff_new (base_of (q), q->base_at, current_of (q), q->at, q->metric, &options,
                          error);
      if (diff && options.bottom_up)
        rows_diff = hv_diff_new (base_of (q), q->base_at, current_of (q), q->at, q->metric,
                                 &rows_options, error);
      if (diff == NULL || (options.bottom_up && rows_diff == NULL))
        return FALSE;
      report.diff = diff;
      report.rows_diff = rows_diff ? rows_diff : diff;
      report.tree = diff->tree;
      report.rows_tree = report.rows_diff->tree;
    }
  else
    {
      tree = hv_tree_new (current_of (q), q->metric, q->at, &options, error);
      if (tree && options.bottom_up)
        rows_tree = hv_tree_new (current_of (q), q->metric, q->at, &rows_options, error);
      if (tree == NULL || (options.bottom_up && rows_tree == NULL))
        return FALSE;
      report.tree = tree;
      report.rows_tree = rows_tree ? rows_tree : tree;
    }
  return write_outputs (q, &report, c, error)
         && (budget == NULL || print_budget (q, &report, c, error));
}

static gboolean
query (HvStore *store, const HvCommand *c, const char *const *keys, GError **error)
{
  g_autoptr (GString) csv = g_string_new (NULL);

  if (store == NULL || !hv_store_query (store, c->sql, keys, SQL_SECONDS, csv, error))
    return FALSE;
  return write_stream (stdout, "standard output", csv, error);
}

/* Whether a file that is not kept fails the command: the user named a store for it, and it is not
 * in there. A store that cannot be written still answers with what it has. */
static gboolean
must_be_kept (const HvCommand *c, const HvOpened *opened, const GError *why)
{
  return (c->store && !opened->stored) || g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* --sql over the FILEs: in the store where they are kept, else (a pipe, --no-store, too large for
 * the cache, a cache that cannot be written) in one in memory. */
static gboolean
run_sql (Question *q, const HvSession *session, const HvCommand *c, GError **error)
{
  g_autofree const char **keys = g_new0 (const char *, q->n_opened + 1);
  gboolean kept = !session->no_store, must = c->store != NULL;
  g_autoptr (GError) not_kept = NULL;

  for (guint i = 0; kept && i < q->n_opened; i++)
    {
      keys[i] = q->opened[i].key;
      kept = keys[i] && hv_session_keep (session, &q->opened[i], &not_kept);
      if (not_kept)
        must = must_be_kept (c, &q->opened[i], not_kept);
    }
  if (kept)
    {
      g_autoptr (HvStore) store = hv_session_store (session, &not_kept);
      if (query (store, c, keys, &not_kept))
        return TRUE;
    }
  if (not_kept && (must || !g_error_matches (not_kept, HV_ERROR, HV_ERROR_STORE)))
    {
      g_propagate_error (error, g_steal_pointer (&not_kept));
      return FALSE;
    }

  g_autoptr (GStringChunk) names = g_string_chunk_new (64);
  g_autoptr (HvStore) store = hv_store_open (":memory:", 0, error);
  for (guint i = 0; store && i < q->n_opened; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i + 1);
      keys[i] = g_string_chunk_insert (names, name);
      if (!hv_store_save (store, keys[i], q->opened[i].profile, session->import.cancellable, error))
        return FALSE;
    }
  return query (store, c, keys, error);
}

/* One of two files that are opened at once. */
typedef struct
{
  HvSession session;
  const char *path;
  HvOpened *opened;
  GError *error;
} Opening;

static gpointer
open_one (gpointer user)
{
  Opening *opening = user;
  const char *const paths[] = { opening->path, NULL };

  if (!hv_session_open (&opening->session, paths, FALSE, opening->opened, &opening->error))
    g_cancellable_cancel (opening->session.import.cancellable);
  return NULL;
}

static void
cancel (GCancellable *cancellable, gpointer other)
{
  g_cancellable_cancel (other);
}

/* The two of a diff, on two processors; the progress is the current one's. */
static gboolean
open_pair (Question *q, const HvSession *session, const HvCommand *c, GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  gulong chain = g_cancellable_connect (session->import.cancellable, G_CALLBACK (cancel), inner,
                                        NULL);
  Opening opening[2];

  for (guint i = 0; i < 2; i++)
    {
      opening[i] = (Opening){ *session, c->files[i], &q->opened[i], NULL };
      opening[i].session.import.cancellable = inner;
    }
  opening[0].session.import.progress = NULL;
  GThread *thread = g_thread_new ("base", open_one, &opening[0]);
  open_one (&opening[1]);
  g_thread_join (thread);
  g_cancellable_disconnect (session->import.cancellable, chain);

  /* when one fails the other is cancelled: the cause is the other error */
  guint cause = g_error_matches (opening[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                && opening[1].error;
  if (opening[cause].error == NULL)
    cause = 1 - cause;
  if (opening[cause].error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&opening[cause].error));
  g_clear_error (&opening[1 - cause].error);
  return FALSE;
}

static gboolean
open_all (Question *q, const HvSession *session, const HvCommand *c, GError **error)
{
  guint n_files = g_strv_length (c->files);

  q->n_opened = c->series ? 1 : n_files;
  q->opened = g_new0 (HvOpened, q->n_opened);
  if (c->series)
    return hv_session_open (session, (const char *const *) c->files, TRUE, &q->opened[0], error);
  if (c->diff && n_files == 2)
    return open_pair (q, session, c, error);
  for (guint i = 0; i < n_files; i++)
    {
      const char *one[] = { c->files[i], NULL };
      if (!hv_session_open (session, one, FALSE, &q->opened[i], error))
        return FALSE;
    }
  return TRUE;
}

/* One report of a diff or a series; of files that are neither, one each. */
static gboolean
report_all (Question *q, const HvCommand *c, GError **error)
{
  if (c->diff)
    {
      q->current = q->n_opened - 1;
      return settle_moments (q, c, error) && report_question (q, c, error);
    }
  for (guint i = 0; i < q->n_opened; i++)
    {
      q->base = q->current = i;
      if (i)
        putchar ('\n');
      if (!settle_moments (q, c, error) || !report_question (q, c, error))
        return FALSE;
    }
  return TRUE;
}

/* What was opened is written to the store while it is reported on: neither changes a profile. */
typedef struct
{
  const HvSession *session;
  Question *question;
  GError **errors; /* one for each that was opened */
  GThread *thread;
} Keeping;

static gpointer
keep_all (gpointer user)
{
  Keeping *keeping = user;

  for (guint i = 0; i < keeping->question->n_opened; i++)
    hv_session_keep (keeping->session, &keeping->question->opened[i], &keeping->errors[i]);
  return NULL;
}

static void
keeping_start (Keeping *keeping, const HvSession *session, Question *q)
{
  gboolean any = FALSE;

  for (guint i = 0; i < q->n_opened; i++)
    any |= q->opened[i].fresh;
  keeping->session = session;
  keeping->question = q;
  keeping->errors = g_new0 (GError *, q->n_opened);
  if (any)
    keeping->thread = g_thread_new ("store", keep_all, keeping);
}

/* Waits for it. A cache that cannot be written is worth a remark, not a failure. */
static gboolean
keeping_end (Keeping *keeping, const HvCommand *c, GError **error)
{
  const Question *q = keeping->question;
  gboolean kept = TRUE;

  g_clear_pointer (&keeping->thread, g_thread_join);
  for (guint i = 0; i < q->n_opened; i++)
    {
      g_autoptr (GError) not_kept = keeping->errors[i];
      if (not_kept == NULL)
        continue;
      if (kept && must_be_kept (c, &q->opened[i], not_kept))
        {
          kept = FALSE;
          g_propagate_error (error, g_steal_pointer (&not_kept));
        }
      else if (c->verbose)
        g_printerr ("not cached: %s\n", not_kept->message);
    }
  g_clear_pointer (&keeping->errors, g_free);
  return kept;
}

/* Prints what the store kept of the same command. FALSE: it has nothing that holds, or there is an
 * error. */
static gboolean
answer_again (const Question *q, const HvSession *session, const HvCommand *c, GError **error)
{
  g_autofree char *kept = q->kept_as ? hv_session_get_answer (session, c->files[0], q->kept_as)
                                     : NULL;

  if (kept == NULL)
    return FALSE;
  g_autoptr (GString) text = g_string_new (kept);
  hv_progress_end ();
  return write_text ("-", text, error);
}

static gboolean
answer (Question *q, const HvSession *session, const HvCommand *c, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  Keeping keeping = { 0 };
  GError *failed = NULL;

  q->kept_as = hv_kept_report_question (c);
  if (answer_again (q, session, c, &failed))
    return TRUE;
  if (failed)
    {
      g_propagate_error (error, failed);
      return FALSE;
    }
  if (!open_all (q, session, c, error))
    return FALSE;
  hv_progress_end ();
  for (guint i = 0; i < q->n_opened && !c->quiet; i++)
    if (q->opened[i].gone)
      {
        g_autofree char *remark = g_strconcat (
            q->opened[i].profile->path, ": is gone; this is what the store kept of it", NULL);
        print_line (remark);
      }
  if (c->verbose)
    g_printerr ("opened in %.1f ms\n", (double) (g_get_monotonic_time () - start) / 1e3);
  if (c->sql && !run_sql (q, session, c, error))
    return FALSE;

  keeping_start (&keeping, session, q);
  gboolean answered = (c->sql && !c->print && !c->outputs && !c->format && !c->budget)
                      || report_all (q, c, error);
  if (c->verbose && answered)
    g_printerr ("answered in %.1f ms\n", (double) (g_get_monotonic_time () - start) / 1e3);
  if (!keeping_end (&keeping, c, answered ? error : NULL) || !answered)
    return FALSE;
  if (q->printed)
    hv_session_keep_answer (session, &q->opened[q->current], q->kept_as, q->printed->str);
  return TRUE;
}

gboolean
hv_command_load_rules (const HvCommand *c, int *status)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  if (!hv_rules_load ((const char *const *) c->rules, problems, &error))
    {
      print_line (error->message);
      *status = HV_EXIT_UNREADABLE;
      return FALSE;
    }
  for (guint i = 0; i < problems->len; i++)
    print_line (g_ptr_array_index (problems, i));
  return TRUE;
}

static HvBudget *
read_budget (const char *path, GError **error)
{
  g_autofree char *name = g_utf8_make_valid (path, -1);
  gsize length;
  g_autofree char *text = hv_read_regular_file (path, HV_MAX_BUDGET_BYTES, &length, NULL, error);

  if (text == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  return hv_budget_parse (text, length, name, error);
}

int
hv_command_run (const HvCommand *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  HvSession session = { 0 };
  Question question = { 0 };
  int status = HV_EXIT_DONE;

  /* a reader that has enough, as `head`, is an error like another: the store is written to its end
   */
  signal (SIGPIPE, SIG_IGN);
  hv_command_session (c, &session);
  g_auto (GStrv) debug_dirs = hv_session_follow_settings (&session, c->settings);
  session.import.cancellable = cancellable;
  hv_progress_start (&session.import, c->quiet);
  if (c->store)
    {
      /* a library the user named must be usable, before anything is read */
      g_autoptr (HvStore) store = hv_store_open (c->store, 0, &error);
      if (store == NULL)
        {
          print_line (error->message);
          return HV_EXIT_UNREADABLE;
        }
    }
  question.budget = c->budget ? read_budget (c->budget, &error) : NULL;
  if (!error && answer (&question, &session, c, &error))
    status = question.over ? HV_EXIT_OVER_BUDGET : HV_EXIT_DONE;
  else
    {
      hv_progress_end ();
      status = error ? status_of (error) : HV_EXIT_UNREADABLE;
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
        {
          signal (SIGPIPE, SIG_DFL);
          raise (SIGPIPE);
        }
      if (status != HV_EXIT_CANCELLED)
        print_line (error ? error->message : "standard output was closed");
    }
  question_clear (&question);
  return status;
}
