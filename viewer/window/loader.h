/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "viewer/session.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* Opens one file, a series, or the two of a diff (each in a thread of its own) away from the main
 * thread. One use each. */
#define HV_TYPE_LOADER (hv_loader_get_type ())
G_DECLARE_FINAL_TYPE (HvLoader, hv_loader, HV, LOADER, GObject)

typedef enum
{
  HV_LOAD_ONE,
  HV_LOAD_SERIES,
  HV_LOAD_DIFF, /* base, current; one file is compared with itself at another moment */
} HvLoadKind;

/* `session` is borrowed and must outlive the loader; its progress and cancellable are not used. */
HvLoader *hv_loader_new (const HvSession *session, const char *const *files, HvLoadKind kind);

/* Looks for symbols in these files too, each FILE or PATH=FILE, before those of the session. */
void hv_loader_set_binaries (HvLoader *self, const char *const *binaries);

void hv_loader_run (HvLoader *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user);
HvProfiles *hv_loader_finish (HvLoader *self, GAsyncResult *result, GError **error);

/* The file, if it is gone and what was opened is what the store kept of it; else NULL. */
const char *hv_loader_get_gone (HvLoader *self);

/* What the profile, or the two, are known by in the store; NULL: they are not kept. And the state
 * they were left in (hv_view_state_print()), NULL: none; owned by the loader. */
const char *hv_loader_get_key (HvLoader *self);
const char *hv_loader_get_state (HvLoader *self);

/* How much of the files was read, 0 … 1; −1: unknown. */
double hv_loader_get_progress (HvLoader *self);

/* Writes what was imported to the store, in the background; `done` is called in the main thread. */
void hv_loader_keep (HvLoader *self, HvProfiles *profiles, GAsyncReadyCallback done, gpointer user);

/* Keeps the summary of what was loaded beside it, in the background and as soon as it is in the
 * store itself; nothing where it came from there. */
void hv_loader_keep_summary (HvLoader *self, HvOverview *overview);

G_END_DECLS
