/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/kept-views.h"

typedef struct
{
  HvSession session; /* strings borrowed: they live as long as the program */
  HvKeptViewsVerb verb;
  char *key, *program, *name, *text, *of_key, *of_program;
  gint64 id;
  guint serial; /* of a state */
} Job;

/* Of the states of one profile the newest is written last. A write may wait for whoever imports:
 * the main thread takes the lock of the table alone. */
static GMutex write_lock, newest_lock;
static GHashTable *newest; /* key → serial */

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->key);
  g_free (job->program);
  g_free (job->name);
  g_free (job->text);
  g_free (job->of_key);
  g_free (job->of_program);
  g_free (job);
}

static gboolean
do_verb (HvStore *store, const Job *job, GError **error)
{
  switch (job->verb)
    {
    case HV_KEPT_VIEWS_PUT:
      return hv_store_put_view (store, job->of_key ? job->of_key : job->key,
                                job->of_key ? job->of_program : job->program, job->name, job->text,
                                error);
    case HV_KEPT_VIEWS_RENAME:
      return hv_store_rename_view (store, job->id, job->name, error);
    case HV_KEPT_VIEWS_DELETE:
      return hv_store_delete_view (store, job->id, error);
    case HV_KEPT_VIEWS_LIST:
      break;
    }
  return TRUE;
}

static void
ask_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;
  g_autoptr (HvStore) store = hv_session_store (&job->session, &error);
  GPtrArray *views = store && do_verb (store, job, &error)
                         ? hv_store_list_views (store, job->key, job->program, &error)
                         : NULL;

  if (views)
    g_task_return_pointer (task, views, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
hv_kept_views_ask (const HvSession *session, const HvKeptViewsRequest *request, gpointer source,
                   GAsyncReadyCallback callback, gpointer user)
{
  g_autoptr (GTask) task = g_task_new (source, NULL, callback, user);
  Job *job = g_new0 (Job, 1);

  job->session = *session;
  job->verb = request->verb;
  job->key = g_strdup (request->key);
  job->program = g_strdup (request->program);
  job->id = request->id;
  job->name = g_strdup (request->name);
  job->text = g_strdup (request->text);
  job->of_key = g_strdup (request->of_key);
  job->of_program = g_strdup (request->of_program);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, ask_thread);
}

GPtrArray *
hv_kept_views_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- states --- */

static gboolean
is_newest (const Job *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&newest_lock);

  return GPOINTER_TO_UINT (g_hash_table_lookup (newest, job->key)) == job->serial;
}

static void
put_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&write_lock);

  if (is_newest (job))
    {
      g_autoptr (HvStore) store = hv_session_store (&job->session, &error);
      if (!store || !hv_store_put_state (store, job->key, job->text, &error))
        g_info ("the view's state was not kept: %s", error->message);
    }
  g_task_return_boolean (task, TRUE);
}

static void
put_cb (GObject *source, GAsyncResult *result, gpointer application)
{
  if (application)
    g_application_release (application);
}

static void
note_newest (Job *job)
{
  static guint serial;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&newest_lock);

  if (!newest)
    newest = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  job->serial = ++serial;
  g_hash_table_insert (newest, g_strdup (job->key), GUINT_TO_POINTER (job->serial));
}

void
hv_kept_views_put_state (const HvSession *session, const char *key, const char *text)
{
  GApplication *application = g_application_get_default ();
  g_autoptr (GTask) task = NULL;
  Job *job;

  if (session->no_store)
    return;
  if (application)
    g_application_hold (application);
  task = g_task_new (NULL, NULL, put_cb, application);
  job = g_new0 (Job, 1);
  job->session = *session;
  job->key = g_strdup (key);
  job->text = g_strdup (text);
  note_newest (job);
  g_task_set_task_data (task, job, job_free);
  if (application)
    g_task_run_in_thread (task, put_thread);
  else
    g_task_run_in_thread_sync (task, put_thread);
}
