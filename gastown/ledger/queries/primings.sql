-- name: add
INSERT INTO primings (incarnation, conversation, source, at, characters, told)
VALUES (:incarnation, :conversation, :source, :at, :characters, :told)

-- name: newest
SELECT * FROM primings WHERE incarnation = :incarnation ORDER BY id DESC LIMIT 1

-- name: of_conversation
-- A conversation that goes on has a newer incarnation than the one that was told.
SELECT p.* FROM primings p JOIN incarnations i ON i.id = p.incarnation
 WHERE i.agent = :agent AND p.conversation = :conversation ORDER BY p.id DESC LIMIT 1
