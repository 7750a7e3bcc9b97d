-- Run by compose.yaml as the owner of the tables: creates the role that serves the site.
\set ON_ERROR_STOP on
\getenv password DATABASE_PASSWORD
SELECT 'CREATE ROLE serving LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'serving') \gexec
ALTER ROLE serving PASSWORD :'password';
