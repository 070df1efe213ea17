"""Units: what cron, systemd, Kubernetes, GitHub Actions, Airflow and Windows need to start a job by themselves."""
