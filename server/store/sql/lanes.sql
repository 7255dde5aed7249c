-- SPDX-License-Identifier: Apache-2.0

-- name: barrier
-- role: app
-- retry: idempotent
-- lane: flush
-- A commit that is flushed (and has reached the standby), and everything
-- committed before it with it.
SELECT $1::bigint AS echo,
       set_config('synchronous_commit', 'on', true),
       pg_logical_emit_message(true, 'portillon', '');
