-- SPDX-License-Identifier: Apache-2.0

-- name: generation_read
-- role: app
-- retry: read
-- row: generation
-- What gates compare their snapshots with.
SELECT $1::bigint AS echo, true AS found,
       g.number, g.restore_epoch, g.active_key, g.active_check,
       g.throttle_key
FROM sso.generation AS g
WHERE g.singleton = 1;
