BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE api_keys (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	key_hash VARCHAR(64) NOT NULL, 
	scopes JSON NOT NULL, 
	created_by INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	used_at DATETIME, 
	CONSTRAINT pk_api_keys PRIMARY KEY (id), 
	CONSTRAINT fk_api_keys_created_by FOREIGN KEY(created_by) REFERENCES users (id), 
	CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash)
);
CREATE TABLE assignments (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	item_id INTEGER, 
	layer VARCHAR(16) NOT NULL, 
	label VARCHAR(40) NOT NULL, 
	reader INTEGER NOT NULL, 
	prediction_id INTEGER, 
	withdraws INTEGER, 
	note TEXT NOT NULL, 
	assigned_by VARCHAR(80) NOT NULL, 
	assigned_at DATETIME NOT NULL, 
	CONSTRAINT pk_assignments PRIMARY KEY (id), 
	CONSTRAINT fk_assignments_case_id FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_assignments_item_id FOREIGN KEY(item_id) REFERENCES items (id), 
	CONSTRAINT fk_assignments_prediction_id FOREIGN KEY(prediction_id) REFERENCES predictions (id), 
	CONSTRAINT fk_assignments_withdraws FOREIGN KEY(withdraws) REFERENCES assignments (id)
);
INSERT INTO "assignments" VALUES(1,1,NULL,'subtopic','203',1,NULL,NULL,'','王芳','2026-11-25 15:53:06.770196');
INSERT INTO "assignments" VALUES(2,1,NULL,'intent','disclosure',1,NULL,NULL,'','王芳','2026-11-25 15:53:06.770196');
INSERT INTO "assignments" VALUES(3,1,NULL,'topic','land',1,NULL,NULL,'','王芳','2026-11-25 15:53:06.770196');
INSERT INTO "assignments" VALUES(4,2,NULL,'subtopic','203',1,NULL,NULL,'','王芳','2026-11-25 15:53:06.876502');
INSERT INTO "assignments" VALUES(5,2,NULL,'intent','disclosure',1,NULL,NULL,'','王芳','2026-11-25 15:53:06.876502');
INSERT INTO "assignments" VALUES(6,2,NULL,'topic','land',1,NULL,NULL,'','王芳','2026-11-25 15:53:06.876502');
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	subject VARCHAR(128) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (id)
);
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(80) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	subject VARCHAR(80) NOT NULL, 
	details JSON NOT NULL, 
	previous_hash VARCHAR(64) NOT NULL, 
	entry_hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id), 
	CONSTRAINT uq_audit_entry_hash UNIQUE (entry_hash)
);
INSERT INTO "audit" VALUES(1,'2026-11-25 15:53:06.695622','王芳','case.register','case:1','{"kind": "disclosure", "number": "2026-000001"}','0000000000000000000000000000000000000000000000000000000000000000','f4d4568fa0d478c7b99f6e131865cd1ed0bc1bb3100c54a495286fca44122208');
INSERT INTO "audit" VALUES(2,'2026-11-25 15:53:06.836225','王芳','case.assign','case:1','{"labels": "subtopic=203,intent=disclosure,topic=land", "reader": 1}','f4d4568fa0d478c7b99f6e131865cd1ed0bc1bb3100c54a495286fca44122208','83ca8ec6683768675ea7db5b727ecc24edeefdac2950e6a984c9a72cb6b7647b');
INSERT INTO "audit" VALUES(3,'2026-11-25 15:53:06.868450','王芳','case.register','case:2','{"kind": "disclosure", "number": "2026-000002"}','83ca8ec6683768675ea7db5b727ecc24edeefdac2950e6a984c9a72cb6b7647b','3b101725c59d7532e5769ed20d895e20b184fd168c7195539d0d748e613abf84');
INSERT INTO "audit" VALUES(4,'2026-11-25 15:53:06.900903','王芳','case.assign','case:2','{"labels": "subtopic=203,intent=disclosure,topic=land", "reader": 1}','3b101725c59d7532e5769ed20d895e20b184fd168c7195539d0d748e613abf84','d9cf028b3aa2ceb8b047c0ce090dc9c3f6d2d740e513a718435c389e6b01c8ac');
CREATE TABLE cases (
	id INTEGER NOT NULL, 
	number VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	received_on DATE NOT NULL, 
	closed_on DATE, 
	due_on DATE, 
	channel VARCHAR(16) NOT NULL, 
	applicant_type VARCHAR(16) NOT NULL, 
	applicant TEXT NOT NULL, 
	contact TEXT NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	text_key VARCHAR(32) NOT NULL, 
	is_carried_in BOOLEAN, 
	import_id INTEGER, 
	line INTEGER, 
	topic VARCHAR(32) NOT NULL, 
	subtopic VARCHAR(32) NOT NULL, 
	intent VARCHAR(16) NOT NULL, 
	outcome VARCHAR(40) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	doubt DOUBLE NOT NULL, 
	version INTEGER NOT NULL, 
	created_by VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_by VARCHAR(80) NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_cases PRIMARY KEY (id), 
	CONSTRAINT fk_cases_import_id FOREIGN KEY(import_id) REFERENCES imports (id), 
	CONSTRAINT uq_cases_import_id_line UNIQUE (import_id, line), 
	CONSTRAINT uq_cases_number UNIQUE (number)
);
INSERT INTO "cases" VALUES(1,'2026-000001','disclosure','2026-03-02',NULL,'2026-03-30','','','','','','请公开柳湾村征地补偿安置方案。','729493f15ce93841ae1d67a229236862',NULL,NULL,NULL,'land','203','disclosure','','reviewed',0.0,2,'王芳','2026-11-25 15:53:06.128207','王芳','2026-11-25 15:53:06.788055');
INSERT INTO "cases" VALUES(2,'2026-000002','disclosure','2026-03-02',NULL,'2026-03-30','','','','','','林地占用要办什么手续？','053fab325554fa9143f2e47742fc931e',NULL,NULL,NULL,'land','203','disclosure','','reviewed',0.0,2,'王芳','2026-11-25 15:53:06.836374','王芳','2026-11-25 15:53:06.878499');
CREATE TABLE counters (
	name VARCHAR(64) NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('case:2026',2);
CREATE TABLE draft_versions (
	id INTEGER NOT NULL, 
	draft_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	document BLOB, 
	page BLOB, 
	edits JSON NOT NULL, 
	note VARCHAR(255) NOT NULL, 
	made_by VARCHAR(80) NOT NULL, 
	made_at DATETIME NOT NULL, 
	CONSTRAINT pk_draft_versions PRIMARY KEY (id), 
	CONSTRAINT fk_draft_versions_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (id), 
	CONSTRAINT uq_draft_versions_draft_id_number UNIQUE (draft_id, number)
);
CREATE TABLE drafts (
	id INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	created_by VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_drafts PRIMARY KEY (id)
);
CREATE TABLE entered_figures (
	id INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	figure VARCHAR(80) NOT NULL, 
	value VARCHAR(64), 
	note TEXT NOT NULL, 
	entered_by VARCHAR(80) NOT NULL, 
	entered_at DATETIME NOT NULL, 
	CONSTRAINT pk_entered_figures PRIMARY KEY (id)
);
CREATE TABLE events (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	"on" DATE NOT NULL, 
	n_days INTEGER, 
	withdraws INTEGER, 
	entered_by VARCHAR(80) NOT NULL, 
	entered_at DATETIME NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (id), 
	CONSTRAINT fk_events_case_id FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_events_withdraws FOREIGN KEY(withdraws) REFERENCES events (id)
);
CREATE TABLE import_remarks (
	id INTEGER NOT NULL, 
	import_id INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	is_rejected BOOLEAN NOT NULL, 
	reason VARCHAR(255) NOT NULL, 
	raw TEXT NOT NULL, 
	CONSTRAINT pk_import_remarks PRIMARY KEY (id), 
	CONSTRAINT fk_import_remarks_import_id FOREIGN KEY(import_id) REFERENCES imports (id)
);
CREATE TABLE imports (
	id INTEGER NOT NULL, 
	file_name VARCHAR(255) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	header_key VARCHAR(64) NOT NULL, 
	mapping JSON NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	last_line INTEGER NOT NULL, 
	n_rows INTEGER NOT NULL, 
	n_cases INTEGER NOT NULL, 
	n_rejects INTEGER NOT NULL, 
	imported_by VARCHAR(80) NOT NULL, 
	imported_at DATETIME NOT NULL, 
	CONSTRAINT pk_imports PRIMARY KEY (id)
);
CREATE TABLE items (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	is_withdrawn BOOLEAN NOT NULL, 
	CONSTRAINT pk_items PRIMARY KEY (id), 
	CONSTRAINT fk_items_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE jobs (
	id VARCHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	arguments JSON NOT NULL, 
	position BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	n_rows BIGINT NOT NULL, 
	rate DOUBLE NOT NULL, 
	checkpoint JSON NOT NULL, 
	result JSON, 
	error VARCHAR(500) NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	lease_by VARCHAR(80) NOT NULL, 
	lease_until DATETIME, 
	n_attempts INTEGER NOT NULL, 
	n_stalled INTEGER NOT NULL, 
	idempotency_key VARCHAR(80), 
	created_by VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	finished_at DATETIME, 
	CONSTRAINT pk_jobs PRIMARY KEY (id), 
	CONSTRAINT uq_jobs_idempotency_key UNIQUE (idempotency_key)
);
CREATE TABLE kept_answers (
	key_hash VARCHAR(64) NOT NULL, 
	body_hash VARCHAR(64) NOT NULL, 
	status INTEGER NOT NULL, 
	headers TEXT NOT NULL, 
	body TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_kept_answers PRIMARY KEY (key_hash)
);
CREATE TABLE links (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	repeats_id INTEGER NOT NULL, 
	is_withdrawn BOOLEAN NOT NULL, 
	marked_by VARCHAR(80) NOT NULL, 
	marked_at DATETIME NOT NULL, 
	CONSTRAINT pk_links PRIMARY KEY (id), 
	CONSTRAINT fk_links_case_id FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_links_repeats_id FOREIGN KEY(repeats_id) REFERENCES cases (id)
);
CREATE TABLE predictions (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	layer VARCHAR(16) NOT NULL, 
	label VARCHAR(40) NOT NULL, 
	probability DOUBLE NOT NULL, 
	decision VARCHAR(8) NOT NULL, 
	candidates JSON NOT NULL, 
	evidence JSON NOT NULL, 
	reply_id INTEGER, 
	model_id VARCHAR(80) NOT NULL, 
	made_at DATETIME NOT NULL, 
	CONSTRAINT pk_predictions PRIMARY KEY (id), 
	CONSTRAINT fk_predictions_case_id FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT fk_predictions_reply_id FOREIGN KEY(reply_id) REFERENCES replies (id)
);
CREATE TABLE properties (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_properties PRIMARY KEY (name)
);
INSERT INTO "properties" VALUES('text_key_secret','18370a5ea2c57e99f97ab3f23dde32be6ea46268c8c6b6dbf0a3bead418efb27');
CREATE TABLE replies (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	replied_on DATE, 
	entered_by VARCHAR(80) NOT NULL, 
	entered_at DATETIME NOT NULL, 
	CONSTRAINT pk_replies PRIMARY KEY (id), 
	CONSTRAINT fk_replies_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE sign_ins (
	token_hash VARCHAR(64) NOT NULL, 
	user_id INTEGER NOT NULL, 
	csrf_token VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_sign_ins PRIMARY KEY (token_hash), 
	CONSTRAINT fk_sign_ins_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE users (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	display_name VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	password_hash VARCHAR(256) NOT NULL, 
	must_change_password BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_name UNIQUE (name)
);
CREATE INDEX ix_attempts_subject_at ON attempts (subject, at);
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_drafts_year ON drafts (year);
CREATE INDEX ix_entered_figures_year_figure ON entered_figures (year, figure);
CREATE INDEX ix_imports_header_key ON imports (header_key);
CREATE INDEX ix_imports_sha256 ON imports (sha256);
CREATE INDEX ix_jobs_state_created ON jobs (state, created_at);
CREATE INDEX ix_kept_answers_at ON kept_answers (at);
CREATE INDEX ix_cases_due ON cases (due_on, id);
CREATE INDEX ix_cases_outcome_received ON cases (outcome, received_on, id);
CREATE INDEX ix_cases_outcome_state_received ON cases (outcome, state, received_on, id);
CREATE INDEX ix_cases_received ON cases (received_on, id);
CREATE INDEX ix_cases_state_key ON cases (state, text_key);
CREATE INDEX ix_cases_intent_received ON cases (intent, received_on, id);
CREATE INDEX ix_cases_channel_received ON cases (channel, received_on, id);
CREATE INDEX ix_cases_open_due ON cases (due_on, id) WHERE closed_on IS NULL;
CREATE INDEX ix_cases_open_received ON cases (received_on, id) WHERE closed_on IS NULL;
CREATE INDEX ix_cases_open_state_due ON cases (state, due_on, id) WHERE closed_on IS NULL;
CREATE INDEX ix_cases_state_kind_doubt ON cases (state, kind, doubt);
CREATE INDEX ix_cases_state_received ON cases (state, received_on, id);
CREATE INDEX ix_cases_state_topic_doubt ON cases (state, topic, doubt);
CREATE INDEX ix_cases_statistics ON cases (kind, received_on, topic, subtopic, intent, outcome, channel, state);
CREATE INDEX ix_cases_subtopic_received ON cases (subtopic, received_on, id);
CREATE INDEX ix_cases_text_key ON cases (text_key);
CREATE INDEX ix_cases_topic_received ON cases (topic, received_on, id);
CREATE INDEX ix_import_remarks_import_line ON import_remarks (import_id, line);
CREATE INDEX ix_sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX ix_events_case_id ON events (case_id);
CREATE INDEX ix_items_case_id ON items (case_id);
CREATE INDEX ix_links_case_id ON links (case_id);
CREATE INDEX ix_links_repeats_id ON links (repeats_id);
CREATE INDEX ix_replies_case_id ON replies (case_id);
CREATE INDEX ix_predictions_case_layer ON predictions (case_id, layer);
CREATE INDEX ix_assignments_by_at ON assignments (assigned_by, assigned_at);
CREATE INDEX ix_assignments_case_layer ON assignments (case_id, layer);
CREATE INDEX ix_assignments_item ON assignments (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX ix_assignments_second ON assignments (case_id) WHERE reader = 2;
COMMIT;
