-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a module without symbols costs, and where they were looked for.
ALTER TABLE module ADD COLUMN tried INTEGER;
ALTER TABLE module ADD COLUMN unresolved INTEGER;
