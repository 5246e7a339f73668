/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* Appends the crate, namespace or module a frame's code is from: by the source path where it tells
 * ("…/registry/src/…/hashbrown-0.15.2/…" is hashbrown), else by the function's first namespace or
 * class, else the module's base name. */
void hv_frame_origin (GString *out, const HvProfile *profile, const HvFrame *frame);

/* The same of a frame's texts, each "" where it is unknown. */
void hv_code_origin (GString *out, const char *function, const char *file, const char *module);

/* Where `function` runs or makes a task of Rust's Tokio whose future's type it names: TRUE, and
 * appends the type as a key ("app::serve::{{closure}}") and for people ("app::serve");
 * wrappers such as Instrumented<T> or Pin<Box<T>> are taken off. */
gboolean hv_function_task (const char *function, GString *key, GString *label);

G_END_DECLS
