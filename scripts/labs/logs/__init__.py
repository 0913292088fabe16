"""The lab `logs`: CloudWatch Logs, from the first structured event to the anomaly of a day."""
