"""Rules, runbooks and dashboard: promtool stories in rules/, a real Prometheus, and what may not drift."""
