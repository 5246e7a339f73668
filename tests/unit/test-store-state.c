/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"

#include "store/store-state.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* How profiles were looked at, beside them. */

static HvStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  HvStore *store = hv_store_open (path, 0, &error);

  g_assert_no_error (error);
  return store;
}

static void
put_state (HvStore *store, const char *key, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hv_store_put_state (store, key, text, &error));
  g_assert_no_error (error);
}

static void
assert_state (HvStore *store, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = hv_store_get_state (store, key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_state (void)
{
  g_autoptr (HvStore) store = open_store (":memory:");
  g_autoptr (GError) error = NULL;
  g_autofree char *large = g_strnfill (HV_MAX_STATE_BYTES + 1, 'x');

  assert_state (store, "a", NULL);
  put_state (store, "a", "one");
  put_state (store, "a b", "two");
  assert_state (store, "a", "one");
  assert_state (store, "a b", "two");
  put_state (store, "a", "three");
  assert_state (store, "a", "three");
  g_assert_false (hv_store_put_state (store, "a", large, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  assert_state (store, "a", "three");

  /* of very many the oldest go */
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      put_state (store, key, "x");
    }
  assert_state (store, "599", "x");
  assert_state (store, "200", "x");
  assert_state (store, "a", NULL);

  /* clearing drops states with the profiles, not what was named */
  g_clear_error (&error);
  g_assert_true (hv_store_put_view (store, "k", NULL, "mine", "text", &error));
  g_assert_true (hv_store_clear (store, &error));
  assert_state (store, "599", NULL);
  g_autoptr (GPtrArray) views = hv_store_list_views (store, "k", NULL, &error);
  g_assert_cmpuint (views->len, ==, 1);
}

/* "name text" of each, "*" before those of other recordings. */
static char *
list (HvStore *store, const char *key, const char *program)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) views = hv_store_list_views (store, key, program, &error);
  GString *all = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < views->len; i++)
    {
      const HvNamedView *view = g_ptr_array_index (views, i);
      g_string_append_printf (all, "%s%s %s,", view->of_key ? "" : "*", view->name, view->text);
    }
  return g_string_free (all, FALSE);
}

#define assert_list(store, key, program, expected)                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found = list (store, key, program);                                           \
    g_assert_cmpstr (found, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

static gint64
id_of (HvStore *store, const char *key, guint n)
{
  g_autoptr (GPtrArray) views = hv_store_list_views (store, key, NULL, NULL);

  return ((HvNamedView *) g_ptr_array_index (views, n))->id;
}

static void
test_views (void)
{
  g_autoptr (HvStore) store = open_store (":memory:");
  g_autoptr (GError) error = NULL;
  g_autofree char *long_name = g_strnfill (300, 'x');

  assert_list (store, "a", "server", "");
  g_assert_true (hv_store_put_view (store, "a", "server", "second", "2", &error));
  g_assert_true (hv_store_put_view (store, "a", "server", "first", "1", &error));
  g_assert_true (hv_store_put_view (store, "b", "server", "second", "other", &error));
  g_assert_true (hv_store_put_view (store, "b", "server", "third", "3", &error));
  g_assert_true (hv_store_put_view (store, "c", "client", "fourth", "4", &error));
  g_assert_true (hv_store_put_view (store, "a b", "server", "diff", "5", &error));
  g_assert_no_error (error);
  /* its own first; a comparison is offered to comparisons alone */
  assert_list (store, "a", "server", "first 1,second 2,*third 3,");
  assert_list (store, "a", NULL, "first 1,second 2,");
  assert_list (store, "d", "client", "*fourth 4,");
  assert_list (store, "x y", "server", "*diff 5,");

  /* the same name is the same view */
  g_assert_true (hv_store_put_view (store, "a", "server", "first", "new", &error));
  assert_list (store, "a", NULL, "first new,second 2,");
  g_assert_true (hv_store_rename_view (store, id_of (store, "a", 0), "zeroth", &error));
  assert_list (store, "a", NULL, "second 2,zeroth new,");
  g_assert_true (hv_store_rename_view (store, id_of (store, "a", 1), "second", &error));
  assert_list (store, "a", NULL, "second new,");
  g_assert_true (hv_store_delete_view (store, id_of (store, "a", 0), &error));
  assert_list (store, "a", NULL, "");
  assert_list (store, "b", NULL, "second other,third 3,");

  g_assert_false (hv_store_put_view (store, "a", NULL, "", "text", &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  g_clear_error (&error);
  g_assert_false (hv_store_put_view (store, "a", NULL, long_name, "text", &error));
  g_clear_error (&error);
  guint n = 0;
  while (TRUE)
    {
      g_autofree char *name = g_strdup_printf ("%u", n++);
      if (!hv_store_put_view (store, "many", NULL, name, "", &error))
        break;
      g_assert_cmpuint (n, <, 2 * HV_MAX_NAMED_VIEWS);
    }
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
}

/* A profile that makes room, or is stored again, leaves them. */
static void
test_outlive (void)
{
  g_autofree char *folder = g_dir_make_tmp ("heapview-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  g_autoptr (HvStore) store = open_store (path);
  g_autoptr (HvProfile) profile = test_random_profile (3, 20);
  g_autoptr (GError) error = NULL;

  put_state (store, "key", "state");
  g_assert_true (hv_store_save (store, "key", profile, NULL, &error));
  g_assert_true (hv_store_save (store, "key", profile, NULL, &error));
  g_assert_no_error (error);
  assert_state (store, "key", "state");

  /* of a store that may only be read nothing can be kept */
  g_clear_pointer (&store, hv_store_close);
  if (g_chmod (path, 0400) == 0 && g_access (path, W_OK) != 0)
    {
      store = open_store (path);
      assert_state (store, "key", "state");
      g_assert_false (hv_store_put_state (store, "key", "other", &error));
      g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
    }
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-state/state", test_state);
  g_test_add_func ("/store-state/views", test_views);
  g_test_add_func ("/store-state/outlive", test_outlive);
  return g_test_run ();
}
