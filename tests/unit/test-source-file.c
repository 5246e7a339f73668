/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/regular-file.h"
#include "viewer/settings.h"
#include "viewer/source-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* --- mappings --- */

static void
assert_mapping (const char *recorded, const char *chosen, const char *prefix, const char *directory)
{
  g_autoptr (HvPathMapping) mapping = hv_path_mapping_derive (recorded, chosen);

  g_assert_nonnull (mapping);
  g_assert_cmpstr (mapping->prefix, ==, prefix);
  g_assert_cmpstr (mapping->directory, ==, directory);
  g_autofree char *applied = hv_path_mapping_apply (mapping, recorded);
  g_assert_cmpstr (applied, ==, chosen);
}

static void
test_derive (void)
{
  assert_mapping ("/build/x-1.0/src/a/b.c", "/home/u/x/src/a/b.c", "/build/x-1.0", "/home/u/x");
  assert_mapping ("/build/b.c", "/home/b.c", "/build", "/home");
  /* whole components only */
  assert_mapping ("/build/mysrc/b.c", "/home/src/b.c", "/build/mysrc", "/home/src");
  assert_mapping ("src/b.c", "/home/u/src/b.c", "", "/home/u");
  assert_mapping ("../src/./b.c", "/home/u/src/b.c", "", "/home/u");
  assert_mapping ("/src/b.c", "/mnt/root/src/b.c", "/", "/mnt/root");
  assert_mapping ("/mnt/root/src/b.c", "/src/b.c", "/mnt/root", "/");
  assert_mapping ("/build/old.c", "/home/new.c", "/build/old.c", "/home/new.c");
  assert_mapping ("old.c", "/home/new.c", "old.c", "/home/new.c");
  g_assert_null (hv_path_mapping_derive ("/src/b.c", "/src/./b.c"));
}

static void
test_apply (void)
{
  g_autoptr (HvPathMapping) mapping = hv_path_mapping_new ("/build/x", "/home/u/x");
  g_autoptr (HvPathMapping) relative = hv_path_mapping_new ("", "/home/u/x");
  g_autofree char *below = hv_path_mapping_apply (mapping, "/build/x/lib/../c.c");
  g_autofree char *beside = hv_path_mapping_apply (relative, "lib/c.c");

  g_assert_cmpstr (below, ==, "/home/u/x/c.c");
  g_assert_cmpstr (beside, ==, "/home/u/x/lib/c.c");
  g_assert_null (hv_path_mapping_apply (mapping, "/build/xy/c.c"));
  g_assert_null (hv_path_mapping_apply (mapping, "build/x/c.c"));
  g_assert_null (hv_path_mapping_apply (relative, "/lib/c.c"));
}

/* --- places --- */

typedef struct
{
  char *root;
} Folder;

static void
folder_setup (Folder *folder, gconstpointer user)
{
  folder->root = g_dir_make_tmp ("heapview-source-XXXXXX", NULL);
  g_assert_nonnull (folder->root);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL
                                                                    : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_all (child);
    }
  g_remove (path);
}

static void
folder_teardown (Folder *folder, gconstpointer user)
{
  remove_all (folder->root);
  g_free (folder->root);
}

static char *
make_file (Folder *folder, const char *name, const char *text, gssize length)
{
  char *path = g_build_filename (folder->root, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
  return path;
}

static guint
place (const GPtrArray *places, const char *path)
{
  guint index;
  g_assert_true (
      g_ptr_array_find_with_equal_func ((GPtrArray *) places, path, g_str_equal, &index));
  return index;
}

static void
test_places (Folder *folder, gconstpointer user)
{
  g_autoptr (GPtrArray)
      mappings = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_path_mapping_free);
  HvSourceQuestion q = { .recorded = "/build/a.c",
                         .dump = "/d/x.heap",
                         .module = "/p/target/release/app",
                         .mappings = mappings,
                         .home = folder->root };

  g_ptr_array_add (mappings, hv_path_mapping_new ("/build", "/first"));
  g_ptr_array_add (mappings, hv_path_mapping_new ("", "/second"));
  g_autoptr (GPtrArray) absolute = hv_source_places (&q);
  g_assert_cmpuint (absolute->len, ==, 2);
  g_assert_cmpuint (place (absolute, "/build/a.c"), ==, 0);
  g_assert_cmpuint (place (absolute, "/first/a.c"), ==, 1);

  q.recorded = "src/main.rs";
  g_autoptr (GPtrArray) relative = hv_source_places (&q);
  g_assert_cmpuint (place (relative, "/second/src/main.rs"), ==, 0);
  g_assert_cmpuint (place (relative, "/d/src/main.rs"), ==, 1);
  g_assert_cmpuint (place (relative, "/p/target/release/src/main.rs"), ==, 2);
  g_assert_cmpuint (place (relative, "/p/src/main.rs"), ==, 4);
  g_assert_cmpuint (relative->len, ==, 5);

  q.recorded = "";
  g_autoptr (GPtrArray) none = hv_source_places (&q);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_rust (Folder *folder, gconstpointer user)
{
  static const char commit[] = "9fc6b43126469e3858e2fe86cafb4f0fd5068869";
  g_autofree char *recorded = g_strdup_printf ("/rustc/%s/library/std/src/io.rs", commit);
  g_autofree char *newer = make_file (
      folder, ".rustup/toolchains/stable/lib/rustlib/multirust-channel-manifest.toml", "other", -1);
  g_autofree char *same = make_file (
      folder, ".rustup/toolchains/1.83/lib/rustlib/multirust-channel-manifest.toml", commit, -1);
  g_autofree char *crate = make_file (
      folder, ".cargo/registry/src/index.crates.io-1/serde-1.0.0/src/lib.rs", "", -1);
  HvSourceQuestion q = { .recorded = recorded, .home = folder->root };

  g_autoptr (GPtrArray) library = hv_source_places (&q);
  const char *first = g_ptr_array_index (library, 1);
  g_assert_true (
      g_str_has_suffix (first, "toolchains/1.83/lib/rustlib/src/rust/library/std/src/io.rs"));
  g_assert_cmpuint (place (library, "/usr/lib/rustlib/src/rust/library/std/src/io.rs"), ==,
                    library->len - 1);

  q.recorded = "/home/other/.cargo/registry/src/github.com-2/serde-1.0.0/src/lib.rs";
  g_autoptr (GPtrArray) of_crate = hv_source_places (&q);
  g_assert_cmpuint (place (of_crate, crate), ==, 1);
  q.recorded = "/rust/deps/serde-1.0.0/src/lib.rs";
  g_autoptr (GPtrArray) of_deps = hv_source_places (&q);
  g_assert_cmpuint (place (of_deps, crate), ==, 1);
}

/* --- reading --- */

static void
assert_refused (const char *path, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hv_source_file_read (path, &error));
  g_assert_error (error, G_IO_ERROR, code);
}

static void
test_refused (Folder *folder, gconstpointer user)
{
  g_autofree char *fifo = g_build_filename (folder->root, "fifo", NULL);
  g_autofree char *link = g_build_filename (folder->root, "link", NULL);
  g_autofree char *large = make_file (folder, "large.c", "", -1);
  g_autofree char *missing = g_build_filename (folder->root, "missing.c", NULL);
  g_autoptr (GString) lines = g_string_new (NULL);

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", link), ==, 0);
  g_assert_cmpint (truncate (large, HV_SOURCE_MAX_BYTES + 1), ==, 0);
  for (guint i = 0; i <= HV_SOURCE_MAX_LINES; i++)
    g_string_append_c (lines, '\n');
  g_autofree char *many = make_file (folder, "many.c", lines->str, (gssize) lines->len);

  assert_refused (fifo, G_IO_ERROR_NOT_REGULAR_FILE);
  assert_refused (link, G_IO_ERROR_NOT_REGULAR_FILE);
  assert_refused ("/dev/null", G_IO_ERROR_NOT_REGULAR_FILE);
  assert_refused ("/proc/self/environ", G_IO_ERROR_NOT_REGULAR_FILE);
  assert_refused (folder->root, G_IO_ERROR_IS_DIRECTORY);
  assert_refused (large, G_IO_ERROR_FAILED);
  assert_refused (many, G_IO_ERROR_FAILED);
  assert_refused (missing, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (truncate (large, HV_SOURCE_MAX_BYTES), ==, 0);
  g_autoptr (HvSourceFile) file = hv_source_file_read (large, NULL);
  g_assert_nonnull (file);
}

static void
assert_text (Folder *folder, const char *bytes, gssize length, const char *text, guint n_lines)
{
  g_autofree char *path = make_file (folder, "text.c", bytes, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvSourceFile) file = hv_source_file_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (file->text, ==, text);
  g_assert_cmpuint (file->n_lines, ==, n_lines);
  g_assert_cmpint (file->modified, >, 0);
}

static void
test_text (Folder *folder, gconstpointer user)
{
  assert_text (folder, "", -1, "", 0);
  assert_text (folder, "a\nb", -1, "a\nb", 2);
  assert_text (folder, "a\r\n\r\nb\r\n", -1, "a\n\nb\n", 3);
  /* what compilers do not count is no end of a line */
  assert_text (folder,
               "a\rb\n\xe2\x80\xa9"
               "c\n",
               -1,
               "a\xef\xbf\xbd"
               "b\n\xef\xbf\xbd"
               "c\n",
               2);
  assert_text (folder, "a\0b\n\xff\n", 6,
               "a\xef\xbf\xbd"
               "b\n\xef\xbf\xbd\n",
               2);
  assert_text (folder, "caf\xe9\n", -1, "caf\xef\xbf\xbd\n", 1);

  g_autoptr (GString) line = g_string_new (NULL);
  while (line->len < HV_SOURCE_MAX_COLUMNS)
    g_string_append (line, "xxx\xc3\xa9");
  g_string_append_c (line, '\n');
  g_autofree char *path = make_file (folder, "long.c", line->str, -1);
  g_autoptr (HvSourceFile) whole = hv_source_file_read (path, NULL);
  g_assert_false (whole->cut);
  g_string_insert (line, 0, "ab");
  g_autofree char *longer = make_file (folder, "longer.c", line->str, -1);
  g_autoptr (HvSourceFile) cut = hv_source_file_read (longer, NULL);
  g_assert_true (cut->cut);
  g_assert_true (g_utf8_validate (cut->text, -1, NULL));
  g_assert_true (g_str_has_suffix (cut->text, "…\n"));
}

/* The first that can be read is shown; else each place says why not. */
static void
test_find (Folder *folder, gconstpointer user)
{
  g_autofree char *good = make_file (folder, "good.c", "int x;\n", -1);
  g_autofree char *missing = g_build_filename (folder->root, "missing.c", NULL);
  g_autoptr (GPtrArray) places = g_ptr_array_new ();
  g_autoptr (GString) tried = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (places, missing);
  g_assert_null (hv_source_file_find (places, tried, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_ptr_array_add (places, folder->root);
  g_string_truncate (tried, 0);
  g_assert_null (hv_source_file_find (places, tried, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_nonnull (strstr (tried->str, "missing.c: is not there\n"));
  g_assert_true (g_str_has_suffix (tried->str, ": is a folder"));
  g_ptr_array_add (places, good);
  g_autoptr (HvSourceFile) file = hv_source_file_find (places, tried, NULL);
  g_assert_cmpstr (file->path, ==, good);
}

/* --- the editor --- */

static void
assert_arguments (const char *command, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = hv_editor_arguments (command, "/a b/$(c).c", 12, &error);

  g_assert_no_error (error);
  g_autofree char *text = g_strjoinv ("|", arguments);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_editor (void)
{
  assert_arguments ("code -g %f:%l", "code|-g|/a b/$(c).c:12");
  assert_arguments ("gvim +%l", "gvim|+12|/a b/$(c).c");
  assert_arguments ("'my editor' --x=\"%l %%f\" %f", "my editor|--x=12 %f|/a b/$(c).c");
  g_autoptr (GError) error = NULL;
  g_assert_null (hv_editor_arguments ("code '", "/f", 1, &error));
  g_assert_error (error, G_SHELL_ERROR, G_SHELL_ERROR_BAD_QUOTING);
  g_assert_null (hv_editor_arguments ("", "/f", 1, NULL));
}

/* --- settings --- */

static void
test_settings (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "heapview", NULL);
  g_autofree char *path = g_build_filename (folder, "settings.ini", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvSettings) empty = hv_settings_load ();

  g_assert_null (empty->editor);
  g_assert_cmpuint (empty->mappings->len, ==, 0);
  g_assert_true (hv_settings_save (empty, &error));
  empty->editor = g_strdup ("code -g %f:%l");
  hv_settings_add_mapping (empty, "", "/home/u/x");
  hv_settings_add_mapping (empty, "/a;b", "/c;d");
  hv_settings_add_mapping (empty, "", "/home/u/x");
  g_assert_true (hv_settings_save (empty, &error));

  g_autoptr (HvSettings) again = hv_settings_load ();
  g_assert_cmpstr (again->editor, ==, "code -g %f:%l");
  g_assert_cmpuint (again->mappings->len, ==, 2);
  const HvPathMapping *first = g_ptr_array_index (again->mappings, 0);
  const HvPathMapping *second = g_ptr_array_index (again->mappings, 1);
  g_assert_cmpstr (first->prefix, ==, "");
  g_assert_cmpstr (first->directory, ==, "/home/u/x");
  g_assert_cmpstr (second->prefix, ==, "/a;b");
  g_assert_cmpstr (second->directory, ==, "/c;d");

  /* what others wrote stays; damage is as if nothing had been chosen */
  g_file_set_contents (path, "[other]\nkey=1\n", -1, &error);
  g_assert_no_error (error);
  g_assert_true (hv_settings_save (again, &error));
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "key=1"));
  g_file_set_contents (path, "\xff[[[", -1, NULL);
  g_autoptr (HvSettings) damaged = hv_settings_load ();
  g_assert_cmpuint (damaged->mappings->len, ==, 0);
}

int
main (int argc, char **argv)
{
  /* GLib's own isolation leaks, which the sanitizers would report */
  g_autofree char *config = g_dir_make_tmp ("heapview-config-XXXXXX", NULL);

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-file/derive", test_derive);
  g_test_add_func ("/source-file/apply", test_apply);
#define ADD(name)                                                                                  \
  g_test_add ("/source-file/" #name, Folder, NULL, folder_setup, test_##name, folder_teardown)
  ADD (places);
  ADD (rust);
  ADD (refused);
  ADD (text);
  ADD (find);
  g_test_add_func ("/source-file/editor", test_editor);
  g_test_add_func ("/source-file/settings", test_settings);
  int status = g_test_run ();
  remove_all (config);
  return status;
}
