-- name: gaps_in_events
-- What is missing before a row; and behind the last one, up to the highest number that was ever given out.
SELECT first, last FROM (
    SELECT lag(seq, 1, 0) OVER (ORDER BY seq) + 1 AS first, seq - 1 AS last FROM events
    UNION ALL
    SELECT (SELECT coalesce(max(seq), 0) FROM events) + 1, seq FROM sqlite_sequence WHERE name = 'events')
 WHERE first <= last ORDER BY first LIMIT 21

-- name: gaps_in_changes
SELECT first, last FROM (
    SELECT lag(seq, 1, 0) OVER (ORDER BY seq) + 1 AS first, seq - 1 AS last FROM changes
    UNION ALL
    SELECT (SELECT coalesce(max(seq), 0) FROM changes) + 1, seq FROM sqlite_sequence WHERE name = 'changes')
 WHERE first <= last ORDER BY first LIMIT 21
