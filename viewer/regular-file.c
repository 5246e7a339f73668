/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "viewer/regular-file.h"

/* Their files act when they are read, whatever their type says. */
static gboolean
is_of_kernel (int fd)
{
  struct statfs fs;

  return fstatfs (fd, &fs) == 0
         && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC || fs.f_type == DEBUGFS_MAGIC
             || fs.f_type == TRACEFS_MAGIC);
}

static void
set_error (GError **error, int code)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
}

static char *
read_all (int fd, gsize size, gsize *length, GError **error)
{
  g_autofree char *data = g_malloc (size + 1);
  gsize n = 0;

  while (n < size)
    {
      gssize got = pread (fd, data + n, size - n, (off_t) n);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          set_error (error, errno);
          return NULL;
        }
      if (got == 0)
        break;
      n += (gsize) got;
    }
  data[n] = '\0';
  *length = n;
  return g_steal_pointer (&data);
}

char *
hv_read_regular_file (const char *path, gsize max, gsize *length, gint64 *modified, GError **error)
{
  struct stat info;
  char *data = NULL;
  /* Only names the file; what it is decides whether it is opened. */
  int name = open (path, O_PATH | O_CLOEXEC);

  if (name < 0 || fstat (name, &info) != 0)
    set_error (error, errno);
  else if (S_ISDIR (info.st_mode))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, _ ("is a folder"));
  else if (!S_ISREG (info.st_mode) || is_of_kernel (name))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _ ("is no regular file"));
  else if ((guint64) info.st_size > max)
    {
      g_autofree char *limit = g_strdup_printf ("%" G_GSIZE_FORMAT, max >> 20);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("is larger than %s MiB"), limit);
    }
  else
    {
      g_autofree char *same = g_strdup_printf ("/proc/self/fd/%d", name);
      int fd = open (same, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
      if (fd < 0)
        set_error (error, errno);
      else
        {
          data = read_all (fd, (gsize) info.st_size, length, error);
          close (fd);
        }
      if (modified)
        *modified = info.st_mtime;
    }
  if (name >= 0)
    close (name);
  return data;
}
