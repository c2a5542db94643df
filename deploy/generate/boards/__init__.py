"""The dashboards of Grafana, built with its own SDK: classic model, schema 42, read by Grafana 10 and later."""
