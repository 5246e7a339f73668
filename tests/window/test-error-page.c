/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-tests.h"

#include <glib/gstdio.h>

/* What cannot be opened: a sentence, and the program that the desktop had for such a file before
 * heapview's own types claimed some of them. */

static char *folder; /* the data of a desktop on which an archive manager opens *.zst */

static void
write_file (const char *name, const char *text, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
}

/* "hello", packed as from a pipe. */
static const char packed[] = "\x28\xb5\x2f\xfd\x04\x58\x31\x00\x00hello\n\x53\x88\xbd\x91";

static void
make_desktop (void)
{
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("heapview-desktop-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *archiver = g_strdup_printf ("[Desktop Entry]\nType=Application\n"
                                               "Name=Archive Manager\nMimeType=application/zstd;\n"
                                               "Exec=cp %%f %s/copy\n",
                                               folder);
  write_file ("applications/archiver.desktop", archiver, -1);
  write_file ("applications/org.heapview.Heapview.desktop",
              "[Desktop Entry]\nType=Application\nName=heapview\nExec=false %f\n"
              "MimeType=application/zstd;\n",
              -1);
  write_file ("applications/mimeinfo.cache",
              "[MIME Cache]\n"
              "application/zstd=org.heapview.Heapview.desktop;archiver.desktop;\n",
              -1);
  write_file ("backup-2024.zst", packed, sizeof packed - 1);
  write_file ("unknown", packed, sizeof packed - 1);
  g_autofree char *dirs = g_strconcat (folder, ":/usr/share", NULL);
  g_setenv ("XDG_DATA_DIRS", dirs, TRUE);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
}

static void
remove_desktop (void)
{
  static const char *const names[] = { "applications/archiver.desktop",
                                       "applications/org.heapview.Heapview.desktop",
                                       "applications/mimeinfo.cache",
                                       "applications",
                                       "backup-2024.zst",
                                       "unknown",
                                       "copy" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

/* A click hands the file to the other program. */
static void
test_other_program (void)
{
  if (!have_hands ())
    return;
  g_autofree char *path = g_build_filename (folder, "backup-2024.zst", NULL);
  g_autofree char *copy = g_build_filename (folder, "copy", NULL);
  HvMainWindow *window = open_window ((const char *const[]){ path, NULL }, HV_LOAD_ONE);
  GtkWidget *button = find_widget (GTK_WIDGET (window), GTK_TYPE_BUTTON, "Open with");

  g_assert_true (hv_main_window_has_failed (window));
  g_assert_nonnull (button);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, "Open with Archive Manager");
  click_on (button);
  g_autofree char *text = NULL;
  gsize length = 0;
  while (length != sizeof packed - 1)
    {
      g_main_context_iteration (NULL, FALSE);
      g_clear_pointer (&text, g_free);
      g_file_get_contents (copy, &text, &length, NULL);
    }
  g_assert_cmpmem (text, length, packed, sizeof packed - 1);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* None is offered for what no other program is known for, is not there, or is two files. */
static void
test_none (void)
{
  g_autofree char *unknown = g_build_filename (folder, "unknown", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing.zst", NULL);
  g_autofree char *known = g_build_filename (folder, "backup-2024.zst", NULL);
  const struct
  {
    const char *files[3];
    HvLoadKind kind;
  } cases[] = { { { unknown }, HV_LOAD_ONE },
                { { missing }, HV_LOAD_ONE },
                { { known, known }, HV_LOAD_DIFF } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HvMainWindow *window = open_window (cases[i].files, cases[i].kind);
      g_assert_true (hv_main_window_has_failed (window));
      g_assert_nonnull (find_widget (GTK_WIDGET (window), GTK_TYPE_BUTTON, "Open Another"));
      g_assert_null (find_widget (GTK_WIDGET (window), GTK_TYPE_BUTTON, "Open with"));
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

int
main (int argc, char **argv)
{
  make_desktop ();
  init_tests (&argc, &argv);
  g_test_add_func ("/error-page/other-program", test_other_program);
  g_test_add_func ("/error-page/none", test_none);
  int failed = g_test_run ();
  remove_desktop ();
  return failed;
}
