"""What the files of the stack are written from: rules, their promtool cases, dashboards."""
