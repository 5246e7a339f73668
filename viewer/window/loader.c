/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/loader.h"

#include "store/store-state.h"
#include "viewer/window/kept-summary.h"
#include "viewer/window/preferences.h"

typedef struct
{
  HvLoader *loader;
  const char *const *paths;
  const char *single[2];
  gboolean series;
  HvOpened opened;
  GError *error;

  /* under the loader's lock */
  uint64_t done, size;
} Part;

struct _HvLoader
{
  GObject parent_instance;

  HvSession session;
  char **files;
  char **binaries; /* NULL: the session's */
  char **debug_dirs;
  char *key, *state; /* of what was loaded */
  HvLoadKind kind;
  HvOverview *summary; /* that the store has; NULL: none */

  GCancellable *inner; /* stops the other part when one fails */
  GMutex lock;
  GCond kept;
  gboolean keeps; /* under the lock: the store is written */
  Part parts[2];  /* current, base */
};

G_DEFINE_FINAL_TYPE (HvLoader, hv_loader, G_TYPE_OBJECT)

static void
hv_loader_finalize (GObject *object)
{
  HvLoader *self = HV_LOADER (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->parts); i++)
    {
      hv_opened_clear (&self->parts[i].opened);
      g_clear_error (&self->parts[i].error);
    }
  g_clear_object (&self->inner);
  g_clear_pointer (&self->files, g_strfreev);
  g_clear_pointer (&self->binaries, g_strfreev);
  g_clear_pointer (&self->debug_dirs, g_strfreev);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->summary, hv_overview_unref);
  g_cond_clear (&self->kept);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (hv_loader_parent_class)->finalize (object);
}

static void
hv_loader_class_init (HvLoaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hv_loader_finalize;
}

static void
hv_loader_init (HvLoader *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->kept);
  self->inner = g_cancellable_new ();
}

HvLoader *
hv_loader_new (const HvSession *session, const char *const *files, HvLoadKind kind)
{
  g_return_val_if_fail (files && files[0], NULL);
  HvLoader *self = g_object_new (HV_TYPE_LOADER, NULL);

  self->session = *session;
  self->debug_dirs = hv_session_follow_settings (
      &self->session, hv_preferences_get_settings (hv_preferences_get_default ()));
  self->files = g_strdupv ((char **) files);
  self->kind = kind;
  return self;
}

void
hv_loader_set_binaries (HvLoader *self, const char *const *binaries)
{
  g_return_if_fail (HV_IS_LOADER (self));
  char **const more = self->session.import.binaries;
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_addv (all, (const char **) binaries);
  if (more)
    g_strv_builder_addv (all, (const char **) more);
  g_strfreev (self->binaries);
  self->binaries = g_strv_builder_end (all);
}

static void
progress_cb (uint64_t done, uint64_t size, gpointer user)
{
  Part *part = user;

  g_mutex_lock (&part->loader->lock);
  part->done = done;
  part->size = size;
  g_mutex_unlock (&part->loader->lock);
}

static gpointer
part_run (gpointer data)
{
  Part *part = data;
  HvSession session = part->loader->session;

  session.import.cancellable = part->loader->inner;
  if (part->loader->binaries)
    session.import.binaries = part->loader->binaries;
  session.import.progress = progress_cb;
  session.import.progress_user = part;
  if (!hv_session_open (&session, part->paths, part->series, &part->opened, &part->error))
    g_cancellable_cancel (part->loader->inner);
  return NULL;
}

static void
part_init (HvLoader *self, guint index, const char *path)
{
  Part *part = &self->parts[index];

  part->loader = self;
  part->series = self->kind == HV_LOAD_SERIES;
  part->single[0] = path;
  part->paths = part->series ? (const char *const *) self->files : part->single;
}

static gboolean
report_error (HvLoader *self, GTask *task)
{
  /* When one part fails the other is cancelled: the cause is the other error. */
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < G_N_ELEMENTS (self->parts); i++)
      {
        Part *part = &self->parts[i];
        gboolean cancelled = g_error_matches (part->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        if (!part->error || (pass == 0 && cancelled))
          continue;
        g_task_return_error (task, g_steal_pointer (&part->error));
        return TRUE;
      }
  return FALSE;
}

/* The key of what was loaded, how it was left, and what its summary says. */
static void
find_state (HvLoader *self, gboolean two)
{
  const HvOpened *opened = &self->parts[0].opened;
  const char *current = self->parts[0].opened.key, *base = self->parts[1].opened.key;

  if (self->session.no_store || !current || (two && !base))
    return;
  if (self->kind == HV_LOAD_DIFF)
    self->key = g_strconcat (two ? base : current, " ", current, NULL);
  else
    self->key = g_strdup (current);
  g_autoptr (HvStore) store = hv_session_store (&self->session, NULL);
  if (!store)
    return;
  self->state = hv_store_get_state (store, self->key, NULL);
  /* fresh: the store has it with other names, or by other rules */
  if (self->kind == HV_LOAD_ONE && !opened->fresh)
    self->summary = hv_kept_summary_get (store, self->key, opened->profile);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer inner)
{
  g_cancellable_cancel (inner);
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HvLoader *self = source;
  gboolean two = self->kind == HV_LOAD_DIFF && self->files[1];
  gulong chain = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                      self->inner, NULL)
                             : 0;

  part_init (self, 0, self->files[two ? 1 : 0]);
  if (two)
    {
      part_init (self, 1, self->files[0]);
      GThread *thread = g_thread_new ("base", part_run, &self->parts[1]);
      part_run (&self->parts[0]);
      g_thread_join (thread);
    }
  else
    part_run (&self->parts[0]);
  g_cancellable_disconnect (cancellable, chain);
  if (report_error (self, task))
    return;

  find_state (self, two);
  HvProfile *current = g_steal_pointer (&self->parts[0].opened.profile);
  HvProfile *base = two                          ? g_steal_pointer (&self->parts[1].opened.profile)
                    : self->kind == HV_LOAD_DIFF ? current
                                                 : NULL;
  HvProfiles *profiles = hv_profiles_new (current, base);
  profiles->kept = self->summary ? hv_overview_ref (self->summary) : NULL;
  g_task_return_pointer (task, profiles, (GDestroyNotify) hv_profiles_unref);
}

void
hv_loader_run (HvLoader *self, GCancellable *cancellable, GAsyncReadyCallback callback,
               gpointer user)
{
  g_return_if_fail (HV_IS_LOADER (self));
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user);

  g_task_set_source_tag (task, hv_loader_run);
  g_task_run_in_thread (task, load_thread);
}

HvProfiles *
hv_loader_finish (HvLoader *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
hv_loader_get_gone (HvLoader *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->parts); i++)
    if (self->parts[i].opened.gone)
      return self->parts[i].paths[0];
  return NULL;
}

const char *
hv_loader_get_key (HvLoader *self)
{
  return self->key;
}

const char *
hv_loader_get_state (HvLoader *self)
{
  return self->state;
}

double
hv_loader_get_progress (HvLoader *self)
{
  double done = 0, size = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < G_N_ELEMENTS (self->parts); i++)
    {
      done += (double) self->parts[i].done;
      size += (double) self->parts[i].size;
    }
  g_mutex_unlock (&self->lock);
  return size > 0 ? CLAMP (done / size, 0, 1) : -1;
}

static void
keep_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HvLoader *self = source;
  HvProfiles *profiles = data;
  HvProfile *const kept[] = { profiles->current, profiles->base };
  GError *error = NULL;
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&profiles->lock);

  for (guint i = 0; i < G_N_ELEMENTS (self->parts) && !error; i++)
    {
      HvOpened *opened = &self->parts[i].opened;
      if (!opened->fresh || !kept[i])
        continue;
      /* lent for the call: the profiles stay the scenes' */
      opened->profile = kept[i];
      hv_session_keep (&self->session, opened, &error);
      opened->profile = NULL;
    }
  g_mutex_lock (&self->lock);
  self->keeps = FALSE;
  g_cond_broadcast (&self->kept);
  g_mutex_unlock (&self->lock);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
hv_loader_keep (HvLoader *self, HvProfiles *profiles, GAsyncReadyCallback done, gpointer user)
{
  g_return_if_fail (HV_IS_LOADER (self));
  g_autoptr (GTask) task = g_task_new (self, NULL, done, user);

  self->keeps = TRUE;
  g_task_set_task_data (task, hv_profiles_ref (profiles), (GDestroyNotify) hv_profiles_unref);
  g_task_run_in_thread (task, keep_thread);
}

static void
keep_summary_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HvLoader *self = source;

  g_mutex_lock (&self->lock);
  while (self->keeps)
    g_cond_wait (&self->kept, &self->lock);
  gboolean stored = !self->parts[0].opened.fresh;
  g_mutex_unlock (&self->lock);
  g_autoptr (HvStore) store = stored ? hv_session_store (&self->session, NULL) : NULL;
  if (store)
    hv_kept_summary_put (store, self->key, data);
  g_task_return_boolean (task, TRUE);
}

void
hv_loader_keep_summary (HvLoader *self, HvOverview *overview)
{
  g_return_if_fail (HV_IS_LOADER (self));
  if (self->kind != HV_LOAD_ONE || !self->key || self->summary)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_task_data (task, hv_overview_ref (overview), (GDestroyNotify) hv_overview_unref);
  g_task_run_in_thread (task, keep_summary_thread);
}
