BEGIN;
INSERT INTO bare_applications (id, draft_id, reference, access_token, name, email,
    company, answers, questions_version)
VALUES (gen_random_uuid(), gen_random_uuid(), left(gen_random_uuid()::text, 15),
    left(gen_random_uuid()::text, 32), :name, :email, :company, :answers, :questions_version);
INSERT INTO bare_events (id, stream, version, type, schema_version, data, metadata)
VALUES (gen_random_uuid(), 'application-' || gen_random_uuid(), 1, 'application.submitted', 1,
    :data, :metadata);
COMMIT;
