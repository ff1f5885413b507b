-- The activity of a server has the entries about several servers too, whose ids stand in their details (PRD 2.5-6, 4.15).
CREATE INDEX activity_log_servers ON platform.activity_log USING gin ((details->'serverIds') jsonb_path_ops) WHERE details ? 'serverIds';
