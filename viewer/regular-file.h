/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The bytes of a regular file of `max` bytes at most, NUL terminated; nothing else is ever opened
 * for reading, so that a path from a dump can neither block (a FIFO) nor act (a device). `modified`
 * (or NULL): seconds since the epoch. Errors: G_IO_ERROR, without the path in the message; of
 * anything but a regular file G_IO_ERROR_NOT_REGULAR_FILE. */
char *hv_read_regular_file (const char *path, gsize max, gsize *length, gint64 *modified,
                            GError **error);

G_END_DECLS
