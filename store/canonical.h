/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends the path by which a function is the same in every build: without parameters, return type,
 * generic and template arguments, references, inline namespaces, and the numbers of closures.
 * "<alloc::vec::Vec<u8> as core::clone::Clone>::clone", which another compiler calls
 * "alloc::vec::Vec<T,A>::clone", is alloc::vec::Vec::clone; where the type has no path of its own
 * (a generic parameter, u8, [T], &str) the trait's stands: core::clone::Clone::clone.
 *
 * To `trait`, unless NULL, goes the trait's path of a "<T as Trait>::m", whatever T is. A name
 * whose brackets do not match is appended as hv_normalise_function() leaves it. */
void hv_canonical_path (GString *path, GString *trait, const char *function);

/* Appends the name that instances of one template or generic function share: without parameters and
 * return type, and "<…>" marks where arguments were. An async function of Rust is called by its
 * name: "app::fetch (async)". */
void hv_generic_name (GString *out, const char *function);

/* Appends a form of the name for boxes and tables: as hv_generic_name(), but of a long path only
 * the last two parts. */
void hv_shorten_function (GString *out, const char *function);

G_END_DECLS
