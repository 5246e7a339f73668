/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/source-path.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A source file as it can be shown. A dump may be hostile, and so the file it names: only regular
 * files of a bounded size are read, and no line is so long that laying it out takes for ever. */
typedef struct
{
  char *path;
  char *text; /* valid UTF-8 without NULs; its lines end with \n, as compilers count them */
  guint n_lines;
  gint64 modified;   /* seconds since the epoch */
  gboolean replaced; /* some bytes were no text */
  gboolean cut;      /* some line was too long */
} HvSourceFile;

#define HV_SOURCE_MAX_BYTES (8 * 1024 * 1024)
#define HV_SOURCE_MAX_LINES 300000
#define HV_SOURCE_MAX_COLUMNS 4000

/* One file; errors: G_IO_ERROR, without the path in the message. */
HvSourceFile *hv_source_file_read (const char *path, GError **error);

/* The first of `places` that can be read. NULL: none; `tried` then has a line a place that says why
 * not, and `error` the reason of the first that is there. */
HvSourceFile *hv_source_file_find (const GPtrArray *places, GString *tried, GError **error);

void hv_source_file_free (HvSourceFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSourceFile, hv_source_file_free)

/* The arguments of the editor's command: those of `command` ("code -g %f:%l", quoted as in a shell,
 * which never sees it) with %f the file, %l the line and %% a percent sign; without %f the file
 * comes last. NULL and a G_SHELL_ERROR when the quotes do not match or it is empty. */
char **hv_editor_arguments (const char *command, const char *path, guint line, GError **error);

G_END_DECLS
